// SPDX-License-Identifier: Apache-2.0
// Who takes part in an application, and what each has to bring. Pure functions.
#pragma once

#include <vector>

#include "realname/v1/facts.pb.h"
#include "realname/v1/reason_code.pb.h"
#include "realname/v1/types.pb.h"
#include "rules/civil_date.h"
#include "rules/policy.h"

namespace realname::rules {

// Whether the customer is an organisation.
bool IsOrganisation(v1::CustomerKind kind);

// Whether a kind of customer can have somebody in this role.
bool HasRole(v1::CustomerKind kind, v1::PartyRole role);

// Who comes to the counter, among these: see PartyRole. An organisation's HANDLER even where there is none.
v1::PartyRole WhoComes(v1::CustomerKind kind, const std::vector<v1::PartyRole>& roles);

// The facts of who comes: the subscriber's, or a party's; null where nobody of that role is named, or without
// a document.
const v1::SubjectFacts* FactsOfWhoComes(const v1::Facts& facts);

// How their document was read.
v1::CaptureMethod CaptureOfWhoComes(const v1::Facts& facts);

// What is missing: PTY_*, ORG_HANDLER_NOT_AUTHORISED. A party's document counts if its number is well formed, it was
// read as channel and kind of document allow, in time, and is valid today.
std::vector<v1::ReasonCode> PartyFaults(const Policy& policy, const v1::Facts& facts, CivilDate today);

// Whether a guardian of age, other than the subscriber, is there with a document that counts.
bool HasGuardian(const Policy& policy, const v1::Facts& facts, CivilDate today);

}  // namespace realname::rules
