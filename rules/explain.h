// SPDX-License-Identifier: Apache-2.0
// A decision in words, for one reader. Pure functions.
#pragma once

#include "realname/v1/decision.pb.h"
#include "realname/v1/registration_service.pb.h"
#include "realname/v1/types.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// Fills checks, reasons, next action, retry items, due date, policy digest and rules version of `answer` as `reader`
// may see them. A reason that the reader may not see keeps its place, without code, class and rules, and with the text
// of the next action; the outcome of a check that has hidden reasons is
// shown only with a visible one, or its absence would tell them. `policy` is the one that
// decided.
void Explain(const Policy& policy, const v1::Decision& decision, v1::Reader reader, v1::Verification& answer);

// One reason as `reader` may see it; where it is withheld, with `instead` for its texts.
v1::Reason ExplainReason(const Policy& policy, v1::ReasonCode code, v1::Reader reader, const v1::Text& instead);

// What a challenge's action is called; empty if the policy has no such action.
v1::Text ActionText(const Policy& policy, v1::ChallengeAction action);

// A policy's text as an answer has it.
v1::Text ToText(const v1::LocalText& text);

// The next action's text.
v1::Text NextActionText(const Policy& policy, v1::NextAction action);

// The reader that a role is.
v1::Reader ReaderOf(v1::Role role);

// Whether a role may see similarities and what is derived from them.
bool MaySeeSimilarity(v1::Role role);

}  // namespace realname::rules
