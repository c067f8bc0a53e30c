// SPDX-License-Identifier: Apache-2.0
// What people's votes make of a case. Pure functions.
#pragma once

#include <string>

#include "base/clock.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/facts.pb.h"
#include "realname/v1/registration_service.pb.h"
#include "realname/v1/types.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// What is wrong with the form of a vote on `decision`, by field; empty if nothing is. Each check that found something
// is voted on exactly once and no other; APPROVE with nothing FAILED and no reason that only evidence lifts, REJECT
// with something FAILED, REQUEST_EVIDENCE with items.
std::string VoteFault(const Policy& policy, const v1::Decision& decision, const v1::ReviewVote& vote);

// Whether approving takes two people: against a check that FAILED, or for one of the policy's reasons.
bool NeedsSecondReviewer(const Policy& policy, const v1::Decision& decision);

// What comes of the votes so far. The last vote is the newest; `by_administrator` says that it is an administrator's,
// whose vote decides alone, as on an escalated case.
enum class ReviewResult {
  kDecided,      // ReviewedDecision holds
  kAwaitSecond,  // another reviewer has to vote
  kEscalate,     // two do not agree
};
ReviewResult ResultOf(const Policy& policy, const v1::Decision& decision, const v1::ReviewRecord& votes,
                      bool by_administrator);

// The decision that the last vote makes of the one it revises: findings stay, reviewed_outcome and verdict are
// people's.
v1::Decision ReviewedDecision(const Policy& policy, const v1::Facts& facts, const v1::Decision& decision,
                              const v1::ReviewRecord& votes, TimePoint now);

// What a waiting customer can be told: `cases_before` are worked on first, at the policy's pace, in the desk's hours.
v1::ReviewWait WaitOf(const Policy& policy, uint64_t cases_before, TimePoint now, TimePoint deadline);

}  // namespace realname::rules
