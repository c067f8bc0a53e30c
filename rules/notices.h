// SPDX-License-Identifier: Apache-2.0
// What people are told, and what they agreed to. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "realname/v1/facts.pb.h"
#include "realname/v1/reason_code.pb.h"
#include "realname/v1/registration_service.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// To whom notices are given, and what for. What is left out is any: then each that might apply.
struct Told {
  v1::ChannelType channel = v1::CHANNEL_TYPE_UNSPECIFIED;
  std::string product = {};
  std::optional<int> age = {};  // completed years
  std::optional<uint32_t> numbers_held = {};
  v1::EntryType entry = v1::ENTRY_TYPE_UNSPECIFIED;
};

std::vector<const v1::Notice*> NoticesFor(const Policy& policy, const Told& told);

// A notice as it is handed out.
v1::NoticeToShow ToShow(const v1::Notice& notice);

// What is missing among the notices that apply and are not optional: CNS_*, each once. A notice counts in the version
// of the pack, with evidence of its kind or a stronger one, which is on record where it is a signature or a recording,
// and no later than `observe_time` and the policy's skew.
std::vector<v1::ReasonCode> ConsentFaults(const Policy& policy, const v1::Facts& facts, std::optional<int> age);

// Whether something may be done: no notice of the pack covers it, or one that does was agreed to as above.
bool MayProcess(const Policy& policy, const v1::Facts& facts, v1::Processing processing);

}  // namespace realname::rules
