// SPDX-License-Identifier: Apache-2.0
// A gallery without a face engine: faces are alike when their marks are equal.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "verification/face_examiner.h"

namespace realname {

// `mark` says whose face a template is of; with an empty mark it is like nobody's.
class MarkedGallery final : public FaceGallery {
 public:
  using Mark = std::string (*)(std::string_view face_template);
  explicit MarkedGallery(Mark mark) : mark_(mark) {}

  bool Add(uint64_t id, std::string_view face_template) override {
    return marks_.emplace(id, mark_(face_template)).second;
  }
  bool Remove(uint64_t id) override { return marks_.erase(id) > 0; }
  size_t size() const override { return marks_.size(); }
  std::vector<FaceCandidate> Search(const v1::FaceEvidence& portrait, double, size_t most) const override {
    std::vector<FaceCandidate> found;
    const std::string whose = mark_(portrait.template_());
    for (const auto& [id, mark] : marks_) {
      if (!mark.empty() && mark == whose && found.size() < most) found.push_back({id, 1e-7});
    }
    return found;
  }

 private:
  const Mark mark_;
  std::map<uint64_t, std::string> marks_;
};

}  // namespace realname
