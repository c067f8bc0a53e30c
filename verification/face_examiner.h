// SPDX-License-Identifier: Apache-2.0
// FaceExaminer: what the use cases need of a face engine.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/face_evidence.pb.h"
#include "realname/v1/face_service.pb.h"

namespace realname {

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

  // Compares two pieces of evidence whose status is OK and that were made with this bundle.
  // Errors: FAILED_PRECONDITION if either has no template of this bundle.
  virtual Result<v1::FaceComparison> Compare(const v1::FaceEvidence& first, const v1::FaceEvidence& second) const = 0;

  // The networks and the calibration in force, with the rates at the two FMRs of the policy.
  virtual v1::ModelCard ModelCard(double match_fmr, double review_fmr) const = 0;
};

}  // namespace realname
