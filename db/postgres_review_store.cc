// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_review_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "db/document_index.h"
#include "db/pqxx_compat.h"
#include "db/read_verification.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "db/sealed_decision.h"
#include "vault/blind_index.h"
#include "vault/digest.h"
#include "vault/sealer.h"

namespace realname::db {
namespace {

Status NoSuchCase() { return Status(StatusCode::kNotFound, "NO_SUCH_CASE", "no such case, or none that you may take"); }

Status NotHeld() {
  return Status(StatusCode::kFailedPrecondition, "CASE_NOT_HELD", "you do not hold the case, or no longer: claim it");
}

StoredCase ReadCase(const pqxx::row& row) {
  StoredCase found;
  found.verification = ReadVerification(row);
  found.at_counter = row[kVerificationColumns].as<bool>();
  found.escalated = row[kVerificationColumns + 1].as<bool>();
  found.open_time = FromMicros(row[kVerificationColumns + 2].as<int64_t>());
  if (!row[kVerificationColumns + 3].is_null()) {
    found.claimed_by = row[kVerificationColumns + 3].as<std::string>();
    found.claim_expire_time = FromMicros(row[kVerificationColumns + 4].as<int64_t>());
  }
  return found;
}

// Row id of a vote's sealed note: made by the client, part of the associated data.
std::string VoteRow(const std::string& verification_id, uint64_t sequence, uint32_t number) {
  return verification_id + "/" + std::to_string(sequence) + "/" + std::to_string(number);
}

}  // namespace

PostgresReviewStore::PostgresReviewStore(ConnectionPool& pool, PersonKeys& keys, const KeyRing& ring)
    : pool_(pool),
      keys_(keys),
      ring_(ring),
      index_version_(ring.current_version(KeyPurpose::kIndex)),
      digest_version_(ring.current_version(KeyPurpose::kDigest)) {}

Result<std::vector<StoredCase>> PostgresReviewStore::ListCases(const Reviewer& reviewer, uint32_t limit, TimePoint now,
                                                               Deadline deadline) {
  std::vector<StoredCase> cases;
  Status status = RunStatement(pool_, deadline, "review list", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    cases.clear();
    for (const auto& row : Execute(tx, "review_list", reviewer.operator_id, reviewer.principal, reviewer.agent_id,
                                   reviewer.outlet_id, reviewer.administrator, Micros(now), limit)) {
      cases.push_back(ReadCase(row));
    }
  });
  if (!status.ok()) return status;
  for (StoredCase& each : cases) {
    if (Status read = ReadVotes(each, deadline); !read.ok()) return read;
  }
  return cases;
}

Result<StoredCase> PostgresReviewStore::Claim(const Reviewer& reviewer, const std::string& verification_id,
                                              TimePoint expire, TimePoint now, Deadline deadline) {
  std::string claimed;
  const Nullable named = verification_id.empty() ? Nullable::Null() : Nullable::Text(verification_id);
  // Repeatable: a claim of one's own is claimed again.
  Status status = RunStatement(pool_, deadline, "claim case", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "claim_case", reviewer.principal, reviewer.operator_id, reviewer.agent_id,
                              reviewer.outlet_id, reviewer.administrator, named, Micros(expire), Micros(now));
    claimed = rows[0][0].is_null() ? std::string() : rows[0][0].as<std::string>();
  });
  if (!status.ok()) return status;
  if (claimed.empty()) return NoSuchCase();
  return Get(reviewer.operator_id, claimed, deadline);
}

Result<StoredCase> PostgresReviewStore::GetHeld(const Reviewer& reviewer, const std::string& verification_id,
                                                TimePoint now, Deadline deadline) {
  auto found = Get(reviewer.operator_id, verification_id, deadline);
  if (!found.ok()) return found.status();
  if (found->claimed_by != reviewer.principal || *found->claim_expire_time <= now) return NotHeld();
  return found;
}

Status PostgresReviewStore::Release(const Reviewer& reviewer, const std::string& verification_id, bool escalate,
                                    TimePoint now, Deadline deadline) {
  return RunStatement(pool_, deadline, "release case", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    Execute(tx, "release_case", reviewer.principal, reviewer.operator_id, verification_id, escalate, Micros(now));
  });
}

