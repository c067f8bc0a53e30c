// SPDX-License-Identifier: Apache-2.0
#include "rules/challenge.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

#include "rules/quality_gate.h"

namespace realname::rules {
namespace {

bool MovesTheHead(v1::ChallengeAction action) {
  return action == v1::CHALLENGE_ACTION_TURN_LEFT || action == v1::CHALLENGE_ACTION_TURN_RIGHT ||
         action == v1::CHALLENGE_ACTION_LOOK_UP;
}

// What has to be measured for an action to be seen; UNSPECIFIED for the turns, which every bundle measures.
v1::FaceComponent ComponentOf(v1::ChallengeAction action) {
  switch (action) {
    case v1::CHALLENGE_ACTION_LOOK_UP:
      return v1::FACE_COMPONENT_PITCH;
    case v1::CHALLENGE_ACTION_BLINK:
      return v1::FACE_COMPONENT_EYES_OPEN;
    case v1::CHALLENGE_ACTION_OPEN_MOUTH:
      return v1::FACE_COMPONENT_MOUTH_OPEN;
    default:
      return v1::FACE_COMPONENT_UNSPECIFIED;
  }
}

// Positive yaw turns the nose to the left of the picture, which is the person's own right; positive pitch lifts it.
bool Shows(const v1::ChallengePolicy& limits, v1::ChallengeAction action, const v1::FaceEvidence& now,
           const v1::FaceEvidence& first) {
  if (!Measured(now, ComponentOf(action)) || !Measured(first, ComponentOf(action))) return false;
  switch (action) {
    case v1::CHALLENGE_ACTION_TURN_LEFT:
      return first.yaw_degrees() - now.yaw_degrees() >= limits.min_turn_degrees();
    case v1::CHALLENGE_ACTION_TURN_RIGHT:
      return now.yaw_degrees() - first.yaw_degrees() >= limits.min_turn_degrees();
    case v1::CHALLENGE_ACTION_LOOK_UP:
      return now.pitch_degrees() - first.pitch_degrees() >= limits.min_look_up_degrees();
    case v1::CHALLENGE_ACTION_BLINK:
      return now.left_eye_open() <= limits.max_eye_open() && now.right_eye_open() <= limits.max_eye_open() &&
             (first.left_eye_open() > limits.max_eye_open() || first.right_eye_open() > limits.max_eye_open());
    case v1::CHALLENGE_ACTION_OPEN_MOUTH:
      return now.mouth_open() - first.mouth_open() >= limits.min_mouth_opening();
    default:
      return false;
  }
}

// The live portrait's limits without those that an action breaks by being done.
v1::QualityPolicy FrameLimits(const Policy& policy, v1::ChallengeAction action) {
  v1::QualityPolicy limits = policy.pack.live_portrait();
  if (action == v1::CHALLENGE_ACTION_FACE_CAMERA) return limits;
  limits.clear_max_yaw_degrees();
  limits.clear_max_pitch_degrees();
  limits.clear_max_roll_degrees();
  limits.clear_min_eye_open();
  limits.clear_max_mouth_open();
  return limits;
}

// Seconds and nanoseconds in order.
bool Before(const google::protobuf::Timestamp& a, const google::protobuf::Timestamp& b) {
  return std::make_tuple(a.seconds(), a.nanos()) < std::make_tuple(b.seconds(), b.nanos());
}

bool InTime(const v1::Facts& facts) {
  const v1::SessionFacts& session = facts.session();
  return Before(session.has_use_time() ? session.use_time() : facts.observe_time(), session.expire_time());
}

// Whether the frames are those that were asked for, in their order.
bool Complete(const v1::Facts& facts) {
  const auto& actions = facts.session().actions();
  const auto& frames = facts.subject().challenge_frames();
  return actions.size() > static_cast<int>(kFewestActions) &&
         std::equal(actions.begin(), actions.end(), frames.begin(), frames.end(),
                    [](int action, const v1::ChallengeFrame& frame) { return action == frame.action(); });
}

}  // namespace

std::vector<v1::ChallengeAction> ActionsNotSeen(const google::protobuf::RepeatedField<int>& not_measured) {
  std::vector<v1::ChallengeAction> actions;
  for (const v1::ChallengeAction action : kDrawnActions) {
    if (std::find(not_measured.begin(), not_measured.end(), ComponentOf(action)) != not_measured.end()) {
      actions.push_back(action);
    }
  }
  return actions;
}

std::optional<std::vector<v1::ChallengeAction>> DrawSteps(uint32_t asked,
                                                          const std::vector<v1::ChallengeAction>& excluded,
                                                          const std::function<uint32_t(uint32_t)>& below) {
  std::vector<v1::ChallengeAction> left;
  for (const v1::ChallengeAction action : kDrawnActions) {
    if (std::find(excluded.begin(), excluded.end(), action) == excluded.end()) left.push_back(action);
  }
  if (left.size() < kFewestActions) return std::nullopt;
  const auto shuffle = [&below](std::vector<v1::ChallengeAction>& actions) {  // Fisher and Yates
    for (std::size_t i = actions.size(); i > 1; --i) {
      std::swap(actions[i - 1], actions[below(static_cast<uint32_t>(i))]);
    }
  };
  shuffle(left);
  const auto of_the_head = std::find_if(left.begin(), left.end(), MovesTheHead);
  if (of_the_head != left.end()) std::swap(*left.begin(), *of_the_head);
  left.resize(std::clamp(static_cast<std::size_t>(asked), kFewestActions, left.size()));
  shuffle(left);
  left.insert(left.begin(), v1::CHALLENGE_ACTION_FACE_CAMERA);
  return left;
}

std::vector<v1::ReasonCode> FrameFaults(const Policy& policy, const v1::ChallengeFrame& frame,
                                        const v1::FaceEvidence& first) {
  const v1::FaceEvidence& evidence = frame.evidence();
  std::vector<v1::ReasonCode> faults = DetectionFaults(evidence);
  if (!faults.empty()) return faults;
  for (const v1::Finding& fault : QualityFaults(evidence, FrameLimits(policy, frame.action()))) {
    faults.push_back(fault.code());
  }
  const v1::ChallengePolicy& limits = policy.pack.challenge();
  // Negated comparisons, so that a value that is no number fails.
  if (!(evidence.live_score() >= limits.min_live_score())) {
    faults.push_back(KindOfAttack(evidence));
  }
  if (frame.action() == v1::CHALLENGE_ACTION_FACE_CAMERA) return faults;
  if (!frame.has_to_first() || !(frame.to_first().fmr_at_similarity() <= policy.pack.face().review_fmr())) {
    faults.push_back(v1::PAD_FACE_CHANGED);
  }
  if (!Shows(limits, frame.action(), evidence, first)) {
    faults.push_back(v1::PAD_CHALLENGE_FAILED);
  } else if (frame.action() != v1::CHALLENGE_ACTION_BLINK &&
             !(frame.highest_correlation() < limits.same_image_correlation())) {
    faults.push_back(v1::PAD_INJECTION);
  }
  return faults;
}

bool ChallengeAsked(const Policy& policy, const v1::Facts& facts) {
  const v1::ChannelPolicy* channel = ChannelOf(policy, facts.application().channel_type());
  return facts.has_session() || (channel != nullptr && channel->active_challenge());
}

std::vector<v1::ReasonCode> ChallengeFaults(const Policy& policy, const v1::Facts& facts) {
  if (!facts.has_session()) {
    if (ChallengeAsked(policy, facts)) return {v1::PAD_CHALLENGE_MISSING};
    return {};
  }
  if (facts.session().used_by_another()) return {v1::PAD_REPLAY};
  if (!InTime(facts)) return {v1::PAD_CHALLENGE_EXPIRED};
  // A channel's rules are those under which the session was started.
  if (facts.session().channel_type() != facts.application().channel_type()) return {v1::PAD_CHALLENGE_MISSING};
  if (!Complete(facts)) return {v1::PAD_CHALLENGE_FAILED};

  std::vector<v1::ReasonCode> faults;
  const auto found = [&faults](v1::ReasonCode code) {
    if (std::find(faults.begin(), faults.end(), code) == faults.end()) faults.push_back(code);
  };
  const v1::FacePolicy& face = policy.pack.face();
  const auto& frames = facts.subject().challenge_frames();
  const bool portrait = PassesGate(facts.subject().live_portrait(), policy.pack.live_portrait());
  for (const v1::ChallengeFrame& frame : frames) {
    for (const v1::ReasonCode fault : FrameFaults(policy, frame, frames[0].evidence())) {
      found(IsOfChallenge(fault) ? fault : v1::PAD_CHALLENGE_FAILED);
    }
    if (portrait) {
      const double limit = frame.action() == v1::CHALLENGE_ACTION_FACE_CAMERA ? face.match_fmr() : face.review_fmr();
      if (!frame.has_to_portrait() || !(frame.to_portrait().fmr_at_similarity() <= limit)) {
        found(v1::PAD_FACE_CHANGED);
      }
    }
    if (!(frame.id_photo_correlation() < face.same_image_correlation())) found(v1::PAD_INJECTION);
  }
  return faults;
}

bool UsesSession(const v1::Facts& facts) {
  return facts.has_session() && !facts.session().used_by_another() && InTime(facts) && Complete(facts);
}

bool IsOfChallenge(v1::ReasonCode code) {
  switch (code) {
    case v1::PAD_CHALLENGE_FAILED:
    case v1::PAD_CHALLENGE_MISSING:
    case v1::PAD_CHALLENGE_EXPIRED:
    case v1::PAD_FACE_CHANGED:
    case v1::PAD_INJECTION:
    case v1::PAD_REPLAY:
      return true;
    default:
      return false;
  }
}

}  // namespace realname::rules
