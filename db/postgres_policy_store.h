// SPDX-License-Identifier: Apache-2.0
// Policy packs and proposals in PostgreSQL; see migrations/registry/0018_policies.sql.
#pragma once

#include "db/connection_pool.h"
#include "verification/policy_store.h"

namespace realname::db {

// Thread-safe. `pool` outlives the store and prepares with PrepareRegistryStatements.
class PostgresPolicyStore final : public PolicyStore {
 public:
  explicit PostgresPolicyStore(ConnectionPool& pool) : pool_(pool) {}

  Result<std::vector<StoredPack>> Packs(uint32_t limit, Deadline deadline) override;
  Result<std::string> InForce(Deadline deadline) override;
  Result<std::string> Propose(const std::string& digest, const std::string& replaces, const std::string& reason,
                              const std::string& dry_run_id, const std::string& principal, TimePoint now,
                              Deadline deadline) override;
  Status PutDryRun(const std::string& operator_id, const v1::DryRun& report, TimePoint now, Deadline deadline) override;
  Result<v1::DryRun> GetDryRun(const std::string& dry_run_id, Deadline deadline) override;
  Result<v1::PolicyProposal> Get(const std::string& proposal_id, Deadline deadline) override;
  Result<std::vector<v1::PolicyProposal>> Proposals(uint32_t limit, Deadline deadline) override;
  Status Activate(const std::string& proposal_id, const std::string& principal, TimePoint now,
                  Deadline deadline) override;

 private:
  template <typename... Args>
  Result<std::vector<v1::PolicyProposal>> Read(const char* statement, Deadline deadline, const Args&... args);

  ConnectionPool& pool_;
};

}  // namespace realname::db