Result<bool> PostgresReviewStore::Vote(const VoteCommit& commit, Deadline deadline) {
  auto found = Get(commit.reviewer.operator_id, commit.verification_id, deadline);
  if (!found.ok()) return found.status();
  const StoredVerification& verification = found->verification;
  auto key = keys_.Find(verification.person_id);
  if (!key.ok()) return key.status();

  AuditRecord audit;
  audit.verification_id = commit.verification_id;
  audit.caller = commit.reviewer.principal;
  audit.operator_id = commit.reviewer.operator_id;
  audit.occur_time_us = Micros(commit.now);
  SealedDecision sealed;
  if (commit.decision) {
    audit.revision = static_cast<uint32_t>(commit.expected_sequence + 1);
    audit.event_kind = "review decision";
    auto made = SealDecision(**key, commit.facts, *commit.decision, std::move(audit));
    if (!made.ok()) return made.status();
    sealed = *std::move(made);
  } else {
    // Decides nothing yet: evidence that somebody voted on that decision, and when.
    audit.revision = static_cast<uint32_t>(commit.decision_sequence);
    audit.event_kind = "review vote";
    audit.decision_commitment.assign(kSha256Bytes, '\0');
    audit.facts_commitment.assign(kSha256Bytes, '\0');
    auto leaf = EncodeAuditRecord(audit);
    if (!leaf.ok()) return leaf.status();
    sealed.audit_leaf = *std::move(leaf);
  }
  const v1::Decision decision = commit.decision.value_or(v1::Decision());
  const std::string payload = *PayloadDigest(ring_, digest_version_, "request", commit.request.canonical_payload);
  const std::string note = Seal(**key,
                                {"review_vote", "sealed_note",
                                 VoteRow(commit.verification_id, commit.decision_sequence, commit.votes_before + 1)},
                                commit.note.Reveal());
  const bool claims = decision.verdict() == v1::VERDICT_PASS && !commit.document_number.Reveal().empty();
  const Nullable document =
      claims
          ? Nullable::Hex(DocumentIndex(ring_, index_version_, commit.document_type, commit.document_number.Reveal()))
          : Nullable::Null();
  const Nullable name =
      claims ? Nullable::Hex(NameIndex(ring_, index_version_, commit.name.Reveal())) : Nullable::Null();
  const Nullable expire =
      commit.expire_time ? Nullable::Text(std::to_string(Micros(*commit.expire_time))) : Nullable::Null();
  const Nullable next_due = decision.next_reverification_date().empty()
                                ? Nullable::Null()
                                : Nullable::Text(decision.next_reverification_date());
  const std::string vote = commit.vote.SerializeAsString();
  bool written = false;
  Status status = RunStatement(pool_, deadline, "vote", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    written = Execute(tx, "commit_vote", commit.reviewer.principal, commit.request.request_id, digest_version_,
                      Bytes{payload}, verification.person_id, commit.verification_id, commit.expected_sequence,
                      commit.decision_sequence, commit.votes_before, Bytes{vote}, Bytes{note}, commit.escalate,
                      commit.decision.has_value(), index_version_, document, name, static_cast<int>(commit.state),
                      static_cast<int>(decision.verdict()), commit.holds_place, expire, next_due,
                      Bytes{sealed.decision}, Bytes{sealed.facts}, Bytes{sealed.facts_subject}, Bytes{sealed.salt},
                      decision.policy_digest(), decision.rules_version(), TimeOrderedUuid(commit.now),
                      Bytes{sealed.audit_leaf}, Micros(commit.now))[0][0]
                  .as<bool>();
  });
  if (!status.ok()) return status;
  return written;
}

Result<uint64_t> PostgresReviewStore::CasesBefore(const std::string& operator_id, const std::string& verification_id,
                                                  TimePoint now, Deadline deadline) {
  std::optional<uint64_t> before;
  Status status = RunStatement(pool_, deadline, "cases before", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "cases_before", operator_id, verification_id, Micros(now));
    before = rows.empty() ? std::nullopt : std::optional(rows[0][0].as<uint64_t>());
  });
  if (!status.ok()) return status;
  if (!before) return NoSuchCase();
  return *before;
}

Result<std::string> PostgresReviewStore::RecordToLink(const std::string& operator_id,
                                                      const std::string& verification_id, Deadline deadline) {
  std::string line;
  Status status = RunStatement(pool_, deadline, "record to link", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "record_to_link", operator_id, verification_id);
    line = rows.empty() ? std::string() : rows[0][0].as<std::string>();
  });
  if (!status.ok()) return status;
  return line;
}

Result<v1::CountContestsResponse> PostgresReviewStore::CountContests(const std::string& operator_id, TimePoint from,
                                                                     TimePoint to, Deadline deadline) {
  v1::CountContestsResponse response;
  Status status = RunStatement(pool_, deadline, "count contests", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    response.Clear();
    for (const auto& row : Execute(tx, "count_contests", operator_id, Micros(from), Micros(to))) {
      v1::ContestCount& count = *response.add_counts();
      count.set_agent_id(row[0].as<std::string>());
      count.set_outlet_id(row[1].as<std::string>());
      count.set_reason(static_cast<v1::ReasonCode>(row[2].as<int>()));
      count.set_upheld(row[3].as<uint64_t>());
      count.set_revised(row[4].as<uint64_t>());
      count.set_evidence_asked(row[5].as<uint64_t>());
      count.set_open(row[6].as<uint64_t>());
      count.set_lapsed(row[7].as<uint64_t>());
      count.set_withdrawn(row[8].as<uint64_t>());
    }
  });
  if (!status.ok()) return status;
  return response;
}

Result<StoredCase> PostgresReviewStore::Get(const std::string& operator_id, const std::string& verification_id,
                                            Deadline deadline) {
  std::optional<StoredCase> found;
  Status status = RunStatement(pool_, deadline, "read case", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    found.reset();
    const auto rows = Execute(tx, "review_case", operator_id, verification_id);
    if (!rows.empty()) found = ReadCase(rows[0]);
  });
  if (!status.ok()) return status;
  if (!found) return NoSuchCase();
  if (Status read = ReadVotes(*found, deadline); !read.ok()) return read;
  return *std::move(found);
}

Status PostgresReviewStore::ReadVotes(StoredCase& open, Deadline deadline) {
  const StoredVerification& stands = open.verification;
  // What a review decided carries its votes itself.
  const uint64_t sequence =
      stands.decision.has_review() ? stands.decision.review().revises_sequence() : stands.decision_sequence;
  return RunStatement(pool_, deadline, "read votes", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    open.votes.Clear();
    open.votes.set_revises_sequence(sequence);
    for (const auto& row : Execute(tx, "review_votes", stands.person_id, stands.verification_id, sequence)) {
      open.votes.add_votes()->ParseFromString(ReadBytes(row[0]));
    }
  });
}

}  // namespace realname::db
