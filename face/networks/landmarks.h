// SPDX-License-Identifier: Apache-2.0
// Landmarks: face box -> 68 points. Throws cv::Exception. One per worker.
#pragma once

#include <opencv2/core/mat.hpp>

#include "face/box.h"
#include "face/bundle.h"
#include "face/networks/network.h"
#include "face/points.h"

namespace realname::face {

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
