// SPDX-License-Identifier: Apache-2.0
// Liveness: presentation attack detection from a single picture (ISO/IEC 30107-3): probabilities that the camera saw a
// live face, a print, a screen, or an attack of unknown kind; they sum to 1. Looks at the face with its surroundings.
// Throws cv::Exception. One per worker.
#pragma once

#include "face/box.h"
#include "face/bundle.h"
#include "face/networks/network.h"

namespace realname::face {

struct LivenessScores {
  float live = 0;
  float print = 0;
  float screen = 0;
  // All attacks, where the manifest's class_order names the live class alone; else 0.
  float unknown = 0;
};

class Liveness {
 public:
  explicit Liveness(const Bundle& bundle);
  LivenessScores Judge(const cv::Mat& bgr, const Box& box);
  // Share of the wanted crop that lies inside a picture of this size, 0 to 1.
  float Context(const Box& box, cv::Size picture) const;

 private:
  float Scale() const;

  LoadedNetwork network_;
};

}  // namespace realname::face
