// SPDX-License-Identifier: Apache-2.0
// Whether a document was read during the visit. Pure.
#pragma once

#include <cstdint>

#include "rules/policy.h"

namespace realname::rules {

// `time` and `now` in seconds since the Unix epoch; a capture that names no time is stale.
inline bool CapturedInTime(const Policy& policy, bool has_time, int64_t time, int64_t now) {
  const int64_t age = now - time;
  const auto& limits = policy.pack.document();
  return has_time && age <= int64_t{60} * limits.max_capture_age_minutes() &&
         age >= -int64_t{60} * limits.max_clock_skew_minutes();
}

}  // namespace realname::rules
