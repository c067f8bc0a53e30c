// SPDX-License-Identifier: Apache-2.0
// Runs docs/id-vectors.json through the rules: every document read as the vector says, and what single wrong characters
// do to the good ones.
#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <google/protobuf/util/json_util.h>

#include "realname/v1/document_vectors.pb.h"
#include "rules/identity_document.h"

namespace realname {
namespace {

std::vector<int> Sorted(std::vector<int> codes) {
  std::sort(codes.begin(), codes.end());
  return codes;
}

bool Holds(const v1::DocumentVector& vector, rules::CivilDate today) {
  const rules::DocumentReading reading = rules::ReadDocument(vector.presented(), today);
  const auto& faults = vector.faults();
  const rules::PersonKey person = {vector.person_type(), vector.person_number()};
  return Sorted({reading.faults.begin(), reading.faults.end()}) == Sorted({faults.begin(), faults.end()}) &&
         (person.number.empty() ? reading.person.number.empty() : reading.person == person);
}

// Kinds whose numbers end in a check character that catches every single wrong digit.
bool HasCheckCharacter(v1::DocumentType type) {
  switch (type) {
    case v1::DOCUMENT_TYPE_RESIDENT_ID:
    case v1::DOCUMENT_TYPE_TEMP_RESIDENT_ID:
    case v1::DOCUMENT_TYPE_HOUSEHOLD_REGISTER:
    case v1::DOCUMENT_TYPE_HK_RESIDENCE_PERMIT:
    case v1::DOCUMENT_TYPE_MACAO_RESIDENCE_PERMIT:
    case v1::DOCUMENT_TYPE_TAIWAN_RESIDENCE_PERMIT:
    case v1::DOCUMENT_TYPE_FOREIGN_PR_ID_2023:
    case v1::DOCUMENT_TYPE_BUSINESS_LICENCE:
    case v1::DOCUMENT_TYPE_INSTITUTION_CERT:
    case v1::DOCUMENT_TYPE_SOCIAL_ORG_CERT:
    case v1::DOCUMENT_TYPE_ORG_CODE_CERT:
      return true;
    default:
      return false;
  }
}

int Run(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  v1::DocumentVectors vectors;
  if (const auto status = google::protobuf::util::JsonStringToMessage(text.str(), &vectors); !status.ok()) {
    throw std::runtime_error(path + " cannot be read: " + status.ToString());
  }
  const auto today = rules::ParseDate(vectors.as_of());
  if (!today) throw std::runtime_error("as_of is no day");
  int good = 0, bad = 0, wrong = 0, seen_spoiled = 0, changed = 0, missed = 0;
  for (const v1::DocumentVector& vector : vectors.vectors()) {
    ++(vector.faults().empty() ? good : bad);
    const bool holds = Holds(vector, *today);
    wrong += !holds;
    std::cout << (holds ? "  " : "! ") << std::left << std::setw(24)
              << v1::DocumentType_Name(vector.presented().type()).substr(14);
    std::string faults;
    for (const int code : vector.faults()) faults += v1::ReasonCode_Name(static_cast<v1::ReasonCode>(code)) + " ";
    std::cout << std::setw(26) << (faults.empty() ? "good" : faults) << vector.purpose() << "\n";
    // A vector that expects the contrary has to be noticed.
    v1::DocumentVector spoiled = vector;
    if (spoiled.faults().empty()) {
      spoiled.add_faults(v1::IDN_FORMAT);
    } else {
      spoiled.clear_faults();
    }
    seen_spoiled += !Holds(spoiled, *today);

    if (!vector.faults().empty() || !HasCheckCharacter(vector.presented().type())) continue;
    const std::string number = vector.presented().number();
    for (size_t at = 0; at < number.size(); ++at) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        if (digit == number[at] || number[at] < '0' || number[at] > '9') continue;
        v1::Document document = vector.presented();
        (*document.mutable_number())[at] = digit;
        ++changed;
        missed += rules::ReadDocument(document, *today).faults.empty();
      }
    }
  }
  std::cout << good << " good and " << bad << " bad documents, " << wrong << " read otherwise than the vectors say\n"
            << "positive control: " << seen_spoiled << " of " << vectors.vectors_size()
            << " vectors that expect the contrary are noticed\n"
            << changed << " single wrong digits in good numbers with a check character: " << missed << " not noticed\n";
  return good > 0 && bad > 0 && wrong == 0 && seen_spoiled == vectors.vectors_size() && changed > 0 && missed == 0 ? 0
                                                                                                                   : 1;
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: realname-id-vectors VECTORS, for example docs/id-vectors.json\n";
    return 2;
  }
  try {
    return realname::Run(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
