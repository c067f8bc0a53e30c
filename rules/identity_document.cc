// SPDX-License-Identifier: Apache-2.0
#include "rules/identity_document.h"

#include <algorithm>
#include <string_view>

#include "rules/machine_readable_zone.h"
#include "rules/organisation_code.h"
#include "rules/person_name.h"
#include "rules/resident_id.h"

namespace realname::rules {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }
bool AllDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

// Numbers of people's documents: citizens' numbers, also of those from Hong Kong, Macao and Taiwan who live here.
void ReadCitizenNumber(const v1::Document& document, const std::string& number, CivilDate today,
                       std::string_view prefix, DocumentReading& reading) {
  const ResidentId id = ReadResidentId(number, today);
  reading.faults = id.faults;
  const bool resident_permit = number.starts_with("81") || number.starts_with("82") || number.starts_with("83");
  const bool well_placed = prefix.empty() ? !resident_permit : number.starts_with(prefix);
  if (reading.faults.empty() && !well_placed) reading.faults.push_back(v1::IDN_REGION);
  if (!reading.faults.empty()) return;
  reading.birth = id.birth;
  if (document.sex() != v1::SEX_UNSPECIFIED && document.sex() != id.sex) {
    reading.faults.push_back(v1::IDN_SEX_MISMATCH);
  }
  // One number for life, whatever it is printed on.
  reading.person = {v1::DOCUMENT_TYPE_RESIDENT_ID, number};
}

// H or M and eight lifelong digits; cards of before 2013 add two for the renewal.
bool ReadHongKongMacaoPermit(const std::string& number, PersonKey& person) {
  const bool shape = (number.size() == 9 || number.size() == 11) && (number[0] == 'H' || number[0] == 'M') &&
                     AllDigits(std::string_view(number).substr(1));
  if (shape) person.number = number.substr(0, 9);
  return shape;
}

// Eight digits; ten and a letter or digit before 2015 (general knowledge).
bool IsTaiwanPermit(const std::string& number) {
  if (number.size() == 8) return AllDigits(number);
  return (number.size() == 10 || number.size() == 11) && AllDigits(std::string_view(number).substr(0, 10)) &&
         (number.size() == 10 || IsDigit(number[10]) || IsCapital(number[10]));
}

// 9, two digits of the province, three of the nationality (ISO 3166-1 numeric), birth date, sequence, and the check
// character of citizens' numbers.
void ReadForeignResident2023(const std::string& number, CivilDate today, DocumentReading& reading) {
  const bool shape = number.size() == 18 && number[0] == '9' && AllDigits(std::string_view(number).substr(0, 17)) &&
                     (IsDigit(number[17]) || number[17] == 'X');
  if (!shape) {
    reading.faults.push_back(v1::IDN_FORMAT);
    return;
  }
  if (!IsProvince(std::string_view(number).substr(1, 2))) reading.faults.push_back(v1::IDN_REGION);
  reading.birth = ParseCompactDate(std::string_view(number).substr(6, 8));
  if (!reading.birth || *reading.birth > today) reading.faults.push_back(v1::IDN_DATE);
  if (number[17] != ResidentIdCheckCharacter(std::string_view(number).substr(0, 17))) {
    reading.faults.push_back(v1::IDN_CHECKSUM);
  }
}

// Three letters of the nationality and twelve digits.
bool IsForeignResident2017(const std::string& number) {
  return number.size() == 15 && std::all_of(number.begin(), number.begin() + 3, IsCapital) &&
         AllDigits(std::string_view(number).substr(3));
}

// A character or two of the issuing body, 字第, four to eight digits or letters, 号 (general knowledge).
bool IsServiceNumber(std::string_view number) {
  constexpr std::string_view kMiddle = "字第";
  constexpr std::string_view kEnd = "号";
  const size_t at = number.find(kMiddle);
  if (at == std::string_view::npos || at < 3 || at > 6) return false;
  std::string_view digits = number.substr(at + kMiddle.size());
  if (digits.ends_with(kEnd)) digits.remove_suffix(kEnd.size());
  return digits.size() >= 4 && digits.size() <= 8 &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return IsDigit(c) || IsCapital(c); });
}

