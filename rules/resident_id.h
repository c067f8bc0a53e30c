// SPDX-License-Identifier: Apache-2.0
// The citizen identity number, GB 11643-1999: 6 digits of region, 8 of birth date, 3 of sequence (odd for men), and a
// check character by ISO/IEC 7064 MOD 11-2. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "realname/v1/reason_code.pb.h"
#include "realname/v1/types.pb.h"
#include "rules/civil_date.h"

namespace realname::rules {

// What a number says. `birth` and `sex` mean something only if `faults` is empty.
struct ResidentId {
  CivilDate birth{};
  v1::Sex sex = v1::SEX_UNSPECIFIED;
  // IDN_FORMAT alone, or any of IDN_REGION, IDN_DATE, IDN_CHECKSUM. Empty: the number is well formed.
  std::vector<v1::ReasonCode> faults;
};

// Reads a number of 17 digits and a digit or X (a small x is read as X); the 15-digit form of before 1999 is
// IDN_FORMAT. The region is checked by its first two digits only, because abolished county codes stay valid; 81, 82 and
// 83 are residence permits of Hong Kong, Macao and Taiwan. `today` bounds the birth date.
ResidentId ReadResidentId(std::string_view number, CivilDate today);

// Whether two digits are a province's in GB/T 2260, or 81, 82 or 83.
bool IsProvince(std::string_view digits);

// The check character of 17 digits. Requires 17 digits.
char ResidentIdCheckCharacter(std::string_view digits);

// The form under which a document number is compared: no spaces, capital letters.
std::string NormaliseDocumentNumber(std::string_view number);

}  // namespace realname::rules
