// SPDX-License-Identifier: Apache-2.0
#include "rules/authority.h"

#include <algorithm>

#include "rules/identity_document.h"

namespace realname::rules {
namespace {

bool OutWaited(const Policy& policy, const v1::AuthorityFacts& facts, int64_t now) {
  if (!IsUnanswered(facts)) return false;
  const auto& sources = policy.pack.identity_sources();
  const auto source =
      std::find_if(sources.begin(), sources.end(), [&](const auto& each) { return each.name() == facts.source(); });
  return source == sources.end() || now >= facts.first_ask_time().seconds() + int64_t{60} * source->wait_minutes();
}

}  // namespace

const v1::IdentitySourcePolicy* SourceOf(const Policy& policy, v1::DocumentType type) {
  for (const v1::IdentitySourcePolicy& source : policy.pack.identity_sources()) {
    const auto& covered = source.document_types();
    if (std::find(covered.begin(), covered.end(), type) != covered.end()) return &source;
  }
  return nullptr;
}

const v1::IdentitySourcePolicy* SourceToAsk(const Policy& policy, const v1::Document& document, TimePoint now) {
  const v1::IdentitySourcePolicy* source = SourceOf(policy, document.type());
  if (source == nullptr || document.name().empty()) return nullptr;
  const DocumentReading reading = ReadDocument(document, DayAt(policy, now));
  const bool readable = !reading.person.number.empty() &&
                        std::all_of(reading.faults.begin(), reading.faults.end(),
                                    [](v1::ReasonCode fault) { return fault == v1::NAME_ENCODING_VARIANT; });
  return readable ? source : nullptr;
}

bool IsUnanswered(const v1::AuthorityFacts& facts) {
  return facts.answer() == v1::AUTHORITY_ANSWER_UNAVAILABLE || facts.answer() == v1::AUTHORITY_ANSWER_TIMEOUT;
}

bool AwaitsSource(const v1::Facts& facts) {
  return IsUnanswered(facts.authority()) ||
         std::any_of(facts.parties().begin(), facts.parties().end(),
                     [](const auto& each) { return IsUnanswered(each.authority()); });
}

bool WaitedOut(const Policy& policy, const v1::Facts& facts) {
  const int64_t now = facts.observe_time().seconds();
  return OutWaited(policy, facts.authority(), now) ||
         std::any_of(facts.parties().begin(), facts.parties().end(),
                     [&](const auto& each) { return OutWaited(policy, each.authority(), now); });
}

std::vector<AuthorityFault> AuthorityFaults(const v1::AuthorityFacts& facts) {
  switch (facts.answer()) {
    case v1::AUTHORITY_ANSWER_MATCH:
      if (facts.photo() != v1::AUTHORITY_PHOTO_NONE) return {};
      return {{v1::AUTH_NO_PHOTO, v1::OUTCOME_NOT_AVAILABLE}};
    case v1::AUTHORITY_ANSWER_MISMATCH: {
      std::vector<AuthorityFault> faults;
      const auto& fields = facts.mismatches();
      const auto names = std::count(fields.begin(), fields.end(), v1::IDENTITY_FIELD_NAME);
      if (names > 0) faults.push_back({v1::AUTH_NAME_NUMBER_MISMATCH, v1::OUTCOME_FAILED});
      if (fields.size() > names) faults.push_back({v1::AUTH_FIELD_MISMATCH, v1::OUTCOME_FAILED});
      return faults;
    }
    case v1::AUTHORITY_ANSWER_NO_RECORD:
      return {{v1::AUTH_NO_RECORD, v1::OUTCOME_NOT_AVAILABLE}};
    case v1::AUTHORITY_ANSWER_UNAVAILABLE:
      return {{v1::AUTH_SOURCE_UNAVAILABLE, v1::OUTCOME_ERROR}};
    case v1::AUTHORITY_ANSWER_TIMEOUT:
      return {{v1::AUTH_TIMEOUT, v1::OUTCOME_ERROR}};
    default:
      return {};
  }
}

}  // namespace realname::rules
