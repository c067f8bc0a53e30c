// SPDX-License-Identifier: Apache-2.0
// Detector: picture -> boxes, highest score first, non-maximum suppression done. The network gives corners as fractions
// of width and height, and two scores a candidate of which the second is "face". Throws cv::Exception. One per worker.
#pragma once

#include <vector>

#include "face/box.h"
#include "face/bundle.h"
#include "face/networks/network.h"

namespace realname::face {

class Detector {
 public:
  explicit Detector(const Bundle& bundle);
  std::vector<Box> Detect(const cv::Mat& bgr);

 private:
  LoadedNetwork network_;
  float threshold_;
  float nms_;
};

}  // namespace realname::face
