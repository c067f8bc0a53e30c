// SPDX-License-Identifier: Apache-2.0
// PhotoStore in the schema `media` of the registry's database.
#pragma once

#include "db/photo_store.h"

namespace pqxx {
class transaction_base;
}

namespace realname::db {

class ConnectionPool;

// `pool` outlives the store, and its connections were prepared with PrepareRegistryStatements.
class PostgresPhotoStore final : public PhotoStore {
 public:
  explicit PostgresPhotoStore(ConnectionPool& pool) : pool_(pool) {}

  Status Put(const std::string& person_id, std::span<const SealedPhoto> photos, TimePoint now,
             Deadline deadline) override;
  Result<std::vector<std::string>> Get(const std::string& person_id, std::span<const std::string> names,
                                       Deadline deadline) override;
  Result<uint32_t> SweepOrphans(TimePoint before, uint32_t limit, Deadline deadline) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace realname::db
