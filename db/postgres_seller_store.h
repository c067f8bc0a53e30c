// SPDX-License-Identifier: Apache-2.0
// Who may sell, in PostgreSQL; see migrations/registry/0010_sellers.sql.
#pragma once

#include "db/connection_pool.h"
#include "verification/seller_store.h"

namespace realname::db {

// Thread-safe. `pool` outlives the store and prepares with PrepareRegistryStatements.
class PostgresSellerStore final : public SellerStore {
 public:
  explicit PostgresSellerStore(ConnectionPool& pool) : pool_(pool) {}

  Status Set(const std::string& operator_id, const v1::Seller& seller, const std::string& reason,
             const std::string& principal, TimePoint now, Deadline deadline) override;
  Result<std::vector<v1::Seller>> List(const std::string& operator_id, const std::string& agent_id,
                                       const v1::Seller& after, uint32_t limit, Deadline deadline) override;
  Result<std::vector<v1::SellerChange>> Changes(const std::string& operator_id, const v1::Seller& of, uint32_t limit,
                                                Deadline deadline) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace realname::db
