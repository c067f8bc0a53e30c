// SPDX-License-Identifier: Apache-2.0
// Texts from anywhere: identity numbers, names, dates, policy packs.
#include <google/protobuf/stubs/logging.h>

#include "realname/v1/facts.pb.h"
#include "rules/civil_date.h"
#include "rules/identity_document.h"
#include "rules/person_name.h"
#include "rules/policy.h"
#include "rules/resident_id.h"
#include "tests/fuzz/fuzz.h"

namespace {

// As a message would arrive with it.
bool IsUtf8(std::string_view bytes) {
  static const auto kQuiet = google::protobuf::SetLogHandler(nullptr);
  (void)kQuiet;
  realname::v1::Document document, read;
  document.set_name(std::string(bytes));
  return read.ParseFromString(document.SerializeAsString());
}

}  // namespace

void Fuzz(std::string_view bytes) {
  using namespace realname;
  const std::string number = rules::NormaliseDocumentNumber(bytes);
  Require(rules::NormaliseDocumentNumber(number) == number, "a normal number stays as it is");
  const auto today = rules::ParseDate("2026-03-01");
  const auto id = rules::ReadResidentId(bytes, *today);
  if (id.faults.empty()) {
    Require(number.size() == 18 && rules::ResidentIdCheckCharacter(number.substr(0, 17)) == number[17],
            "a good number has the right check character");
  }
  const std::string name = rules::NormaliseName(bytes);
  if (IsUtf8(bytes)) Require(rules::NormaliseName(name) == name, "a normal name stays as it is");
  if (IsUtf8(bytes)) Require(rules::CompareNames(bytes, name) == rules::NameMatch::kSame, "a name is its normal form");
  v1::Document document;
  document.set_mrz(std::string(bytes));
  document.set_number(std::string(bytes));
  document.set_nationality("UTO");
  for (int type = v1::DocumentType_MIN; type <= v1::DocumentType_MAX; ++type) {
    document.set_type(static_cast<v1::DocumentType>(type));
    const auto reading = rules::ReadDocument(document, *today);
    Require(reading.faults.empty() || reading.person.number.empty() || reading.person.number.size() >= 5,
            "a document with faults tells nobody");
  }
  if (const auto date = rules::ParseDate(bytes)) {
    Require(rules::FormatDate(*date) == bytes, "a date that can be read is written the same way");
  }
  (void)rules::ReadPolicy(bytes, "digest");
}
