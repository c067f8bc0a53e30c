// SPDX-License-Identifier: Apache-2.0
#include "face/networks/liveness.h"

#include <algorithm>

#include "face/networks/crop.h"

namespace realname::face {

Liveness::Liveness(const Bundle& bundle)
    : network_(bundle.manifest.liveness(), bundle.files.at(bundle.manifest.liveness().file())) {}

LivenessScores Liveness::Judge(const cv::Mat& bgr, const Box& box) {
  const v1::Network& entry = network_.entry();
  const cv::Rect crop =
      entry.crop_rule() == v1::CROP_RULE_CUT ? CutCrop(box, Scale(), bgr.size()) : MovedCrop(box, Scale(), bgr.size());
  const std::vector<float> p = Probabilities(entry, network_.Run(bgr(crop)).at(0));
  const float live = ClassProbability(entry, p, 0);
  if (entry.class_order_size() == 1) return {live, 0, 0, 1 - live};
  return {live, ClassProbability(entry, p, 1), ClassProbability(entry, p, 2), 0};
}

float Liveness::Scale() const { return network_.entry().crop_scale() > 0 ? network_.entry().crop_scale() : 1.0F; }

float Liveness::Context(const Box& box, cv::Size picture) const {
  const cv::Rect inside = CutCrop(box, Scale(), picture);
  const float wanted = box.Area() * Scale() * Scale();
  return wanted > 0 ? std::min(1.0F, static_cast<float>(inside.area()) / wanted) : 0;
}

}  // namespace realname::face
