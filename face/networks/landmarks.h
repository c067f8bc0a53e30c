// SPDX-License-Identifier: Apache-2.0
// Landmarks: face box -> 68 points (numbered from 0 as in the iBUG 300-W mark-up), in pixels of the picture.
// Left and right are those of the picture. Throws cv::Exception. One per worker.
#pragma once

#include <array>

#include <opencv2/core/types.hpp>

#include "face/box.h"
#include "face/bundle.h"
#include "face/networks/network.h"

namespace realname::face {

using Points68 = std::array<cv::Point2f, 68>;
// Left eye, right eye, nose, left and right corner of the mouth.
using Points5 = std::array<cv::Point2f, 5>;

class Landmarks {
 public:
  explicit Landmarks(const Bundle& bundle);
  Points68 Find(const cv::Mat& bgr, const Box& box);

 private:
  LoadedNetwork network_;
};

// Eye centres are the mean of four lid points each, mouth corners the mean of the outer and inner corner.
Points5 FivePoints(const Points68& points);

}  // namespace realname::face
