// SPDX-License-Identifier: Apache-2.0
// LabelledSet: photographs of which it is known who is on them, and the pairs of them to compare. Pure but for reading
// the lists; a value.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace realname::measurement {

// One comparison to make; photos, subjects and groups are indices into the set.
struct LabelledPair {
  int first = 0;
  int second = 0;
  bool genuine = false;
  int group = 0;
  // Years between the two photographs, rounded down; -1 if not stated.
  int years = -1;
  // Fold of a cross-validation, from 0; -1 if not stated.
  int fold = -1;
};

struct LabelledPhoto {
  // Below the folder of images.
  std::string path;
  int subject = 0;
  // Of the photograph, where every pair is compared; -1 where pairs are listed (the pair has the group then).
  int group = -1;
  // Calendar year in which it was taken; 0 if not stated.
  int year = 0;
};

struct LabelledSet {
  std::vector<LabelledPhoto> photos;
  std::vector<std::string> groups;
  int subjects = 0;
  // True if every two photographs of the same group are a pair; `pairs` is empty then.
  bool all_pairs = false;
  std::vector<LabelledPair> pairs;
};

// Reads lists in CSV without quoting, told apart by the header line, columns in any order:
//   same,a,b[,group][,years][,fold]   listed pairs; same is 1 or 0. Who is who follows from the pairs: photographs
//                                     joined by `same` = 1, directly or through others, are one subject.
//   photo,subject[,group][,year]      every two photographs of a group are compared.
// Several lists of one kind are read as one. Without a group column the group is "all".
// Errors: FAILED_PRECONDITION naming the file and the line: no header of either kind, another kind than the first list,
// a wrong count of fields, a value that is no number, a pair of one photograph with itself, a pair labelled 0 whose
// photographs other pairs join, nothing listed.
Result<LabelledSet> ReadLabelledSet(const std::vector<std::filesystem::path>& lists);

// Which parts each photograph has in the pairs of a group: bit 0 as the first of a pair, bit 1 as the second; 0 for
// photographs that are in none.
std::vector<int> PartsInGroup(const LabelledSet& set, int group);

// The genuine pairs of a group as (first, second), by person: where every pair is compared, the photograph listed
// earlier is the first.
std::map<int, std::vector<std::pair<int, int>>> GenuinePairs(const LabelledSet& set, int group);

}  // namespace realname::measurement
