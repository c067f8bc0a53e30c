// SPDX-License-Identifier: Apache-2.0
#include "rules/ways_out.h"

namespace realname::rules {
namespace {

v1::WayOut NearestOf(v1::State state, v1::NextAction action) {
  if (state == v1::STATE_EXPIRED) return v1::WAY_OUT_SUBMIT_AGAIN;
  switch (action) {
    case v1::NEXT_ACTION_RESUBMIT:
      return v1::WAY_OUT_RESUBMIT;
    case v1::NEXT_ACTION_SUBMIT_AGAIN:
      return v1::WAY_OUT_SUBMIT_AGAIN;
    case v1::NEXT_ACTION_START_SESSION:
      return v1::WAY_OUT_START_SESSION;
    case v1::NEXT_ACTION_WAIT_FOR_REVIEW:
      return v1::WAY_OUT_WAIT_FOR_REVIEW;
    case v1::NEXT_ACTION_WAIT_FOR_SOURCE:
      return v1::WAY_OUT_WAIT_FOR_SOURCE;
    case v1::NEXT_ACTION_TRY_LATER:
      return v1::WAY_OUT_TRY_LATER;
    case v1::NEXT_ACTION_OWN_HALL:
      return v1::WAY_OUT_OWN_HALL;
    default:
      return v1::WAY_OUT_UNSPECIFIED;
  }
}

// Whether something is wrong with what was applied for, which no vote lifts and no evidence changes: a contest of it
// can be made, and leads to no number.
bool WantsAnotherApplication(const Policy& policy, const v1::Decision& decision) {
  for (const v1::CheckDecision& check : decision.checks()) {
    for (const int code : check.reasons()) {
      const v1::ReasonText& text = TextOf(policy, static_cast<v1::ReasonCode>(code));
      if (text.new_application() && text.lifted_by_evidence_only()) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<v1::WayOut> WaysOut(const Policy& policy, v1::State state, const v1::Decision& decision, bool contestable) {
  const bool over = state == v1::STATE_ACTIVATED || state == v1::STATE_COMPLETED || state == v1::STATE_TERMINATED ||
                    state == v1::STATE_CANCELLED;
  if (over || decision.verdict() == v1::VERDICT_PASS) return {};
  std::vector<v1::WayOut> ways;
  if (state == v1::STATE_IN_REVIEW) ways.push_back(v1::WAY_OUT_WAIT_FOR_REVIEW);
  if (const v1::WayOut nearest = NearestOf(state, decision.next_action());
      nearest != v1::WAY_OUT_UNSPECIFIED && nearest != v1::WAY_OUT_WAIT_FOR_REVIEW) {
    ways.push_back(nearest);
  }
  // Who may try again later may also go where more is possible.
  if (decision.next_action() == v1::NEXT_ACTION_TRY_LATER && state == v1::STATE_DECIDED) {
    ways.push_back(v1::WAY_OUT_OWN_HALL);
  }
  const bool another = WantsAnotherApplication(policy, decision);
  if (policy.pack.alternative().channels_size() > 0 && decision.identification() != v1::IDENTIFICATION_ATTESTED &&
      !decision.face_required() && !another) {
    ways.push_back(v1::WAY_OUT_OWN_HALL_WITHOUT_FACE);
  }
  if (contestable && !another) ways.push_back(v1::WAY_OUT_REQUEST_REVIEW);
  return ways;
}

}  // namespace realname::rules
