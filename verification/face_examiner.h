// SPDX-License-Identifier: Apache-2.0
// FaceExaminer: what the use cases need of a face engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/face_evidence.pb.h"
#include "realname/v1/face_service.pb.h"
#include "realname/v1/policy_pack.pb.h"

namespace realname {

// A face that a search found.
struct FaceCandidate {
  uint64_t id = 0;
  // FMR at the similarity of the two, 0 to 1, of the calibration's strictest group.
  double fmr_at_similarity = 1;
};

// Face templates of one bundle in memory, searched exactly. Const methods are thread-safe with each other; nothing else
// is. What leaves it is overwritten.
class FaceGallery {
 public:
  virtual ~FaceGallery() = default;

  // Adds a template (FaceEvidence.template). False if the id is there already, or it is no template of this bundle.
  virtual bool Add(uint64_t id, std::string_view face_template) = 0;
  // False if there is none of this id.
  virtual bool Remove(uint64_t id) = 0;
  virtual size_t size() const = 0;

  // Of the templates whose FMR with the portrait's is at most `fmr` the `most` most similar, the most similar first.
  virtual std::vector<FaceCandidate> Search(const v1::FaceEvidence& portrait, double fmr, size_t most) const = 0;
};

// Looks at pictures. Thread-safe. Only bytes and messages cross this interface, so that workers can be processes.
class FaceExaminer {
 public:
  virtual ~FaceExaminer() = default;

  // Examines each picture, in parallel as far as workers are free, and returns evidence in the same order. A picture
  // that cannot be used is evidence (see FaceStatus), not an error.
  // Errors: RESOURCE_EXHAUSTED (OVERLOADED) if the work would not start before `deadline`; DEADLINE_EXCEEDED if it
  // passed meanwhile; UNAVAILABLE (FACE_ENGINE_UNAVAILABLE) if no worker can do it.
  virtual Result<std::vector<v1::FaceEvidence>> Examine(std::span<const std::string_view> pictures,
                                                        Deadline deadline) = 0;

  // Compares a portrait with a person's references (one or more: ID photo, entry photo, ...); the best counts, and its
  // FMR is corrected for their number. All have status OK and were made with this bundle.
  // Errors: FAILED_PRECONDITION if any has no template of this bundle.
  virtual Result<v1::FaceComparison> Compare(std::span<const v1::FaceEvidence* const> references,
                                             const v1::FaceEvidence& portrait) const = 0;
  Result<v1::FaceComparison> Compare(const v1::FaceEvidence& reference, const v1::FaceEvidence& portrait) const {
    const v1::FaceEvidence* const one[] = {&reference};
    return Compare(one, portrait);
  }

  // An empty gallery for templates of this bundle.
  virtual std::unique_ptr<FaceGallery> NewGallery() const = 0;

  // Names the bundle: evidence that carries another digest is examined again before it is compared.
  virtual const std::string& BundleDigest() const = 0;

  // Bona fide presentation classification error rate (ISO/IEC 30107-3) of the liveness network if portraits below
  // `live_score` are refused, by the calibration in force: 0 to 1, 1 if it was not measured.
  virtual double LivenessBpcer(double live_score) const = 0;

  // The networks and the calibration in force, with the rates at the limits of a policy. What depends on the policy as
  // a whole (outcomes_current, liveness_review_only) is left to the caller.
  virtual v1::ModelCard ModelCard(const v1::PolicyPack& policy) const = 0;
};

}  // namespace realname
