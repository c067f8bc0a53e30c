// SPDX-License-Identifier: Apache-2.0
#include "rules/resident_id.h"

#include <algorithm>
#include <array>

namespace realname::rules {
namespace {

constexpr std::array kProvinces = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43,
                                   44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool IsProvince(std::string_view digits) {
  const int province = (digits[0] - '0') * 10 + (digits[1] - '0');
  return std::find(kProvinces.begin(), kProvinces.end(), province) != kProvinces.end();
}

char ResidentIdCheckCharacter(std::string_view digits) {
  constexpr std::array kWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) sum += kWeights[i] * (digits[i] - '0');
  return "10X98765432"[sum % 11];
}

ResidentId ReadResidentId(std::string_view number, CivilDate today) {
  ResidentId id;
  const bool shape = number.size() == 18 && std::all_of(number.begin(), number.begin() + 17, IsDigit) &&
                     (IsDigit(number[17]) || number[17] == 'X' || number[17] == 'x');
  if (!shape) {
    id.faults.push_back(v1::IDN_FORMAT);
    return id;
  }
  if (!IsProvince(number.substr(0, 2))) id.faults.push_back(v1::IDN_REGION);
  const auto birth = ParseCompactDate(number.substr(6, 8));
  if (!birth || *birth > today) {
    id.faults.push_back(v1::IDN_DATE);
  } else {
    id.birth = *birth;
  }
  const char check = number[17] == 'x' ? 'X' : number[17];
  if (check != ResidentIdCheckCharacter(number.substr(0, 17))) id.faults.push_back(v1::IDN_CHECKSUM);
  id.sex = (number[16] - '0') % 2 == 1 ? v1::SEX_MALE : v1::SEX_FEMALE;
  return id;
}

std::string NormaliseDocumentNumber(std::string_view number) {
  std::string normal;
  for (const char c : number) {
    if (c == ' ' || c == '\t') continue;
    normal.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return normal;
}

}  // namespace realname::rules
