// SPDX-License-Identifier: Apache-2.0
#include "bench/copy_registry.h"

#include <libpq-fe.h>
#include <stdexcept>
#include <utility>

#include "cli/made_up_person.h"
#include "db/commit_row.h"
#include "db/registry_statements.h"
#include "vault/audit_record.h"
#include "vault/blind_index.h"
#include "vault/digest.h"

namespace realname {
namespace {

std::unique_ptr<pg_conn, void (*)(pg_conn*)> Connect(const std::string& dsn) {
  std::unique_ptr<pg_conn, void (*)(pg_conn*)> connection(PQconnectdb(dsn.c_str()), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  return connection;
}

void Run(pg_conn* connection, const char* statement, ExecStatusType expected) {
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection, statement), PQclear);
  if (PQresultStatus(result.get()) != expected) throw std::runtime_error(PQerrorMessage(connection));
}

void Copy(pg_conn* connection, CopyRows& rows) {
  if (rows.empty()) return;
  Run(connection, rows.statement().c_str(), PGRES_COPY_IN);
  const std::string bytes = rows.Take();
  if (PQputCopyData(connection, bytes.data(), static_cast<int>(bytes.size())) != 1 ||
      PQputCopyEnd(connection, nullptr) != 1) {
    throw std::runtime_error(PQerrorMessage(connection));
  }
  while (PGresult* result = PQgetResult(connection)) {
    const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!good) throw std::runtime_error(PQerrorMessage(connection));
  }
}

}  // namespace

CopyRegistry::CopyRegistry(Target target, db::ConnectionPool& pool, db::PersonKeys& keys, db::PhotoStore& photos,
                           const KeyRing& ring)
    : PostgresRegistry(pool, keys, photos, ring),
      target_(std::move(target)),
      ring_(ring),
      registry_connection_(Connect(target_.registry_dsn)),
      key_store_connection_(Connect(target_.key_store_dsn)) {}

CopyRegistry::~CopyRegistry() = default;

std::vector<std::string> CopyRegistry::RegistryTables() {
  std::vector<std::string> tables;
  for (const char* table :
       {"person", "document_claim", "person_quota", "address_use", "request_claim", "verification_claim",
        "verification", "number_claim", "registration", "decision", "audit_record", "outbox", "capture"}) {
    tables.push_back(std::string("realname.") + table);
  }
  return tables;
}

Result<Observation> CopyRegistry::Observe(const ObserveQuery& query, Deadline) {
  Observation observation;
  observation.person_id = person_id_;
  observation.person_version = lines_.size();
  observation.facts.set_person_known(!lines_.empty());
  observation.facts.set_numbers_held(static_cast<uint32_t>(lines_.size()));
  if (!query.seller.outlet_id.empty()) observation.channel.mutable_outlet();
  if (!query.staff_id.empty()) observation.channel.mutable_staff();
  for (size_t i = 0; i < query.captures.size(); ++i) {
    ObservedDevice& device = observation.devices.emplace_back();
    device.known = true;
    device.status = v1::SELLER_STATUS_ACTIVE;
    device.public_key = cli::MadeUpDeviceKey();
  }
  return observation;
}

