// SPDX-License-Identifier: Apache-2.0
// Pose: how the head is turned, in degrees; 0, 0, 0 looks at the camera. Each angle is the mean of the network's
// softmax over bins (N. Ruiz, E. Chong, J. Rehg, "Fine-grained head pose estimation without keypoints", CVPR Workshops
// 2018). Throws cv::Exception. One per worker.
#pragma once

#include "face/box.h"
#include "face/bundle.h"
#include "face/networks/network.h"

namespace realname::face {

struct HeadPose {
  float yaw = 0;
  float pitch = 0;
  float roll = 0;
};

class Pose {
 public:
  explicit Pose(const Bundle& bundle);
  HeadPose Estimate(const cv::Mat& bgr, const Box& box);

 private:
  float Angle(const std::vector<float>& row) const;

  LoadedNetwork network_;
  float bin_;
  float first_;
};

}  // namespace realname::face
