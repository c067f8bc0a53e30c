// SPDX-License-Identifier: Apache-2.0
// The lists kept by law, in PostgreSQL; see migrations/registry/0012_lists.sql.
#pragma once

#include "db/connection_pool.h"
#include "db/person_keys.h"
#include "vault/key_ring.h"
#include "verification/list_store.h"

namespace realname::db {

// Thread-safe. All arguments outlive the store; `pool` prepares with PrepareRegistryStatements.
class PostgresListStore final : public ListStore {
 public:
  PostgresListStore(ConnectionPool& pool, PersonKeys& keys, const KeyRing& ring)
      : pool_(pool), keys_(keys), ring_(ring), index_version_(ring.current_version(KeyPurpose::kIndex)) {}

  Result<bool> Add(const std::string& operator_id, const NewListEntry& entry, const std::string& principal,
                   TimePoint now, Deadline deadline) override;
  Result<StoredListEntry> Get(const std::string& operator_id, const std::string& entry_id, Deadline deadline) override;
  Result<bool> Change(const std::string& operator_id, const std::string& entry_id, v1::ListState from, v1::ListState to,
                      const std::string& note, const std::string& principal, TimePoint now, Deadline deadline) override;
  Result<std::vector<StoredListEntry>> List(const std::string& operator_id, v1::ListKind kind, bool in_force,
                                            const std::string& today, const std::string& before, uint32_t limit,
                                            Deadline deadline) override;

 private:
  // A row, its subject still sealed.
  struct Row {
    StoredListEntry stored;
    std::string person_id;
    std::string sealed;
  };
  // Opens what is sealed, and reads the steps.
  Status Complete(Row& row, Deadline deadline);

  ConnectionPool& pool_;
  PersonKeys& keys_;
  const KeyRing& ring_;
  const uint32_t index_version_;
};

}  // namespace realname::db