Result<CommitOutcome> CopyRegistry::Commit(const CommitRequest& request, Deadline) {
  if (lines_.empty()) {
    person_id_ = RandomUuid();
    key_ = std::make_shared<const DataKey>(DataKey::Random());
  }
  StoredVerification& stored = lines_.emplace_back();
  stored.verification_id = request.verification_id;
  stored.person_id = person_id_;
  stored.owner = request.owner;
  stored.state = request.state;
  stored.attempt = 1;
  stored.sequence = 1;
  stored.decision = request.decision;
  stored.decision_sequence = 1;
  stored.create_time = stored.decide_time = request.now;
  stored.reservation_expire_time = request.expire_time;
  auto row = db::MakeCommitRow(ring_, *key_, request, request.facts);
  if (!row.ok()) return row.status();

  const auto digest_version = static_cast<int32_t>(ring_.current_version(KeyPurpose::kDigest));
  const auto index_version = static_cast<int32_t>(ring_.current_version(KeyPurpose::kIndex));
  const std::string& id = request.verification_id;
  const std::string& operator_id = request.owner.operator_id;
  const auto verdict = static_cast<int16_t>(request.decision.verdict());
  requests_.Row()
      .Text(request.request.principal)
      .Uuid(request.request.request_id)
      .Int4(digest_version)
      .Text(row->payload_digest)
      .Uuid(id)
      .Timestamp(request.now);
  if (lines_.size() == 1) {
    keys_.Row().Uuid(person_id_).Text(WrapKey(ring_, *key_));
    documents_.Row().Int4(index_version).Text(row->document_index).Uuid(person_id_).Text(row->name_index);
    // Whose document bears the address stays the same; the time is that of the first line.
    addresses_.Row()
        .Int4(index_version)
        .Text(row->address_index)
        .Text(operator_id)
        .Uuid(person_id_)
        .Timestamp(request.now);
  }
  claims_.Row().Uuid(id).Uuid(person_id_);
  verifications_.Row()
      .Uuid(person_id_)
      .Uuid(id)
      .Text(operator_id)
      .Text(request.owner.agent_id)
      .Text(request.owner.outlet_id)
      .Int2(v1::STATE_ACTIVATED)
      .Int2(verdict)
      .Int4(1)
      .Int8(2)
      .Bool(true)
      .Int4(index_version)
      .Text(row->number_index)
      .Date(request.decision.next_reverification_date())
      .Timestamp(request.now)
      .Text(request.quota);
  numbers_.Row().Int4(index_version).Text(row->number_index).Uuid(person_id_).Uuid(id);
  registrations_.Row()
      .Uuid(person_id_)
      .Uuid(id)
      .Int4(1)
      .Text(row->record)
      .Text(row->record_subject)
      .Timestamp(request.now);
  decisions_.Row()
      .Uuid(person_id_)
      .Uuid(id)
      .Int8(1)
      .Int4(1)
      .Text(row->decision.decision)
      .Text(row->decision.facts)
      .Text(row->decision.facts_subject)
      .Text(row->decision.salt)
      .Text(request.decision.policy_digest())
      .Int4(static_cast<int32_t>(request.decision.rules_version()))
      .Timestamp(request.now);
  audits_.Row().Uuid(TimeOrderedUuid(request.now)).Uuid(id).Text(row->decision.audit_leaf).Timestamp(request.now);
  events_.Row()
      .Uuid(id)
      .Int8(1)
      .Text(operator_id)
      .Int2(static_cast<int16_t>(request.state))
      .Int2(verdict)
      .Timestamp(request.now)
      .Int8(static_cast<int64_t>(++*target_.events));
  for (size_t i = 0; i < request.captures.size(); ++i) {
    captures_.Row()
        .Text(operator_id)
        .Text(request.captures[i].device_id)
        .Timestamp(request.now)
        .Uuid(id)
        .Int8(1)
        .Int4(static_cast<int32_t>(i))
        .Int8(static_cast<int64_t>(request.captures[i].counter))
        .Uuid(person_id_);
  }
  quota_ = request.quota;
  return CommitOutcome(Committed{stored});
}

Result<StoredVerification> CopyRegistry::Confirm(const Scope& scope, const RequestKey& request,
                                                 const std::string& verification_id, TimePoint now, Deadline) {
  StoredVerification& line = lines_.back();
  AuditRecord audit;
  audit.verification_id = verification_id;
  audit.event_kind = "activation";
  audit.caller = request.principal;
  audit.operator_id = scope.operator_id;
  audit.occur_time_us = db::Micros(now);
  audit.decision_commitment.assign(kSha256Bytes, '\0');
  audit.facts_commitment.assign(kSha256Bytes, '\0');
  auto leaf = EncodeAuditRecord(audit);
  if (!leaf.ok()) return leaf.status();
  const uint32_t digest_version = ring_.current_version(KeyPurpose::kDigest);
  requests_.Row()
      .Text(request.principal)
      .Uuid(request.request_id)
      .Int4(static_cast<int32_t>(digest_version))
      .Text(*PayloadDigest(ring_, digest_version, "request", request.canonical_payload))
      .Uuid(verification_id)
      .Timestamp(now);
  audits_.Row().Uuid(TimeOrderedUuid(now)).Uuid(verification_id).Text(*leaf).Timestamp(now);
  events_.Row()
      .Uuid(verification_id)
      .Int8(2)
      .Text(scope.operator_id)
      .Int2(v1::STATE_ACTIVATED)
      .Int2(static_cast<int16_t>(line.decision.verdict()))
      .Timestamp(now)
      .Int8(static_cast<int64_t>(++*target_.events));
  line.state = v1::STATE_ACTIVATED;
  line.sequence = 2;
  line.reservation_expire_time.reset();
  return line;
}

void CopyRegistry::FinishPerson() {
  if (lines_.empty()) return;
  people_.Row().Uuid(person_id_).Int8(static_cast<int64_t>(lines_.size())).Timestamp(lines_.front().create_time);
  quotas_.Row()
      .Uuid(person_id_)
      .Text(lines_.front().owner.operator_id)
      .Int4(static_cast<int32_t>(lines_.size()))
      .Text(quota_);
  lines_.clear();
  person_id_.clear();
}

void CopyRegistry::Flush() {
  Copy(key_store_connection_.get(), keys_);
  pg_conn* connection = registry_connection_.get();
  Run(connection, "begin", PGRES_COMMAND_OK);
  for (CopyRows* rows : {&people_, &documents_, &quotas_, &addresses_, &requests_, &claims_, &verifications_, &numbers_,
                         &registrations_, &decisions_, &audits_, &events_, &captures_}) {
    Copy(connection, *rows);
  }
  Run(connection, "commit", PGRES_COMMAND_OK);
}

}  // namespace realname
