// SPDX-License-Identifier: Apache-2.0
// A policy pack that has been read and checked. Immutable after loading, so safe to share between threads.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/policy_pack.pb.h"
#include "realname/v1/types.pb.h"
#include "rules/civil_date.h"

namespace realname::rules {

struct Policy {
  v1::PolicyPack pack;
  // SHA-256 of the pack's text, in hex.
  std::string digest;
};

// Reads a pack from protobuf text and checks that it is complete and does not contradict itself: every reason that the
// rules can give has a class, texts in both languages and a rule; bands do not overlap; limits lie in their ranges.
// `digest` is that of `text`. Errors: INVALID_ARGUMENT; the message names the line.
Result<Policy> ReadPolicy(std::string_view text, std::string digest);

// A pack that was in force once and passed the check of its own day: read, not held against today's. Errors as
// ReadPolicy, for text that is no pack.
Result<Policy> ReadArchivedPolicy(std::string_view text, std::string digest);

// The pack's entry for a reason. Requires a checked policy and a code that the rules give.
const v1::ReasonText& TextOf(const Policy& policy, v1::ReasonCode code);

// The day that it is by the policy's clock.
CivilDate DayAt(const Policy& policy, TimePoint now);

// The pack's entry for a channel, or null if the channel may do nothing.
const v1::ChannelPolicy* ChannelOf(const Policy& policy, v1::ChannelType type);

// The pack's entry for a kind of document; a default one where it has none.
v1::DocumentTypePolicy DocumentTypeOf(const Policy& policy, v1::DocumentType type);

// The pack's entry for a kind of customer, or null if it is not served.
const v1::CustomerKindPolicy* CustomerOf(const Policy& policy, v1::CustomerKind kind);

// The check that gives a reason.
v1::Check CheckOf(v1::ReasonCode code);

}  // namespace realname::rules
