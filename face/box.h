// SPDX-License-Identifier: Apache-2.0
// Box: where the detector saw a face. Pixels of the decoded picture; may reach beyond its edges. A value.
#pragma once

#include <algorithm>

namespace realname::face {

struct Box {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
  // Detector's score, 0 to 1.
  float score = 0;

  float Area() const { return width * height; }
  float CentreX() const { return x + width / 2; }
  float CentreY() const { return y + height / 2; }
};

// Intersection over union, 0 to 1.
inline float Overlap(const Box& a, const Box& b) {
  const float w = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const float h = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (w <= 0 || h <= 0) return 0;
  return w * h / (a.Area() + b.Area() - w * h);
}

}  // namespace realname::face
