// SPDX-License-Identifier: Apache-2.0
#include "measurement/labelled_set.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "face/text_message.h"

namespace realname::measurement {
namespace {

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields;
  std::string field;
  std::istringstream in(line);
  while (std::getline(in, field, ',')) fields.push_back(field);
  if (line.empty() || line.back() == ',') fields.emplace_back();
  return fields;
}

std::optional<int> Number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > 1'000'000) return std::nullopt;
  return value;
}

// Numbers for names, in order of appearance.
class Names {
 public:
  int operator[](const std::string& name) {
    return numbers_.emplace(name, static_cast<int>(numbers_.size())).first->second;
  }
  int size() const { return static_cast<int>(numbers_.size()); }
  std::vector<std::string> List() const {
    std::vector<std::string> list(numbers_.size());
    for (const auto& [name, number] : numbers_) list[static_cast<std::size_t>(number)] = name;
    return list;
  }

 private:
  std::map<std::string, int> numbers_;
};

class Reader {
 public:
  Status Read(const std::filesystem::path& file) {
    Result<std::string> text = face::ReadFile(file);
    if (!text.ok()) return text.status();
    std::istringstream lines(*text);
    std::string line;
    columns_.clear();
    for (int number = 1; std::getline(lines, line); ++number) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty()) continue;
      fields_ = Fields(line);
      const std::string fault = columns_.empty() ? Header() : Row();
      if (!fault.empty()) {
        return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason,
                      file.string() + ": line " + std::to_string(number) + ": " + fault);
      }
    }
    return Status();
  }

  Result<LabelledSet> Finish() {
    const auto refused = [](const std::string& why) {
      return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason, why);
    };
    set_.groups = groups_.List();
    if (set_.photos.empty()) return refused("the lists name no photograph");
    if (set_.all_pairs) {
      set_.subjects = subjects_.size();
      return std::move(set_);
    }
    // Subjects are the connected components of the genuine pairs.
    std::vector<int> root(set_.photos.size());
    std::iota(root.begin(), root.end(), 0);
    const auto find = [&](int i) {
      while (root[static_cast<std::size_t>(i)] != i) {
        int& up = root[static_cast<std::size_t>(i)];
        up = root[static_cast<std::size_t>(up)];
        i = up;
      }
      return i;
    };
    for (const LabelledPair& pair : set_.pairs) {
      if (pair.genuine) root[static_cast<std::size_t>(find(pair.first))] = find(pair.second);
    }
    std::map<int, int> numbers;
    for (std::size_t i = 0; i < set_.photos.size(); ++i) {
      const int subject = find(static_cast<int>(i));
      set_.photos[i].subject = numbers.emplace(subject, static_cast<int>(numbers.size())).first->second;
    }
    set_.subjects = static_cast<int>(numbers.size());
    for (const LabelledPair& pair : set_.pairs) {
      const LabelledPhoto& first = set_.photos[static_cast<std::size_t>(pair.first)];
      const LabelledPhoto& second = set_.photos[static_cast<std::size_t>(pair.second)];
      if (!pair.genuine && first.subject == second.subject) {
        return refused(first.path + " and " + second.path +
                       " are labelled as two people, and as one through other pairs");
      }
    }
    return std::move(set_);
  }

 private:
  std::string Header() {
    static const std::vector<std::string> kNames = {"same", "a",     "b",       "group", "years",
                                                    "fold", "photo", "subject", "year"};
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (std::find(kNames.begin(), kNames.end(), fields_[i]) == kNames.end()) {
        return "the header has a column \"" + fields_[i] +
               "\"; known are same,a,b,group,years,fold and photo,subject,group,year";
      }
      if (!columns_.emplace(fields_[i], i).second) return "the header names " + fields_[i] + " twice";
    }
    const bool pairs = columns_.contains("same") && columns_.contains("a") && columns_.contains("b");
    const bool photos = columns_.contains("photo") && columns_.contains("subject");
    if (pairs == photos) return "the header is neither same,a,b nor photo,subject";
    if (started_ && set_.all_pairs != photos) return "this list is of another kind than the first";
    set_.all_pairs = photos;
    started_ = true;
    return "";
  }

  const std::string* Field(const char* name) const {
    const auto at = columns_.find(name);
    return at == columns_.end() ? nullptr : &fields_[at->second];
  }

  int Group() {
    const std::string* group = Field("group");
    return groups_[group == nullptr ? "all" : *group];
  }

  int Photo(const std::string& path) {
    const int number = paths_[path];
    if (number == static_cast<int>(set_.photos.size())) {
      set_.photos.emplace_back();
      set_.photos.back().path = path;
    }
    return number;
  }

  std::string Row() {
    if (fields_.size() != columns_.size()) {
      return std::to_string(fields_.size()) + " fields, the header has " + std::to_string(columns_.size());
    }
    if (set_.all_pairs) {
      const int number = Photo(*Field("photo"));
      LabelledPhoto& photo = set_.photos[static_cast<std::size_t>(number)];
      if (photo.group >= 0) return photo.path + " is listed twice";
      photo.subject = subjects_[*Field("subject")];
      photo.group = Group();
      if (const std::string* year = Field("year"); year != nullptr && !year->empty()) {
        const std::optional<int> value = Number(*year);
        if (!value) return "year is no number";
        photo.year = *value;
      }
      return "";
    }
    LabelledPair pair;
    const std::string& same = *Field("same");
    if (same != "1" && same != "0") return "same must be 1 or 0";
    pair.genuine = same == "1";
    pair.first = Photo(*Field("a"));
    pair.second = Photo(*Field("b"));
    if (pair.first == pair.second) return "a photograph is paired with itself";
    pair.group = Group();
    for (const auto& [name, out] : {std::pair("years", &pair.years), std::pair("fold", &pair.fold)}) {
      const std::string* field = Field(name);
      if (field == nullptr || field->empty()) continue;
      const std::optional<int> value = Number(*field);
      if (!value) return std::string(name) + " is no number";
      *out = *value;
    }
    set_.pairs.push_back(pair);
    return "";
  }

  LabelledSet set_;
  bool started_ = false;
  std::map<std::string, std::size_t> columns_;
  std::vector<std::string> fields_;
  Names paths_;
  Names subjects_;
  Names groups_;
};

}  // namespace

