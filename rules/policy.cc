// SPDX-License-Identifier: Apache-2.0
#include "rules/policy.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "proto/parse_text.h"
#include "rules/challenge.h"
#include "rules/parties.h"

namespace realname::rules {
namespace {

namespace pb = google::protobuf;

// Collects the first fault of a pack with the line of the entry at fault.
class Faults {
 public:
  explicit Faults(const pb::TextFormat::ParseInfoTree& tree) : tree_(tree) {}

  // `field` is a field of PolicyPack; `index` the entry if it is repeated, else -1.
  void Require(bool holds, const char* field, int index, const std::string& what) {
    if (holds || !first_.empty()) return;
    const auto* descriptor = v1::PolicyPack::descriptor()->FindFieldByName(field);
    // A repeated field as a whole has no place.
    const int line = descriptor->is_repeated() && index < 0 ? -1 : tree_.GetLocation(descriptor, index).line;
    first_ = (line >= 0 ? "line " + std::to_string(line + 1) + ": " : std::string()) + field + ": " + what;
  }
  const std::string& first() const { return first_; }

 private:
  const pb::TextFormat::ParseInfoTree& tree_;
  std::string first_;
};

bool Complete(const v1::LocalText& text) { return !text.zh().empty() && !text.en().empty(); }

void CheckQuality(Faults& faults, const char* field, const v1::QualityPolicy& quality) {
  faults.Require(quality.min_eye_distance_px() > 0, field, -1, "min_eye_distance_px must be positive");
  faults.Require(quality.min_brightness() < quality.max_brightness(), field, -1,
                 "min_brightness must be below max_brightness");
  faults.Require(quality.max_yaw_degrees() >= 0 && quality.max_pitch_degrees() >= 0 && quality.max_roll_degrees() >= 0,
                 field, -1, "limits of pose must not be negative");
  faults.Require(quality.min_eye_open() >= 0 && quality.min_eye_open() < 1, field, -1,
                 "min_eye_open must be at least 0 and below 1");
}

void CheckChallenge(Faults& faults, const v1::PolicyPack& pack) {
  const v1::ChallengePolicy& challenge = pack.challenge();
  const auto require = [&](bool holds, const char* what) { faults.Require(holds, "challenge", -1, what); };
  require(challenge.actions_asked() >= kFewestActions && challenge.actions_asked() <= std::size(kDrawnActions),
          "actions_asked must lie between 2 and the number of actions");
  require(challenge.min_turn_degrees() > 0 && challenge.min_look_up_degrees() > 0 &&
              challenge.min_mouth_opening() > 0 && challenge.max_eye_open() > 0,
          "limits of the actions must be positive");
  require(0 < challenge.same_image_correlation() && challenge.same_image_correlation() <= 1,
          "same_image_correlation must lie above 0 and not above 1");
  require(0 <= challenge.min_live_score() && challenge.min_live_score() <= 1,
          "min_live_score must lie between 0 and 1");
  require(challenge.session_minutes() > 0 && challenge.session_minutes() <= 24 * 60,
          "session_minutes must be positive and no longer than a day");
  require(challenge.max_extensions() <= 100, "max_extensions must not be above 100");
  require(challenge.max_refused_frames() > 0 && challenge.max_refused_frames() <= 100,
          "max_refused_frames must be positive and not above 100");
  std::set<int> seen;
  for (const v1::ChallengeActionText& action : challenge.actions()) {
    require(Complete(action.text()), "each action needs a text in zh and en");
    require(seen.insert(action.action()).second, "an action has two texts");
  }
  for (int action = v1::ChallengeAction_MIN + 1; action <= v1::ChallengeAction_MAX; ++action) {
    require(seen.contains(action), "an action has no text");
  }
  std::set<std::string> ids;
  for (int i = 0; i < pack.notices_size(); ++i) {
    const v1::Notice& notice = pack.notices(i);
    faults.Require(!notice.notice_id().empty() && notice.notice_id().size() <= 64 && !notice.version().empty() &&
                       Complete(notice.text()) && notice.rule_ids_size() > 0,
                   "notices", i, "needs notice_id, version, a rule and a text in zh and en");
    faults.Require(notice.kind() != v1::NOTICE_KIND_UNSPECIFIED && !notice.purpose().empty() &&
                       notice.legal_basis() != v1::LEGAL_BASIS_UNSPECIFIED,
                   "notices", i, notice.notice_id() + " needs kind, purpose and legal_basis");
    faults.Require(ids.insert(notice.notice_id()).second, "notices", i, notice.notice_id() + " has two entries");
    faults.Require(!notice.optional() || notice.legal_basis() == v1::LEGAL_BASIS_CONSENT, "notices", i,
                   notice.notice_id() + ": only what rests on consent is optional");
    for (const v1::NoticeTranslation& translation : notice.translations()) {
      faults.Require(!translation.language_tag().empty() && !translation.text().empty(), "notices", i,
                     notice.notice_id() + ": a translation needs a language_tag and a text");
    }
  }
}

void CheckDocumentTypes(Faults& faults, const v1::PolicyPack& pack) {
  std::set<int> types;
  for (const v1::DocumentTypePolicy& each : pack.document().types()) {
    const std::string name = v1::DocumentType_Name(each.type());
    faults.Require(each.type() != v1::DOCUMENT_TYPE_UNSPECIFIED, "document", -1, "an entry of types needs a type");
    faults.Require(types.insert(each.type()).second, "document", -1, name + " has two entries");
    for (const v1::ValiditySpan& span : each.spans()) {
      faults.Require(span.min_age() <= span.max_age(), "document", -1, name + " has a span whose ages are no range");
    }
  }
  if (pack.document().resident_id_spans_size() > 0) types.insert(v1::DOCUMENT_TYPE_RESIDENT_ID);
  for (int i = 0; i < pack.channels_size(); ++i) {
    for (const int type : pack.channels(i).document_types()) {
      faults.Require(types.contains(type), "channels", i,
                     v1::DocumentType_Name(static_cast<v1::DocumentType>(type)) + " has no entry in document.types");
    }
  }
}

bool IsShortName(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void CheckIdentitySources(Faults& faults, const v1::PolicyPack& pack) {
  std::set<std::string> names;
  std::set<int> covered;
  for (int i = 0; i < pack.identity_sources_size(); ++i) {
    const v1::IdentitySourcePolicy& source = pack.identity_sources(i);
    faults.Require(IsShortName(source.name()) && names.insert(source.name()).second, "identity_sources", i,
                   "needs a name of its own: up to 64 characters of a-z 0-9 _ -");
    faults.Require(source.document_types_size() > 0, "identity_sources", i, source.name() + " covers no document");
    for (const int type : source.document_types()) {
      faults.Require(type != v1::DOCUMENT_TYPE_UNSPECIFIED && covered.insert(type).second, "identity_sources", i,
                     v1::DocumentType_Name(static_cast<v1::DocumentType>(type)) + " has two sources");
    }
    faults.Require(source.wait_minutes() > 0 && source.retry_seconds() > 0, "identity_sources", i,
                   source.name() + ": wait_minutes and retry_seconds must be positive");
  }
}

void CheckGalleries(Faults& faults, const v1::PolicyPack& pack) {
  std::set<std::string> names;
  std::set<int> kinds;
  for (int i = 0; i < pack.galleries_size(); ++i) {
    const v1::GalleryPolicy& gallery = pack.galleries(i);
    const auto require = [&](bool holds, const std::string& what) { faults.Require(holds, "galleries", i, what); };
    require(IsShortName(gallery.name()) && names.insert(gallery.name()).second,
            "needs a name of its own: up to 64 characters of a-z 0-9 _ -");
    require(gallery.kind() != v1::GALLERY_KIND_UNSPECIFIED && kinds.insert(gallery.kind()).second,
            gallery.name() + " needs a kind, and there is one gallery of each kind");
    require(gallery.legal_basis() != v1::LEGAL_BASIS_UNSPECIFIED && gallery.rule_ids_size() > 0,
            gallery.name() + " needs a legal_basis, and a rule that asks for it");
    require(gallery.legal_basis() != v1::LEGAL_BASIS_CONSENT,
            gallery.name() + ": who may refuse a search for fraud is not found by it: no consent");
    require(gallery.window_days() > 0 && gallery.window_days() <= 3660,
            gallery.name() + ": window_days must lie between 1 and 3660");
    require(gallery.max_templates() > 0 && gallery.max_templates() <= 100'000,
            gallery.name() + ": max_templates must lie between 1 and 100000");
    const bool history = gallery.kind() == v1::GALLERY_KIND_PERSON;
    require(history ? gallery.max_fpir() == 0 : 0 < gallery.max_fpir() && gallery.max_fpir() < 1,
            gallery.name() + (history ? ": face.review_fmr holds for a person's history, not max_fpir"
                                      : ": max_fpir must lie above 0 and below 1"));
    for (const v1::ReasonText& reason : pack.reasons()) {
      require(CheckOf(reason.code()) != v1::CHECK_DUPLICATE_FACE || reason.class_() == v1::REASON_CLASS_REVIEW,
              v1::ReasonCode_Name(reason.code()) + " is a lead for a person: REASON_CLASS_REVIEW");
    }
  }
}

void CheckReasons(Faults& faults, const v1::PolicyPack& pack) {
  std::set<int> seen;
  for (int i = 0; i < pack.reasons_size(); ++i) {
    const v1::ReasonText& reason = pack.reasons(i);
    const std::string name = v1::ReasonCode_Name(reason.code());
    faults.Require(reason.code() != v1::REASON_CODE_UNSPECIFIED, "reasons", i, "an entry needs a code");
    faults.Require(seen.insert(reason.code()).second, "reasons", i, name + " has two entries");
    faults.Require(reason.class_() != v1::REASON_CLASS_UNSPECIFIED, "reasons", i, name + " needs a class");
    faults.Require(Complete(reason.subject()) && Complete(reason.counter()) && Complete(reason.staff()), "reasons", i,
                   name + " needs texts for subject, counter and staff, each in zh and en");
    faults.Require(reason.rule_ids_size() > 0, "reasons", i, name + " must cite a rule");
    faults.Require(std::find(reason.visible_to().begin(), reason.visible_to().end(), v1::READER_STAFF) !=
                       reason.visible_to().end(),
                   "reasons", i, name + " must be visible to READER_STAFF");
    faults.Require(reason.class_() == v1::REASON_CLASS_RETRY ||
                       (!reason.new_session() && !reason.later() && !reason.retry_items_size() &&
                        (!reason.new_application() || reason.class_() == v1::REASON_CLASS_FINAL)),
                   "reasons", i, name + " has a way to retry but is not of REASON_CLASS_RETRY");
    const bool unanswered = reason.code() == v1::AUTH_SOURCE_UNAVAILABLE || reason.code() == v1::AUTH_TIMEOUT;
    faults.Require(
        (reason.class_() != v1::REASON_CLASS_INCONCLUSIVE || unanswered) &&
            (!unanswered || reason.class_() == v1::REASON_CLASS_INCONCLUSIVE ||
             reason.class_() == v1::REASON_CLASS_REVIEW),
        "reasons", i,
        name + ": a source that does not answer is INCONCLUSIVE or for REVIEW, and nothing else is INCONCLUSIVE");
    faults.Require((CheckOf(reason.code()) != v1::CHECK_QUOTA && CheckOf(reason.code()) != v1::CHECK_LIST_SCREEN &&
                    reason.code() != v1::PTY_AGE_NOT_ALLOWED) ||
                       reason.class_() != v1::REASON_CLASS_FINAL || reason.lifted_by_evidence_only(),
                   "reasons", i, name + " is not for a vote to lift: lifted_by_evidence_only is required");
  }
  for (int code = v1::ReasonCode_MIN; code <= v1::ReasonCode_MAX; ++code) {
    if (!v1::ReasonCode_IsValid(code) || code == v1::REASON_CODE_UNSPECIFIED) continue;
    faults.Require(seen.contains(code), "reasons", -1,
                   v1::ReasonCode_Name(static_cast<v1::ReasonCode>(code)) + " has no entry");
  }
  std::set<int> actions;
  for (int i = 0; i < pack.next_actions_size(); ++i) {
    faults.Require(Complete(pack.next_actions(i).text()), "next_actions", i, "needs a text in zh and en");
    actions.insert(pack.next_actions(i).action());
  }
  for (int action = v1::NextAction_MIN + 1; action <= v1::NextAction_MAX; ++action) {
    faults.Require(actions.contains(action), "next_actions", -1,
                   v1::NextAction_Name(static_cast<v1::NextAction>(action)) + " has no text");
  }
}

std::string FirstFault(const v1::PolicyPack& pack, const pb::TextFormat::ParseInfoTree& tree) {
  Faults faults(tree);
  faults.Require(!pack.version().empty(), "version", -1, "required");
  faults.Require(pack.utc_offset_minutes() >= -720 && pack.utc_offset_minutes() <= 840, "utc_offset_minutes", -1,
                 "must lie between -720 and 840");
  const auto& face = pack.face();
  faults.Require(0 < face.match_fmr() && face.match_fmr() < face.review_fmr() && face.review_fmr() < 1, "face", -1,
                 "the bands overlap: 0 < match_fmr < review_fmr < 1 is required");
  faults.Require(0 < face.same_image_correlation() && face.same_image_correlation() <= 1, "face", -1,
                 "same_image_correlation must lie above 0 and not above 1");
  const auto& liveness = pack.liveness();
  faults.Require(0 < liveness.live_score_fail() && liveness.live_score_fail() <= liveness.live_score_pass() &&
                     liveness.live_score_pass() <= 1,
                 "liveness", -1, "the bands overlap: 0 < live_score_fail <= live_score_pass <= 1 is required");
  faults.Require(0 < liveness.max_bpcer() && liveness.max_bpcer() <= 1, "liveness", -1,
                 "max_bpcer must lie above 0 and not above 1");
  const auto& customers = pack.genuine_customers();
  faults.Require(0 <= customers.max_turned_away() && customers.max_turned_away() <= 1 && 0 <= customers.max_review() &&
                     customers.max_review() <= 1,
                 "genuine_customers", -1, "max_turned_away and max_review must lie between 0 and 1");
  CheckQuality(faults, "id_photo", pack.id_photo());
  CheckQuality(faults, "live_portrait", pack.live_portrait());
  const auto& quota = pack.quota();
  faults.Require((quota.numbers_per_person() >= 1) != (quota.rules_size() > 0), "quota", -1,
                 "either rules, or numbers_per_person of at least 1");
  std::set<std::string> quotas;
  for (const v1::QuotaRule& rule : quota.rules()) {
    faults.Require(IsShortName(rule.name()) && quotas.insert(rule.name()).second, "quota", -1,
                   "each rule needs a name of its own: up to 64 characters of a-z 0-9 _ -");
    faults.Require(rule.limit() >= 1, "quota", -1, rule.name() + ": limit must be at least 1");
    faults.Require(
        rule.code() == v1::QTA_OPERATOR_LIMIT || rule.code() == v1::QTA_MVNO_LIMIT || rule.code() == v1::QTA_IOT_LIMIT,
        "quota", -1, rule.name() + ": code must be QTA_OPERATOR_LIMIT, QTA_MVNO_LIMIT or QTA_IOT_LIMIT");
  }
  faults.Require(pack.age().min_age() <= pack.age().guardian_below_age(), "age", -1,
                 "min_age must not be above guardian_below_age");
  faults.Require(pack.channels_size() > 0, "channels", -1, "no channel may do anything");
  std::set<int> channels;
  for (int i = 0; i < pack.channels_size(); ++i) {
    const auto& channel = pack.channels(i);
    faults.Require(channel.type() != v1::CHANNEL_TYPE_UNSPECIFIED, "channels", i, "an entry needs a type");
    faults.Require(channels.insert(channel.type()).second, "channels", i,
                   v1::ChannelType_Name(channel.type()) + " has two entries");
    const auto& entries = channel.entry_types();
    faults.Require(std::find(entries.begin(), entries.end(), v1::ENTRY_TYPE_INQUIRY) == entries.end() ||
                       (pack.subscriber().inquiry_minutes() > 0 && pack.subscriber().dispute_hours() > 0),
                   "channels", i,
                   v1::ChannelType_Name(channel.type()) + ": INQUIRY needs inquiry_minutes and dispute_hours");
    faults.Require(channel.offline_hours() == 0 || channel.signed_capture(), "channels", i,
                   v1::ChannelType_Name(channel.type()) + ": offline_hours is for signed_capture");
  }
  CheckDocumentTypes(faults, pack);
  CheckIdentitySources(faults, pack);
  CheckGalleries(faults, pack);
  faults.Require(pack.document().max_capture_age_minutes() > 0, "document", -1,
                 "max_capture_age_minutes must be positive");
  const auto& application = pack.application();
  faults.Require(
      application.reservation_minutes() > 0 && application.evidence_minutes() > 0 && application.review_hours() > 0,
      "application", -1, "reservations must last longer than nothing");
  faults.Require(pack.reverification().period_months() > 0, "reverification", -1, "period_months must be positive");
  faults.Require(pack.precheck().per_caller_and_hour() > 0, "precheck", -1, "per_caller_and_hour must be positive");
  const auto& desk = pack.review();
  faults.Require(desk.claim_minutes() > 0 && desk.cases_per_hour() > 0, "review", -1,
                 "claim_minutes and cases_per_hour must be positive");
  faults.Require((desk.open_hour() < desk.close_hour() && desk.close_hour() <= 24) ||
                     (desk.open_hour() == 0 && desk.close_hour() == 0),
                 "review", -1, "open_hour must lie before close_hour, or both be 0");
  faults.Require(desk.warn_minutes() > 0, "review", -1, "warn_minutes must be positive");
  std::set<int> kinds;
  for (int i = 0; i < pack.customers_size(); ++i) {
    const auto& customer = pack.customers(i);
    faults.Require(customer.kind() != v1::CUSTOMER_KIND_UNSPECIFIED && kinds.insert(customer.kind()).second,
                   "customers", i, "an entry needs a kind, and each has one");
    for (const int role : customer.required_roles()) {
      faults.Require(HasRole(customer.kind(), static_cast<v1::PartyRole>(role)), "customers", i,
                     v1::CustomerKind_Name(customer.kind()) + " has nobody in " +
                         v1::PartyRole_Name(static_cast<v1::PartyRole>(role)));
    }
  }
  if (const auto& alternative = pack.alternative(); alternative.channels_size() > 0) {
    faults.Require(alternative.attesters() >= 2 && alternative.capture_methods_size() > 0 &&
                       alternative.second_document_types_size() > 0,
                   "alternative", -1, "needs capture_methods, second_document_types and two attesters or more");
    faults.Require(
        alternative.period_months() > 0 && alternative.period_months() <= pack.reverification().period_months(),
        "alternative", -1, "period_months must be positive and not above reverification.period_months");
  }
  const auto& velocity = pack.velocity();
  faults.Require(velocity.night_from_hour() < 24 && velocity.night_to_hour() <= 24, "velocity", -1,
                 "hours of the night lie between 0 and 24");
  faults.Require((velocity.device_people() == 0 || velocity.device_hours() > 0) &&
                     (velocity.address_people() == 0 || velocity.address_days() > 0) &&
                     (velocity.person_numbers() == 0 || velocity.person_days() > 0),
                 "velocity", -1, "a limit needs its hours or days");
  const auto& contest = pack.contest();
  faults.Require(contest.within_days() > 0 && contest.decide_within_hours() > 0 && contest.max_levels() > 0, "contest",
                 -1, "within_days, decide_within_hours and max_levels must be positive");
  CheckChallenge(faults, pack);
  CheckReasons(faults, pack);
  return faults.first();
}

Status NoPolicy(const std::string& fault) {
  return Status(StatusCode::kInvalidArgument, "INVALID_FIELD", "policy pack: " + fault);
}

}  // namespace

Result<Policy> ReadPolicy(std::string_view text, std::string digest) {
  Policy policy;
  policy.digest = std::move(digest);
  pb::TextFormat::ParseInfoTree tree;
  std::string fault = ParseText(text, policy.pack, &tree);
  if (fault.empty()) fault = FirstFault(policy.pack, tree);
  if (!fault.empty()) return NoPolicy(fault);
  return policy;
}

Result<Policy> ReadArchivedPolicy(std::string_view text, std::string digest) {
  Policy policy;
  policy.digest = std::move(digest);
  if (const std::string fault = ParseText(text, policy.pack); !fault.empty()) return NoPolicy(fault);
  return policy;
}

const v1::ReasonText& TextOf(const Policy& policy, v1::ReasonCode code) {
  for (const v1::ReasonText& reason : policy.pack.reasons()) {
    if (reason.code() == code) return reason;
  }
  return v1::ReasonText::default_instance();
}

const v1::ChannelPolicy* ChannelOf(const Policy& policy, v1::ChannelType type) {
  for (const v1::ChannelPolicy& channel : policy.pack.channels()) {
    if (channel.type() == type) return &channel;
  }
  return nullptr;
}

CivilDate DayAt(const Policy& policy, TimePoint now) {
  return DayAt(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count(),
               policy.pack.utc_offset_minutes());
}

v1::DocumentTypePolicy DocumentTypeOf(const Policy& policy, v1::DocumentType type) {
  for (const v1::DocumentTypePolicy& each : policy.pack.document().types()) {
    if (each.type() == type) return each;
  }
  v1::DocumentTypePolicy entry;
  entry.set_type(type);
  // As packs were before they spoke of other documents.
  if (type == v1::DOCUMENT_TYPE_RESIDENT_ID) *entry.mutable_spans() = policy.pack.document().resident_id_spans();
  return entry;
}

const v1::CustomerKindPolicy* CustomerOf(const Policy& policy, v1::CustomerKind kind) {
  for (const v1::CustomerKindPolicy& each : policy.pack.customers()) {
    if (each.kind() == kind) return &each;
  }
  // Packs that do not speak of customers serve people.
  return policy.pack.customers().empty() && kind == v1::CUSTOMER_KIND_INDIVIDUAL
             ? &v1::CustomerKindPolicy::default_instance()
             : nullptr;
}

v1::Check CheckOf(v1::ReasonCode code) {
  switch (code) {
    case v1::DOC_NOT_PRESENTED:
    case v1::DOC_TYPE_NOT_ALLOWED:
    case v1::IDN_FORMAT:
    case v1::IDN_CHECKSUM:
    case v1::IDN_DATE:
    case v1::IDN_REGION:
    case v1::IDN_SEX_MISMATCH:
    case v1::IDN_BIRTH_MISMATCH:
    case v1::NAME_ENCODING_VARIANT:
    case v1::DOC_FIELDS_MISMATCH_MRZ:
    case v1::ORG_USCC_INVALID:
      return v1::CHECK_DOCUMENT_FORMAT;
    case v1::DOC_EXPIRED:
    case v1::DOC_NOT_YET_VALID:
    case v1::DOC_VALIDITY_IMPLAUSIBLE:
      return v1::CHECK_DOCUMENT_VALIDITY;
    case v1::AUTH_NAME_NUMBER_MISMATCH:
    case v1::AUTH_FIELD_MISMATCH:
    case v1::AUTH_NO_RECORD:
    case v1::AUTH_NO_PHOTO:
    case v1::AUTH_PHOTO_UNUSABLE:
    case v1::AUTH_SOURCE_UNAVAILABLE:
    case v1::AUTH_TIMEOUT:
      return v1::CHECK_IDENTITY_AUTHORITY;
    case v1::CAP_MANUAL_ENTRY_FORBIDDEN:
    case v1::CAP_READER_REQUIRED:
    case v1::CAP_STALE:
    case v1::CAP_REPLAYED:
    case v1::CAP_GEO_MISMATCH:
      return v1::CHECK_CAPTURE_PROVENANCE;
    case v1::IMG_DECODE:
    case v1::IMG_TOO_LARGE:
    case v1::FACE_NONE:
    case v1::FACE_MULTIPLE:
      return v1::CHECK_FACE_DETECT;
    case v1::IMG_TOO_SMALL:
    case v1::IMG_BLUR:
    case v1::IMG_DARK:
    case v1::IMG_BRIGHT:
    case v1::IMG_POSE:
    case v1::IMG_OCCLUDED:
    case v1::IMG_LOW_CONTRAST:
    case v1::IMG_MASK:
    case v1::IMG_MOUTH:
    case v1::IMG_BACKGROUND:
    case v1::FACE_TOO_SMALL:
      return v1::CHECK_FACE_QUALITY;
    case v1::FACE_MISMATCH:
    case v1::FACE_GREY_BAND:
      return v1::CHECK_FACE_MATCH;
    case v1::PAD_PRINT:
    case v1::PAD_SCREEN:
    case v1::PAD_UNCERTAIN:
    case v1::PAD_ATTACK:
    case v1::PAD_CHALLENGE_FAILED:
    case v1::PAD_CHALLENGE_MISSING:
    case v1::PAD_CHALLENGE_EXPIRED:
    case v1::PAD_FACE_CHANGED:
    case v1::PAD_INJECTION:
    case v1::PAD_REPLAY:
    case v1::FACE_SAME_IMAGE:
      return v1::CHECK_LIVENESS;
    case v1::QTA_OPERATOR_LIMIT:
    case v1::QTA_MVNO_LIMIT:
    case v1::QTA_IOT_LIMIT:
    case v1::QTA_VELOCITY:
      return v1::CHECK_QUOTA;
    case v1::PTY_AGE_NOT_ALLOWED:
    case v1::PTY_GUARDIAN_REQUIRED:
      return v1::CHECK_AGE_POLICY;
    case v1::CHN_NOT_ALLOWED:
    case v1::CHN_ORG_CHANNEL_NOT_ALLOWED:
    case v1::CHN_IOT_ONLINE_FORBIDDEN:
    case v1::CHN_AGENT_SUSPENDED:
    case v1::CHN_AGENT_UNTRAINED:
    case v1::CHN_SUBDELEGATION:
    case v1::CHN_ASSESSMENT_MISSING:
    case v1::CHN_DEVICE_UNREGISTERED:
      return v1::CHECK_CHANNEL_POLICY;
    case v1::REC_NAME:
    case v1::REC_NUMBER:
    case v1::REC_NUMBER_NOT_HELD:
    case v1::REC_NUMBER_NOT_GIVEN:
    case v1::REC_DOCUMENT_LINK:
    case v1::REC_PREVIOUS_UNKNOWN:
    case v1::REC_INCOMPLETE:
      return v1::CHECK_RECORD_CONSISTENCY;
    case v1::RSK_ABNORMAL_APPLICATION:
    case v1::RATE_ATTEMPTS_EXCEEDED:
      return v1::CHECK_RISK_SCORE;
    case v1::DUP_FACE_OTHER_ID:
    case v1::DUP_ID_OTHER_FACE:
    case v1::DUP_NOT_SEARCHED:
      return v1::CHECK_DUPLICATE_FACE;
    case v1::LST_PUNISHED_PERSON:
    case v1::LST_BAD_AGENT:
    case v1::LST_BAD_ORG:
    case v1::LST_DISPUTED:
      return v1::CHECK_LIST_SCREEN;
    case v1::CTS_REQUESTED:
      return v1::CHECK_CONTEST;
    case v1::CNS_NOTICE_MISSING:
    case v1::CNS_SEPARATE_CONSENT_MISSING:
    case v1::CNS_RISK_NOTICE_UNSIGNED:
    case v1::CNS_READ_ALOUD_VIDEO_MISSING:
      return v1::CHECK_CONSENT;
    case v1::PTY_HANDLER_DOC_MISSING:
    case v1::PTY_AUTHORITY_LETTER_MISSING:
    case v1::PTY_ACTUAL_USER_MISSING:
    case v1::PTY_RESPONSIBLE_MISSING:
    case v1::PTY_GUARDIAN_NOT_ALLOWED:
    case v1::ORG_HANDLER_NOT_AUTHORISED:
      return v1::CHECK_PARTY;
    case v1::ALT_NOT_ALLOWED:
    case v1::ALT_SECOND_DOCUMENT:
    case v1::ALT_DOCUMENTS_DIFFER:
    case v1::ALT_ATTESTATION_MISSING:
      return v1::CHECK_ATTESTATION;
    default:
      return v1::CHECK_UNSPECIFIED;
  }
}

}  // namespace realname::rules
