// SPDX-License-Identifier: Apache-2.0
// The quality gate before any comparison, in the spirit of ISO/IEC 29794-5: measurements against the policy's limits.
// Pure functions.
#pragma once

#include <string>
#include <vector>

#include "realname/v1/decision.pb.h"
#include "realname/v1/face_evidence.pb.h"
#include "realname/v1/policy_pack.pb.h"
#include "realname/v1/reason_code.pb.h"

namespace realname::rules {

// Why a picture shows no one subject: at most one of IMG_DECODE, IMG_TOO_SMALL, IMG_TOO_LARGE, FACE_NONE,
// FACE_MULTIPLE.
std::vector<v1::ReasonCode> DetectionFaults(const v1::FaceEvidence& evidence);

// Why a picture with one subject is not good enough to compare, most telling first, each with what was measured and the
// limit that it missed; `item` is left to the caller. Of the head's turns the one that is furthest beyond its limit is
// named. A limit on what was not measured is never met. Requires FACE_STATUS_OK.
std::vector<v1::Finding> QualityFaults(const v1::FaceEvidence& evidence, const v1::QualityPolicy& limits);

// The first limit of a pack on what a face bundle does not measure, by field; empty if there is none.
// `not_measured` holds FaceComponents. Such a pack must not be used with the bundle: nothing would ever pass.
std::string LimitOnUnmeasured(const v1::PolicyPack& pack, const google::protobuf::RepeatedField<int>& not_measured);

// Whether the bundle that made the evidence measures the component.
bool Measured(const v1::FaceEvidence& evidence, v1::FaceComponent component);

// What a picture looks like that was not taken of a live face: PAD_PRINT, PAD_SCREEN, or PAD_ATTACK where the bundle
// does not tell.
v1::ReasonCode KindOfAttack(const v1::FaceEvidence& evidence);

// Whether a picture may be compared at all.
bool PassesGate(const v1::FaceEvidence& evidence, const v1::QualityPolicy& limits);

}  // namespace realname::rules
