// SPDX-License-Identifier: Apache-2.0
#include "verification/reference_number.h"

#include <cctype>

namespace realname {
namespace {

constexpr size_t kDigits = 12;

}  // namespace

std::string ReferenceNumber(const std::string& verification_id) {
  std::string digits;
  for (size_t i = verification_id.size() - kDigits; i < verification_id.size(); ++i) {
    if (digits.size() % 5 == 4) digits.push_back('-');
    digits.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(verification_id[i]))));
  }
  return digits;
}

std::optional<std::string> ReferenceDigits(std::string_view typed) {
  std::string digits;
  for (const char c : typed) {
    if (c == '-') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0 || digits.size() == kDigits) return std::nullopt;
    digits.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  if (digits.size() != kDigits) return std::nullopt;
  return digits;
}

}  // namespace realname
