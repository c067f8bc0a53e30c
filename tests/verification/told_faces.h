// SPDX-License-Identifier: Apache-2.0
// Faces that say what they are told to, for tests of the use cases.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/rules/sample_facts.h"
#include "verification/face_examiner.h"

namespace realname::testing {

// One clear live face in every picture but "nobody", "doubtful" and "printed ..."; pairs differ if either picture ends
// in "stranger".
class ToldFaces final : public FaceExaminer {
 public:
  Result<std::vector<v1::FaceEvidence>> Examine(std::span<const std::string_view> pictures, Deadline) override {
    ++examinations;
    if (on_examine) on_examine();
    if (!failure.ok()) return failure;
    std::vector<v1::FaceEvidence> out;
    for (const std::string_view picture : pictures) {
      v1::FaceEvidence face = GoodFace();
      if (picture == "nobody") face.set_status(v1::FACE_STATUS_NO_FACE);
      if (picture == "doubtful") face.set_live_score(0.6f);
      if (picture.starts_with("printed")) {
        face.set_live_score(0.01f);
        face.set_print_score(0.98f);
      }
      face.set_template_(std::string(picture));
      face.set_bundle_digest(bundle);
      out.push_back(face);
      examined.emplace_back(picture);
    }
    return out;
  }
  Result<v1::FaceComparison> Compare(std::span<const v1::FaceEvidence* const> references,
                                     const v1::FaceEvidence& portrait) const override {
    const bool stranger =
        references.front()->template_().ends_with("stranger") || portrait.template_().ends_with("stranger");
    v1::FaceComparison comparison;
    comparison.set_similarity(stranger ? 0.1f : 0.8f);
    comparison.set_fmr_at_similarity(stranger ? 0.5 : 1e-6);
    return comparison;
  }
  const std::string& BundleDigest() const override { return bundle; }
  double LivenessBpcer(double) const override { return bpcer; }
  v1::ModelCard ModelCard(const v1::PolicyPack&) const override { return {}; }

  int examinations = 0;
  std::vector<std::string> examined;
  std::string bundle = "bundle";
  double bpcer = 0;
  Status failure;
  std::function<void()> on_examine;
};

}  // namespace realname::testing
