// SPDX-License-Identifier: Apache-2.0
// What the number of a document says about its holder: one reader for each kind of document. Pure functions.
//
// Sources: GB 11643-1999 (citizens, and residents from Hong Kong, Macao and Taiwan under 81, 82, 83), the notices on
// the travel permits and on the foreign permanent resident ID card of 2023 (GA 2102-2023), ICAO Doc 9303 (passports),
// GB 32100 and GB 11714 (organisations). Shapes for which no published rule is known are general knowledge, and say so
// in docs/id-vectors.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "realname/v1/facts.pb.h"
#include "realname/v1/reason_code.pb.h"
#include "realname/v1/types.pb.h"
#include "rules/civil_date.h"

namespace realname::rules {

// Under what a holder is known. Documents that bear the same lifelong number have the same key, whatever they are.
struct PersonKey {
  // The kind of document whose numbers these are.
  v1::DocumentType type = v1::DOCUMENT_TYPE_UNSPECIFIED;
  // Normalised. Empty: the number tells nobody.
  std::string number;
  bool operator==(const PersonKey&) const = default;
};

struct DocumentReading {
  // What is wrong with the number, or with what is printed beside it: IDN_* and DOC_FIELDS_MISMATCH_MRZ. Empty:
  // nothing.
  std::vector<v1::ReasonCode> faults;
  // From the number, or from the zone, or else as printed.
  std::optional<CivilDate> birth;
  // Empty number while there are faults.
  PersonKey person;
};

// Reads a document. `today` bounds birth dates. An organisation's document names an organisation: it has no birth date.
DocumentReading ReadDocument(const v1::Document& document, CivilDate today);

// Whether the document is an organisation's, not a person's.
bool IsOfOrganisation(v1::DocumentType type);

}  // namespace realname::rules
