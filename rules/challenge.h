// SPDX-License-Identifier: Apache-2.0
// The active challenge of a session: what is asked, whether a frame shows it, and what the whole of it says about an
// application. Pure functions.
//
// Shown means moved: yaw, pitch and mouth are measured against the session's own first frame, in which the person faces
// the camera, so that neither the camera's place nor the way a person holds the head counts. That all frames are one
// person is told by false match rates, as everywhere: a head that is turned, lifted or speaking scores lower than a
// frontal one, so such a frame must only not look like another person (review_fmr), while the portrait and the first
// frame, both frontal and of one sitting, must match (match_fmr).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "realname/v1/facts.pb.h"
#include "realname/v1/policy_pack.pb.h"
#include "realname/v1/reason_code.pb.h"
#include "realname/v1/types.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// What a person can be asked for besides facing the camera: every other ChallengeAction.
inline constexpr v1::ChallengeAction kDrawnActions[] = {v1::CHALLENGE_ACTION_TURN_LEFT, v1::CHALLENGE_ACTION_TURN_RIGHT,
                                                        v1::CHALLENGE_ACTION_LOOK_UP, v1::CHALLENGE_ACTION_BLINK,
                                                        v1::CHALLENGE_ACTION_OPEN_MOUTH};

// Fewer than this many different actions are no challenge.
inline constexpr std::size_t kFewestActions = 2;

// Actions that a face bundle cannot see, by what it does not measure (ModelCard.not_measured): they are not asked.
std::vector<v1::ChallengeAction> ActionsNotSeen(const google::protobuf::RepeatedField<int>& not_measured);

// Draws a session's steps: FACE_CAMERA, then `asked` different actions in random order, or all that are left if these
// are fewer; a movement of the head is always among them if one is left, because the eyes and the mouth are what a
// retouched photograph shows most easily. Nothing if fewer than kFewestActions are left. `below(n)` gives a uniform
// number below n.
std::optional<std::vector<v1::ChallengeAction>> DrawSteps(uint32_t asked,
                                                          const std::vector<v1::ChallengeAction>& excluded,
                                                          const std::function<uint32_t(uint32_t)>& below);

// Why a frame is no frame of its action, most telling first; empty if it shows it. `first` is the session's first
// frame's evidence (for FACE_CAMERA not looked at). What the detector and the quality gate say (but for what the action
// itself changes), then PAD_PRINT or PAD_SCREEN, PAD_FACE_CHANGED, PAD_CHALLENGE_FAILED, PAD_INJECTION.
std::vector<v1::ReasonCode> FrameFaults(const Policy& policy, const v1::ChallengeFrame& frame,
                                        const v1::FaceEvidence& first);

// Whether an application must show an active challenge, or names one.
bool ChallengeAsked(const Policy& policy, const v1::Facts& facts);

// What the challenge says against an application: some of PAD_CHALLENGE_MISSING, _EXPIRED, _FAILED, PAD_FACE_CHANGED,
// PAD_INJECTION and PAD_REPLAY; empty if it was passed, or is neither asked for nor named.
std::vector<v1::ReasonCode> ChallengeFaults(const Policy& policy, const v1::Facts& facts);

// Whether the application uses its session up: it is complete, in time and nobody else's. One that is not stays open
// for its frames.
bool UsesSession(const v1::Facts& facts);

// Whether the reason is one of the active challenge.
bool IsOfChallenge(v1::ReasonCode code);

}  // namespace realname::rules
