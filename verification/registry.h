// SPDX-License-Identifier: Apache-2.0
// Registry: what the use cases need of the store of registrations. Messages go in and come out in the clear; sealing,
// indexing and SQL are the implementation's business.
//
// Implementations are thread-safe. Every method may fail with UNAVAILABLE (DATABASE_UNAVAILABLE), after which nothing
// is known about what was written: repeat the same call with the same request key, and the unique key on it makes sure
// that the effect happens once. `deadline` bounds the wait for a connection and every repetition; a statement once sent
// runs to its end, 10 s at most.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/redacted.h"
#include "base/result.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/face_evidence.pb.h"
#include "realname/v1/facts.pb.h"
#include "realname/v1/stored_record.pb.h"
#include "realname/v1/types.pb.h"
#include "verification/caller.h"
#include "verification/gallery_store.h"

namespace realname {

// Names a mutating call: the same key with the same payload is the same call.
struct RequestKey {
  std::string principal;
  std::string request_id;  // UUID
  // Canonical bytes of the payload, photos by digest (see canonical_payload.h). Compared by a keyed digest.
  std::string canonical_payload;
};

// A verification as stored, without its people.
struct StoredVerification {
  std::string verification_id;
  std::string person_id;
  Owner owner;
  v1::State state = v1::STATE_UNSPECIFIED;
  uint32_t attempt = 0;
  uint64_t sequence = 0;  // number of its last event
  v1::Decision decision;
  uint64_t decision_sequence = 0;  // number of the event that the decision was
  TimePoint create_time;
  TimePoint decide_time;
  std::optional<TimePoint> reservation_expire_time;
  bool contested = false;  // by another verification
};

// What the look-up of a request key found.
enum class RequestMatch { kNew, kSamePayload, kOtherPayload };

// A capture that a device signed: its counter, or 0 where it signed a session's nonce.
struct DeviceCapture {
  std::string device_id;
  uint64_t counter = 0;
};

// A device as registered, and whether the counter was used before, by whichever application.
struct ObservedDevice {
  bool known = false;
  v1::SellerStatus status = v1::SELLER_STATUS_UNSPECIFIED;
  std::string agent_id;
  std::string outlet_id;
  std::string public_key;
  bool counter_used = false;
};

// What ObserveQuery counts; what is unset is not counted.
struct ConductWindows {
  std::optional<TimePoint> attempts_since;  // a day ago, where attempts are limited
  std::optional<TimePoint> device_since;
  std::optional<TimePoint> address_since;
  std::optional<TimePoint> person_since;
  std::optional<TimePoint> outlet_since;
  // Each count ends here: beyond the policy's highest limit nothing is told apart.
  uint32_t count_to = 0;
};

struct ObserveQuery {
  RequestKey request;
  std::string operator_id;
  // The document by which the person is known; an empty number if it tells nobody.
  v1::DocumentType document_type = v1::DOCUMENT_TYPE_UNSPECIFIED;
  Redacted<std::string> document_number;  // normalised
  Redacted<std::string> name;             // normalised
  Redacted<std::string> msisdn;           // E.164
  // Who sells, and the member of staff if one is named.
  Owner seller;
  std::string staff_id;
  // The application itself when it is resubmitted: its own reservation and number do not count against it.
  std::string verification_id;
  // Captures that come with this call; the first names the device whose conduct is counted.
  std::vector<DeviceCapture> captures;
  Redacted<std::string> address;  // normalised; empty: not counted
  ConductWindows windows;
  // Everybody else who takes part, as far as a document tells who they are: lists are kept of them, too.
  std::vector<std::pair<v1::DocumentType, Redacted<std::string>>> parties;
  std::string today;  // YYYY-MM-DD, by the policy's clock; empty: no list is looked at
  std::string quota;  // under which the line counts; empty: under none
  // In whose name the number is activated is looked up, too.
  bool line = false;
  // By which the person says that they were registered before; an empty number: they do not.
  v1::DocumentType previous_type = v1::DOCUMENT_TYPE_UNSPECIFIED;
  Redacted<std::string> previous_number;  // normalised
  Redacted<std::string> previous_name;    // normalised
  // Of the TRANSFER_OUT by which the number was given: 12 digits of 0-9 a-f; empty: none was named.
  std::string transfer_reference;
  TimePoint now;
};

struct Observation {
  RequestMatch request = RequestMatch::kNew;
  // Set when the request is not new and belongs to a stored verification.
  std::optional<StoredVerification> earlier;
  // The person behind the document; empty if unknown.
  std::string person_id;
  // Moves whenever something changes that RegistryFacts count.
  uint64_t person_version = 0;
  v1::RegistryFacts facts;
  // Who sells, as registered; staff_signed_in is not the registry's to say.
  v1::ChannelFacts channel;
  // Where the outlet is, if that is registered.
  std::optional<v1::Place> outlet_place;
  // In the order of ObserveQuery.captures.
  std::vector<ObservedDevice> devices;
  v1::ConductFacts conduct;
  // In force, in the order of their ids; disputes that the person raised and that are open among them.
  std::vector<v1::ListHit> list_hits;
  // The line that the number is activated for: whose, and the registration that opened it. Empty if there is none.
  std::string line_person_id;
  std::string line_id;
  // The TRANSFER_OUT that gives it and has that reference; empty if there is none in force.
  std::string given_id;
  // Who is registered by the previous document and name; empty if nobody is.
  std::string previous_person_id;
  // Everybody whom the operator takes for this person, the person among them.
  std::vector<std::string> members;
};

// A picture as received, with its SHA-256.
struct Picture {
  std::string_view bytes;
  std::string sha256;  // 32 bytes
  // What the face engine measured in it, its template included.
  std::optional<v1::FaceEvidence> evidence = std::nullopt;
};

// The pictures of one attempt; empty bytes where somebody has none.
struct Pictures {
  Picture id_photo;
  Picture live_portrait;
};

// Somebody beside the subscriber. What is known of them is in CommitRequest.facts, at the same place.
struct PartyCommit {
  // By which the person is known; an empty number if it tells nobody.
  v1::DocumentType document_type = v1::DOCUMENT_TYPE_UNSPECIFIED;
  Redacted<std::string> document_number;
  // Empty bytes where none were sent.
  Pictures pictures;
  Picture letter_scan;
};

// A gallery that a portrait comes into.
struct GalleryEntry {
  GalleryKey key;
  // The number that the gallery had given last when it was searched: if it has given another since, what was observed
  // moved. Unset: whatever it is.
  std::optional<uint64_t> searched;
  // The oldest leave when there are more.
  uint32_t max_templates = 0;
  TimePoint expire_time;
};

// Two records whose faces a person has to look at.
struct LeadCommit {
  std::string other_verification_id;
  std::string gallery;  // by its name in the policy
  v1::GalleryKind kind = v1::GALLERY_KIND_UNSPECIFIED;
};

struct CommitRequest {
  RequestKey request;
  std::string verification_id;  // UUID, time-ordered
  Owner owner;
  v1::Role role = v1::ROLE_UNSPECIFIED;
  // As observed; an empty person_id makes a new person.
  std::string person_id;
  uint64_t person_version = 0;
  // Claimed for the person if not empty; the name is tied to the number on PASS.
  v1::DocumentType document_type = v1::DOCUMENT_TYPE_UNSPECIFIED;
  Redacted<std::string> document_number;
  Redacted<std::string> name;
  // Claimed for this verification if it holds a place.
  Redacted<std::string> msisdn;
  v1::ApplicationRecord record;
  v1::Facts facts;        // templates already dropped
  v1::Decision decision;  // a new one with a contest is tied to what it contests
  v1::State state = v1::STATE_UNSPECIFIED;
  Pictures pictures;  // the subscriber's
  std::vector<PartyCommit> parties;
  // The pictures' evidence is kept beside them until then; not at all without it.
  std::optional<TimePoint> evidence_expire_time;
  // The decision holds a place among at most `quota_limit` that count under `quota`, until `expire_time`.
  bool holds_place = false;
  std::string quota;
  uint32_t quota_limit = 0;
  std::optional<TimePoint> expire_time;
  // Sequence of the verification that is decided again; 0 for a new one.
  uint64_t expected_sequence = 0;
  // It awaited a source, which answered: record, pictures and people stay those of the attempt.
  bool same_attempt = false;
  // Captures whose signatures are good: each counter serves one application.
  std::vector<DeviceCapture> captures;
  // Against whom a first submission counts as an attempt: the identity, or a device and an agent; false and empty:
  // nobody.
  bool counts_identity = false;
  std::string counted_device;
  std::string counted_agent;
  Redacted<std::string> address;  // normalised; empty: not kept for counting
  // What it is about, where that is not a new line: the line as observed (empty: none), which must still have its
  // number. Of an UPDATE the person, and no line, with whom a PASS links them.
  v1::EntryType entry_type = v1::ENTRY_TYPE_OPEN;
  std::string line_person_id;
  std::string line_id;
  std::string given_id;  // as observed
  // Galleries that the subscriber's live portrait comes into, in the order of their keys, and what was found there.
  std::vector<GalleryEntry> galleries;
  std::vector<LeadCommit> leads;
  // The session that this registration uses up (session_store.h); empty if none. If it was used or ran out meanwhile,
  // what was observed moved.
  std::string session_id;
  TimePoint now;
};

// The decision is stored with all its effects.
struct Committed {
  StoredVerification verification;
};
// What was observed no longer holds; nothing was written. Observe and decide again.
struct Moved {};
// The request key was used before; nothing was written.
struct Repeated {
  StoredVerification verification;
  bool same_payload = true;
};
using CommitOutcome = std::variant<Committed, Moved, Repeated>;

struct ListQuery {
  Scope scope;
  v1::State state = v1::STATE_UNSPECIFIED;  // unspecified: all
  std::string before_verification_id;       // empty: from the newest
  uint32_t limit = 50;
};

struct StoredEvent {
  uint64_t sequence = 0;
  TimePoint occur_time;
  v1::State state = v1::STATE_UNSPECIFIED;
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  v1::EventKind kind = v1::EVENT_KIND_CHANGED;
};

// An event's place in the log that all processes read.
struct FeedEntry {
  uint64_t position = 0;
  std::string verification_id;
};

// A picture read back; empty bytes where there was none.
struct StoredPicture {
  std::string bytes;
  // As long as it is kept; of whichever bundle made it.
  std::optional<v1::FaceEvidence> evidence;
};

// Somebody beside the subscriber, in the order of the application.
struct StoredParty {
  v1::PartyRole role = v1::PARTY_ROLE_UNSPECIFIED;
  // Unset where their key was erased; without faces' templates.
  std::optional<v1::SubjectFacts> subject;
  StoredPicture id_photo;
  StoredPicture live_portrait;
  StoredPicture letter_scan;
};

// An application read back for a resubmission.
struct StoredApplication {
  StoredVerification verification;
  v1::ApplicationRecord record;
  StoredPicture id_photo;
  StoredPicture live_portrait;
  std::vector<StoredParty> parties;
};

struct PrecheckQuery {
  std::string principal;
  std::string operator_id;
  v1::DocumentType document_type = v1::DOCUMENT_TYPE_UNSPECIFIED;
  Redacted<std::string> document_number;  // normalised; may be malformed
  Redacted<std::string> name;             // normalised
  std::string quota;                      // as in ObserveQuery
  uint32_t limit_per_hour = 0;
  TimePoint now;
};

// Nothing once the caller's hour is used up; the question is on record either way.
struct PrecheckObservation {
  std::optional<v1::RegistryFacts> facts;
};

// A decision read back.
struct StoredDecision {
  uint64_t sequence = 0;
  v1::Decision decision;
  v1::Facts facts;
};

// A verification whose source has to be asked again.
struct AwaitingSource {
  std::string operator_id;
  std::string verification_id;
};

// A consent that was withdrawn.
struct Withdrawal {
  std::string notice_id;
  TimePoint time;
};

class RegistryReader {
 public:
  virtual ~RegistryReader() = default;

