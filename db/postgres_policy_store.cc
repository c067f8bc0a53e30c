// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_policy_store.h"

#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "vault/digest.h"

namespace realname::db {

Result<std::vector<StoredPack>> PostgresPolicyStore::Packs(uint32_t limit, Deadline deadline) {
  std::vector<StoredPack> packs;
  Status status = RunStatement(pool_, deadline, "list packs", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    packs.clear();
    for (const auto& row : Execute(tx, "list_packs", limit)) {
      packs.push_back({row[0].as<std::string>(), row[1].as<std::string>(), FromMicros(row[2].as<int64_t>())});
    }
  });
  if (!status.ok()) return status;
  return packs;
}

Result<std::string> PostgresPolicyStore::InForce(Deadline deadline) {
  std::string digest;
  Status status = RunStatement(pool_, deadline, "policy in force", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    digest.clear();
    for (const auto& row : Execute(tx, "policy_in_force")) digest = row[0].as<std::string>();
  });
  if (!status.ok()) return status;
  return digest;
}

Result<std::string> PostgresPolicyStore::Propose(const std::string& digest, const std::string& replaces,
                                                 const std::string& reason, const std::string& dry_run_id,
                                                 const std::string& principal, TimePoint now, Deadline deadline) {
  const std::string id = TimeOrderedUuid(now);
  const Nullable dry_run = dry_run_id.empty() ? Nullable::Null() : Nullable::Text(dry_run_id);
  Status status = RunStatement(pool_, deadline, "propose policy", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    Execute(tx, "propose_policy", id, digest, replaces, reason, principal, Micros(now), dry_run);
  });
  if (!status.ok()) return status;
  return id;
}

Status PostgresPolicyStore::PutDryRun(const std::string& operator_id, const v1::DryRun& report, TimePoint now,
                                      Deadline deadline) {
  const std::string bytes = report.SerializeAsString();
  return RunStatement(pool_, deadline, "put dry run", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    Execute(tx, "put_dry_run", report.dry_run_id(), operator_id, report.digest(), Bytes{bytes}, report.run_by(),
            Micros(now));
  });
}

Result<v1::DryRun> PostgresPolicyStore::GetDryRun(const std::string& dry_run_id, Deadline deadline) {
  std::string bytes;
  Status status = RunStatement(pool_, deadline, "get dry run", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "get_dry_run", dry_run_id);
    bytes = rows.empty() ? std::string() : ReadBytes(rows[0][0]);
  });
  if (!status.ok()) return status;
  v1::DryRun report;
  if (bytes.empty()) return Status(StatusCode::kNotFound, "NO_SUCH_DRY_RUN", "no such dry run");
  if (!report.ParseFromString(bytes)) {
    return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error", "a stored dry run cannot be parsed");
  }
  return report;
}

template <typename... Args>
Result<std::vector<v1::PolicyProposal>> PostgresPolicyStore::Read(const char* statement, Deadline deadline,
                                                                  const Args&... args) {
  std::vector<v1::PolicyProposal> proposals;
  Status status = RunStatement(pool_, deadline, statement, Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    proposals.clear();
    for (const auto& row : Execute(tx, statement, args...)) {
      v1::PolicyProposal& proposal = proposals.emplace_back();
      proposal.set_proposal_id(row[0].template as<std::string>());
      proposal.set_digest(row[1].template as<std::string>());
      proposal.set_replaces_digest(row[2].template as<std::string>());
      proposal.set_reason(row[3].template as<std::string>());
      proposal.set_proposed_by(row[4].template as<std::string>());
      *proposal.mutable_propose_time() = TimestampOf(row[5].template as<int64_t>());
      if (!row[8].is_null() && proposal.mutable_dry_run()->ParseFromString(ReadBytes(row[8]))) {
        // Packs are of the whole server, decisions of one operator: whose they were is not for the others.
        proposal.mutable_dry_run()->clear_examples();
        proposal.mutable_dry_run()->clear_agents();
      }
      if (row[6].is_null()) continue;
      proposal.set_activated_by(row[6].template as<std::string>());
      *proposal.mutable_activate_time() = TimestampOf(row[7].template as<int64_t>());
    }
  });
  if (!status.ok()) return status;
  return proposals;
}

Result<v1::PolicyProposal> PostgresPolicyStore::Get(const std::string& proposal_id, Deadline deadline) {
  auto found = Read("get_proposal", deadline, proposal_id);
  if (!found.ok()) return found.status();
  if (found->empty()) return Status(StatusCode::kNotFound, "NO_SUCH_PROPOSAL", "no such proposal");
  return (*found)[0];
}

Result<std::vector<v1::PolicyProposal>> PostgresPolicyStore::Proposals(uint32_t limit, Deadline deadline) {
  return Read("list_proposals", deadline, limit);
}

Status PostgresPolicyStore::Activate(const std::string& proposal_id, const std::string& principal, TimePoint now,
                                     Deadline deadline) {
  return RunStatement(pool_, deadline, "activate policy", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    Execute(tx, "activate_policy", proposal_id, principal, Micros(now));
  });
}

}  // namespace realname::db
