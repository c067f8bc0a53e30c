// SPDX-License-Identifier: Apache-2.0
#include "rules/parties.h"

#include <algorithm>

#include "rules/capture.h"
#include "rules/identity_document.h"
#include "rules/person_name.h"
#include "rules/resident_id.h"

namespace realname::rules {
namespace {

template <typename Repeated, typename Value>
bool Contains(const Repeated& values, Value value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

const v1::PartyFacts* Find(const v1::Facts& facts, v1::PartyRole role) {
  for (const v1::PartyFacts& party : facts.parties()) {
    if (party.role() == role) return &party;
  }
  return nullptr;
}

std::vector<v1::PartyRole> RolesOf(const v1::Facts& facts) {
  std::vector<v1::PartyRole> roles;
  for (const v1::PartyFacts& party : facts.parties()) roles.push_back(party.role());
  return roles;
}

// Whether a person's document counts, and names a person at least so old; where the face is compared it has a portrait.
bool Counts(const Policy& policy, const v1::Facts& facts, const v1::PartyFacts& party, CivilDate today,
            uint32_t min_age, bool compared) {
  const v1::Document& document = party.subject().document();
  const DocumentReading reading = ReadDocument(document, today);
  if (document.number().empty() || document.name().empty() || IsOfOrganisation(document.type()) ||
      !reading.faults.empty() || reading.person.number.empty()) {
    return false;
  }
  const v1::DocumentTypePolicy kind = DocumentTypeOf(policy, document.type());
  if (compared && kind.no_portrait()) return false;
  if (kind.max_age() > 0 && (!reading.birth || AgeAt(*reading.birth, today) > static_cast<int>(kind.max_age()))) {
    return false;
  }
  const v1::ChannelPolicy* channel = ChannelOf(policy, facts.application().channel_type());
  if (channel != nullptr) {
    const auto& methods = kind.capture_methods().empty() ? channel->capture_methods() : kind.capture_methods();
    if (!Contains(channel->document_types(), document.type()) ||
        !Contains(methods, CountedMethod(channel, party.capture_method(), party.signature()))) {
      return false;
    }
  }
  if (!CapturedInTime(policy, channel, party.signature(), party.has_capture_time(), party.capture_time().seconds(),
                      party.has_submit_time() ? party.submit_time().seconds() : facts.observe_time().seconds())) {
    return false;
  }
  const auto from = ParseDate(document.valid_from());
  const auto to = ParseDate(document.valid_to());
  const bool valid =
      kind.no_validity() || (from && *from <= today && (document.valid_long_term() || (to && *to >= today)));
  const bool old_enough = min_age == 0 || (reading.birth && AgeAt(*reading.birth, today) >= static_cast<int>(min_age));
  return valid && old_enough;
}

bool IsSubscriber(const v1::Facts& facts, const v1::PartyFacts& party, CivilDate today) {
  return ReadDocument(party.subject().document(), today).person ==
         ReadDocument(facts.subject().document(), today).person;
}

v1::ReasonCode MissingOf(v1::PartyRole role) {
  switch (role) {
    case v1::PARTY_ROLE_ACTUAL_USER:
      return v1::PTY_ACTUAL_USER_MISSING;
    case v1::PARTY_ROLE_RESPONSIBLE_PERSON:
      return v1::PTY_RESPONSIBLE_MISSING;
    case v1::PARTY_ROLE_GUARDIAN:
      return v1::PTY_GUARDIAN_REQUIRED;
    default:
      return v1::PTY_HANDLER_DOC_MISSING;
  }
}

std::string WithoutHyphens(const std::string& number) {
  std::string plain = NormaliseDocumentNumber(number);
  plain.erase(std::remove(plain.begin(), plain.end(), '-'), plain.end());
  return plain;
}

// What is wrong with the letter by which somebody comes.
void LetterFaults(const v1::Facts& facts, const v1::PartyFacts& party, CivilDate today,
                  std::vector<v1::ReasonCode>& faults) {
  const v1::Document& letter = party.subject().power_letter();
  const auto from = ParseDate(letter.valid_from());
  const auto to = ParseDate(letter.valid_to());
  const bool in_force = from && *from <= today && (letter.valid_long_term() || (to && *to >= today));
  const bool is_letter =
      letter.type() == v1::DOCUMENT_TYPE_AUTHORITY_LETTER || letter.type() == v1::DOCUMENT_TYPE_UNIT_CERTIFICATE;
  if (!party.letter_scanned() || !is_letter || !in_force) {
    faults.push_back(v1::PTY_AUTHORITY_LETTER_MISSING);
    return;
  }
  // Who came without a document is told that, and nothing of the letter.
  const std::string& name = party.subject().document().name();
  const bool names_them = name.empty() || CompareNames(letter.name(), name) != NameMatch::kDifferent;
  const bool of_subscriber =
      WithoutHyphens(party.subject().power_principal_number()) == WithoutHyphens(facts.subject().document().number());
  if (!names_them || !of_subscriber) faults.push_back(v1::ORG_HANDLER_NOT_AUTHORISED);
}

}  // namespace

bool IsOrganisation(v1::CustomerKind kind) {
  return kind == v1::CUSTOMER_KIND_ORG_ORDINARY || kind == v1::CUSTOMER_KIND_ORG_IOT;
}

bool HasRole(v1::CustomerKind kind, v1::PartyRole role) {
  switch (role) {
    case v1::PARTY_ROLE_SUBSCRIBER:
      return true;
    case v1::PARTY_ROLE_AGENT_PERSON:
    case v1::PARTY_ROLE_GUARDIAN:
      return !IsOrganisation(kind);
    case v1::PARTY_ROLE_HANDLER:
    case v1::PARTY_ROLE_ACTUAL_USER:
    case v1::PARTY_ROLE_RESPONSIBLE_PERSON:
    case v1::PARTY_ROLE_LEGAL_REPRESENTATIVE:
      return IsOrganisation(kind);
    default:
      return false;
  }
}

v1::PartyRole WhoComes(v1::CustomerKind kind, const std::vector<v1::PartyRole>& roles) {
  if (IsOrganisation(kind)) return v1::PARTY_ROLE_HANDLER;
  if (Contains(roles, v1::PARTY_ROLE_AGENT_PERSON)) return v1::PARTY_ROLE_AGENT_PERSON;
  return Contains(roles, v1::PARTY_ROLE_GUARDIAN) ? v1::PARTY_ROLE_GUARDIAN : v1::PARTY_ROLE_SUBSCRIBER;
}

const v1::SubjectFacts* FactsOfWhoComes(const v1::Facts& facts) {
  const v1::PartyRole comes = WhoComes(facts.application().customer_kind(), RolesOf(facts));
  if (comes == v1::PARTY_ROLE_SUBSCRIBER) return &facts.subject();
  const v1::PartyFacts* party = Find(facts, comes);
  return party == nullptr || party->subject().document().number().empty() ? nullptr : &party->subject();
}

v1::CaptureMethod CaptureOfWhoComes(const v1::Facts& facts) {
  const v1::PartyFacts* party = Find(facts, WhoComes(facts.application().customer_kind(), RolesOf(facts)));
  return party == nullptr ? facts.application().capture_method() : party->capture_method();
}

bool HasGuardian(const Policy& policy, const v1::Facts& facts, CivilDate today) {
  const v1::PartyFacts* guardian = Find(facts, v1::PARTY_ROLE_GUARDIAN);
  return guardian != nullptr && Counts(policy, facts, *guardian, today, policy.pack.entrusted().min_age(), true) &&
         !IsSubscriber(facts, *guardian, today);
}

std::vector<v1::ReasonCode> PartyFaults(const Policy& policy, const v1::Facts& facts, CivilDate today) {
  std::vector<v1::ReasonCode> faults;
  const auto add = [&](v1::ReasonCode fault) {
    if (!Contains(faults, fault)) faults.push_back(fault);
  };
  const v1::CustomerKind customer = facts.application().customer_kind();
  if (const v1::CustomerKindPolicy* kind = CustomerOf(policy, customer)) {
    for (const int role : kind->required_roles()) {
      if (Find(facts, static_cast<v1::PartyRole>(role)) == nullptr) add(MissingOf(static_cast<v1::PartyRole>(role)));
    }
    const v1::PartyFacts* handler = Find(facts, v1::PARTY_ROLE_HANDLER);
    if (kind->letter() && handler != nullptr) LetterFaults(facts, *handler, today, faults);
  }
  const bool alone = WhoComes(customer, RolesOf(facts)) == v1::PARTY_ROLE_SUBSCRIBER;
  if (alone && DocumentTypeOf(policy, facts.subject().document().type()).no_portrait()) add(v1::PTY_GUARDIAN_REQUIRED);
  for (const v1::PartyFacts& party : facts.parties()) {
    if (party.role() == v1::PARTY_ROLE_GUARDIAN) {
      if (!HasGuardian(policy, facts, today)) add(v1::PTY_GUARDIAN_REQUIRED);
      // Whoever is of age comes themselves: a guardian's face says nothing of theirs.
      const auto birth = ReadDocument(facts.subject().document(), today).birth;
      if (!birth || AgeAt(*birth, today) >= static_cast<int>(policy.pack.entrusted().min_age())) {
        add(v1::PTY_GUARDIAN_NOT_ALLOWED);
      }
      continue;
    }
    const bool comes = party.role() == v1::PARTY_ROLE_AGENT_PERSON || party.role() == v1::PARTY_ROLE_HANDLER;
    const bool counts = Counts(policy, facts, party, today, comes ? policy.pack.entrusted().min_age() : 0, comes);
    const bool self = party.role() == v1::PARTY_ROLE_AGENT_PERSON && IsSubscriber(facts, party, today);
    if (!counts || self) add(MissingOf(party.role()));
  }
  if (const v1::PartyFacts* agent = Find(facts, v1::PARTY_ROLE_AGENT_PERSON);
      agent != nullptr && policy.pack.entrusted().letter()) {
    LetterFaults(facts, *agent, today, faults);
  }
  return faults;
}

}  // namespace realname::rules
