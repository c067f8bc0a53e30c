// SPDX-License-Identifier: Apache-2.0
// KeyStore in a PostgreSQL database of its own.
#pragma once

#include <memory>
#include <string>

#include "vault/key_store.h"

namespace realname::db {

class ConnectionPool;

class PostgresKeyStore final : public KeyStore {
 public:
  // `dsn` is a libpq connection string of role realname_keys (or the embedded equivalent).
  PostgresKeyStore(const std::string& dsn, size_t connections);
  ~PostgresKeyStore() override;

  Result<std::optional<std::string>> Find(std::string_view person_id) override;
  Status PutNew(std::span<const NewKey> keys) override;
  Result<KeyPage> People(std::string_view after, TimePoint stored_before, uint32_t limit) override;
  Result<std::vector<std::optional<std::string>>> FindAll(std::span<const std::string> people) override;
  Status Erase(std::string_view person_id) override;

 private:
  std::unique_ptr<ConnectionPool> pool_;
};

}  // namespace realname::db