  // One round trip: is the request new, who is the person, what counts against the application.
  virtual Result<Observation> Observe(const ObserveQuery& query, Deadline deadline) = 0;

  // NOT_FOUND (NO_SUCH_VERIFICATION) if there is none in the scope.
  virtual Result<StoredVerification> Get(const Scope& scope, const std::string& verification_id, Deadline deadline) = 0;

  // The facts of the present decision, for those who may see similarities. NOT_FOUND as in Get.
  virtual Result<v1::Facts> GetFacts(const Scope& scope, const std::string& verification_id, Deadline deadline) = 0;

  // One decision, 0 for the present one, with the facts it rests on; people whose keys were erased have no subject
  // there. NOT_FOUND as in Get, also where that event was no decision.
  virtual Result<StoredDecision> GetDecision(const Scope& scope, const std::string& verification_id, uint64_t sequence,
                                             Deadline deadline) = 0;

  // Record and pictures. NOT_FOUND as in Get.
  virtual Result<StoredApplication> GetApplication(const Scope& scope, const std::string& verification_id,
                                                   Deadline deadline) = 0;

  // The operator's verifications whose ids end with these twelve digits: mostly one, or none.
  virtual Result<std::vector<std::string>> FindByReference(const std::string& operator_id, const std::string& reference,
                                                           Deadline deadline) = 0;

