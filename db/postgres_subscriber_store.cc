// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_subscriber_store.h"

#include <utility>

#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "db/sealed_decision.h"
#include "realname/v1/stored_record.pb.h"
#include "vault/audit_record.h"
#include "vault/digest.h"
#include "vault/sealer.h"

namespace realname::db {
namespace {

Status Defect(const char* what) { return Status(StatusCode::kInternal, "INTERNAL_DEFECT", what); }
Status NoSuchDispute() { return Status(StatusCode::kNotFound, "NO_SUCH_DISPUTE", "no such dispute"); }

// That something happened to a line; holds nothing personal.
Result<std::string> AuditLeaf(const std::string& line_id, const char* event, const std::string& principal,
                              const std::string& operator_id, TimePoint now) {
  AuditRecord audit;
  audit.verification_id = line_id;
  audit.event_kind = event;
  audit.caller = principal;
  audit.operator_id = operator_id;
  audit.occur_time_us = Micros(now);
  audit.decision_commitment.assign(kSha256Bytes, '\0');
  audit.facts_commitment.assign(kSha256Bytes, '\0');
  return EncodeAuditRecord(audit);
}

}  // namespace

Result<std::vector<StoredLine>> PostgresSubscriberStore::Lines(const std::string& operator_id,
                                                               const std::string& person_id, Deadline deadline) {
  struct Sealed {
    StoredLine line;
    std::string person_id, record, subject;
    uint32_t attempt;
  };
  std::vector<Sealed> rows;
  Status status = RunStatement(pool_, deadline, "lines", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    rows.clear();
    for (const auto& row : Execute(tx, "lines", person_id, operator_id)) {
      Sealed& each = rows.emplace_back();
      each.line.line_id = row[0].as<std::string>();
      each.record = ReadBytes(row[1]);
      each.subject = ReadBytes(row[2]);
      each.attempt = row[3].as<uint32_t>();
      each.line.create_time = FromMicros(row[4].as<int64_t>());
      each.line.disputed = row[5].as<bool>();
      each.person_id = row[6].as<std::string>();
    }
  });
  if (!status.ok()) return status;
  std::vector<StoredLine> lines;
  for (Sealed& each : rows) {
    v1::ApplicationRecord record;
    if (!record.ParseFromString(each.record)) return Defect("a record cannot be parsed");
    each.line.product = record.product();
    auto key = keys_.Find(each.person_id);
    if (key.ok()) {
      auto subject =
          Unseal(**key, {"registration", "sealed_subject", AttemptRow(each.line.line_id, each.attempt)}, each.subject);
      if (!subject.ok()) return subject.status();
      if (!record.mutable_subject()->ParseFromString(*subject)) return Defect("a record's subject cannot be parsed");
      each.line.msisdn = Redacted(record.subject().msisdn());
    } else if (key.status().code() != StatusCode::kFailedPrecondition) {  // not erased
      return key.status();
    }
    lines.push_back(std::move(each.line));
  }
  return lines;
}

Result<std::string> PostgresSubscriberStore::RaiseDispute(const NewDispute& dispute, const std::string& principal,
                                                          TimePoint now, Deadline deadline) {
  auto key = keys_.Find(dispute.person_id);
  if (!key.ok()) return key.status();
  const std::string& operator_id = dispute.raised_at.operator_id;
  auto leaf = AuditLeaf(dispute.line_id, "dispute raised", principal, operator_id, now);
  if (!leaf.ok()) return leaf.status();
  const std::string dispute_id = TimeOrderedUuid(now);
  const std::string sealed = Seal(**key, {"dispute", "sealed_statement", dispute_id}, dispute.statement.Reveal());
  std::string raised;
  Status status = RunStatement(pool_, deadline, "raise dispute", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    raised = Execute(tx, "raise_dispute", dispute_id, operator_id, dispute.raised_at.agent_id,
                     dispute.raised_at.outlet_id, dispute.person_id, dispute.line_id, Micros(dispute.deadline),
                     principal, Bytes{sealed}, TimeOrderedUuid(now), Bytes{*leaf}, Micros(now))[0][0]
                 .as<std::string>();
  });
  if (!status.ok()) return status;
  return raised;
}