bool IsAlphanumeric(std::string_view number, size_t fewest, size_t most) {
  return number.size() >= fewest && number.size() <= most &&
         std::all_of(number.begin(), number.end(), [](char c) { return IsDigit(c) || IsCapital(c); });
}

bool IsCountry(std::string_view code) { return code.size() == 3 && std::all_of(code.begin(), code.end(), IsCapital); }

void Add(v1::ReasonCode fault, DocumentReading& reading) {
  if (std::find(reading.faults.begin(), reading.faults.end(), fault) == reading.faults.end()) {
    reading.faults.push_back(fault);
  }
}

// A document of another state: its number means something only beside that state's name.
void ReadTravelDocument(const v1::Document& document, const std::string& number, CivilDate today,
                        DocumentReading& reading) {
  std::string country = document.nationality();
  if (!document.mrz().empty()) {
    const MachineReadableZone zone = ReadMachineReadableZone(document.mrz(), today);
    reading.faults = zone.faults;
    if (zone.faults.empty()) {
      const bool passport = document.type() == v1::DOCUMENT_TYPE_PASSPORT;
      if (passport != (zone.document_code == 'P')) Add(v1::DOC_FIELDS_MISMATCH_MRZ, reading);
      const bool other_country =
          !country.empty() && country != zone.nationality && !(country == "DEU" && zone.nationality == "D");
      if (zone.number != number || other_country ||
          (!document.valid_to().empty() && ParseDate(document.valid_to()) != zone.expiry) ||
          document.valid_long_term()) {
        Add(v1::DOC_FIELDS_MISMATCH_MRZ, reading);
      }
      if (!document.birth_date().empty() && ParseDate(document.birth_date()) != zone.birth) {
        Add(v1::IDN_BIRTH_MISMATCH, reading);
      }
      if (document.sex() != v1::SEX_UNSPECIFIED && zone.sex != v1::SEX_UNSPECIFIED && document.sex() != zone.sex) {
        Add(v1::IDN_SEX_MISMATCH, reading);
      }
      switch (CompareNames(document.name(), zone.name)) {
        case NameMatch::kSame:
          break;
        case NameMatch::kVariant:
          Add(v1::NAME_ENCODING_VARIANT, reading);
          break;
        case NameMatch::kDifferent:
          Add(v1::DOC_FIELDS_MISMATCH_MRZ, reading);
      }
      reading.birth = zone.birth;
      country = zone.nationality;
    }
  }
  if (!IsAlphanumeric(number, 5, 17)) Add(v1::IDN_FORMAT, reading);
  if (country == "D") country = "DEU";  // Doc 9303 lets one state go by one letter
  if (IsCountry(country)) {
    reading.person.number = country + ":" + number;
  } else if (!country.empty()) {
    Add(v1::IDN_FORMAT, reading);  // it would tell nobody, and count for nobody
  }
}

}  // namespace

bool IsOfOrganisation(v1::DocumentType type) {
  switch (type) {
    case v1::DOCUMENT_TYPE_BUSINESS_LICENCE:
    case v1::DOCUMENT_TYPE_ORG_CODE_CERT:
    case v1::DOCUMENT_TYPE_INSTITUTION_CERT:
    case v1::DOCUMENT_TYPE_SOCIAL_ORG_CERT:
    case v1::DOCUMENT_TYPE_UNIT_CERTIFICATE:
    case v1::DOCUMENT_TYPE_AUTHORITY_LETTER:
      return true;
    default:
      return false;
  }
}