  // Consents of that application that were withdrawn; nothing where there is no such application.
  virtual Result<std::vector<Withdrawal>> Withdrawals(const Scope& scope, const std::string& verification_id,
                                                      Deadline deadline) = 0;

  // Newest first.
  virtual Result<std::vector<StoredVerification>> List(const ListQuery& query, Deadline deadline) = 0;

  // Events after `after_sequence`, in order. NOT_FOUND as in Get.
  virtual Result<std::vector<StoredEvent>> Events(const Scope& scope, const std::string& verification_id,
                                                  uint64_t after_sequence, Deadline deadline) = 0;

  // Positions every event that has none yet, then returns whose events lie after `after_position`, in order, at most
  // `limit`. Every process sees every event; a late commit gets a late position, never one that was passed.
  virtual Result<std::vector<FeedEntry>> Feed(uint64_t after_position, uint32_t limit, Deadline deadline) = 0;

  // The last position given.
  virtual Result<uint64_t> FeedEnd(Deadline deadline) = 0;

  // The text of an archived policy pack. NOT_FOUND if it never was in force here.
  virtual Result<std::string> PolicyText(const std::string& digest, Deadline deadline) = 0;
};

class Registry : public RegistryReader {
 public:
  // Stores a decision and all its effects in one transaction, if what was observed still holds. ALREADY_EXISTS
  // (ALREADY_CONTESTED) if the refusal that it contests was contested before.
  virtual Result<CommitOutcome> Commit(const CommitRequest& request, Deadline deadline) = 0;

