// SPDX-License-Identifier: Apache-2.0
#include "verification/registration.h"

#include <algorithm>
#include <cctype>
#include <span>
#include <utility>
#include <vector>

#include "rules/authority.h"
#include "rules/capture.h"
#include "rules/challenge.h"
#include "rules/conduct.h"
#include "rules/contest.h"
#include "rules/decide.h"
#include "rules/entry.h"
#include "rules/explain.h"
#include "rules/face_search.h"
#include "rules/notices.h"
#include "rules/parties.h"
#include "rules/person_name.h"
#include "rules/quality_gate.h"
#include "rules/quota.h"
#include "rules/resident_id.h"
#include "verification/answer.h"
#include "verification/canonical_payload.h"
#include "verification/device_signature.h"
#include "verification/reference_number.h"
#include "verification/reservation.h"
#include "verification/screened_people.h"
#include "verification/sessions.h"

namespace realname {
namespace {

// The record keeps in the clear how something was captured; the signature, which says where, is sealed.
v1::Capture WithoutSignature(v1::Capture capture) {
  capture.clear_signature();
  return capture;
}

// What is kept from the answer to leave time for writing and replying.
constexpr auto kCommitReserve = std::chrono::milliseconds(20);
// What is kept from it to decide without a source that does not answer.
constexpr auto kSourceReserve = std::chrono::milliseconds(100);

Status DeadlinePassed() {
  return Status(StatusCode::kDeadlineExceeded, "DEADLINE_PASSED",
                "the deadline passed before the decision was committed; retry with the same request_id");
}

// What was withdrawn since it was given does not come back by itself.
void LeaveOutWithdrawn(const std::vector<Withdrawal>& withdrawn,
                       google::protobuf::RepeatedPtrField<v1::Consent>& consents) {
  const auto gone = [&](const v1::Consent& consent) {
    return std::any_of(withdrawn.begin(), withdrawn.end(), [&](const Withdrawal& each) {
      return each.notice_id == consent.notice_id() && each.time >= FromTimestamp(consent.time());
    });
  };
  consents.erase(std::remove_if(consents.begin(), consents.end(), gone), consents.end());
}

// What is given again takes the place of what was given before.
void GiveAgain(const google::protobuf::RepeatedPtrField<v1::Consent>& again,
               google::protobuf::RepeatedPtrField<v1::Consent>& consents) {
  for (const v1::Consent& consent : again) {
    const auto same = std::find_if(consents.begin(), consents.end(),
                                   [&](const auto& each) { return each.notice_id() == consent.notice_id(); });
    *(same == consents.end() ? consents.Add() : &*same) = consent;
  }
}

// Who signed in with their own credential is who it was, whatever the outlet says.
void SignIn(const Caller& caller, v1::ApplicationRecord& record) {
  if (caller.staff_id.empty()) return;
  record.mutable_channel()->set_staff_id(caller.staff_id);
  record.set_staff_signed_in(true);
}

Status StaffRequired() {
  return Status(StatusCode::kPermissionDenied, "STAFF_REQUIRED",
                "who says who the person is has to be named: the certificate needs a member of staff (:staff:)");
}

v1::Attestation AttestationOf(const Caller& caller, TimePoint now) {
  v1::Attestation attestation;
  attestation.set_principal(caller.principal);
  attestation.set_staff_id(caller.staff_id);
  *attestation.mutable_time() = ToTimestamp(now);
  return attestation;
}

Status AlreadyContested() {
  return Status(StatusCode::kAlreadyExists, "ALREADY_CONTESTED",
                "the refusal was contested before: go by the reference number of that");
}

// Of no picture: empty.
std::string DigestOf(const Picture& picture) { return picture.bytes.empty() ? std::string() : picture.sha256; }

Status WrongState(const char* message) { return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", message); }

std::optional<v1::QuotaRule> QuotaOf(const rules::Policy& policy, const v1::ApplicationRecord& record) {
  return rules::QuotaOf(policy, record.customer_kind(), record.channel().type(), record.product());
}

// Facts outlive templates, and a thumbnail of an aligned face is as good as one.
v1::FaceEvidence WithoutTemplate(v1::FaceEvidence evidence) {
  evidence.clear_template_();
  evidence.clear_face_thumbnail();
  return evidence;
}

// Reasons of the decision so far that wanted a person's eyes, by their own class or because its attempts were used up,
// and rest on evidence which is now replaced. What the registry says is observed anew.
void CarryReviewReasons(const rules::Policy& policy, const v1::Decision& decision, uint32_t attempt,
                        v1::CaptureMethod method, v1::Facts& facts) {
  for (const v1::CheckDecision& check : decision.checks()) {
    for (const int code : check.reasons()) {
      const auto reason = static_cast<v1::ReasonCode>(code);
      if (rules::ClassInForce(policy, reason, attempt, method, facts.liveness_bpcer()) == v1::REASON_CLASS_REVIEW &&
          check.check() != v1::CHECK_RECORD_CONSISTENCY && check.reviewed_outcome() != v1::OUTCOME_PASSED) {
        facts.add_carried_review_reasons(reason);
      }
    }
  }
}

}  // namespace

// An application on its way through the pipeline.
struct Registration::Application {
  // Somebody beside the subscriber.
  struct Participant {
    v1::PartyRole role = v1::PARTY_ROLE_UNSPECIFIED;
    // Document and letter; what the engine measures comes with the facts.
    v1::SubjectFacts subject;
    Pictures pictures;
    Picture letter_scan;
  };

  RequestKey request;
  std::string verification_id;
  Owner owner;
  v1::ApplicationRecord record;
  Pictures pictures;  // the subscriber's
  std::vector<Participant> others;
  uint32_t attempt = 1;
  uint64_t expected_sequence = 0;
  // Of the attempt before; empty for a first one.
  v1::Decision previous;
  v1::CaptureMethod previous_method = v1::CAPTURE_METHOD_UNSPECIFIED;
  // That it names, or used when it was new.
  std::optional<StoredSession> session;

  // What a signed capture is of, and where the record keeps the device's word for it.
  enum class CaptureOf { kSubscriber, kParty, kSecondDocument, kPicturesAgain };
  struct Taken {
    CaptureOf of;
    int party;
    SignedCapture signed_capture;
    // By which key its signature was verified, and whether it is good: nobody observes that anew.
    std::optional<std::pair<std::string, bool>> verified = std::nullopt;
  };
  // That came with this call.
  std::vector<Taken> taken;
  // By the certificate, or by what earlier calls brought.
  bool staff_signed_in = false;

