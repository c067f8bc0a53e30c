// SPDX-License-Identifier: Apache-2.0
#include "rules/decide.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "rules/authority.h"
#include "rules/capture.h"
#include "rules/challenge.h"
#include "rules/conduct.h"
#include "rules/entry.h"
#include "rules/face_limits.h"
#include "rules/face_search.h"
#include "rules/identity_document.h"
#include "rules/notices.h"
#include "rules/parties.h"
#include "rules/person_name.h"
#include "rules/quality_gate.h"
#include "rules/quota.h"
#include "rules/reverification_date.h"

namespace realname::rules {
namespace {

// One thing found against an application.
struct Found {
  v1::Check check;
  v1::ReasonCode code;
  // The picture or document that shows it, where that is not for the policy to say.
  v1::EvidenceItem item = v1::EVIDENCE_ITEM_UNSPECIFIED;
  v1::Outcome outcome = v1::OUTCOME_FAILED;
  // What was measured, where it rests on a measurement.
  std::optional<v1::Finding> measured = std::nullopt;
};

bool IsPassiveLiveness(v1::ReasonCode code) {
  return code == v1::PAD_PRINT || code == v1::PAD_SCREEN || code == v1::PAD_ATTACK || code == v1::PAD_UNCERTAIN;
}

bool SaysWhoThePersonIs(v1::ReasonCode code) {
  switch (code) {
    case v1::IDN_FORMAT:
    case v1::IDN_CHECKSUM:
    case v1::IDN_DATE:
    case v1::IDN_REGION:
    case v1::IDN_SEX_MISMATCH:
    case v1::IDN_BIRTH_MISMATCH:
      return true;
    default:
      return false;
  }
}

const google::protobuf::RepeatedField<int> kNoTypes;

template <typename Repeated, typename Value>
bool Contains(const Repeated& values, Value value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Packs of before named no assessments, and asked for none.
bool AsksAssessments(const Policy& policy) {
  return std::any_of(policy.pack.channels().begin(), policy.pack.channels().end(),
                     [](const v1::ChannelPolicy& channel) { return !channel.assessment().empty(); });
}

// Of several findings of a check the heaviest gives its outcome.
int Weight(v1::Outcome outcome) {
  switch (outcome) {
    case v1::OUTCOME_FAILED:
      return 4;
    case v1::OUTCOME_UNCERTAIN:
      return 3;
    case v1::OUTCOME_NOT_AVAILABLE:
      return 2;
    case v1::OUTCOME_ERROR:
      return 1;
    default:
      return 0;
  }
}

// Gathers findings and outcomes check by check.
class Examination {
 public:
  Examination(const Policy& policy, const v1::Facts& facts)
      : policy_(policy),
        facts_(facts),
        document_(facts.subject().document()),
        channel_(ChannelOf(policy, facts.application().channel_type())),
        today_(DayAt(facts.observe_time().seconds(), policy.pack.utc_offset_minutes())),
        reading_(ReadDocument(document_, today_)),
        kind_(DocumentTypeOf(policy, document_.type())),
        customer_(CustomerOf(policy, facts.application().customer_kind())) {}

  void DocumentFormat() {
    constexpr auto kCheck = v1::CHECK_DOCUMENT_FORMAT;
    Passed(kCheck);
    if (document_.number().empty() || document_.type() == v1::DOCUMENT_TYPE_UNSPECIFIED) {
      return Fail(kCheck, v1::DOC_NOT_PRESENTED);
    }
    const auto& own = customer_ == nullptr ? kNoTypes : customer_->subscriber_documents();
    const bool taken = own.empty() ? channel_ == nullptr || Contains(channel_->document_types(), document_.type())
                                   : Contains(own, document_.type());
    const bool too_old =
        kind_.max_age() > 0 && reading_.birth && AgeAt(*reading_.birth, today_) > static_cast<int>(kind_.max_age());
    const bool of_this_kind =
        IsOfOrganisation(document_.type()) == IsOrganisation(facts_.application().customer_kind());
    if (!taken || too_old || !of_this_kind) return Fail(kCheck, v1::DOC_TYPE_NOT_ALLOWED);
    if (IsOfOrganisation(document_.type()) && !reading_.faults.empty()) return Fail(kCheck, v1::ORG_USCC_INVALID);
    for (const v1::ReasonCode fault : reading_.faults) {
      fault == v1::NAME_ENCODING_VARIANT ? Uncertain(kCheck, fault) : Fail(kCheck, fault);
    }
  }

  void DocumentValidity() {
    constexpr auto kCheck = v1::CHECK_DOCUMENT_VALIDITY;
    const auto from = ParseDate(document_.valid_from());
    const auto to = ParseDate(document_.valid_to());
    // SKIPPED where the holder is not known; a missing date is REC_INCOMPLETE.
    if (kind_.no_validity() || !Identified() || !from || (!to && !document_.valid_long_term())) return;
    Passed(kCheck);
    if (*from > today_) Fail(kCheck, v1::DOC_NOT_YET_VALID);
    if (to && *to < today_) Fail(kCheck, v1::DOC_EXPIRED);
    if (kind_.spans().empty() || !reading_.birth) return;
    const int age_at_issue = AgeAt(*reading_.birth, *from);
    const bool plausible = std::any_of(kind_.spans().begin(), kind_.spans().end(), [&](const v1::ValiditySpan& span) {
      if (age_at_issue < static_cast<int>(span.min_age()) || age_at_issue > static_cast<int>(span.max_age()))
        return false;
      const int months = 12 * static_cast<int>(span.years()) + static_cast<int>(span.months());
      if (months == 0 || document_.valid_long_term()) return months == 0 && document_.valid_long_term();
      const CivilDate end = AddMonths(*from, months);
      return *to == (span.ends_day_before() ? CivilDate{std::chrono::sys_days(end) - std::chrono::days(1)} : end);
    });
    if (!plausible) Uncertain(kCheck, v1::DOC_VALIDITY_IMPLAUSIBLE);
  }

  void CaptureProvenance() {
    constexpr auto kCheck = v1::CHECK_CAPTURE_PROVENANCE;
    Passed(kCheck);
    const auto& application = facts_.application();
    const v1::SignatureFacts& signature = application.signature();
    const v1::CaptureMethod method = CountedMethod(channel_, application.capture_method(), signature);
    // A signature that is told to be wrong is not told to be missing, too.
    const bool told = method != application.capture_method() && !SignatureFaults(channel_, signature).empty();
    if (channel_ != nullptr && !Contains(MethodsOf(kind_), method) && !told) {
      Fail(kCheck, method == v1::CAPTURE_METHOD_MANUAL ? v1::CAP_MANUAL_ENTRY_FORBIDDEN : v1::CAP_READER_REQUIRED);
    }
    const int64_t now = CameIn();
    if (!CapturedInTime(policy_, channel_, signature, application.has_capture_time(),
                        application.capture_time().seconds(), now)) {
      // A signed capture vouches for the pictures that came with it: they are as old as the document.
      const bool with_pictures = channel_ != nullptr && channel_->signed_capture() && !facts_.has_picture_capture() &&
                                 ByFace() && FactsOfWhoComes(facts_) == &facts_.subject();
      if (with_pictures) {
        for (const v1::EvidenceItem item :
             {v1::EVIDENCE_ITEM_ID_PHOTO, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, v1::EVIDENCE_ITEM_DOCUMENT}) {
          Fail(kCheck, v1::CAP_STALE, item);
        }
      } else {
        Fail(kCheck, v1::CAP_STALE);
      }
    }
    PicturesSentAgain(now);
    Signature(signature);
    Signature(application.alternative().second_signature());
    for (const v1::PartyFacts& party : facts_.parties()) Signature(party.signature());
  }

  // The document's capture vouches for the pictures that came with it; others need a signature of their own, where that
  // one had to be signed.
  void PicturesSentAgain(int64_t now) {
    if (!facts_.has_picture_capture() || channel_ == nullptr || !channel_->signed_capture()) return;
    const v1::SubjectFacts* comes = FactsOfWhoComes(facts_);
    const v1::DocumentTypePolicy kind =
        DocumentTypeOf(policy_, (comes == nullptr ? facts_.subject() : *comes).document().type());
    if (Contains(MethodsOf(kind), v1::CAPTURE_METHOD_MANUAL)) return;
    const v1::PictureCaptureFacts& capture = facts_.picture_capture();
    if (!IsSigned(capture.signature())) Fail(v1::CHECK_CAPTURE_PROVENANCE, v1::CAP_MANUAL_ENTRY_FORBIDDEN);
    if (!CapturedInTime(policy_, channel_, capture.signature(), capture.has_time(), capture.time().seconds(), now)) {
      Fail(v1::CHECK_CAPTURE_PROVENANCE, v1::CAP_STALE, v1::EVIDENCE_ITEM_ID_PHOTO);
      Fail(v1::CHECK_CAPTURE_PROVENANCE, v1::CAP_STALE, v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
    }
    Signature(capture.signature());
  }

  void IdentityAuthority() {
    constexpr auto kCheck = v1::CHECK_IDENTITY_AUTHORITY;
    const auto judge = [&](const v1::AuthorityFacts& said) {
      if (said.answer() == v1::AUTHORITY_ANSWER_UNSPECIFIED) return;
      Passed(kCheck);
      for (const AuthorityFault& fault : AuthorityFaults(said)) {
        findings_.push_back({kCheck, fault.code, v1::EVIDENCE_ITEM_UNSPECIFIED, fault.outcome});
      }
    };
    judge(facts_.authority());
    for (const v1::PartyFacts& party : facts_.parties()) judge(party.authority());
    const v1::SubjectFacts* comes = FactsOfWhoComes(facts_);
    if (comes != nullptr && comes->has_authority_photo() &&
        !PassesGate(comes->authority_photo(), policy_.pack.id_photo())) {
      findings_.push_back({kCheck, v1::AUTH_PHOTO_UNUSABLE, v1::EVIDENCE_ITEM_UNSPECIFIED, v1::OUTCOME_NOT_AVAILABLE});
    }
  }

  void Signature(const v1::SignatureFacts& signature) {
    for (const v1::ReasonCode fault : SignatureFaults(channel_, signature)) {
      fault == v1::CAP_GEO_MISMATCH ? Uncertain(CheckOf(fault), fault) : Fail(CheckOf(fault), fault);
    }
  }

  // Tried as often as it may be: nothing else is looked at, so that trying tells nothing.
  bool TooOften() {
    if (!AttemptsExceeded(policy_, facts_)) return false;
    Passed(v1::CHECK_RISK_SCORE);
    Fail(v1::CHECK_RISK_SCORE, v1::RATE_ATTEMPTS_EXCEEDED);
    return true;
  }

  void Lists() {
    constexpr auto kCheck = v1::CHECK_LIST_SCREEN;
    Passed(kCheck);
    for (const v1::ListHit& hit : facts_.list_hits()) {
      // Who is barred from new lines may ask, give up and put right; who disputes a number may ask about the others.
      const bool bars_lines =
          hit.kind() == v1::LIST_KIND_PUNISHED_PERSON || hit.kind() == v1::LIST_KIND_BAD_ORGANISATION;
      if ((bars_lines && !TakesPlace(Entry())) ||
          (hit.kind() == v1::LIST_KIND_DISPUTED_NUMBER && NamesNoNumber(Entry()))) {
        continue;
      }
      switch (hit.kind()) {
        case v1::LIST_KIND_PUNISHED_PERSON:
          Fail(kCheck, v1::LST_PUNISHED_PERSON);
          break;
        case v1::LIST_KIND_BAD_AGENT:
          Fail(kCheck, v1::LST_BAD_AGENT);
          break;
        case v1::LIST_KIND_BAD_ORGANISATION:
          Fail(kCheck, v1::LST_BAD_ORG);
          break;
        default:
          Uncertain(kCheck, v1::LST_DISPUTED);
      }
    }
  }

  void Conduct() {
    Passed(v1::CHECK_RISK_SCORE);
    if (IsAbnormal(policy_, facts_)) Uncertain(v1::CHECK_RISK_SCORE, v1::RSK_ABNORMAL_APPLICATION);
  }

  void Faces() {
    const auto& pack = policy_.pack;
    const v1::SubjectFacts* comes = FactsOfWhoComes(facts_);
    if (comes == nullptr) return;  // who has to come is missing: a fault of the parties
    const auto& subject = *comes;
    Passed(v1::CHECK_FACE_DETECT);
    const bool id_photo = Picture(subject.id_photo(), pack.id_photo(), v1::EVIDENCE_ITEM_ID_PHOTO);
    const bool portrait = Picture(subject.live_portrait(), pack.live_portrait(), v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
    if (portrait) Liveness(subject.live_portrait());
    if (!id_photo || !portrait) return;
    if (subject.has_comparison()) {
      // A picture sent twice was taken of nobody: a finding of liveness, whatever the network says of it.
      if (subject.comparison().image_correlation() >= pack.face().same_image_correlation()) {
        Fail(v1::CHECK_LIVENESS, v1::FACE_SAME_IMAGE, v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
      }
      return FaceMatch(subject);
    }
    // Two good pictures that nobody compared are for a person.
    Passed(v1::CHECK_FACE_MATCH);
    Uncertain(v1::CHECK_FACE_MATCH, v1::FACE_GREY_BAND);
  }

  // What was found is a lead, whatever else speaks for or against the application.
  void DuplicateFaces() {
    constexpr auto kCheck = v1::CHECK_DUPLICATE_FACE;
    if (!facts_.has_face_search()) return;
    const v1::FaceSearchFacts& search = facts_.face_search();
    Passed(kCheck);
    for (const v1::SearchedGallery& searched : search.galleries()) {
      const v1::GalleryPolicy* gallery = GalleryOf(policy_, searched.gallery());
      // Of a gallery that the policy does not know nothing follows.
      if (gallery == nullptr || gallery->kind() != searched.kind()) continue;
      for (const v1::FaceHit& hit : searched.hits()) {
        const auto reason = LeadOf(policy_, *gallery, searched, hit);
        if (reason != v1::REASON_CODE_UNSPECIFIED) Uncertain(kCheck, reason, v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
      }
    }
    if (search.incomplete()) Uncertain(kCheck, v1::DUP_NOT_SEARCHED, v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  }

  bool ByFace() const { return !facts_.application().has_alternative(); }

  void Attestation() {
    constexpr auto kCheck = v1::CHECK_ATTESTATION;
    constexpr auto kSecond = v1::EVIDENCE_ITEM_SECOND_DOCUMENT;
    const auto& alternative = facts_.application().alternative();
    const auto& policy = policy_.pack.alternative();
    Passed(kCheck);
    if (!Contains(policy.channels(), facts_.application().channel_type())) return Fail(kCheck, v1::ALT_NOT_ALLOWED);
    if (!Contains(policy.capture_methods(), facts_.application().capture_method())) {
      Fail(v1::CHECK_CAPTURE_PROVENANCE, v1::CAP_READER_REQUIRED);
    }
    const v1::Document& second = facts_.subject().second_document();
    const DocumentReading reading = ReadDocument(second, today_);
    const v1::DocumentTypePolicy kind = DocumentTypeOf(policy_, second.type());
    const auto to = ParseDate(second.valid_to());
    const auto from = ParseDate(second.valid_from());
    const bool valid =
        kind.no_validity() || ((!from || *from <= today_) && (second.valid_long_term() || (to && *to >= today_)));
    const bool readable = reading.faults.empty() && !reading.person.number.empty();
    const v1::SignatureFacts& signature = alternative.second_signature();
    const bool well_read =
        Contains(MethodsOf(kind), CountedMethod(channel_, alternative.second_capture_method(), signature)) &&
        CapturedInTime(policy_, channel_, signature, alternative.has_second_capture_time(),
                       alternative.second_capture_time().seconds(), CameIn());
    // Two documents that bear a number of one kind bear the same.
    const bool other_number = reading.person.type == reading_.person.type && !(reading.person == reading_.person);
    if (second.type() == document_.type() || !Contains(policy.second_document_types(), second.type()) || !readable ||
        !well_read || !valid) {
      Fail(kCheck, v1::ALT_SECOND_DOCUMENT, kSecond);
    } else {
      const NameMatch match = CompareNames(document_.name(), second.name());
      if (match == NameMatch::kDifferent || other_number ||
          (reading.birth && reading_.birth && reading.birth != reading_.birth)) {
        Uncertain(kCheck, v1::ALT_DOCUMENTS_DIFFER);
      } else if (match == NameMatch::kVariant) {
        Uncertain(kCheck, v1::NAME_ENCODING_VARIANT);
      }
    }
    if (static_cast<uint32_t>(alternative.attesters_size()) < policy.attesters()) {
      Fail(kCheck, v1::ALT_ATTESTATION_MISSING, v1::EVIDENCE_ITEM_ATTESTATION);
    }
  }

  void Challenge() {
    // A contest may be made where nobody can be asked to move; the person who decides sees what was refused.
    if (!ChallengeAsked(policy_, facts_) || (facts_.has_contest() && !facts_.has_session())) return;
    Passed(v1::CHECK_LIVENESS);
    for (const v1::ReasonCode fault : ChallengeFaults(policy_, facts_)) Fail(v1::CHECK_LIVENESS, fault);
  }

  void RecordConsistency() {
    constexpr auto kCheck = v1::CHECK_RECORD_CONSISTENCY;
    Passed(kCheck);
    const bool validity = kind_.no_validity() || (ParseDate(document_.valid_from()) &&
                                                  (document_.valid_long_term() || ParseDate(document_.valid_to())));
    const bool foreign =
        document_.type() == v1::DOCUMENT_TYPE_PASSPORT || document_.type() == v1::DOCUMENT_TYPE_OTHER_TRAVEL_DOC;
    const bool organisation = IsOfOrganisation(document_.type());
    const bool complete = !document_.name().empty() && (organisation || document_.sex() != v1::SEX_UNSPECIFIED) &&
                          (organisation || ParseDate(document_.birth_date())) &&
                          (kind_.no_address() || !document_.address().empty()) && validity &&
                          (!foreign || !document_.nationality().empty());
    // Who is known by nothing counts for nobody: nothing passes that has no holder.
    const bool nobody = !Identified() && reading_.faults.empty() && !document_.number().empty();
    if (!complete || nobody) Fail(kCheck, v1::REC_INCOMPLETE);
    if (facts_.registry().name_differs()) Uncertain(kCheck, v1::REC_NAME);
    const v1::RegistryFacts& registry = facts_.registry();
    const v1::EntryType entry = Entry();
    if (facts_.subject().has_previous_document() && !registry.previous_known()) Fail(kCheck, v1::REC_PREVIOUS_UNKNOWN);
    if (registry.previous_known() && !registry.previous_linked()) Uncertain(kCheck, v1::REC_DOCUMENT_LINK);
    if (OpensLine(entry) && registry.msisdn_taken()) Uncertain(kCheck, v1::REC_NUMBER);
    if (OfOwnLine(entry) && registry.line_holder() != v1::LINE_HOLDER_THIS_PERSON) {
      Fail(kCheck, v1::REC_NUMBER_NOT_HELD);
    }
    if (entry == v1::ENTRY_TYPE_TRANSFER_IN &&
        (registry.line_holder() != v1::LINE_HOLDER_ANOTHER || !registry.line_given())) {
      Fail(kCheck, v1::REC_NUMBER_NOT_GIVEN);
    }
  }

  void Quota() {
    const v1::ApplicationFacts& application = facts_.application();
    const auto rule = QuotaOf(policy_, application.customer_kind(), application.channel_type(), application.product());
    if (!Identified() || !rule || !TakesPlace(Entry())) return;
    Passed(v1::CHECK_QUOTA);
    if (facts_.registry().numbers_held() >= rule->limit()) Fail(v1::CHECK_QUOTA, rule->code());
    const uint32_t recent = policy_.pack.velocity().person_numbers();
    if (recent > 0 && facts_.conduct().person_numbers() >= recent) Uncertain(v1::CHECK_QUOTA, v1::QTA_VELOCITY);
  }

  void AgePolicy() {
    if (!Identified() || !reading_.birth) return;
    constexpr auto kCheck = v1::CHECK_AGE_POLICY;
    Passed(kCheck);
    const auto& limits = policy_.pack.age();
    const int age = AgeAt(*reading_.birth, today_);
    if (age < static_cast<int>(limits.min_age()) ||
        (channel_ != nullptr && channel_->online() && age < static_cast<int>(limits.online_min_age()))) {
      Fail(kCheck, v1::PTY_AGE_NOT_ALLOWED);
    } else if (age < static_cast<int>(limits.guardian_below_age()) && !HasGuardian(policy_, facts_, today_)) {
      Fail(kCheck, v1::PTY_GUARDIAN_REQUIRED);
    }
  }

  // `whoever_sells`: who it is has not been looked up.
  void ChannelPolicy(bool whoever_sells = false) {
    Passed(v1::CHECK_CHANNEL_POLICY);
    if (channel_ == nullptr || !Contains(channel_->entry_types(), facts_.application().entry_type())) {
      Fail(v1::CHECK_CHANNEL_POLICY, v1::CHN_NOT_ALLOWED);
    }
    if (channel_ != nullptr && !whoever_sells) Sellers();
    const v1::CustomerKind customer = facts_.application().customer_kind();
    const bool served = customer_ != nullptr && (customer_->channels().empty() ||
                                                 Contains(customer_->channels(), facts_.application().channel_type()));
    const bool online = channel_ != nullptr && channel_->online();
    const bool for_things = customer == v1::CUSTOMER_KIND_ORG_IOT || customer == v1::CUSTOMER_KIND_IOT_INDIVIDUAL;
    if (!served) {
      Fail(v1::CHECK_CHANNEL_POLICY, for_things && online       ? v1::CHN_IOT_ONLINE_FORBIDDEN
                                     : IsOrganisation(customer) ? v1::CHN_ORG_CHANNEL_NOT_ALLOWED
                                                                : v1::CHN_NOT_ALLOWED);
    }
    const bool entrusted = std::any_of(facts_.parties().begin(), facts_.parties().end(),
                                       [](const auto& party) { return party.role() == v1::PARTY_ROLE_AGENT_PERSON; });
    // Nobody else gives away, ends or changes what somebody has.
    if (entrusted &&
        (!OpensLine(Entry()) || !Contains(policy_.pack.entrusted().channels(), facts_.application().channel_type()))) {
      Fail(v1::CHECK_CHANNEL_POLICY, v1::CHN_NOT_ALLOWED);
    }
  }

  // Who sells may sell: R11, R16 (an agent in contract, trained, for nobody else), and nobody who is suspended.
  void Sellers() {
    constexpr auto kCheck = v1::CHECK_CHANNEL_POLICY;
    const v1::ChannelFacts& seller = facts_.channel();
    const auto in_force = [&](const std::string& from, const std::string& to) {
      const auto first = ParseDate(from);
      const auto last = ParseDate(to);
      return first && last && *first <= today_ && today_ <= *last;
    };
    const auto trained = [&](const std::string& until) {
      const auto last = ParseDate(until);
      return last && today_ <= *last;
    };
    if (channel_->registered_agent()) {
      const v1::SellerFacts& agent = seller.agent();
      if (!agent.known() || agent.status() != v1::SELLER_STATUS_ACTIVE ||
          !in_force(agent.contract_from(), agent.contract_to())) {
        Fail(kCheck, v1::CHN_AGENT_SUSPENDED);
      } else if (!trained(agent.trained_until())) {
        Fail(kCheck, v1::CHN_AGENT_UNTRAINED);
      }
      if (agent.sub_delegated()) Fail(kCheck, v1::CHN_SUBDELEGATION);
    }
    const v1::SellerFacts& own = seller.operator_();
    const bool has_term = !own.contract_from().empty() || !own.contract_to().empty();
    if (own.known() &&
        (own.status() != v1::SELLER_STATUS_ACTIVE || (has_term && !in_force(own.contract_from(), own.contract_to())))) {
      Fail(kCheck, v1::CHN_AGENT_SUSPENDED);
    }
    for (const v1::SellerFacts* each : {&seller.outlet(), &seller.staff()}) {
      if (each->known() && each->status() != v1::SELLER_STATUS_ACTIVE) Fail(kCheck, v1::CHN_AGENT_SUSPENDED);
    }
    if (seller.staff().known() && !trained(seller.staff().trained_until())) Fail(kCheck, v1::CHN_AGENT_UNTRAINED);
    const auto& products = policy_.pack.products();
    const bool product_assessed =
        products.empty() || !TakesPlace(Entry()) ||
        std::any_of(products.begin(), products.end(), [&](const v1::ProductPolicy& each) {
          return each.product() == facts_.application().product() && !each.assessment().empty();
        });
    if (!product_assessed || (AsksAssessments(policy_) && channel_->assessment().empty())) {
      Fail(kCheck, v1::CHN_ASSESSMENT_MISSING);
    }
  }

  void Consent() {
    Passed(v1::CHECK_CONSENT);
    const auto age = reading_.birth ? std::optional(AgeAt(*reading_.birth, today_)) : std::nullopt;
    for (const v1::ReasonCode fault : ConsentFaults(policy_, facts_, age)) Fail(v1::CHECK_CONSENT, fault);
  }

  void Parties() {
    Passed(v1::CHECK_PARTY);
    for (const v1::ReasonCode fault : PartyFaults(policy_, facts_, today_)) Fail(v1::CHECK_PARTY, fault);
  }

  // REVIEW reasons of earlier attempts whose evidence was replaced by better: they still want a person's eyes.
  void CarriedReasons() {
    for (const int code : facts_.carried_review_reasons()) Carry(static_cast<v1::ReasonCode>(code));
  }

  void Contest() {
    if (!facts_.has_contest()) return;
    Passed(v1::CHECK_CONTEST);
    Uncertain(v1::CHECK_CONTEST, v1::CTS_REQUESTED);
    // What was seen in the pictures then is judged beside those of now; the rest was looked up again.
    for (const int code : facts_.contest().reasons()) {
      const auto reason = static_cast<v1::ReasonCode>(code);
      const v1::Check check = CheckOf(reason);
      if (check == v1::CHECK_FACE_MATCH || check == v1::CHECK_LIVENESS) Carry(reason);
    }
  }

  v1::EntryType Entry() const { return facts_.application().entry_type(); }

  bool Identified() const { return !reading_.person.number.empty(); }

  v1::Decision Merge() const;

 private:
  void Carry(v1::ReasonCode reason) {
    const bool again = std::any_of(findings_.begin(), findings_.end(), [&](const auto& f) { return f.code == reason; });
    if (!again) Uncertain(CheckOf(reason), reason);
  }

  // When what was captured came in.
  int64_t CameIn() const {
    const auto& application = facts_.application();
    return application.has_submit_time() ? application.submit_time().seconds() : facts_.observe_time().seconds();
  }

  // How this kind of document may be read here.
  google::protobuf::RepeatedField<int> MethodsOf(const v1::DocumentTypePolicy& kind) const {
    if (!kind.uncovered_capture_methods().empty() && SourceOf(policy_, kind.type()) == nullptr) {
      return kind.uncovered_capture_methods();
    }
    return kind.capture_methods().empty() && channel_ != nullptr ? channel_->capture_methods() : kind.capture_methods();
  }

  // How the findings of a check that `counts` come out, if it was made.
  template <typename Counts>
  v1::Outcome OutcomeOf(v1::Check check, bool made, Counts counts) const {
    v1::Outcome outcome = made ? v1::OUTCOME_PASSED : v1::OUTCOME_SKIPPED;
    for (const Found& finding : findings_) {
      if (finding.check != check || !counts(finding.code)) continue;
      if (Weight(finding.outcome) > Weight(outcome)) outcome = finding.outcome;
    }
    return outcome;
  }
  void Passed(v1::Check check) { made_.push_back(check); }
  void Fail(v1::Check check, v1::ReasonCode code, v1::EvidenceItem item = v1::EVIDENCE_ITEM_UNSPECIFIED) {
    findings_.push_back({check, code, item});
  }
  void Uncertain(v1::Check check, v1::ReasonCode code, v1::EvidenceItem item = v1::EVIDENCE_ITEM_UNSPECIFIED) {
    findings_.push_back({check, code, item, v1::OUTCOME_UNCERTAIN});
  }

  // Whether the picture passes the gate.
  bool Picture(const v1::FaceEvidence& evidence, const v1::QualityPolicy& limits, v1::EvidenceItem item) {
    const auto unseen = DetectionFaults(evidence);
    for (const v1::ReasonCode fault : unseen) Fail(v1::CHECK_FACE_DETECT, fault, item);
    if (!unseen.empty()) return false;
    Passed(v1::CHECK_FACE_QUALITY);
    const auto poor = QualityFaults(evidence, limits);
    for (const v1::Finding& fault : poor)
      findings_.push_back({v1::CHECK_FACE_QUALITY, fault.code(), item, v1::OUTCOME_FAILED, fault});
    return poor.empty();
  }

  void Liveness(const v1::FaceEvidence& portrait) {
    constexpr auto kCheck = v1::CHECK_LIVENESS;
    constexpr auto kItem = v1::EVIDENCE_ITEM_LIVE_PORTRAIT;
    const auto& limits = policy_.pack.liveness();
    Passed(kCheck);
    passive_liveness_ = true;
    if (portrait.live_score() >= limits.live_score_pass()) return;
    const bool uncertain = portrait.live_score() >= limits.live_score_fail();
    v1::Finding measured;
    measured.set_code(uncertain ? v1::PAD_UNCERTAIN : KindOfAttack(portrait));
    measured.set_component("live_score");
    measured.set_value(portrait.live_score());
    measured.set_limit(uncertain ? limits.live_score_pass() : limits.live_score_fail());
    findings_.push_back(
        {kCheck, measured.code(), kItem, uncertain ? v1::OUTCOME_UNCERTAIN : v1::OUTCOME_FAILED, measured});
  }

  // Of two references, the document's photo and the source's, the better counts, with its FMR corrected for their
  // number. Where they contradict each other a person decides: one may be old, or the document forged.
  void FaceMatch(const v1::SubjectFacts& subject) {
    constexpr auto kCheck = v1::CHECK_FACE_MATCH;
    Passed(kCheck);
    double fmr = subject.comparison().fmr_at_similarity();
    if (subject.has_authority_comparison()) {
      const double other = subject.authority_comparison().fmr_at_similarity();
      const double review = policy_.pack.face().review_fmr();
      if ((fmr > review) != (other > review)) return Uncertain(kCheck, v1::FACE_GREY_BAND);
      fmr = std::min(1.0, 2 * std::min(fmr, other));
    }
    if (fmr <= policy_.pack.face().match_fmr()) return;
    if (fmr <= policy_.pack.face().review_fmr()) return Uncertain(kCheck, v1::FACE_GREY_BAND);
    Fail(kCheck, v1::FACE_MISMATCH);
  }

  v1::ReasonClass ClassOf(const Found& found) const {
    if (facts_.has_contest()) return v1::REASON_CLASS_REVIEW;
    const v1::CaptureMethod method = facts_.application().capture_method();
    const v1::ReasonClass in_force =
        ClassInForce(policy_, found.code, facts_.attempt(), method, facts_.liveness_bpcer());
    // Nobody waits for ever for a source.
    if (in_force == v1::REASON_CLASS_INCONCLUSIVE && WaitedOut(policy_, facts_)) return v1::REASON_CLASS_REVIEW;
    // A chip holds one picture: asked for again it would be the same.
    const bool only_one = found.item == v1::EVIDENCE_ITEM_ID_PHOTO && found.check == v1::CHECK_FACE_QUALITY;
    return in_force == v1::REASON_CLASS_RETRY && only_one && IsChipRead(CaptureOfWhoComes(facts_))
               ? v1::REASON_CLASS_REVIEW
               : in_force;
  }

  const Policy& policy_;
  const v1::Facts& facts_;
  const v1::Document& document_;
  const v1::ChannelPolicy* channel_;
  const CivilDate today_;
  const DocumentReading reading_;
  const v1::DocumentTypePolicy kind_;
  const v1::CustomerKindPolicy* customer_;
  std::vector<v1::Check> made_;
  bool passive_liveness_ = false;
  std::vector<Found> findings_;
};

int Severity(v1::ReasonClass reason_class) {
  switch (reason_class) {
    case v1::REASON_CLASS_FINAL:
      return 4;
    case v1::REASON_CLASS_RETRY:
      return 3;
    case v1::REASON_CLASS_REVIEW:
      return 2;
    default:
      return 1;
  }
}

v1::Verdict VerdictOf(v1::ReasonClass reason_class) {
  switch (reason_class) {
    case v1::REASON_CLASS_FINAL:
      return v1::VERDICT_REJECT;
    case v1::REASON_CLASS_RETRY:
      return v1::VERDICT_RETRY;
    case v1::REASON_CLASS_REVIEW:
      return v1::VERDICT_REVIEW;
    default:
      return v1::VERDICT_INCONCLUSIVE;
  }
}

v1::Decision Examination::Merge() const {
  v1::Decision decision;
  decision.set_policy_digest(policy_.digest);
  decision.set_rules_version(kRulesVersion);
  const auto& without_face = policy_.pack.alternative().capture_methods();
  const bool no_chip =
      !kind_.capture_methods().empty() && std::none_of(kind_.capture_methods().begin(), kind_.capture_methods().end(),
                                                       [&](int method) { return Contains(without_face, method); });
  decision.set_face_required(FactsOfWhoComes(facts_) != &facts_.subject() || no_chip);
  decision.set_identification(ByFace() ? v1::IDENTIFICATION_FACE : v1::IDENTIFICATION_ATTESTED);
  if (facts_.has_contest()) *decision.mutable_contest() = facts_.contest();

  for (int i = v1::Check_MIN + 1; i <= v1::Check_MAX; ++i) {
    const auto check = static_cast<v1::Check>(i);
    v1::CheckDecision* made = decision.add_checks();
    made->set_check(check);
    made->set_outcome(OutcomeOf(check, Contains(made_, check), [](v1::ReasonCode) { return true; }));
    if (check == v1::CHECK_LIVENESS) {
      made->set_passive_outcome(OutcomeOf(check, passive_liveness_, [](auto code) { return !IsOfChallenge(code); }));
      made->set_active_outcome(OutcomeOf(check, ChallengeAsked(policy_, facts_), IsOfChallenge));
    }
    if (check == v1::CHECK_CAPTURE_PROVENANCE) {
      made->set_assurance(IsSigned(facts_.application().signature()) ? v1::ASSURANCE_PROVED : v1::ASSURANCE_ASSERTED);
    }
    for (const Found& finding : findings_) {
      if (finding.check != check) continue;
      if (!Contains(made->reasons(), finding.code)) made->add_reasons(finding.code);
      if (finding.measured) {
        v1::Finding* measured = made->add_findings();
        *measured = *finding.measured;
        measured->set_item(finding.item);
      }
    }
  }

  v1::ReasonClass worst = v1::REASON_CLASS_UNSPECIFIED;
  for (const Found& finding : findings_) {
    const v1::ReasonClass reason_class = ClassOf(finding);
    if (worst == v1::REASON_CLASS_UNSPECIFIED || Severity(reason_class) > Severity(worst)) worst = reason_class;
  }
  if (findings_.empty()) {
    decision.set_verdict(v1::VERDICT_PASS);
    decision.set_next_action(ActionAfterPass(Entry()));
    if (TakesPlace(Entry()) || Reverifies(Entry())) {
      decision.set_next_reverification_date(
          NextReverificationDate(policy_, document_, decision.identification(), today_));
    }
    return decision;
  }

  bool own_hall = false;
  bool new_application = false;
  bool new_application_in_own_hall = false;
  bool anything_new = false;  // a reason of whatever class wants another application
  bool new_session = false;
  bool later = false;
  for (const Found& finding : findings_) {
    const v1::ReasonText& text = TextOf(policy_, finding.code);
    anything_new |= text.new_application();
    if (ClassOf(finding) != worst) continue;
    own_hall |= text.own_hall();
    new_application |= text.new_application();
    new_application_in_own_hall |= text.new_application() && text.own_hall();
    if (worst != v1::REASON_CLASS_RETRY) continue;
    new_session |= text.new_session();
    later |= text.later();
    const auto ask = [&](int item) {
      if (!Contains(decision.retry_items(), item)) decision.add_retry_items(static_cast<v1::EvidenceItem>(item));
    };
    if (finding.item != v1::EVIDENCE_ITEM_UNSPECIFIED) {
      ask(finding.item);
    } else {
      for (const int item : text.retry_items()) ask(item);
    }
  }
  std::sort(decision.mutable_retry_items()->begin(), decision.mutable_retry_items()->end());

  decision.set_verdict(VerdictOf(worst));
  switch (decision.verdict()) {
    case v1::VERDICT_RETRY:
      if (later) {
        decision.clear_retry_items();
        decision.set_next_action(v1::NEXT_ACTION_TRY_LATER);
      } else if (new_session) {
        decision.clear_retry_items();
        decision.set_next_action(v1::NEXT_ACTION_START_SESSION);
      } else if (new_application || decision.retry_items_size() == 0) {
        decision.clear_retry_items();
        // What can only be applied for in an own hall is applied for there; what else an own hall would help with may
        // turn out well here.
        decision.set_next_action(new_application_in_own_hall || (own_hall && !new_application)
                                     ? v1::NEXT_ACTION_OWN_HALL
                                     : v1::NEXT_ACTION_SUBMIT_AGAIN);
      } else {
        decision.set_next_action(v1::NEXT_ACTION_RESUBMIT);
      }
      break;
    case v1::VERDICT_REVIEW:
      decision.set_next_action(own_hall && !facts_.has_contest() ? v1::NEXT_ACTION_OWN_HALL
                                                                 : v1::NEXT_ACTION_WAIT_FOR_REVIEW);
      break;
    case v1::VERDICT_REJECT:
      // This application is over; another, of something else or with something else, may be good.
      decision.set_next_action(own_hall       ? v1::NEXT_ACTION_OWN_HALL
                               : anything_new ? v1::NEXT_ACTION_SUBMIT_AGAIN
                                              : v1::NEXT_ACTION_NONE);
      break;
    default:
      decision.set_next_action(v1::NEXT_ACTION_WAIT_FOR_SOURCE);
  }
  return decision;
}

}  // namespace

v1::ReasonClass ClassInForce(const Policy& policy, v1::ReasonCode code, uint32_t attempt, v1::CaptureMethod method,
                             double liveness_bpcer) {
  const v1::ReasonText& text = TextOf(policy, code);
  if (IsPassiveLiveness(code) && LivenessAsksReviewOnly(policy, liveness_bpcer)) return v1::REASON_CLASS_REVIEW;
  if (text.class_() != v1::REASON_CLASS_RETRY) return text.class_();
  // A chip does not mistype: odd but real cards exist, and reading one again changes nothing.
  if (SaysWhoThePersonIs(code) && IsChipRead(method)) return v1::REASON_CLASS_REVIEW;
  const bool left = attempt <= policy.pack.application().max_resubmissions() &&
                    (text.max_attempts() == 0 || attempt <= text.max_attempts());
  return left ? v1::REASON_CLASS_RETRY : v1::REASON_CLASS_REVIEW;
}

v1::Decision Decide(const Policy& policy, const v1::Facts& facts) {
  Examination examination(policy, facts);
  if (examination.TooOften()) return examination.Merge();
  examination.DocumentFormat();
  examination.DocumentValidity();
  examination.CaptureProvenance();
  examination.IdentityAuthority();
  if (examination.ByFace()) {
    examination.Faces();
    examination.Challenge();
  } else {
    examination.Attestation();
  }
  examination.RecordConsistency();
  examination.Quota();
  examination.AgePolicy();
  examination.ChannelPolicy();
  examination.Parties();
  examination.Consent();
  examination.Lists();
  examination.Conduct();
  examination.DuplicateFaces();
  examination.CarriedReasons();
  examination.Contest();
  return examination.Merge();
}

v1::Decision DecideFaces(const Policy& policy, const v1::Facts& facts) {
  Examination examination(policy, facts);
  examination.Faces();
  return examination.Merge();
}

PersonKey PersonOf(const Policy& policy, const v1::Document& document, TimePoint now) {
  return ReadDocument(document, DayAt(policy, now)).person;
}

std::optional<int> HolderAge(const Policy& policy, const v1::Document& document, TimePoint now) {
  const CivilDate today = DayAt(policy, now);
  const auto birth = ReadDocument(document, today).birth;
  return birth ? std::optional(AgeAt(*birth, today)) : std::nullopt;
}

v1::Verdict Precheck(const Policy& policy, const v1::Facts& facts) {
  Examination examination(policy, facts);
  examination.DocumentFormat();
  examination.Quota();
  examination.AgePolicy();
  examination.ChannelPolicy(true);
  if (facts.registry().name_differs()) return v1::VERDICT_REVIEW;
  const v1::Decision decision = examination.Merge();
  // With a guardian it may be possible.
  const bool guardian_only = std::all_of(decision.checks().begin(), decision.checks().end(), [](const auto& check) {
    return std::all_of(check.reasons().begin(), check.reasons().end(),
                       [](int code) { return code == v1::PTY_GUARDIAN_REQUIRED; });
  });
  if (guardian_only && decision.verdict() != v1::VERDICT_PASS) return v1::VERDICT_REVIEW;
  switch (decision.verdict()) {
    case v1::VERDICT_PASS:
      return v1::VERDICT_PASS;
    case v1::VERDICT_REVIEW:
      return v1::VERDICT_REVIEW;
    default:
      return v1::VERDICT_REJECT;
  }
}

v1::NextAction ActionAfterPass(v1::EntryType entry_type) {
  if (NamesNoNumber(entry_type)) return v1::NEXT_ACTION_DONE;
  if (entry_type == v1::ENTRY_TYPE_TRANSFER_OUT) return v1::NEXT_ACTION_TRANSFER_IN;
  return TakesPlace(entry_type) ? v1::NEXT_ACTION_ACTIVATE : v1::NEXT_ACTION_CARRY_OUT;
}

bool IsPending(v1::EntryType entry_type, const v1::Decision& decision) {
  switch (decision.verdict()) {
    case v1::VERDICT_PASS:
      return !NamesNoNumber(entry_type);
    case v1::VERDICT_REVIEW:
    case v1::VERDICT_INCONCLUSIVE:
      return true;
    case v1::VERDICT_RETRY:
      return decision.next_action() == v1::NEXT_ACTION_RESUBMIT;
    default:
      return false;
  }
}

bool HoldsPlace(v1::EntryType entry_type, const v1::Decision& decision) {
  const bool no_room = std::any_of(decision.checks().begin(), decision.checks().end(), [](const auto& check) {
    return check.check() == v1::CHECK_QUOTA && check.outcome() == v1::OUTCOME_FAILED;
  });
  return TakesPlace(entry_type) && IsPending(entry_type, decision) && !no_room;
}

v1::State StateAfter(v1::EntryType entry_type, const v1::Decision& decision) {
  switch (decision.verdict()) {
    case v1::VERDICT_PASS:
      return NamesNoNumber(entry_type) ? v1::STATE_COMPLETED : v1::STATE_DECIDED;
    case v1::VERDICT_REVIEW:
      return v1::STATE_IN_REVIEW;
    case v1::VERDICT_RETRY:
      return decision.next_action() == v1::NEXT_ACTION_RESUBMIT ? v1::STATE_AWAITING_EVIDENCE : v1::STATE_DECIDED;
    case v1::VERDICT_INCONCLUSIVE:
      return v1::STATE_AWAITING_SOURCE;
    default:
      return v1::STATE_DECIDED;
  }
}

}  // namespace realname::rules
