// SPDX-License-Identifier: Apache-2.0
// 异议: which refusals a person can contest, and for how long. Pure.
#pragma once

#include <chrono>

#include "base/clock.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/policy_pack.pb.h"
#include "realname/v1/types.pb.h"

namespace realname::rules {

// Whether an application that stands so was refused: by REJECT, by a RETRY that only leads elsewhere, or by nobody,
// because its time ran out while it waited for a person or for evidence.
inline bool IsRefusal(v1::State state, const v1::Decision& decision) {
  switch (state) {
    case v1::STATE_DECIDED:
      return decision.verdict() == v1::VERDICT_REJECT || decision.verdict() == v1::VERDICT_RETRY;
    case v1::STATE_EXPIRED:
      return decision.verdict() == v1::VERDICT_REVIEW || decision.verdict() == v1::VERDICT_RETRY;
    default:
      return false;
  }
}

// Which contest of the same application would be next: 1 for the first. One that nobody decided is not counted.
inline uint32_t NextContestLevel(v1::State state, const v1::Decision& decision) {
  const uint32_t level = decision.contest().level();
  return state == v1::STATE_EXPIRED && level > 0 ? level : level + 1;
}

// Until when a refusal of `decide_time` can be contested.
inline TimePoint ContestEnd(const v1::ContestPolicy& policy, TimePoint decide_time) {
  return decide_time + std::chrono::hours(24) * policy.within_days();
}

}  // namespace realname::rules
