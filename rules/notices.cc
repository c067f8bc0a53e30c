// SPDX-License-Identifier: Apache-2.0
#include "rules/notices.h"

#include <algorithm>

#include "rules/entry.h"
#include "rules/explain.h"

namespace realname::rules {
namespace {

template <typename Repeated, typename Value>
bool EmptyOrContains(const Repeated& values, const Value& value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

v1::ConsentEvidence WeakestFor(v1::NoticeKind kind) {
  switch (kind) {
    case v1::NOTICE_KIND_SEPARATE_CONSENT:
      return v1::CONSENT_EVIDENCE_TICKED;
    case v1::NOTICE_KIND_RISK:
      return v1::CONSENT_EVIDENCE_SIGNED;
    case v1::NOTICE_KIND_READ_ALOUD:
      return v1::CONSENT_EVIDENCE_READ_ALOUD;
    default:
      return v1::CONSENT_EVIDENCE_SHOWN;
  }
}

v1::ReasonCode MissingOf(v1::NoticeKind kind) {
  switch (kind) {
    case v1::NOTICE_KIND_SEPARATE_CONSENT:
      return v1::CNS_SEPARATE_CONSENT_MISSING;
    case v1::NOTICE_KIND_RISK:
      return v1::CNS_RISK_NOTICE_UNSIGNED;
    case v1::NOTICE_KIND_READ_ALOUD:
      return v1::CNS_READ_ALOUD_VIDEO_MISSING;
    default:
      return v1::CNS_NOTICE_MISSING;
  }
}

bool WasGiven(const Policy& policy, const v1::Facts& facts, const v1::Notice& notice) {
  const int64_t latest = facts.observe_time().seconds() + int64_t{60} * policy.pack.document().max_clock_skew_minutes();
  return std::any_of(facts.consents().begin(), facts.consents().end(), [&](const v1::ConsentFacts& given) {
    const bool kept = given.evidence() < v1::CONSENT_EVIDENCE_SIGNED || given.has_reference();
    return given.notice_id() == notice.notice_id() && given.version() == notice.version() &&
           given.evidence() >= WeakestFor(notice.kind()) && kept && given.time().seconds() <= latest;
  });
}

}  // namespace

std::vector<const v1::Notice*> NoticesFor(const Policy& policy, const Told& told) {
  std::vector<const v1::Notice*> notices;
  for (const v1::Notice& notice : policy.pack.notices()) {
    const bool of_age = !told.age || (*told.age >= static_cast<int>(notice.min_age()) &&
                                      (notice.max_age() == 0 || *told.age <= static_cast<int>(notice.max_age())));
    const bool of_product = told.product.empty() || EmptyOrContains(notice.products(), told.product);
    const auto& entries = notice.entry_types();
    const bool of_entry = told.entry == v1::ENTRY_TYPE_UNSPECIFIED ||
                          (entries.empty() ? TakesPlace(told.entry)
                                           : std::find(entries.begin(), entries.end(), told.entry) != entries.end());
    const bool of_risk = !told.numbers_held || *told.numbers_held >= notice.min_numbers_held();
    if (EmptyOrContains(notice.channels(), told.channel) && of_product && of_age && of_entry && of_risk) {
      notices.push_back(&notice);
    }
  }
  return notices;
}

v1::NoticeToShow ToShow(const v1::Notice& notice) {
  v1::NoticeToShow shown;
  shown.set_notice_id(notice.notice_id());
  shown.set_version(notice.version());
  *shown.mutable_text() = ToText(notice.text());
  shown.set_kind(notice.kind());
  shown.set_purpose(notice.purpose());
  shown.set_legal_basis(notice.legal_basis());
  shown.set_required(!notice.optional());
  for (const v1::NoticeTranslation& translation : notice.translations()) {
    v1::NoticeInWords& words = *shown.add_translations();
    words.set_language_tag(translation.language_tag());
    words.set_form(translation.form());
    words.set_text(translation.text());
  }
  return shown;
}

std::vector<v1::ReasonCode> ConsentFaults(const Policy& policy, const v1::Facts& facts, std::optional<int> age) {
  std::vector<v1::ReasonCode> faults;
  const v1::ApplicationFacts& application = facts.application();
  for (const v1::Notice* notice : NoticesFor(policy, {.channel = application.channel_type(),
                                                     .product = application.product(),
                                                     .age = age,
                                                     .numbers_held = facts.registry().numbers_held(),
                                                     .entry = application.entry_type()})) {
    // Packs of before told, and asked for no record of it.
    if (notice->optional() || notice->kind() == v1::NOTICE_KIND_UNSPECIFIED || WasGiven(policy, facts, *notice))
      continue;
    const v1::ReasonCode fault = MissingOf(notice->kind());
    if (std::find(faults.begin(), faults.end(), fault) == faults.end()) faults.push_back(fault);
  }
  return faults;
}

bool MayProcess(const Policy& policy, const v1::Facts& facts, v1::Processing processing) {
  bool covered = false;
  for (const v1::Notice& notice : policy.pack.notices()) {
    if (notice.covers() != processing) continue;
    if (WasGiven(policy, facts, notice)) return true;
    covered = true;
  }
  return !covered;
}

}  // namespace realname::rules