Status PostgresSubscriberStore::Open(Row& row) {
  auto key = keys_.Find(row.person_id);
  if (key.status().code() == StatusCode::kFailedPrecondition) return {};  // erased
  if (!key.ok()) return key.status();
  const std::string& id = row.dispute.dispute_id();
  for (const auto& [column, sealed, text] :
       {std::tuple("sealed_statement", &row.sealed_statement, row.dispute.mutable_statement()),
        std::tuple("sealed_explanation", &row.sealed_explanation, row.dispute.mutable_explanation())}) {
    if (sealed->empty()) continue;
    auto opened = Unseal(**key, {"dispute", column, id}, *sealed);
    if (!opened.ok()) return opened.status();
    *text = *std::move(opened);
  }
  return {};
}

namespace {

template <typename Row>
Row ReadDispute(const pqxx::row& row) {
  Row read;
  v1::Dispute& dispute = read.dispute;
  const auto time = [&](int column) { return TimestampOf(row[column].template as<int64_t>()); };
  dispute.set_dispute_id(row[0].template as<std::string>());
  dispute.set_line_id(row[1].template as<std::string>());
  dispute.set_state(static_cast<v1::DisputeState>(row[2].template as<int>()));
  *dispute.mutable_raise_time() = time(3);
  *dispute.mutable_deadline() = time(4);
  if (!row[5].is_null()) *dispute.mutable_resolve_time() = time(5);
  read.person_id = row[6].template as<std::string>();
  if (!row[7].is_null()) read.sealed_statement = ReadBytes(row[7]);
  if (!row[8].is_null()) read.sealed_explanation = ReadBytes(row[8]);
  return read;
}

}  // namespace

Result<PostgresSubscriberStore::Row> PostgresSubscriberStore::Find(const Scope& scope, const std::string& dispute_id,
                                                                   Deadline deadline) {
  std::vector<Row> found;
  Status status = RunStatement(pool_, deadline, "get dispute", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    found.clear();
    for (const auto& row : Execute(tx, "get_dispute", scope.operator_id, Nullable::Of(scope.agent_id),
                                   Nullable::Of(scope.outlet_id), dispute_id)) {
      found.push_back(ReadDispute<Row>(row));
    }
  });
  if (!status.ok()) return status;
  if (found.empty()) return NoSuchDispute();
  return std::move(found[0]);
}

Result<v1::Dispute> PostgresSubscriberStore::GetDispute(const Scope& scope, const std::string& dispute_id,
                                                        Deadline deadline) {
  auto row = Find(scope, dispute_id, deadline);
  if (!row.ok()) return row.status();
  if (Status status = Open(*row); !status.ok()) return status;
  return row->dispute;
}

Result<std::vector<v1::Dispute>> PostgresSubscriberStore::ListDisputes(const std::string& operator_id,
                                                                       v1::DisputeState state, uint32_t limit,
                                                                       Deadline deadline) {
  std::vector<Row> rows;
  Status status = RunStatement(pool_, deadline, "list disputes", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    rows.clear();
    for (const auto& row : Execute(tx, "list_disputes", operator_id, static_cast<int>(state), limit)) {
      rows.push_back(ReadDispute<Row>(row));
    }
  });
  if (!status.ok()) return status;
  std::vector<v1::Dispute> disputes;
  for (Row& row : rows) {
    if (Status opened = Open(row); !opened.ok()) return opened;
    disputes.push_back(std::move(row.dispute));
  }
  return disputes;
}

Result<std::vector<v1::Link>> PostgresSubscriberStore::ReadLinks(const char* statement, const std::string& of,
                                                                 const std::string& operator_id, Deadline deadline) {
  std::vector<v1::Link> links;
  Status status = RunStatement(pool_, deadline, statement, Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    links.clear();
    for (const auto& row : Execute(tx, statement, of, operator_id)) {
      v1::Link& link = links.emplace_back();
      link.set_link_id(row[0].as<std::string>());
      link.set_verification_id(row[1].as<std::string>());
      link.set_decided_by(row[2].as<std::string>());
      *link.mutable_link_time() = TimestampOf(row[3].as<int64_t>());
      if (row[4].is_null()) continue;
      link.set_unlinked_by(row[4].as<std::string>());
      *link.mutable_unlink_time() = TimestampOf(row[5].as<int64_t>());
      link.set_unlink_reason(row[6].as<std::string>());
    }
  });
  if (!status.ok()) return status;
  return links;
}

