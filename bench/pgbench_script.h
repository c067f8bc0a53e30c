// SPDX-License-Identifier: Apache-2.0
// The registry's own statements as a script for pgbench -M prepared, so that the bare SQL that the service is held
// against is what the service sends. Pure.
#pragma once

#include <string>

namespace realname {

// What a first application with PASS costs the registry, at the own hall of the population, on keys that were never
// used. Variables: first_key and i (a number that starts at 0); principal; now, expire, day_ago, month_ago
// (microseconds since 1970); today, next_due (YYYY-MM-DD); count_to; policy_digest; and as bytea bytes32, record,
// record_subject, decision, facts, facts_subject, salt, leaf, id_photo, live_portrait, evidence.
std::string RegistrationScript();

}  // namespace realname
