// SPDX-License-Identifier: Apache-2.0
// Dot: the dot product of two rows of floats, for loops over millions of pairs of templates. Pure; thread-safe.
#pragma once

#include <cstddef>

namespace realname::face {

// Eight independent sums let the compiler use vector registers without reordering one sum.
inline float Dot(const float* a, const float* b, std::size_t length) {
  float sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  float sum = 0;
  for (const float lane : sums) sum += lane;
  for (; i < length; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace realname::face
