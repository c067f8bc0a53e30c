// SPDX-License-Identifier: Apache-2.0
// Trials: the comparisons of a labelled set with their outcomes ("comparison trials" of ISO/IEC 19795-1), ready for
// counting errors. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "measurement/labelled_set.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::measurement {

// One comparison. `first` and `second` are subjects, equal if it is genuine.
struct Trial {
  float similarity = 0;
  int first = 0;
  int second = 0;
  int years = -1;
  int fold = -1;
};

struct Trials {
  // Every genuine trial, lowest similarity first.
  std::vector<Trial> genuine;
  // The impostor trials, highest similarity first: all of them, or the highest where there are very many.
  std::vector<Trial> impostors;
  std::uint64_t impostor_pairs = 0;
  // Impostor trials by similarity: bin i counts those from -1 + i / 500 up to the next.
  std::vector<std::uint64_t> impostor_bins;
  // Where every pair was compared: subjects, as (number, photographs), of each group. Empty for listed pairs, all of
  // which are in `impostors`.
  std::vector<std::vector<std::pair<int, int>>> compared_sets;
  // Pairs that could not be compared because a photograph has no template.
  std::uint64_t genuine_failed = 0;
  std::uint64_t impostor_failed = 0;

  bool Complete() const { return impostors.size() == impostor_pairs; }
};

// Impostor trials that are kept at most for a group whose every pair is compared.
inline constexpr std::size_t kKeptImpostors = 500'000;
inline constexpr int kSimilarityBins = 1001;

// The trials of one group. `first` and `second` give each photograph's template as the first and as the second of a
// pair (they may be the same table); an empty template is a failure to acquire. A pair is compared once, the photograph
// listed earlier first.
Trials CompareGroup(const LabelledSet& set, int group, const std::vector<std::vector<float>>& first,
                    const std::vector<std::vector<float>>& second);

// All of them together.
Trials Together(const std::vector<Trials>& groups);

}  // namespace realname::measurement
