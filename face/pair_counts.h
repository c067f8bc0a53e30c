// SPDX-License-Identifier: Apache-2.0
// PairCounts: compares every photograph of a labelled group with every other and counts errors for each row of a
// calibration's table. Rows are at first + i * step. Throws std::bad_alloc. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "realname/v1/face_calibration.pb.h"

namespace realname::face {

// One photograph with a template.
struct LabelledTemplate {
  // Number of the person within the group.
  int subject = 0;
  std::vector<float> values;
};

// Rows of the tables that this program writes: similarity 0 to 1.
inline constexpr double kFirstSimilarity = 0.0;
inline constexpr double kSimilarityStep = 0.002;
inline constexpr int kRows = 501;

// Fills genuine_pairs, impostor_pairs, false_matches and false_non_matches of `group`.
void CountPairs(const std::vector<LabelledTemplate>& photos, v1::CalibrationGroup& group);

}  // namespace realname::face
