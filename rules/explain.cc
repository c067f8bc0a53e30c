// SPDX-License-Identifier: Apache-2.0
#include "rules/explain.h"

#include <algorithm>

namespace realname::rules {
namespace {

bool MaySee(const v1::ReasonText& text, v1::Reader reader) {
  return std::find(text.visible_to().begin(), text.visible_to().end(), reader) != text.visible_to().end();
}

// Whether the check has any reason that the reader may not see.
bool HidesReasons(const Policy& policy, v1::Check check, v1::Reader reader) {
  return std::any_of(policy.pack.reasons().begin(), policy.pack.reasons().end(), [&](const v1::ReasonText& text) {
    return CheckOf(text.code()) == check && !MaySee(text, reader);
  });
}

int Rank(v1::ReasonClass reason_class) {
  return reason_class == v1::REASON_CLASS_FINAL ? 0 : reason_class == v1::REASON_CLASS_REVIEW ? 1 : 2;
}

v1::Reason ReasonFor(const v1::ReasonText& text, v1::Reader reader, const v1::Text& instead) {
  v1::Reason reason;
  if (!MaySee(text, reader)) {
    *reason.mutable_subject_text() = instead;
    *reason.mutable_reader_text() = instead;
    return reason;
  }
  reason.set_code(text.code());
  reason.set_class_(text.class_());
  *reason.mutable_rule_ids() = text.rule_ids();
  *reason.mutable_subject_text() = ToText(text.subject());
  *reason.mutable_reader_text() = ToText(reader == v1::READER_STAFF ? text.staff() : text.counter());
  return reason;
}

}  // namespace

v1::Text ToText(const v1::LocalText& text) {
  v1::Text out;
  out.set_zh(text.zh());
  out.set_en(text.en());
  return out;
}

v1::Reason ExplainReason(const Policy& policy, v1::ReasonCode code, v1::Reader reader, const v1::Text& instead) {
  return ReasonFor(TextOf(policy, code), reader, instead);
}

v1::Text ActionText(const Policy& policy, v1::ChallengeAction action) {
  for (const v1::ChallengeActionText& entry : policy.pack.challenge().actions()) {
    if (entry.action() == action) return ToText(entry.text());
  }
  return {};
}

v1::Text NextActionText(const Policy& policy, v1::NextAction action) {
  for (const v1::NextActionText& entry : policy.pack.next_actions()) {
    if (entry.action() == action) return ToText(entry.text());
  }
  return {};
}

void Explain(const Policy& policy, const v1::Decision& decision, v1::Reader reader, v1::Verification& answer) {
  answer.set_verdict(decision.verdict());
  answer.set_next_action(decision.next_action());
  *answer.mutable_next_action_text() = NextActionText(policy, decision.next_action());
  *answer.mutable_retry_items() = decision.retry_items();
  answer.set_next_reverification_date(decision.next_reverification_date());
  answer.set_policy_digest(decision.policy_digest());
  answer.set_rules_version(decision.rules_version());

  std::vector<const v1::ReasonText*> texts;
  for (const v1::CheckDecision& check : decision.checks()) {
    bool any_visible = false;
    for (const int code : check.reasons()) {
      const v1::ReasonText* text = &TextOf(policy, static_cast<v1::ReasonCode>(code));
      any_visible |= MaySee(*text, reader);
      // One reason, though two checks may give it.
      if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
    }
    // Were it shown whenever the check passed, its absence would tell what is hidden.
    const bool shown = any_visible || !HidesReasons(policy, check.check(), reader);
    v1::CheckResult* result = answer.add_checks();
    result->set_check(check.check());
    result->set_outcome(shown ? check.outcome() : v1::OUTCOME_UNSPECIFIED);
    result->set_assurance(check.assurance());
    // A visible reason of one part must not tell the other part's.
    const bool parts = !HidesReasons(policy, check.check(), reader);
    result->set_passive_outcome(parts ? check.passive_outcome() : v1::OUTCOME_UNSPECIFIED);
    result->set_active_outcome(parts ? check.active_outcome() : v1::OUTCOME_UNSPECIFIED);
    result->set_reviewed_outcome(parts ? check.reviewed_outcome() : v1::OUTCOME_UNSPECIFIED);
  }
  std::stable_sort(texts.begin(), texts.end(),
                   [](const auto* a, const auto* b) { return Rank(a->class_()) < Rank(b->class_()); });
  for (const v1::ReasonText* text : texts) {
    v1::Reason* reason = answer.add_reasons();
    *reason = ReasonFor(*text, reader, answer.next_action_text());
    // Texts say what the machine's finding leads to; once people decided, it led to what comes next.
    if (decision.has_review()) {
      *reason->mutable_subject_text() = answer.next_action_text();
      if (reader == v1::READER_COUNTER) *reason->mutable_reader_text() = answer.next_action_text();
    }
    for (const v1::CheckDecision& check : decision.checks()) {
      for (const v1::Finding& finding : check.findings()) {
        if (finding.code() == reason->code()) *reason->add_findings() = finding;
      }
    }
  }
}

v1::Reader ReaderOf(v1::Role role) {
  switch (role) {
    case v1::ROLE_AUDITOR:
    case v1::ROLE_REVIEWER:
    case v1::ROLE_REGULATOR_RO:
    case v1::ROLE_POLICE_LIAISON:
    case v1::ROLE_ADMIN:
      return v1::READER_STAFF;
    default:
      return v1::READER_COUNTER;
  }
}

bool MaySeeSimilarity(v1::Role role) {
  return role == v1::ROLE_AUDITOR || role == v1::ROLE_REVIEWER || role == v1::ROLE_ADMIN;
}

}  // namespace realname::rules
