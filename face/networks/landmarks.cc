// SPDX-License-Identifier: Apache-2.0
#include "face/networks/landmarks.h"

#include <opencv2/core.hpp>

#include "face/networks/crop.h"

namespace realname::face {

Landmarks::Landmarks(const Bundle& bundle)
    : network_(bundle.manifest.landmarks(), bundle.files.at(bundle.manifest.landmarks().file())) {}

Points68 Landmarks::Find(const cv::Mat& bgr, const Box& box) {
  const float scale = network_.entry().crop_scale() > 0 ? network_.entry().crop_scale() : 1.0F;
  const cv::Rect crop = CutCrop(box, scale, bgr.size());
  const std::vector<float> row = network_.Run(bgr(crop)).at(0);
  Points68 points;
  CV_Assert(row.size() == 2 * points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i].x = static_cast<float>(crop.x) + row[2 * i] * static_cast<float>(crop.width);
    points[i].y = static_cast<float>(crop.y) + row[2 * i + 1] * static_cast<float>(crop.height);
  }
  return points;
}

Points5 FivePoints(const Points68& points) {
  const cv::Point2f left_eye = (points[37] + points[38] + points[40] + points[41]) * 0.25F;
  const cv::Point2f right_eye = (points[43] + points[44] + points[46] + points[47]) * 0.25F;
  return {left_eye, right_eye, points[30], (points[48] + points[60]) * 0.5F, (points[54] + points[64]) * 0.5F};
}

}  // namespace realname::face
