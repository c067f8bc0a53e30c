// SPDX-License-Identifier: Apache-2.0
// PhotoStore in the schema `media` of the registry's database.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

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

  Status Put(const std::string& person_id, std::span<const SealedPhoto> photos, TimePoint evidence_expire_time,
             TimePoint now, Deadline deadline) override;
  Result<std::vector<SealedPhoto>> Get(const std::string& person_id, std::span<const std::string> names,
                                       Deadline deadline) override;
  Result<uint32_t> SweepOrphans(TimePoint before, uint32_t limit, Deadline deadline) override;
  Result<uint32_t> SweepEvidence(TimePoint now, uint32_t limit, Deadline deadline) override;

 private:
  // Place of the last picture that the sweep judged.
  struct Judged {
    int64_t create_micros = 0;
    std::string person_id = "00000000-0000-0000-0000-000000000000";
    std::string name;
  };

  ConnectionPool& pool_;
  std::mutex sweeping_;
  Judged judged_;
};

}  // namespace realname::db
