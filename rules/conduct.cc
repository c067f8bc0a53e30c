// SPDX-License-Identifier: Apache-2.0
#include "rules/conduct.h"

#include <algorithm>

#include "rules/capture.h"

namespace realname::rules {
namespace {

bool Reached(uint32_t count, uint32_t limit) { return limit > 0 && count >= limit; }

}  // namespace

bool AttemptsExceeded(const Policy& policy, const v1::Facts& facts) {
  if (facts.attempt() != 1 || facts.has_contest()) return false;
  const v1::AttemptPolicy& limits = policy.pack.attempts();
  const v1::ConductFacts& conduct = facts.conduct();
  const auto& open = limits.always_served();
  if (std::find(open.begin(), open.end(), facts.application().channel_type()) != open.end()) return false;
  if (Reached(conduct.identity_attempts_minute(), limits.per_identity_minute()) ||
      Reached(conduct.identity_attempts_day(), limits.per_identity_day())) {
    return true;
  }
  // Who proves that the document is there pays for nobody who did not.
  return !DocumentProved(facts) && (Reached(conduct.device_attempts_day(), limits.per_device_day()) ||
                                    Reached(conduct.agent_attempts_day(), limits.per_agent_day()));
}

bool IsNight(const Policy& policy, int64_t now) {
  const v1::VelocityPolicy& velocity = policy.pack.velocity();
  const int64_t minutes = now / 60 + policy.pack.utc_offset_minutes();
  const auto hour = static_cast<uint32_t>((minutes / 60 % 24 + 24) % 24);
  const uint32_t from = velocity.night_from_hour();
  const uint32_t to = velocity.night_to_hour();
  return from <= to ? from <= hour && hour < to : hour >= from || hour < to;
}

bool IsAbnormal(const Policy& policy, const v1::Facts& facts) {
  const v1::VelocityPolicy& limits = policy.pack.velocity();
  const v1::ConductFacts& conduct = facts.conduct();
  return Reached(conduct.device_people(), limits.device_people()) ||
         Reached(conduct.address_people(), limits.address_people()) ||
         (IsNight(policy, facts.observe_time().seconds()) &&
          Reached(conduct.outlet_applications_hour(), limits.night_applications()));
}

}  // namespace realname::rules
