// SPDX-License-Identifier: Apache-2.0
// Every way forward for who did not pass. Pure.
#pragma once

#include <vector>

#include "realname/v1/decision.pb.h"
#include "realname/v1/types.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// The nearest first; nothing for what passed or was given up. `contestable` says that RequestReview would be taken.
// They depend on the next action and the policy only, never on a reason, so they tell nobody what is withheld.
std::vector<v1::WayOut> WaysOut(const Policy& policy, v1::State state, const v1::Decision& decision, bool contestable);

}  // namespace realname::rules
