// SPDX-License-Identifier: Apache-2.0
// Codes of organisations. Pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "realname/v1/reason_code.pb.h"

namespace realname::rules {

// 统一社会信用代码, GB 32100-2015: 18 characters of 0-9 A-Z without I O S V Z; check character by weights 3^i mod 31.
// IDN_FORMAT or IDN_CHECKSUM; empty if the code is well formed. The organisation code inside (characters 9 to 17) is
// not held to GB 11714: codes were issued whose inner check does not hold.
std::vector<v1::ReasonCode> UnifiedCreditCodeFaults(std::string_view code);

// The check character of 17 characters of the alphabet. Requires them.
char UnifiedCreditCodeCheckCharacter(std::string_view code);

// 组织机构代码, GB 11714-1997: 8 characters of 0-9 A-Z, an optional hyphen, and a check character by weights 3 7 9 10 5
// 8 4 2 mod 11. IDN_FORMAT or IDN_CHECKSUM; empty if the code is well formed.
std::vector<v1::ReasonCode> OrganisationCodeFaults(std::string_view code);

}  // namespace realname::rules
