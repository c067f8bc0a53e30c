// SPDX-License-Identifier: Apache-2.0
#include "face/networks/pose.h"

#include "face/networks/crop.h"

namespace realname::face {

Pose::Pose(const Bundle& bundle)
    : network_(bundle.manifest.pose(), bundle.files.at(bundle.manifest.pose().file())),
      bin_(bundle.manifest.pose_bin_degrees()),
      first_(bundle.manifest.pose_first_degrees()) {}

HeadPose Pose::Estimate(const cv::Mat& bgr, const Box& box) {
  const float scale = network_.entry().crop_scale() > 0 ? network_.entry().crop_scale() : 1.0F;
  const std::vector<std::vector<float>> rows = network_.Run(bgr(CutCrop(box, scale, bgr.size())));
  return {Angle(rows.at(0)), Angle(rows.at(1)), Angle(rows.at(2))};
}

float Pose::Angle(const std::vector<float>& row) const {
  const std::vector<float> p = Probabilities(network_.entry(), row);
  float mean = 0;
  for (std::size_t i = 0; i < p.size(); ++i) mean += static_cast<float>(i) * p[i];
  return mean * bin_ + first_;
}

}  // namespace realname::face
