// SPDX-License-Identifier: Apache-2.0
// How long a decision reserves a number and a place: for a case of the review desk, as long as the case; for what waits
// for an identity source, as long as it may, and then as long as the case that it becomes. Pure.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/policy_pack.pb.h"

namespace realname {

inline TimePoint ReservationEnd(const v1::PolicyPack& policy, const v1::Decision& decision, TimePoint now) {
  const v1::ApplicationPolicy& application = policy.application();
  switch (decision.verdict()) {
    case v1::VERDICT_PASS:
      return now + std::chrono::minutes(application.reservation_minutes());
    case v1::VERDICT_RETRY:
      // A person asked for it, who has to find the customer first.
      if (decision.has_contest()) return now + std::chrono::hours(policy.contest().decide_within_hours());
      return now + std::chrono::minutes(application.evidence_minutes());
    case v1::VERDICT_INCONCLUSIVE: {
      uint32_t wait = 0;
      for (const auto& source : policy.identity_sources()) wait = std::max(wait, source.wait_minutes());
      return now + std::chrono::minutes(wait) + std::chrono::hours(application.review_hours());
    }
    default:
      return now + std::chrono::hours(decision.has_contest() ? policy.contest().decide_within_hours()
                                                             : application.review_hours());
  }
}

}  // namespace realname
