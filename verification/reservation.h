// SPDX-License-Identifier: Apache-2.0
// How long a decision reserves a number and a place. Pure.
#pragma once

#include <chrono>

#include "base/clock.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/policy_pack.pb.h"

namespace realname {

inline TimePoint ReservationEnd(const v1::ApplicationPolicy& policy, const v1::Decision& decision, TimePoint now) {
  switch (decision.verdict()) {
    case v1::VERDICT_PASS:
      return now + std::chrono::minutes(policy.reservation_minutes());
    case v1::VERDICT_RETRY:
      return now + std::chrono::minutes(policy.evidence_minutes());
    default:
      return now + std::chrono::hours(policy.review_hours());
  }
}

}  // namespace realname
