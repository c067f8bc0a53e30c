// SPDX-License-Identifier: Apache-2.0
// The face part of a policy, and what a calibration's measurement of it has to say. Pure functions.
#pragma once

#include "base/result.h"
#include "realname/v1/face_calibration.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// Everything in a policy that decides what becomes of two pictures. Equal policies give equal bytes.
v1::FaceLimits FaceLimitsOf(const Policy& policy);

// Whether the outcomes were measured with this policy's limits.
bool MeasuredWith(const v1::CustomerOutcomes& outcomes, const Policy& policy);

// Whether the policy's own limits on what may happen to genuine customers hold, as CustomerPolicy says. Outcomes of
// groups outside the population do not count, and nothing is said of outcomes that were measured with another policy's
// limits. Errors: FAILED_PRECONDITION naming the group, the share and the limit.
Status AllowsOutcomes(const Policy& policy, const v1::FaceCalibration& calibration);

// Whether what the liveness check finds goes to review and never back to the customer, because its BPCER is above the
// policy's limit.
bool LivenessAsksReviewOnly(const Policy& policy, double liveness_bpcer);

}  // namespace realname::rules