  void Take(CaptureOf of, const v1::Capture& capture, const v1::Document* document, std::string id_photo_sha256,
            std::string live_portrait_sha256, int party = 0) {
    if (!capture.has_signature()) return;
    taken.push_back({of,
                     party,
                     {capture, document == nullptr ? std::nullopt : std::optional(*document),
                      std::move(id_photo_sha256), std::move(live_portrait_sha256)}});
    *record.mutable_subject()->add_signed_captures() = capture;
  }
  v1::SignatureFacts& SignatureOf(const Taken& each) {
    switch (each.of) {
      case CaptureOf::kParty:
        return *record.mutable_parties(each.party)->mutable_signature();
      case CaptureOf::kSecondDocument:
        return *record.mutable_alternative()->mutable_second_signature();
      case CaptureOf::kPicturesAgain:
        return *record.mutable_picture_capture()->mutable_signature();
      default:
        return *record.mutable_signature();
    }
  }

  // Who comes to the counter: a place among the others, or nothing for the subscriber.
  std::optional<size_t> WhoComes() const {
    std::vector<v1::PartyRole> roles;
    for (const Participant& each : others) roles.push_back(each.role);
    const v1::PartyRole comes = rules::WhoComes(record.customer_kind(), roles);
    const auto found = std::find(roles.begin(), roles.end(), comes);
    return found == roles.end() ? std::nullopt : std::optional(static_cast<size_t>(found - roles.begin()));
  }
  // Whose face is compared.
  Pictures& ComparedPictures() {
    const auto comes = WhoComes();
    return comes ? others[*comes].pictures : pictures;
  }

  // Decided again without new evidence: its faces and what was counted stay as they were found.
  std::optional<v1::Facts> as_found;

