// SPDX-License-Identifier: Apache-2.0
#include "verification/screened_people.h"

#include "rules/decide.h"

namespace realname {

std::vector<std::pair<v1::DocumentType, Redacted<std::string>>> ScreenedPeople(
    const rules::Policy& policy, const std::vector<const v1::Document*>& documents, TimePoint now) {
  std::vector<std::pair<v1::DocumentType, Redacted<std::string>>> people;
  for (const v1::Document* document : documents) {
    rules::PersonKey person = rules::PersonOf(policy, *document, now);
    if (!person.number.empty()) people.emplace_back(person.type, Redacted(std::move(person.number)));
  }
  return people;
}

}  // namespace realname
