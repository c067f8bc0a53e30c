// SPDX-License-Identifier: Apache-2.0
// How often it was tried, and what is out of the ordinary. Pure.
#pragma once

#include <vector>

#include "realname/v1/facts.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// It was tried as often as it may be: nothing else is looked at. First submissions only.
bool AttemptsExceeded(const Policy& policy, const v1::Facts& facts);

// An hour of the night, by the policy.
bool IsNight(const Policy& policy, int64_t now);

// The pattern of applications is one that a person should look at.
bool IsAbnormal(const Policy& policy, const v1::Facts& facts);

}  // namespace realname::rules