  // DECIDED with PASS -> ACTIVATED, or COMPLETED with what was asked for the line it is about. Repeating is harmless.
  // FAILED_PRECONDITION: WRONG_STATE, RESERVATION_EXPIRED. ALREADY_EXISTS: REQUEST_ID_REUSED. NOT_FOUND as in Get.
  virtual Result<StoredVerification> Confirm(const Scope& scope, const RequestKey& request,
                                             const std::string& verification_id, TimePoint now, Deadline deadline) = 0;

  // Anything before activation -> CANCELLED, place and number given back. Repeating is harmless. Errors as Confirm.
  virtual Result<StoredVerification> Cancel(const Scope& scope, const RequestKey& request,
                                            const std::string& verification_id, TimePoint now, Deadline deadline) = 0;

  // ACTIVATED -> TERMINATED, place and number given back; why is kept. Repeating is harmless. Errors as Confirm.
  virtual Result<StoredVerification> Terminate(const Scope& scope, const RequestKey& request,
                                               const std::string& verification_id, const std::string& reason,
                                               TimePoint now, Deadline deadline) = 0;

  // Withdraws a consent, and drops what was measured in the application's pictures if `drop_evidence`. Repeating is
  // harmless. ALREADY_EXISTS: REQUEST_ID_REUSED. NOT_FOUND as in Get.
  virtual Status WithdrawConsent(const Scope& scope, const RequestKey& request, const std::string& verification_id,
                                 const std::string& notice_id, bool drop_evidence, TimePoint now,
                                 Deadline deadline) = 0;

  // Ends reservations that ran out before `now`, at most `limit`; returns how many.
  virtual Result<uint32_t> ExpireReservations(TimePoint now, uint32_t limit, Deadline deadline) = 0;

  // Tells the channels of cases under review whose reservations run out before `before`, each once, at most `limit`;
  // returns how many.
  virtual Result<uint32_t> WarnReservations(TimePoint now, TimePoint before, uint32_t limit, Deadline deadline) = 0;

  // Takes verifications that await a source since `begun_before` at least and whose time to be asked again has come, at
  // most `limit`. Each is not taken again, by this or another process, before `retry` has passed, and twice as long
  // each time, up to an hour.
  virtual Result<std::vector<AwaitingSource>> TakeAwaitingSource(TimePoint now, TimePoint begun_before,
                                                                 std::chrono::seconds retry, uint32_t limit,
                                                                 Deadline deadline) = 0;

  // Forgets attempts made before `before`, at most `limit`; returns how many.
  virtual Result<uint32_t> ForgetAttempts(TimePoint before, uint32_t limit, Deadline deadline) = 0;

  // Counts the question against the caller's hour, puts it on record and returns what it needs to know.
  virtual Result<PrecheckObservation> ObservePrecheck(const PrecheckQuery& query, Deadline deadline) = 0;

  // Archives a policy pack under its digest; harmless if it is there.
  virtual Status ArchivePolicy(const std::string& digest, const std::string& text, Deadline deadline) = 0;
};

}  // namespace realname
