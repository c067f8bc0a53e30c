// SPDX-License-Identifier: Apache-2.0
// What an identity source's answer is worth. "No record", "no photograph" and "no answer" are never "mismatch". Pure.
#pragma once

#include <vector>

#include "realname/v1/facts.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// The source that covers this kind of document; nothing if none does.
const v1::IdentitySourcePolicy* SourceOf(const Policy& policy, v1::DocumentType type);

// The source that has to be asked about a document: one that covers it, where number and name can be read.
const v1::IdentitySourcePolicy* SourceToAsk(const Policy& policy, const v1::Document& document, TimePoint now);

// Asked, and nothing came: it can be asked again.
bool IsUnanswered(const v1::AuthorityFacts& facts);

// Whether anybody's source did not answer.
bool AwaitsSource(const v1::Facts& facts);

// Whether the application waited for its sources as long as the policy lets it.
bool WaitedOut(const Policy& policy, const v1::Facts& facts);

// What an answer gives, with the outcome that each has for the check: FAILED for a mismatch, NOT_AVAILABLE where the
// source had nothing, ERROR where nothing came. Empty for a match and where nobody was asked.
struct AuthorityFault {
  v1::ReasonCode code;
  v1::Outcome outcome;
};
std::vector<AuthorityFault> AuthorityFaults(const v1::AuthorityFacts& facts);

}  // namespace realname::rules
