// SPDX-License-Identifier: Apache-2.0
// Detector: picture -> faces, highest score first, non-maximum suppression done. Which network it takes is the
// manifest's detector_kind. Throws cv::Exception. One per worker.
#pragma once

#include <memory>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "face/box.h"
#include "face/bundle.h"
#include "face/points.h"

namespace realname::face {

struct Detections {
  std::vector<Box> boxes;
  // One for each box, or none if the network gives no points.
  std::vector<Points5> points;
};

class Detector {
 public:
  virtual ~Detector() = default;
  // `bgr` is CV_8UC3.
  virtual Detections Detect(const cv::Mat& bgr) = 0;
};

// The detector of the bundle's kind.
std::unique_ptr<Detector> MakeDetector(const Bundle& bundle);

}  // namespace realname::face
