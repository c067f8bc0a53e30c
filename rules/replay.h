// SPDX-License-Identifier: Apache-2.0
// Old decisions, made once more. Pure functions.
#pragma once

#include <vector>

#include "realname/v1/audit_service.pb.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/facts.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// The decision that today's rules make of the facts and the pack of `stored`, with the votes of people in it as they
// were.
v1::Decision Replay(const Policy& policy, const v1::Facts& facts, const v1::Decision& stored);

// Where two decisions differ, but for rules_version. Checks go by their names, not by their places: a check that one of
// them did not know is a difference only if it came out as something.
std::vector<v1::DecisionDifference> Differences(const v1::Decision& stored, const v1::Decision& replayed);

}  // namespace realname::rules