Result<std::vector<v1::Link>> PostgresSubscriberStore::Links(const std::string& operator_id,
                                                             const std::string& person_id, Deadline deadline) {
  return ReadLinks("links", person_id, operator_id, deadline);
}

Result<uint32_t> PostgresSubscriberStore::LinesHeld(const std::string& operator_id, const std::string& person_id,
                                                    const std::string& quota, Deadline deadline) {
  uint32_t held = 0;
  Status status = RunStatement(pool_, deadline, "lines held", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    held = Execute(tx, "lines_held", person_id, operator_id, quota)[0][0].as<uint32_t>();
  });
  if (!status.ok()) return status;
  return held;
}

Result<v1::EraseFaceTemplatesResponse> PostgresSubscriberStore::EraseFaces(const std::string& operator_id,
                                                                           const std::string& verification_id,
                                                                           const std::string& principal, TimePoint now,
                                                                           Deadline deadline) {
  auto leaf = AuditLeaf(verification_id, "face templates erased", principal, operator_id, now);
  if (!leaf.ok()) return leaf.status();
  v1::EraseFaceTemplatesResponse gone;
  Status status = RunStatement(pool_, deadline, "erase faces", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto row =
        Execute(tx, "erase_faces", operator_id, verification_id, TimeOrderedUuid(now), Bytes{*leaf}, Micros(now))[0];
    gone.set_templates(row[0].as<uint32_t>());
    gone.set_pictures(row[1].as<uint32_t>());
  });
  if (!status.ok()) return status;
  return gone;
}

Result<v1::Link> PostgresSubscriberStore::Unlink(const std::string& operator_id, const std::string& link_id,
                                                 const std::string& reason, const std::string& principal, TimePoint now,
                                                 Deadline deadline) {
  auto found = ReadLinks("get_link", link_id, operator_id, deadline);
  if (!found.ok()) return found.status();
  if (found->empty()) return Status(StatusCode::kNotFound, "NO_SUCH_LINK", "no such link");
  auto leaf = AuditLeaf((*found)[0].verification_id(), "unlink", principal, operator_id, now);
  if (!leaf.ok()) return leaf.status();
  Status status = RunStatement(pool_, deadline, "unlink", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    Execute(tx, "unlink_people", operator_id, link_id, reason, principal, TimeOrderedUuid(now), Bytes{*leaf},
            Micros(now));
  });
  if (!status.ok()) return status;
  auto taken_back = ReadLinks("get_link", link_id, operator_id, deadline);
  if (!taken_back.ok()) return taken_back.status();
  return (*taken_back)[0];
}

Status PostgresSubscriberStore::ResolveDispute(const std::string& operator_id, const std::string& dispute_id,
                                               v1::DisputeState state, const std::string& explanation,
                                               const std::string& principal, TimePoint now, Deadline deadline) {
  auto row = Find({operator_id, {}, {}}, dispute_id, deadline);
  if (!row.ok()) return row.status();
  auto key = keys_.Find(row->person_id);
  if (!key.ok()) return key.status();
  auto leaf = AuditLeaf(row->dispute.line_id(), "dispute resolved", principal, operator_id, now);
  if (!leaf.ok()) return leaf.status();
  const std::string sealed = Seal(**key, {"dispute", "sealed_explanation", dispute_id}, explanation);
  return RunStatement(pool_, deadline, "resolve dispute", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    Execute(tx, "resolve_dispute", operator_id, dispute_id, static_cast<int>(state), principal, Bytes{sealed},
            TimeOrderedUuid(now), Bytes{*leaf}, Micros(now));
  });
}

}  // namespace realname::db
