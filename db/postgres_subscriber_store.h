// SPDX-License-Identifier: Apache-2.0
// Lines and disputes in PostgreSQL; see migrations/registry/0017_lines.sql.
#pragma once

#include "db/connection_pool.h"
#include "db/person_keys.h"
#include "verification/subscriber_store.h"

namespace realname::db {

// Thread-safe. All arguments outlive the store; `pool` prepares with PrepareRegistryStatements.
class PostgresSubscriberStore final : public SubscriberStore {
 public:
  PostgresSubscriberStore(ConnectionPool& pool, PersonKeys& keys) : pool_(pool), keys_(keys) {}

  Result<std::vector<StoredLine>> Lines(const std::string& operator_id, const std::string& person_id,
                                        Deadline deadline) override;
  Result<std::string> RaiseDispute(const NewDispute& dispute, const std::string& principal, TimePoint now,
                                   Deadline deadline) override;
  Result<v1::Dispute> GetDispute(const Scope& scope, const std::string& dispute_id, Deadline deadline) override;
  Result<std::vector<v1::Dispute>> ListDisputes(const std::string& operator_id, v1::DisputeState state, uint32_t limit,
                                                Deadline deadline) override;
  Result<std::vector<v1::Link>> Links(const std::string& operator_id, const std::string& person_id,
                                      Deadline deadline) override;
  Result<uint32_t> LinesHeld(const std::string& operator_id, const std::string& person_id, const std::string& quota,
                             Deadline deadline) override;
  Result<v1::EraseFaceTemplatesResponse> EraseFaces(const std::string& operator_id, const std::string& verification_id,
                                                    const std::string& principal, TimePoint now,
                                                    Deadline deadline) override;
  Result<v1::Link> Unlink(const std::string& operator_id, const std::string& link_id, const std::string& reason,
                          const std::string& principal, TimePoint now, Deadline deadline) override;
  Status ResolveDispute(const std::string& operator_id, const std::string& dispute_id, v1::DisputeState state,
                        const std::string& explanation, const std::string& principal, TimePoint now,
                        Deadline deadline) override;

 private:
  // A row, its words still sealed.
  struct Row {
    v1::Dispute dispute;
    std::string person_id;
    std::string sealed_statement, sealed_explanation;
  };
  Status Open(Row& row);
  Result<std::vector<v1::Link>> ReadLinks(const char* statement, const std::string& of, const std::string& operator_id,
                                          Deadline deadline);
  Result<Row> Find(const Scope& scope, const std::string& dispute_id, Deadline deadline);

  ConnectionPool& pool_;
  PersonKeys& keys_;
};

}  // namespace realname::db
