// SPDX-License-Identifier: Apache-2.0
// ReviewStore: what the review desk needs of the store. A case comes with the commit of a verification in
// STATE_IN_REVIEW and ends with it; the store of registrations is the same database.
//
// Implementations are thread-safe. Every method may fail with UNAVAILABLE (DATABASE_UNAVAILABLE), after which nothing
// is known about what was written: repeat the same call with the same request key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/redacted.h"
#include "base/result.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/facts.pb.h"
#include "realname/v1/review_service.pb.h"
#include "verification/registry.h"

namespace realname {

// Who reviews. Cases of the reviewer's own agent or outlet, and such as they took part in, do not exist for them.
struct Reviewer {
  std::string principal;
  std::string operator_id;
  std::string agent_id;   // where they work; empty: nowhere that sells
  std::string outlet_id;  // likewise
  bool administrator = false;
};

struct StoredCase {
  StoredVerification verification;
  bool at_counter = false;
  bool escalated = false;
  TimePoint open_time;
  std::string claimed_by;  // empty: nobody, or the claim ran out
  std::optional<TimePoint> claim_expire_time;
  // On the decision that stands, the first first.
  v1::ReviewRecord votes;
};

struct VoteCommit {
  RequestKey request;
  Reviewer reviewer;
  std::string verification_id;
  uint64_t expected_sequence = 0;  // of the verification
  uint64_t decision_sequence = 0;  // of the decision that the vote is about
  v1::ReviewVote vote;
  Redacted<std::string> note;
  // How many votes there were: another that came meanwhile makes this one void.
  uint32_t votes_before = 0;
  bool escalate = false;
  // Set if the vote ends the case: the decision, and where the verification then stands.
  std::optional<v1::Decision> decision;
  v1::Facts facts;
  v1::State state = v1::STATE_UNSPECIFIED;
  bool holds_place = false;
  std::optional<TimePoint> expire_time;
  // Tied to the document's number on PASS.
  v1::DocumentType document_type = v1::DOCUMENT_TYPE_UNSPECIFIED;
  Redacted<std::string> document_number;
  Redacted<std::string> name;
  TimePoint now;
};

class ReviewStore {
 public:
  virtual ~ReviewStore() = default;

  // Open cases that nobody holds and the reviewer may take, in the order of work.
  virtual Result<std::vector<StoredCase>> ListCases(const Reviewer& reviewer, uint32_t limit, TimePoint now,
                                                    Deadline deadline) = 0;

  // Claims the named case, or the first of ListCases if none is named, until `expire`; one that the reviewer holds
  // already is prolonged. NOT_FOUND (NO_SUCH_CASE) if there is none that the reviewer may take; FAILED_PRECONDITION
  // (CASE_TAKEN) if another holds it.
  virtual Result<StoredCase> Claim(const Reviewer& reviewer, const std::string& verification_id, TimePoint expire,
                                   TimePoint now, Deadline deadline) = 0;

  // The case that the reviewer holds. FAILED_PRECONDITION (CASE_NOT_HELD).
  virtual Result<StoredCase> GetHeld(const Reviewer& reviewer, const std::string& verification_id, TimePoint now,
                                     Deadline deadline) = 0;

  // Ends the reviewer's claim, and gives the case to administrators if `escalate`. FAILED_PRECONDITION (CASE_NOT_HELD).
  virtual Status Release(const Reviewer& reviewer, const std::string& verification_id, bool escalate, TimePoint now,
                         Deadline deadline) = 0;

  // Writes a vote with all its effects and ends the claim. True if it was written, false if the request was made
  // before. ALREADY_EXISTS (REQUEST_ID_REUSED) if that had another payload; FAILED_PRECONDITION (CASE_NOT_HELD);
  // ABORTED (RECORD_CONTENDED) if verification or votes moved.
  virtual Result<bool> Vote(const VoteCommit& commit, Deadline deadline) = 0;

  // Any case of the operator, closed ones too. NOT_FOUND (NO_SUCH_CASE).
  virtual Result<StoredCase> Get(const std::string& operator_id, const std::string& verification_id,
                                 Deadline deadline) = 0;

  // Of the person with whom that update would link its own: the last line still activated or update, one with pictures
  // if there is any. Empty if it would link nobody.
  virtual Result<std::string> RecordToLink(const std::string& operator_id, const std::string& verification_id,
                                           Deadline deadline) = 0;

  // How the contests that were opened from `from` on and before `to` ended, by who had refused and why.
  virtual Result<v1::CountContestsResponse> CountContests(const std::string& operator_id, TimePoint from, TimePoint to,
                                                          Deadline deadline) = 0;

  // How many open cases of the operator are worked on before this one. NOT_FOUND (NO_SUCH_CASE).
  virtual Result<uint64_t> CasesBefore(const std::string& operator_id, const std::string& verification_id,
                                       TimePoint now, Deadline deadline) = 0;
};

}  // namespace realname
