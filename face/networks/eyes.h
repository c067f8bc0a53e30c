// SPDX-License-Identifier: Apache-2.0
// Eyes: probability that each eye is open, 0 to 1; left and right are those of the picture. Looks at a square round
// each eye whose side is the eye's width times the manifest's crop_scale. Throws cv::Exception. One per worker.
#pragma once

#include "face/bundle.h"
#include "face/networks/landmarks.h"
#include "face/networks/network.h"

namespace realname::face {

struct OpenEyes {
  float left = 0;
  float right = 0;
};

class Eyes {
 public:
  explicit Eyes(const Bundle& bundle);
  OpenEyes Look(const cv::Mat& bgr, const Points68& points);

 private:
  float Open(const cv::Mat& bgr, cv::Point2f outer, cv::Point2f inner, cv::Point2f centre);

  LoadedNetwork network_;
};

}  // namespace realname::face
