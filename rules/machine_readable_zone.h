// SPDX-License-Identifier: Apache-2.0
// The machine readable zone of travel documents, ICAO Doc 9303 parts 4 to 6. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "realname/v1/reason_code.pb.h"
#include "realname/v1/types.pb.h"
#include "rules/civil_date.h"

namespace realname::rules {

// What a zone says, without fillers.
struct MachineReadableZone {
  char document_code = ' ';  // P for passports
  std::string issuer;        // ISO 3166-1 alpha-3, or one of Doc 9303's own
  std::string nationality;
  std::string number;
  std::string name;  // words with single spaces, the primary identifier first; may be cut where the zone ended
  std::optional<CivilDate> birth;
  std::optional<CivilDate> expiry;
  v1::Sex sex = v1::SEX_UNSPECIFIED;  // also where the zone says neither
  // IDN_FORMAT alone where the shape is none of TD1 (3 x 30), TD2 (2 x 36) and TD3 (2 x 44); else any of IDN_DATE and
  // IDN_CHECKSUM. Empty: the zone is well formed and all its check digits hold.
  std::vector<v1::ReasonCode> faults;
};

// Reads the lines of a zone, separated by line feeds. Years of birth lie in the hundred years up to `today`, years of
// expiry in the fifty before and after it.
MachineReadableZone ReadMachineReadableZone(std::string_view lines, CivilDate today);

// The check digit of characters of the zone: weights 7 3 1, letters from A = 10, filler 0. Requires 0-9 A-Z <.
char MachineReadableCheckDigit(std::string_view characters);

}  // namespace realname::rules