DocumentReading ReadDocument(const v1::Document& document, CivilDate today) {
  DocumentReading reading;
  const std::string number = NormaliseDocumentNumber(document.number());
  reading.person = {document.type(), number};
  const auto require = [&](bool shape) {
    if (!shape) reading.faults.push_back(v1::IDN_FORMAT);
  };
  switch (document.type()) {
    case v1::DOCUMENT_TYPE_RESIDENT_ID:
    case v1::DOCUMENT_TYPE_TEMP_RESIDENT_ID:
    case v1::DOCUMENT_TYPE_HOUSEHOLD_REGISTER:
      ReadCitizenNumber(document, number, today, "", reading);
      break;
    case v1::DOCUMENT_TYPE_HK_RESIDENCE_PERMIT:
      ReadCitizenNumber(document, number, today, "810000", reading);
      break;
    case v1::DOCUMENT_TYPE_MACAO_RESIDENCE_PERMIT:
      ReadCitizenNumber(document, number, today, "820000", reading);
      break;
    case v1::DOCUMENT_TYPE_TAIWAN_RESIDENCE_PERMIT:
      ReadCitizenNumber(document, number, today, "830000", reading);
      break;
    case v1::DOCUMENT_TYPE_HK_MACAO_TRAVEL_PERMIT:
      require(ReadHongKongMacaoPermit(number, reading.person));
      break;
    case v1::DOCUMENT_TYPE_TAIWAN_TRAVEL_PERMIT:
      require(IsTaiwanPermit(number));
      break;
    case v1::DOCUMENT_TYPE_FOREIGN_PR_ID_2023:
      ReadForeignResident2023(number, today, reading);
      break;
    case v1::DOCUMENT_TYPE_FOREIGN_PR_ID_2017:
      require(IsForeignResident2017(number));
      break;
    case v1::DOCUMENT_TYPE_PLA_ID:
    case v1::DOCUMENT_TYPE_PAP_ID:
      require(IsServiceNumber(number));
      // With or without its last character: one number.
      if (number.ends_with("号")) reading.person.number.resize(number.size() - std::string_view("号").size());
      break;
    case v1::DOCUMENT_TYPE_PASSPORT:
    case v1::DOCUMENT_TYPE_OTHER_TRAVEL_DOC:
      reading.person.number.clear();
      ReadTravelDocument(document, number, today, reading);
      break;
    case v1::DOCUMENT_TYPE_BUSINESS_LICENCE:
    case v1::DOCUMENT_TYPE_INSTITUTION_CERT:
    case v1::DOCUMENT_TYPE_SOCIAL_ORG_CERT:
      reading.faults = UnifiedCreditCodeFaults(number);
      // One code for an organisation, whichever certificate bears it.
      reading.person.type = v1::DOCUMENT_TYPE_BUSINESS_LICENCE;
      break;
    case v1::DOCUMENT_TYPE_ORG_CODE_CERT:
      reading.faults = OrganisationCodeFaults(number);
      if (reading.faults.empty() && number.size() == 10) reading.person.number.erase(8, 1);  // the hyphen
      break;
    default:
      require(!number.empty() && number.size() <= 64);
  }
  const auto printed = ParseDate(document.birth_date());
  if (!IsOfOrganisation(document.type())) {
    if (!reading.birth) {
      if (printed && *printed > today) Add(v1::IDN_DATE, reading);
      reading.birth = printed;
    } else if (reading.faults.empty() && !document.birth_date().empty() && printed != reading.birth) {
      Add(v1::IDN_BIRTH_MISMATCH, reading);
    }
  }
  // A letter that differs from what is printed does not change who the number is.
  const bool number_holds = std::all_of(reading.faults.begin(), reading.faults.end(), [](v1::ReasonCode fault) {
    return fault == v1::IDN_SEX_MISMATCH || fault == v1::IDN_BIRTH_MISMATCH || fault == v1::NAME_ENCODING_VARIANT;
  });
  if (!number_holds) reading.person.number.clear();
  return reading;
}

}  // namespace realname::rules
