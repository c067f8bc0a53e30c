// SPDX-License-Identifier: Apache-2.0
// ModelCard: what the verdicts of the face checks rest on, for people who have to answer for them. Pure; thread-safe.
#pragma once

#include "face/bundle.h"
#include "face/calibration.h"
#include "realname/v1/face_service.pb.h"
#include "realname/v1/policy_pack.pb.h"

namespace realname::face {

// Everything but outcomes_current and liveness_review_only, which are the rules' to say. The cuts and the groups' rates
// stay 0 if the calibration does not support the policy's FMR.
v1::ModelCard MakeModelCard(const Bundle& bundle, const Calibration& calibration, const v1::PolicyPack& policy);

}  // namespace realname::face