Result<LabelledSet> ReadLabelledSet(const std::vector<std::filesystem::path>& lists) {
  Reader reader;
  for (const std::filesystem::path& list : lists) {
    if (Status status = reader.Read(list); !status.ok()) return status;
  }
  return reader.Finish();
}

std::vector<int> PartsInGroup(const LabelledSet& set, int group) {
  std::vector<int> parts(set.photos.size());
  for (const LabelledPair& pair : set.pairs) {
    if (pair.group != group) continue;
    parts[static_cast<std::size_t>(pair.first)] |= 1;
    parts[static_cast<std::size_t>(pair.second)] |= 2;
  }
  for (std::size_t i = 0; set.all_pairs && i < parts.size(); ++i) parts[i] = set.photos[i].group == group ? 3 : 0;
  return parts;
}

std::map<int, std::vector<std::pair<int, int>>> GenuinePairs(const LabelledSet& set, int group) {
  std::map<int, std::vector<std::pair<int, int>>> pairs;
  for (const LabelledPair& pair : set.pairs) {
    if (!pair.genuine || pair.group != group) continue;
    pairs[set.photos[static_cast<std::size_t>(pair.first)].subject].emplace_back(pair.first, pair.second);
  }
  if (!set.all_pairs) return pairs;
  std::map<int, std::vector<int>> photos_of;
  for (std::size_t i = 0; i < set.photos.size(); ++i) {
    if (set.photos[i].group == group) photos_of[set.photos[i].subject].push_back(static_cast<int>(i));
  }
  for (const auto& [subject, photos] : photos_of) {
    for (std::size_t i = 0; i < photos.size(); ++i) {
      for (std::size_t j = i + 1; j < photos.size(); ++j) pairs[subject].emplace_back(photos[i], photos[j]);
    }
  }
  return pairs;
}

}  // namespace realname::measurement
