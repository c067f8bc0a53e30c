// SPDX-License-Identifier: Apache-2.0
// CustomerOutcomes: what a policy does to genuine customers: match, quality and liveness together, with the rules that
// decide real applications (rules::DecideFaces).
//
// A genuine pair of photographs is a visit: the first is the ID photo, the second the portrait. When the answer is
// RETRY the customer tries again, three times at most and no oftener than the policy allows: with the next of their
// photographs that is listed against the same ID photo (beginning again after the last), or with the same one if there
// is no other. The ID photo stays, for a chip holds but one. A person's visits share one vote, so that the much
// photographed do not decide. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "face/calibration.h"
#include "face/comparison.h"
#include "measurement/labelled_set.h"
#include "realname/v1/face_calibration.pb.h"
#include "realname/v1/face_evidence.pb.h"
#include "rules/policy.h"

namespace realname::measurement {

inline constexpr int kTries = 3;

// `id_photos` and `portraits` are each photograph's evidence in either part, by index into set.photos. No message if no
// group has a genuine pair.
// Errors: UNAVAILABLE if OpenCV fails.
Result<v1::CustomerOutcomes> MeasureOutcomes(const LabelledSet& set, const std::vector<v1::FaceEvidence>& id_photos,
                                             const std::vector<v1::FaceEvidence>& portraits,
                                             const face::TemplateKind& kind, const Calibration& calibration,
                                             const rules::Policy& policy);

std::string OutcomesText(const v1::CustomerOutcomes& outcomes);

}  // namespace realname::measurement
