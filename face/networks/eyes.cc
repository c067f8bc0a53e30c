// SPDX-License-Identifier: Apache-2.0
#include "face/networks/eyes.h"

#include <algorithm>
#include <cmath>

#include "face/networks/crop.h"

namespace realname::face {
namespace {

constexpr int kClassOpen = 1;

}  // namespace

Eyes::Eyes(const Bundle& bundle) : network_(bundle.manifest.eye(), bundle.files.at(bundle.manifest.eye().file())) {}

OpenEyes Eyes::Look(const cv::Mat& bgr, const Points68& points) {
  const Points5 five = FivePoints(points);
  return {Open(bgr, points[36], points[39], five[0]), Open(bgr, points[42], points[45], five[1])};
}

float Eyes::Open(const cv::Mat& bgr, cv::Point2f outer, cv::Point2f inner, cv::Point2f centre) {
  const v1::Network& entry = network_.entry();
  const float scale = entry.crop_scale() > 0 ? entry.crop_scale() : 1.0F;
  const float side = std::max(std::hypot(outer.x - inner.x, outer.y - inner.y), 2.0F);
  Box box;
  box.x = centre.x - side / 2;
  box.y = centre.y - side / 2;
  box.width = side;
  box.height = side;
  const cv::Rect crop = CutCrop(box, scale, bgr.size());
  return ClassProbability(entry, Probabilities(entry, network_.Run(bgr(crop)).at(0)), kClassOpen);
}

}  // namespace realname::face
