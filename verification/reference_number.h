// SPDX-License-Identifier: Apache-2.0
// The short form of a verification's id that people write down and read out. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace realname {

// 12 hexadecimal digits in groups of four: the last of the id, 48 of its random bits.
std::string ReferenceNumber(const std::string& verification_id);

// Those digits, as the id has them (0-9 a-f), of what somebody typed: hyphens and capitals as they like. Nothing if it
// is none.
std::optional<std::string> ReferenceDigits(std::string_view typed);

}  // namespace realname
