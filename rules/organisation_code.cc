// SPDX-License-Identifier: Apache-2.0
#include "rules/organisation_code.h"

#include <array>
#include <string>

namespace realname::rules {
namespace {

constexpr std::string_view kCreditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

int ValueOf(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1; }

}  // namespace

char UnifiedCreditCodeCheckCharacter(std::string_view code) {
  size_t sum = 0;
  size_t weight = 1;
  for (size_t i = 0; i < 17; ++i) {
    sum += weight * kCreditAlphabet.find(code[i]);
    weight = weight * 3 % 31;
  }
  return kCreditAlphabet[(31 - sum % 31) % 31];
}

std::vector<v1::ReasonCode> UnifiedCreditCodeFaults(std::string_view code) {
  if (code.size() != 18) return {v1::IDN_FORMAT};
  for (const char c : code) {
    if (kCreditAlphabet.find(c) == std::string_view::npos) return {v1::IDN_FORMAT};
  }
  for (size_t i = 2; i < 8; ++i) {  // the place of registration
    if (code[i] < '0' || code[i] > '9') return {v1::IDN_FORMAT};
  }
  if (code[17] != UnifiedCreditCodeCheckCharacter(code)) return {v1::IDN_CHECKSUM};
  return {};
}

std::vector<v1::ReasonCode> OrganisationCodeFaults(std::string_view code) {
  constexpr std::array kWeights = {3, 7, 9, 10, 5, 8, 4, 2};
  std::string digits(code);
  if (digits.size() == 10 && digits[8] == '-') digits.erase(8, 1);
  constexpr std::string_view kCheckCharacters = "0X987654321";
  if (digits.size() != 9 || kCheckCharacters.find(digits[8]) == std::string_view::npos) return {v1::IDN_FORMAT};
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) {
    const int value = ValueOf(digits[i]);
    if (value < 0) return {v1::IDN_FORMAT};
    sum += kWeights[i] * value;
  }
  if (digits[8] != kCheckCharacters[static_cast<size_t>(sum % 11)]) return {v1::IDN_CHECKSUM};
  return {};
}

}  // namespace realname::rules