  bool OwnsSession() const { return session->verification_id.empty() || session->verification_id == verification_id; }
};

Registration::Registration(Registry& registry, SessionStore& sessions, FaceExaminer& faces, FaceSearch& search,
                           IdentitySources& sources, PolicyArchive& policies, const Clock& clock,
                           std::function<std::string()> make_id, Sha256Function sha256,
                           SignatureVerifier verify_signature)
    : registry_(registry),
      sessions_(sessions),
      faces_(faces),
      search_(search),
      sources_(sources),
      policies_(policies),
      clock_(clock),
      make_id_(std::move(make_id)),
      sha256_(sha256),
      verify_signature_(std::move(verify_signature)) {}

Result<v1::Verification> Registration::Submit(const Caller& caller, const v1::SubmitRegistrationRequest& request,
                                              Deadline deadline) {
  const v1::Party& party = request.parties(0);
  PictureDigests digests(sha256_);
  Application application;
  application.request = {caller.principal, request.request_id(), CanonicalPayload(request, digests)};
  application.owner = caller.owner;
  application.pictures = {{party.id_photo(), digests.Of(party.id_photo())},
                          {party.live_portrait(), digests.Of(party.live_portrait())}};
  v1::ApplicationRecord& record = application.record;
  record.set_entry_type(request.entry_type());
  record.set_customer_kind(request.customer_kind());
  record.set_product(request.product());
  *record.mutable_channel() = request.channel();
  SignIn(caller, record);
  *record.mutable_capture() = WithoutSignature(party.capture());
  *record.mutable_consents() = request.consents();
  record.mutable_subject()->set_msisdn(request.msisdn());
  *record.mutable_subject()->mutable_document() = party.document();
  if (request.has_previous_document()) {
    *record.mutable_subject()->mutable_previous_document() = request.previous_document();
  }
  if (!request.transfer_reference_number().empty()) {
    record.mutable_subject()->set_transfer_reference(ReferenceDigits(request.transfer_reference_number()).value_or(""));
  }
  using Of = Application::CaptureOf;
  application.Take(Of::kSubscriber, party.capture(), &party.document(), DigestOf(application.pictures.id_photo),
                   DigestOf(application.pictures.live_portrait));
  for (int i = 1; i < request.parties_size(); ++i) {
    const v1::Party& other = request.parties(i);
    Application::Participant& each = application.others.emplace_back();
    each.role = other.role();
    *each.subject.mutable_document() = other.document();
    each.pictures = {{other.id_photo(), digests.Of(other.id_photo())},
                     {other.live_portrait(), digests.Of(other.live_portrait())}};
    if (other.has_power()) {
      *each.subject.mutable_power_letter() = other.power().letter();
      each.subject.set_power_principal_number(other.power().principal_number());
      each.letter_scan = {other.power().scan(), digests.Of(other.power().scan())};
    }
    v1::PartyRecord& kept = *record.add_parties();
    kept.set_role(other.role());
    *kept.mutable_capture() = WithoutSignature(other.capture());
    *kept.mutable_submit_time() = ToTimestamp(clock_.Now());
    application.Take(Of::kParty, other.capture(), &other.document(), DigestOf(each.pictures.id_photo),
                     DigestOf(each.pictures.live_portrait), i - 1);
  }
  if (party.has_alternative()) {
    if (caller.staff_id.empty()) return StaffRequired();
    const v1::Capture& second_capture = party.alternative().second_capture();
    *record.mutable_alternative()->mutable_second_capture() = WithoutSignature(second_capture);
    *record.mutable_alternative()->add_attestations() = AttestationOf(caller, clock_.Now());
    *record.mutable_subject()->mutable_second_document() = party.alternative().second_document();
    application.Take(Of::kSecondDocument, second_capture, &party.alternative().second_document(), "", "");
  }

  auto observation = Observe(application, deadline);
  if (!observation.ok()) return observation.status();
  if (observation->request != RequestMatch::kNew) {
    return RepeatedAnswer(caller, *observation->earlier, observation->request == RequestMatch::kSamePayload, deadline);
  }
  if (!request.session_nonce().empty()) {
    auto session = sessions_.FindByNonce(SessionScopeOf(caller), request.session_nonce(), deadline);
    if (!session.ok()) return session.status();
    application.session = *std::move(session);
  }
  application.verification_id = make_id_();
  return Verify(caller, application, *std::move(observation), deadline);
}

void Registration::TakeStored(StoredApplication& stored, PictureDigests& digests, Application& application) {
  const auto picture = [&](StoredPicture& kept) {
    return Picture{kept.bytes, digests.Of(kept.bytes), std::move(kept.evidence)};
  };
  application.pictures = {picture(stored.id_photo), picture(stored.live_portrait)};
  for (StoredParty& party : stored.parties) {
    Application::Participant& each = application.others.emplace_back();
    each.role = party.role;
    if (party.subject) {
      *each.subject.mutable_document() = party.subject->document();
      if (party.subject->has_power_letter()) *each.subject.mutable_power_letter() = party.subject->power_letter();
      each.subject.set_power_principal_number(party.subject->power_principal_number());
    }
    each.pictures = {picture(party.id_photo), picture(party.live_portrait)};
    each.letter_scan = picture(party.letter_scan);
  }
}

bool Registration::SamePerson(const v1::Document& first, const v1::Document& second) const {
  const rules::PersonKey person = rules::PersonOf(policies_.Current(), second, clock_.Now());
  if (!person.number.empty()) return rules::PersonOf(policies_.Current(), first, clock_.Now()) == person;
  return first.type() == second.type() &&
         rules::NormaliseDocumentNumber(first.number()) == rules::NormaliseDocumentNumber(second.number());
}

Result<v1::Verification> Registration::Resubmit(const Caller& caller, const v1::ResubmitEvidenceRequest& request,
                                                Deadline deadline) {
  auto stored = registry_.GetApplication(caller.scope, request.verification_id(), deadline);
  if (!stored.ok()) return stored.status();

  PictureDigests digests(sha256_);
  Application application;
  application.request = {caller.principal, request.request_id(), CanonicalPayload(request, digests)};
  application.verification_id = request.verification_id();
  application.owner = stored->verification.owner;
  application.record = stored->record;
  // Each attempt keeps the signatures that came with it.
  application.record.mutable_subject()->clear_signed_captures();
  application.record.clear_picture_capture();
  auto withdrawn = registry_.Withdrawals(caller.scope, request.verification_id(), deadline);
  if (!withdrawn.ok()) return withdrawn.status();
  LeaveOutWithdrawn(*withdrawn, *application.record.mutable_consents());
  TakeStored(*stored, digests, application);
  application.attempt = stored->verification.attempt + 1;
  application.expected_sequence = stored->verification.sequence;
  application.previous = stored->verification.decision;
  application.previous_method = stored->record.capture().method();

  using Of = Application::CaptureOf;
  std::string id_photo, live_portrait;
  for (const v1::Evidence& item : request.items()) {
    if (item.item() == v1::EVIDENCE_ITEM_ID_PHOTO) id_photo = digests.Of(item.photo());
    if (item.item() == v1::EVIDENCE_ITEM_LIVE_PORTRAIT) live_portrait = digests.Of(item.photo());
    if (item.item() == v1::EVIDENCE_ITEM_DOCUMENT) {
      application.Take(Of::kSubscriber, item.capture(), &item.document(), "", "");
      application.record.clear_signature();
    }
    if (item.item() == v1::EVIDENCE_ITEM_SECOND_DOCUMENT && application.record.has_alternative()) {
      application.Take(Of::kSecondDocument, item.capture(), &item.document(), "", "");
      application.record.mutable_alternative()->clear_second_signature();
    }
  }
  if (!id_photo.empty() || !live_portrait.empty()) {
    v1::PictureCaptureFacts& again = *application.record.mutable_picture_capture();
    again.set_method(request.picture_capture().method());
    if (request.picture_capture().has_time()) *again.mutable_time() = request.picture_capture().time();
    application.Take(Of::kPicturesAgain, request.picture_capture(), nullptr, id_photo, live_portrait);
  }

  // A retried call finds its own effect before its items are held against the new state.
  auto observation = Observe(application, deadline);
  if (!observation.ok()) return observation.status();
  if (observation->request != RequestMatch::kNew) {
    return RepeatedAnswer(caller, *observation->earlier, observation->request == RequestMatch::kSamePayload, deadline);
  }
  if (stored->verification.state == v1::STATE_EXPIRED ||
      (stored->verification.state == v1::STATE_AWAITING_EVIDENCE &&
       stored->verification.reservation_expire_time.value_or(TimePoint::min()) <= clock_.Now())) {
    return Status(StatusCode::kFailedPrecondition, "RESERVATION_EXPIRED", "the reservation ran out; submit again");
  }
  if (stored->verification.state != v1::STATE_AWAITING_EVIDENCE) {
    return WrongState("only a verification that answered RETRY with items takes evidence again");
  }

  auto session = sessions_.FindByVerification(request.verification_id(), deadline);
  if (!session.ok()) return session.status();
  application.session = *std::move(session);

  const auto& asked = application.previous.retry_items();
  const auto is_asked = [&](int item) { return std::find(asked.begin(), asked.end(), item) != asked.end(); };
  for (const v1::Evidence& item : request.items()) {
    if (!is_asked(item.item())) {
      return Status(StatusCode::kFailedPrecondition, "ITEM_NOT_REQUESTED",
                    v1::EvidenceItem_Name(item.item()) + " was not asked for");
    }
  }
  if (request.items_size() != asked.size()) {
    return Status(StatusCode::kFailedPrecondition, "ITEM_NOT_REQUESTED", "an item that was asked for is missing");
  }
  v1::Document& document = *application.record.mutable_subject()->mutable_document();
  for (const v1::Evidence& item : request.items()) {
    switch (item.item()) {
      case v1::EVIDENCE_ITEM_ID_PHOTO:
        application.ComparedPictures().id_photo = {item.photo(), digests.Of(item.photo())};
        break;
      case v1::EVIDENCE_ITEM_LIVE_PORTRAIT:
        application.ComparedPictures().live_portrait = {item.photo(), digests.Of(item.photo())};
        break;
      case v1::EVIDENCE_ITEM_CONSENT:
        GiveAgain(item.consents(), *application.record.mutable_consents());
        break;
      case v1::EVIDENCE_ITEM_SECOND_DOCUMENT:
        if (!application.record.has_alternative()) return WrongState("faces are compared here: one document is enough");
        *application.record.mutable_subject()->mutable_second_document() = item.document();
        *application.record.mutable_alternative()->mutable_second_capture() = WithoutSignature(item.capture());
        break;
      case v1::EVIDENCE_ITEM_ATTESTATION: {
        if (!application.record.has_alternative())
          return WrongState("faces are compared here: nobody's word is asked for");
        if (caller.staff_id.empty()) return StaffRequired();
        auto& attestations = *application.record.mutable_alternative()->mutable_attestations();
        for (const v1::Attestation& earlier : attestations) {
          if (earlier.staff_id() == caller.staff_id) {
            return Status(StatusCode::kFailedPrecondition, "ATTESTED_BEFORE", "somebody else has to say it, too");
          }
        }
        *attestations.Add() = AttestationOf(caller, clock_.Now());
        break;
      }
      default:
        if (!SamePerson(item.document(), document)) {
          return Status::InvalidField("items.document.number",
                                      "another number is another person; cancel and submit a new application");
        }
        document = item.document();
        *application.record.mutable_capture() = WithoutSignature(item.capture());
        // The registry was asked about the document as it was read before.
        observation = Observe(application, deadline);
        if (!observation.ok()) return observation.status();
        if (observation->request != RequestMatch::kNew) {
          return RepeatedAnswer(caller, *observation->earlier, observation->request == RequestMatch::kSamePayload,
                                deadline);
        }
    }
  }
  return Verify(caller, application, *std::move(observation), deadline);
}

Result<StoredApplication> Registration::FindRefusal(const Caller& caller, const v1::RequestReviewRequest& request,
                                                    Deadline deadline) {
  auto found = registry_.FindByReference(caller.scope.operator_id,
                                         ReferenceDigits(request.reference_number()).value_or(""), deadline);
  if (!found.ok()) return found.status();
  const v1::Document& shown = request.document();
  for (const std::string& verification_id : *found) {
    // Any outlet may ask, so the operator's rows are looked at; what the document does not open stays unknown.
    auto stored = registry_.GetApplication({caller.scope.operator_id, {}, {}}, verification_id, deadline);
    if (!stored.ok()) return stored.status();
    const v1::Document& document = stored->record.subject().document();
    // Who knows the reference number and shows the same number or the same name was refused, also where the other one
    // was misread, or the number tells nobody.
    const rules::PersonKey person = rules::PersonOf(policies_.Current(), document, clock_.Now());
    const bool same_person =
        !person.number.empty() && rules::PersonOf(policies_.Current(), shown, clock_.Now()) == person;
    const bool same_number = !shown.number().empty() && rules::NormaliseDocumentNumber(shown.number()) ==
                                                            rules::NormaliseDocumentNumber(document.number());
    const bool same_name =
        !shown.name().empty() && rules::NormaliseName(shown.name()) == rules::NormaliseName(document.name());
    if (same_person || same_number || same_name) return stored;
  }
  return Status(StatusCode::kNotFound, "NO_SUCH_REFUSAL", "no refusal with this reference number and document");
}

Result<v1::Verification> Registration::RequestReview(const Caller& caller, const v1::RequestReviewRequest& request,
                                                     Deadline deadline) {
  PictureDigests digests(sha256_);
  Application application;
  application.request = {caller.principal, request.request_id(), CanonicalPayload(request, digests)};
  application.owner = caller.owner;
  v1::ApplicationRecord& record = application.record;
  *record.mutable_subject()->mutable_document() = request.document();
  record.mutable_subject()->set_msisdn(request.msisdn());
  *record.mutable_channel() = request.channel();
  SignIn(caller, record);
  const auto digest_of = [&](const std::string& photo) { return photo.empty() ? std::string() : digests.Of(photo); };
  application.Take(Application::CaptureOf::kSubscriber, request.capture(), &request.document(),
                   digest_of(request.id_photo()), digest_of(request.live_portrait()));

  // A retried call finds its own effect before the refusal is looked at, which it has contested.
  auto observation = Observe(application, deadline);
  if (!observation.ok()) return observation.status();
  if (observation->request != RequestMatch::kNew) {
    return RepeatedAnswer(caller, *observation->earlier, observation->request == RequestMatch::kSamePayload, deadline);
  }
  auto refused = FindRefusal(caller, request, deadline);
  if (!refused.ok()) return refused.status();
  const StoredVerification& refusal = refused->verification;
  const v1::ContestPolicy& policy = policies_.Current().pack.contest();
  if (!rules::IsRefusal(refusal.state, refusal.decision)) {
    return Status(StatusCode::kFailedPrecondition, "NOT_REFUSED", "the application was not refused");
  }
  if (refusal.contested) return AlreadyContested();
  if (rules::ContestEnd(policy, refusal.decide_time) <= clock_.Now()) {
    return Status(StatusCode::kFailedPrecondition, "CONTEST_TOO_LATE", "the time to contest is over; submit again");
  }
  if (rules::NextContestLevel(refusal.state, refusal.decision) > policy.max_levels()) {
    return Status(StatusCode::kFailedPrecondition, "NO_FURTHER_CONTEST",
                  "the refusal was upheld as often as it can be contested");
  }

  record.set_entry_type(refused->record.entry_type());
  record.set_customer_kind(refused->record.customer_kind());
  record.set_product(refused->record.product());
  *record.mutable_capture() = WithoutSignature(request.capture());
  record.mutable_subject()->set_statement(request.statement());
  if (refused->record.has_alternative()) {
    *record.mutable_alternative() = refused->record.alternative();
    *record.mutable_subject()->mutable_second_document() = refused->record.subject().second_document();
  }
  v1::Contest& contest = *record.mutable_contest();
  contest.set_verification_id(refusal.verification_id);
  contest.set_level(rules::NextContestLevel(refusal.state, refusal.decision));
  for (const v1::CheckDecision& check : refusal.decision.checks()) {
    for (const int code : check.reasons()) {
      const auto& known = contest.reasons();
      if (std::find(known.begin(), known.end(), code) == known.end()) {
        contest.add_reasons(static_cast<v1::ReasonCode>(code));
      }
    }
  }
  if (request.msisdn().empty()) record.mutable_subject()->set_msisdn(refused->record.subject().msisdn());
  if (refused->record.subject().has_previous_document()) {
    *record.mutable_subject()->mutable_previous_document() = refused->record.subject().previous_document();
  }
  record.mutable_subject()->set_transfer_reference(refused->record.subject().transfer_reference());
  auto withdrawn = registry_.Withdrawals({caller.scope.operator_id, {}, {}}, refusal.verification_id, deadline);
  if (!withdrawn.ok()) return withdrawn.status();
  *record.mutable_consents() = refused->record.consents();
  LeaveOutWithdrawn(*withdrawn, *record.mutable_consents());
  GiveAgain(request.consents(), *record.mutable_consents());
  *record.mutable_parties() = refused->record.parties();
  TakeStored(*refused, digests, application);
  Pictures& compared = application.ComparedPictures();
  if (!request.id_photo().empty()) compared.id_photo = {request.id_photo(), digests.Of(request.id_photo())};
  if (!request.live_portrait().empty()) {
    compared.live_portrait = {request.live_portrait(), digests.Of(request.live_portrait())};
  }
  // Now that it is known who takes part, and under which quota the line counts.
  observation = Observe(application, deadline);
  if (!observation.ok()) return observation.status();
  if (observation->request != RequestMatch::kNew) {
    return RepeatedAnswer(caller, *observation->earlier, observation->request == RequestMatch::kSamePayload, deadline);
  }
  if (rules::OpensLine(record.entry_type()) && observation->facts.msisdn_taken()) {
    // By the same refusal's contest, if another call was quicker.
    auto again = registry_.Get({caller.scope.operator_id, {}, {}}, refusal.verification_id, deadline);
    if (again.ok() && again->contested) return AlreadyContested();
    return Status(StatusCode::kFailedPrecondition, "NUMBER_TAKEN", "the number is somebody's by now: choose another");
  }
  application.verification_id = make_id_();
  return Verify(caller, application, *std::move(observation), deadline);
}

Result<Observation> Registration::Observe(const Application& application, Deadline deadline) {
  const v1::Document& document = application.record.subject().document();
  ObserveQuery query;
  query.request = application.request;
  query.operator_id = application.owner.operator_id;
  query.seller = application.owner;
  query.staff_id = application.record.channel().staff_id();
  rules::PersonKey person = rules::PersonOf(policies_.Current(), document, clock_.Now());
  query.document_type = person.type;
  query.document_number = Redacted(std::move(person.number));
  query.name = Redacted(rules::NormaliseName(document.name()));
  query.msisdn = Redacted(application.record.subject().msisdn());
  query.verification_id = application.verification_id;
  for (const Application::Taken& each : application.taken) {
    query.captures.push_back(
        {each.signed_capture.capture.device_id(), each.signed_capture.capture.signature().counter()});
  }
  std::vector<const v1::Document*> others;
  for (const Application::Participant& other : application.others) others.push_back(&other.subject.document());
  if (application.record.has_alternative()) others.push_back(&application.record.subject().second_document());
  query.parties = ScreenedPeople(policies_.Current(), others, clock_.Now());
  query.line = !rules::OpensLine(application.record.entry_type());
  if (application.record.subject().has_previous_document()) {
    rules::PersonKey previous =
        rules::PersonOf(policies_.Current(), application.record.subject().previous_document(), clock_.Now());
    query.previous_type = previous.type;
    query.previous_number = Redacted(std::move(previous.number));
    query.previous_name = Redacted(rules::NormaliseName(application.record.subject().previous_document().name()));
  }
  query.transfer_reference = application.record.subject().transfer_reference();
  query.today = rules::FormatDate(rules::DayAt(policies_.Current(), clock_.Now()));
  if (const auto rule = QuotaOf(policies_.Current(), application.record)) query.quota = rule->name();
  query.address = Redacted(rules::NormaliseName(document.address()));
  query.now = clock_.Now();
  const v1::AttemptPolicy& attempts = policies_.Current().pack.attempts();
  const v1::VelocityPolicy& velocity = policies_.Current().pack.velocity();
  const auto since = [&](uint32_t limit, std::chrono::hours window) {
    return limit == 0 ? std::nullopt : std::optional(query.now - window);
  };
  const uint32_t most_attempts = std::max({attempts.per_identity_minute(), attempts.per_identity_day(),
                                           attempts.per_device_day(), attempts.per_agent_day()});
  query.windows.count_to = std::max({most_attempts, velocity.device_people(), velocity.address_people(),
                                     velocity.night_applications(), velocity.person_numbers()});
  query.windows.attempts_since = since(most_attempts, std::chrono::hours(24));
  query.windows.device_since = since(velocity.device_people(), std::chrono::hours(velocity.device_hours()));
  query.windows.address_since = since(velocity.address_people(), std::chrono::hours(24 * velocity.address_days()));
  query.windows.person_since = since(velocity.person_numbers(), std::chrono::hours(24 * velocity.person_days()));
  const int64_t now = std::chrono::floor<std::chrono::seconds>(query.now.time_since_epoch()).count();
  if (!query.seller.outlet_id.empty() && rules::IsNight(policies_.Current(), now)) {
    query.windows.outlet_since = since(velocity.night_applications(), std::chrono::hours(1));
  }
  return registry_.Observe(query, deadline);
}

Status Registration::Examine(Application& application, v1::SubjectFacts& subject, Deadline deadline) {
  std::vector<Picture*> unseen;
  Pictures& pictures = application.ComparedPictures();
  for (Picture* picture : {&pictures.id_photo, &pictures.live_portrait}) {
    if (!picture->evidence || picture->evidence->bundle_digest() != faces_.BundleDigest()) unseen.push_back(picture);
  }
  std::vector<std::string_view> bytes;
  for (const Picture* picture : unseen) bytes.push_back(picture->bytes);
  if (!bytes.empty()) {
    auto evidence = faces_.Examine(bytes, deadline);
    if (!evidence.ok()) return evidence.status();
    for (size_t i = 0; i < unseen.size(); ++i) unseen[i]->evidence = std::move((*evidence)[i]);
  }
  const v1::FaceEvidence& id_photo = *pictures.id_photo.evidence;
  const v1::FaceEvidence& live_portrait = *pictures.live_portrait.evidence;
  const v1::PolicyPack& pack = policies_.Current().pack;
  const bool good_id_photo = rules::PassesGate(id_photo, pack.id_photo());
  const bool good_portrait = rules::PassesGate(live_portrait, pack.live_portrait());
  if (application.session && application.OwnsSession() &&
      application.session->use_time.value_or(clock_.Now()) < application.session->expire_time) {
    const StoredSession& session = *application.session;
    auto frames = FrameEvidence(sessions_, faces_, session, deadline);
    if (!frames.ok()) return frames.status();
    for (size_t i = 0; i < frames->size(); ++i) {
      v1::ChallengeFrame& frame = *subject.add_challenge_frames();
      frame.set_action(session.record.actions(static_cast<int>(i)));
      *frame.mutable_evidence() = (*frames)[i];
      if (Status status = CompareWithEarlier(faces_, std::span(*frames).first(i), frame); !status.ok()) return status;
      if (frame.evidence().status() != v1::FACE_STATUS_OK) continue;
      if (good_portrait) {
        auto comparison = faces_.Compare(live_portrait, frame.evidence());
        if (!comparison.ok()) return comparison.status();
        *frame.mutable_to_portrait() = *std::move(comparison);
      }
      if (good_id_photo) {
        auto comparison = faces_.Compare(id_photo, frame.evidence());
        if (!comparison.ok()) return comparison.status();
        frame.set_id_photo_correlation(comparison->image_correlation());
      }
      *frame.mutable_evidence() = WithoutTemplate(frame.evidence());
    }
  }
  if (good_id_photo && good_portrait) {
    auto comparison = faces_.Compare(id_photo, live_portrait);
    if (!comparison.ok()) return comparison.status();
    *subject.mutable_comparison() = *std::move(comparison);
  }
  *subject.mutable_id_photo() = WithoutTemplate(id_photo);
  *subject.mutable_live_portrait() = WithoutTemplate(live_portrait);
  return {};
}

std::vector<DeviceCapture> Registration::WhatDevicesSay(Application& application, const Observation& observation,
                                                        v1::Facts& facts) {
  std::vector<DeviceCapture> proved;
  const std::string nonce = application.session && application.OwnsSession() ? application.session->nonce : "";
  v1::ApplicationRecord& record = application.record;
  record.set_staff_signed_in(application.staff_signed_in);
  for (size_t i = 0; i < application.taken.size(); ++i) {
    Application::Taken& each = application.taken[i];
    const SignatureVerifier once = [&](std::string_view key, std::string_view message, std::string_view signature) {
      if (!each.verified || each.verified->first != key) {
        each.verified.emplace(key, verify_signature_(key, message, signature));
      }
      return each.verified->second;
    };
    v1::SignatureFacts signature = Authenticate(each.signed_capture, observation.devices[i], application.owner, nonce,
                                                observation.outlet_place, once);
    const v1::CaptureSignature& as_signed = each.signed_capture.capture.signature();
    const DeviceCapture capture = {each.signed_capture.capture.device_id(), as_signed.counter()};
    // Also within one application a counter serves once.
    if (capture.counter > 0 && std::any_of(proved.begin(), proved.end(), [&](const DeviceCapture& earlier) {
          return earlier.device_id == capture.device_id && earlier.counter == capture.counter;
        })) {
      signature.set_replayed(true);
    }
    // A second use is on record with the application that it was refused to, and takes nobody's counter.
    if (signature.good() && !signature.replayed()) proved.push_back(capture);
    if (rules::IsSigned(signature) && !as_signed.staff_id().empty() &&
        as_signed.staff_id() == record.channel().staff_id()) {
      record.set_staff_signed_in(true);
    }
    application.SignatureOf(each) = std::move(signature);
  }
  if (record.has_signature()) *facts.mutable_application()->mutable_signature() = record.signature();
  if (record.alternative().has_second_signature()) {
    *facts.mutable_application()->mutable_alternative()->mutable_second_signature() =
        record.alternative().second_signature();
  }
  for (int i = 0; i < record.parties_size(); ++i) {
    if (record.parties(i).has_signature()) {
      *facts.mutable_parties(i)->mutable_signature() = record.parties(i).signature();
    }
  }
  if (record.has_picture_capture()) *facts.mutable_picture_capture() = record.picture_capture();
  return proved;
}

v1::Facts Registration::FactsOf(Application& application, const Observation& observation) {
  application.staff_signed_in = application.record.staff_signed_in();
  const rules::Policy& policy = policies_.Current();
  v1::Facts facts;
  v1::ApplicationFacts& asked = *facts.mutable_application();
  asked.set_entry_type(application.record.entry_type());
  asked.set_customer_kind(application.record.customer_kind());
  asked.set_channel_type(application.record.channel().type());
  asked.set_product(application.record.product());
  asked.set_capture_method(application.record.capture().method());
  if (application.record.capture().has_time()) *asked.mutable_capture_time() = application.record.capture().time();
  *facts.mutable_subject()->mutable_document() = application.record.subject().document();
  if (application.record.subject().has_previous_document()) {
    *facts.mutable_subject()->mutable_previous_document() = application.record.subject().previous_document();
  }
  const bool by_face = !application.record.has_alternative();
  if (!by_face) {
    v1::AlternativeFacts& alternative = *asked.mutable_alternative();
    const v1::Capture& second_capture = application.record.alternative().second_capture();
    alternative.set_second_capture_method(second_capture.method());
    if (second_capture.has_time()) *alternative.mutable_second_capture_time() = second_capture.time();
    for (const v1::Attestation& each : application.record.alternative().attestations()) {
      alternative.add_attesters(each.principal());
    }
    *facts.mutable_subject()->mutable_second_document() = application.record.subject().second_document();
  }
  for (const v1::Consent& consent : application.record.consents()) {
    v1::ConsentFacts& given = *facts.add_consents();
    given.set_notice_id(consent.notice_id());
    given.set_version(consent.version());
    *given.mutable_time() = consent.time();
    given.set_evidence(consent.evidence());
    given.set_has_reference(!consent.reference().empty());
  }
  facts.set_attempt(application.attempt);
  *facts.mutable_conduct() = observation.conduct;
  if (application.record.has_contest()) *facts.mutable_contest() = application.record.contest();
  facts.set_liveness_bpcer(faces_.LivenessBpcer(policy.pack.liveness().live_score_fail()));
  CarryReviewReasons(policy, application.previous, application.attempt - 1, application.previous_method, facts);
  for (size_t i = 0; i < application.others.size(); ++i) {
    const Application::Participant& other = application.others[i];
    const v1::PartyRecord& record = application.record.parties(static_cast<int>(i));
    const v1::Capture& capture = record.capture();
    v1::PartyFacts& party = *facts.add_parties();
    party.set_role(other.role);
    party.set_capture_method(capture.method());
    if (capture.has_time()) *party.mutable_capture_time() = capture.time();
    *party.mutable_subject() = other.subject;
    party.set_letter_scanned(!other.letter_scan.bytes.empty());
    *party.mutable_submit_time() = record.submit_time();
  }
  WhatDevicesSay(application, observation, facts);
  if (application.as_found) {
    // Nothing new came: faces, counts and what the sources said stay, and captures are as old as when they came in.
    const v1::Facts& found = *application.as_found;
    *facts.mutable_subject() = found.subject();
    *facts.mutable_parties() = found.parties();
    *facts.mutable_conduct() = found.conduct();
    *facts.mutable_carried_review_reasons() = found.carried_review_reasons();
    *facts.mutable_authority() = found.authority();
    if (found.has_face_search()) *facts.mutable_face_search() = found.face_search();
    asked = found.application();
    if (!asked.has_submit_time()) *asked.mutable_submit_time() = found.observe_time();
  }
  return facts;
}

Result<v1::Verification> Registration::Verify(const Caller& caller, Application& application, Observation observation,
                                              Deadline deadline) {
  v1::Facts facts = FactsOf(application, observation);
  // Tried as often as it may be: not looked at.
  if (!rules::AttemptsExceeded(policies_.Current(), facts)) {
    // Sources answer while the pictures are looked at.
    std::vector<Question> questions = AskSources(application, facts, deadline);
    if (!application.record.has_alternative() && !application.ComparedPictures().id_photo.bytes.empty()) {
      const auto comes = application.WhoComes();
      v1::SubjectFacts& subject =
          comes ? *facts.mutable_parties(static_cast<int>(*comes))->mutable_subject() : *facts.mutable_subject();
      if (Status status = Examine(application, subject, deadline); !status.ok()) return status;
    }
    if (Status status = TakeAnswers(std::move(questions), application, deadline); !status.ok()) return status;
  }
  return Conclude(caller, application, std::move(observation), std::move(facts), deadline);
}

Result<bool> Registration::AskAgain(const std::string& operator_id, const std::string& verification_id,
                                    Deadline deadline) {
  const Scope whole_operator = {operator_id, {}, {}};
  auto stored = registry_.GetApplication(whole_operator, verification_id, deadline);
  if (!stored.ok()) return stored.status();
  if (stored->verification.state != v1::STATE_AWAITING_SOURCE) return true;
  auto facts = registry_.GetFacts(whole_operator, verification_id, deadline);
  if (!facts.ok()) return facts.status();
  auto withdrawn = registry_.Withdrawals(whole_operator, verification_id, deadline);
  if (!withdrawn.ok()) return withdrawn.status();

  Caller caller;
  caller.principal = "urn:realname:operator:" + operator_id + ":service:identity-sources";
  caller.owner = stored->verification.owner;
  caller.role = v1::ROLE_ADMIN;
  caller.scope = whole_operator;
  PictureDigests digests(sha256_);
  Application application;
  // Whoever is first decides: the verification's sequence keeps a second one out.
  application.request = {caller.principal, make_id_(), verification_id};
  application.verification_id = verification_id;
  application.owner = stored->verification.owner;
  application.record = stored->record;
  LeaveOutWithdrawn(*withdrawn, *application.record.mutable_consents());
  TakeStored(*stored, digests, application);
  application.attempt = stored->verification.attempt;
  application.expected_sequence = stored->verification.sequence;
  auto session = sessions_.FindByVerification(verification_id, deadline);
  if (!session.ok()) return session.status();
  application.session = *std::move(session);
  application.as_found = *std::move(facts);

  auto observation = Observe(application, deadline);
  if (!observation.ok()) return observation.status();
  v1::Facts again = FactsOf(application, *observation);
  std::vector<Question> questions = AskSources(application, again, deadline);
  if (Status status = TakeAnswers(std::move(questions), application, deadline); !status.ok()) return status;
  *again.mutable_observe_time() = ToTimestamp(clock_.Now());
  if (rules::AwaitsSource(again) && !rules::WaitedOut(policies_.Current(), again)) return false;
  auto decided = Conclude(caller, application, *std::move(observation), std::move(again), deadline);
  if (!decided.ok()) return decided.status();
  return decided->state() != v1::STATE_AWAITING_SOURCE;
}

struct Registration::Question {
  v1::AuthorityFacts* facts;
  // Whose face is compared with the photograph; null where it is not asked for.
  v1::SubjectFacts* compared;
  std::future<IdentityAnswer> answer;
};

std::vector<Registration::Question> Registration::AskSources(const Application& application, v1::Facts& facts,
                                                             Deadline deadline) {
  const rules::Policy& policy = policies_.Current();
  const TimePoint now = clock_.Now();
  std::vector<Question> questions;
  const auto ask = [&](v1::SubjectFacts& subject, v1::AuthorityFacts& said) {
    if (said.answer() != v1::AUTHORITY_ANSWER_UNSPECIFIED && !rules::IsUnanswered(said)) return;
    const v1::Document& document = subject.document();
    const v1::IdentitySourcePolicy* source = rules::SourceToAsk(policy, document, now);
    if (source == nullptr) return;
    said.set_source(source->name());
    if (!said.has_first_ask_time()) *said.mutable_first_ask_time() = ToTimestamp(now);
    IdentityQuestion question;
    question.source = source->name();
    question.query_id = make_id_();
    question.operator_id = application.owner.operator_id;
    question.document_type = document.type();
    question.number = Redacted(rules::NormaliseDocumentNumber(document.number()));
    question.name = Redacted(document.name());
    question.sex = document.sex();
    question.birth_date = Redacted(document.birth_date());
    question.photo =
        source->photo() && !application.record.has_alternative() && &subject == rules::FactsOfWhoComes(facts);
    question.max_age = std::chrono::minutes(source->cache_minutes());
    questions.push_back(
        {&said, question.photo ? &subject : nullptr, sources_.Ask(question, deadline - kSourceReserve)});
  };
  ask(*facts.mutable_subject(), *facts.mutable_authority());
  for (v1::PartyFacts& party : *facts.mutable_parties()) {
    if (party.has_subject()) ask(*party.mutable_subject(), *party.mutable_authority());
  }
  return questions;
}

Status Registration::TakeAnswers(std::vector<Question> questions, Application& application, Deadline deadline) {
  for (Question& question : questions) {
    IdentityAnswer answer = question.answer.get();
    v1::AuthorityFacts& said = *question.facts;
    said.set_answer(answer.answer);
    said.set_photo(answer.photo_state);
    said.set_reference(answer.reference);
    *said.mutable_mismatches() = {answer.mismatches.begin(), answer.mismatches.end()};
    if (rules::IsUnanswered(said)) continue;
    *said.mutable_answer_time() = ToTimestamp(answer.answer_time);
    if (question.compared == nullptr || answer.photo_state != v1::AUTHORITY_PHOTO_ATTACHED) continue;

    Picture& portrait = application.ComparedPictures().live_portrait;
    if (portrait.bytes.empty()) continue;
    std::vector<std::string_view> unseen = {answer.photo};
    if (!portrait.evidence || portrait.evidence->bundle_digest() != faces_.BundleDigest()) {
      unseen.push_back(portrait.bytes);
    }
    auto evidence = faces_.Examine(unseen, deadline);
    if (!evidence.ok()) return evidence.status();
    if (unseen.size() > 1) portrait.evidence = std::move((*evidence)[1]);
    const v1::FaceEvidence& photo = (*evidence)[0];
    const v1::PolicyPack& pack = policies_.Current().pack;
    if (rules::PassesGate(photo, pack.id_photo()) && rules::PassesGate(*portrait.evidence, pack.live_portrait())) {
      auto comparison = faces_.Compare(photo, *portrait.evidence);
      if (!comparison.ok()) return comparison.status();
      *question.compared->mutable_authority_comparison() = *std::move(comparison);
    }
    *question.compared->mutable_authority_photo() = WithoutTemplate(photo);
  }
  return {};
}

std::optional<FaceSearchQuery> Registration::SearchOf(Application& application, const Observation& observation,
                                                      const v1::Facts& facts) const {
  const rules::Policy& policy = policies_.Current();
  // Who comes for somebody else is not searched for: they come again and again.
  if (policy.pack.galleries().empty() || application.as_found || application.record.has_alternative() ||
      application.WhoComes() || rules::AttemptsExceeded(policy, facts)) {
    return std::nullopt;
  }
  const std::optional<v1::FaceEvidence>& portrait = application.pictures.live_portrait.evidence;
  if (!portrait || portrait->bundle_digest() != faces_.BundleDigest() || portrait->template_().empty() ||
      !rules::PassesGate(*portrait, policy.pack.live_portrait())) {
    return std::nullopt;
  }
  FaceSearchQuery query;
  query.operator_id = application.owner.operator_id;
  query.agent_id = application.owner.agent_id;
  if (rules::IsSigned(facts.application().signature())) query.device_id = facts.application().signature().device_id();
  query.channel = facts.application().channel_type();
  query.people = observation.members;
  query.verification_id = application.verification_id;
  query.portrait = &*portrait;
  return query;
}

Result<v1::Verification> Registration::Conclude(const Caller& caller, Application& application, Observation observation,
                                                v1::Facts facts, Deadline deadline) {
  const rules::Policy& policy = policies_.Current();
  const auto observe_session = [&] {
    if (!application.session) return;
    const StoredSession& session = *application.session;
    v1::SessionFacts& seen = *facts.mutable_session();
    seen.Clear();
    seen.set_session_id(session.session_id);
    seen.set_channel_type(session.record.channel().type());
    *seen.mutable_actions() = session.record.actions();
    *seen.mutable_expire_time() = ToTimestamp(session.expire_time);
    seen.set_used_by_another(!application.OwnsSession());
    if (session.use_time && application.OwnsSession()) *seen.mutable_use_time() = ToTimestamp(*session.use_time);
    seen.set_refused_frames(static_cast<uint32_t>(session.record.refused_frames_size()));
  };
  observe_session();

  FaceSearch::Search search;
  for (int round = 0; round < kMaxRounds; ++round) {
    if (round > 0) {
      auto again = Observe(application, deadline);
      if (!again.ok()) return again.status();
      observation = *std::move(again);
      if (observation.request != RequestMatch::kNew) {
        return RepeatedAnswer(caller, *observation.earlier, observation.request == RequestMatch::kSamePayload,
                              deadline);
      }
      // What was used stays as it is.
      if (application.session && application.session->verification_id.empty()) {
        auto session = sessions_.Get(SessionScopeOf(caller), application.session->session_id, deadline);
        if (!session.ok()) return session.status();
        application.session = *std::move(session);
        observe_session();
      }
    }
    if (std::chrono::steady_clock::now() + kCommitReserve >= deadline) return DeadlinePassed();

    const TimePoint now = clock_.Now();
    *facts.mutable_observe_time() = ToTimestamp(now);
    if (application.attempt == 1 && !application.as_found) *application.record.mutable_create_time() = ToTimestamp(now);
    *facts.mutable_registry() = observation.facts;
    if (!application.as_found) *facts.mutable_conduct() = observation.conduct;
    *facts.mutable_list_hits() = {observation.list_hits.begin(), observation.list_hits.end()};
    *facts.mutable_channel() = observation.channel;
    const std::vector<DeviceCapture> proved = WhatDevicesSay(application, observation, facts);
    facts.mutable_channel()->set_staff_signed_in(application.record.staff_signed_in());
    const std::optional<FaceSearchQuery> searched = SearchOf(application, observation, facts);
    if (searched) {
      if (Status status = search_.Run(policy, *searched, round > 0, search, deadline); !status.ok()) return status;
      if (round >= kMaxSearches) {
        search.facts.set_incomplete(!search.entries.empty());
        for (GalleryEntry& gallery : search.entries) gallery.searched.reset();
      }
    }
    if (searched && search.facts.galleries_size() > 0) {
      *facts.mutable_face_search() = search.facts;
    } else if (!application.as_found) {
      facts.clear_face_search();
    }

    CommitRequest commit;
    const v1::EntryType entry = application.record.entry_type();
    commit.decision = rules::Decide(policy, facts);
    if (searched) {
      for (const v1::SearchedGallery& gallery : facts.face_search().galleries()) {
        for (const v1::FaceHit& hit : gallery.hits()) {
          const v1::GalleryPolicy& rule = *rules::GalleryOf(policy, gallery.gallery());
          if (rules::LeadOf(policy, rule, gallery, hit) == v1::REASON_CODE_UNSPECIFIED) continue;
          commit.leads.push_back({hit.verification_id(), gallery.gallery(), gallery.kind()});
        }
      }
      if (rules::TakesPlace(entry) && rules::StaysInGalleries(commit.decision.verdict())) {
        commit.galleries = search.entries;
      }
    }
    commit.request = application.request;
    commit.captures = proved;
    const bool proved_present = rules::DocumentProved(facts);
    // What was refused for being tried too often would keep it so for ever.
    if (!application.as_found && !rules::AttemptsExceeded(policy, facts)) {
      const v1::ChannelPolicy* channel = rules::ChannelOf(policy, facts.application().channel_type());
      commit.counts_identity = proved_present;
      if (!proved_present && rules::IsSigned(facts.application().signature())) {
        commit.counted_device = facts.application().signature().device_id();
      }
      // Where nothing can be proved, an agent's customers do not count against each other.
      if (!proved_present && channel != nullptr && channel->signed_capture()) {
        commit.counted_agent = application.owner.agent_id;
      }
    }
    // Typed addresses say nothing of whose they are.
    if (proved_present) {
      commit.address = Redacted(rules::NormaliseName(application.record.subject().document().address()));
    }
    commit.verification_id = application.verification_id;
    commit.owner = application.owner;
    commit.role = caller.role;
    commit.person_id = observation.person_id;
    commit.person_version = observation.person_version;
    commit.record = application.record;
    commit.facts = facts;
    commit.state = rules::StateAfter(entry, commit.decision);
    commit.entry_type = entry;
    if (!rules::OpensLine(entry) && !rules::NamesNoNumber(entry)) {
      commit.line_person_id = observation.line_person_id;
      commit.line_id = observation.line_id;
      commit.given_id = observation.given_id;
    }
    if (entry == v1::ENTRY_TYPE_UPDATE && !facts.registry().previous_linked()) {
      commit.line_person_id = observation.previous_person_id;
    }
    commit.pictures = application.pictures;
    for (const Application::Participant& other : application.others) {
      PartyCommit& party = commit.parties.emplace_back();
      rules::PersonKey person = rules::PersonOf(policy, other.subject.document(), now);
      party.document_type = person.type;
      party.document_number = Redacted(std::move(person.number));
      party.pictures = other.pictures;
      party.letter_scan = other.letter_scan;
    }
    if (const uint32_t days = policy.pack.retention().face_reference_days();
        days > 0 && rules::MayProcess(policy, facts, v1::PROCESSING_FACE_REFERENCE)) {
      commit.evidence_expire_time = now + std::chrono::hours(24) * days;
    }
    commit.expected_sequence = application.expected_sequence;
    commit.same_attempt = application.as_found.has_value();
    if (rules::UsesSession(facts) && !facts.session().has_use_time()) commit.session_id = facts.session().session_id();
    commit.now = now;
    const v1::Document& document = facts.subject().document();
    if (rules::PersonKey person = rules::PersonOf(policy, document, now); !person.number.empty()) {
      commit.document_type = person.type;
      commit.document_number = Redacted(std::move(person.number));
      commit.name = Redacted(rules::NormaliseName(document.name()));
      commit.holds_place = rules::HoldsPlace(entry, commit.decision);
    }
    if (rules::IsPending(entry, commit.decision))
      commit.expire_time = ReservationEnd(policy.pack, commit.decision, now);
    if (rules::HoldsPlace(entry, commit.decision)) {
      const auto rule = QuotaOf(policy, application.record);
      commit.quota = rule ? rule->name() : std::string();
      commit.quota_limit = rule ? rule->limit() : uint32_t{INT32_MAX};
      if (rules::OpensLine(entry) && !facts.registry().msisdn_taken())
        commit.msisdn = Redacted(application.record.subject().msisdn());
    }

    auto outcome = registry_.Commit(commit, deadline);
    if (!outcome.ok()) return outcome.status();
    if (const auto* committed = std::get_if<Committed>(&*outcome)) {
      if (!commit.galleries.empty()) search_.Entered(search, *searched, committed->verification.person_id);
      auto answer = Answer(policies_, committed->verification, caller.role, deadline);
      const v1::SubjectFacts* comes = rules::FactsOfWhoComes(facts);
      if (answer.ok() && rules::MaySeeSimilarity(caller.role) && comes != nullptr && comes->has_comparison()) {
        *answer->mutable_comparison() = comes->comparison();
      }
      return answer;
    }
    if (const auto* repeated = std::get_if<Repeated>(&*outcome)) {
      return RepeatedAnswer(caller, repeated->verification, repeated->same_payload, deadline);
    }
  }
  return Status(StatusCode::kAborted, "RECORD_CONTENDED",
                "the person's record kept moving; retry with the same request_id")
      .WithRetryAfter(std::chrono::milliseconds(50));
}

Result<v1::Verification> Registration::RepeatedAnswer(const Caller& caller, const StoredVerification& stored,
                                                      bool same_payload, Deadline deadline) {
  if (!same_payload) {
    return Status(StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                  "this request_id was used with another payload; make a new id for a new application");
  }
  return Answer(policies_, stored, caller.role, deadline);
}

}  // namespace realname
