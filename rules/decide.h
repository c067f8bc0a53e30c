// SPDX-License-Identifier: Apache-2.0
// The decision: a pure function of policy and facts. No clock, no files, no randomness, no memory; safe from any
// thread.
#pragma once

#include <optional>

#include "base/clock.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/facts.pb.h"
#include "rules/identity_document.h"
#include "rules/policy.h"

namespace realname::rules {

// Version of what this room does. Goes up with every change after which the same policy and facts may give another
// decision; replays of older decisions then say which rule answers differently.
inline constexpr uint32_t kRulesVersion = 11;

// Makes every check and merges the reasons: REJECT > REVIEW > RETRY > INCONCLUSIVE > PASS, except that RETRY comes
// before REVIEW while attempts are left, because a reviewer cannot judge a blurred picture. What contests a refusal
// always goes to REVIEW: a person decides, with whatever was found.
v1::Decision Decide(const Policy& policy, const v1::Facts& facts);

// What the two pictures alone lead to: the checks of faces and liveness, merged as in Decide. For measuring what a
// policy does to genuine customers.
v1::Decision DecideFaces(const Policy& policy, const v1::Facts& facts);

// What a reason leads to: its class in the pack, but REVIEW where RETRY has no attempt left (`attempt` counts from 1),
// where a chip said who the person is, or where the liveness check errs too often to do more (see
// LivenessAsksReviewOnly).
v1::ReasonClass ClassInForce(const Policy& policy, v1::ReasonCode code, uint32_t attempt, v1::CaptureMethod method,
                             double liveness_bpcer);

// Under whom a document's holder is known at `now`. With an empty number, where it does not tell, there is no quota to
// count and no claim to make.
PersonKey PersonOf(const Policy& policy, const v1::Document& document, TimePoint now);

// The holder's age in completed years at `now`; nothing where the document does not tell.
std::optional<int> HolderAge(const Policy& policy, const v1::Document& document, TimePoint now);

// What an application without pictures may be told beforehand: PASS (go on), REJECT (it would be refused), or REVIEW
// (only an own hall can tell, or whoever comes with a guardian). Looks at document, age, channel, quota and what is
// registered, never at captures or at who sells.
v1::Verdict Precheck(const Policy& policy, const v1::Facts& facts);

// What the channel does after a PASS.
v1::NextAction ActionAfterPass(v1::EntryType entry_type);

// Whether something is yet to come of a decision, so that the number stays reserved: PASS (but for entries that are
// done with it), REVIEW, what awaits a source, and a RETRY that can be resubmitted.
bool IsPending(v1::EntryType entry_type, const v1::Decision& decision);

// Whether a decision holds a place in the person's quota: a pending one after which they would have another line does,
// unless it found no room.
bool HoldsPlace(v1::EntryType entry_type, const v1::Decision& decision);

// The state that follows a decision.
v1::State StateAfter(v1::EntryType entry_type, const v1::Decision& decision);

}  // namespace realname::rules
