// SPDX-License-Identifier: Apache-2.0
#include "face/pair_counts.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "face/dot.h"

namespace realname::face {
void CountPairs(const std::vector<LabelledTemplate>& photos, v1::CalibrationGroup& group) {
  // Pairs whose highest row not above their similarity is i - 1; 0 holds those below the first row.
  std::vector<std::uint64_t> impostors(kRows + 1);
  std::vector<std::uint64_t> genuine(kRows + 1);
  for (std::size_t i = 0; i < photos.size(); ++i) {
    for (std::size_t j = i + 1; j < photos.size(); ++j) {
      const double similarity = Dot(photos[i].values.data(), photos[j].values.data(), photos[i].values.size());
      const double row = std::floor((similarity - kFirstSimilarity) / kSimilarityStep + 1e-9) + 1;
      const auto at = static_cast<std::size_t>(std::clamp(row, 0.0, static_cast<double>(kRows)));
      ++(photos[i].subject == photos[j].subject ? genuine : impostors)[at];
    }
  }
  std::uint64_t impostor_pairs = 0;
  std::uint64_t genuine_pairs = 0;
  for (int i = 0; i <= kRows; ++i) {
    impostor_pairs += impostors[i];
    genuine_pairs += genuine[i];
  }
  group.set_impostor_pairs(impostor_pairs);
  group.set_genuine_pairs(genuine_pairs);
  group.clear_false_matches();
  group.clear_false_non_matches();
  std::uint64_t impostors_below = 0;
  std::uint64_t genuine_below = 0;
  for (int row = 0; row < kRows; ++row) {
    impostors_below += impostors[row];
    genuine_below += genuine[row];
    group.add_false_matches(impostor_pairs - impostors_below);
    group.add_false_non_matches(genuine_below);
  }
}

}  // namespace realname::face
