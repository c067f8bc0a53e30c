// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_key_store.h"

#include "db/connection_pool.h"
#include "db/pqxx_compat.h"
#include "db/run_statement.h"

namespace realname::db {
namespace {

// KeyStore's methods carry no deadline of their own; the pool's statement timeout bounds the rest.
Deadline SoonEnough() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

}  // namespace

PostgresKeyStore::PostgresKeyStore(const std::string& dsn, size_t connections)
    : pool_(std::make_unique<ConnectionPool>(dsn, connections, [](Connection& connection) {
        connection.raw.prepare("find", "select wrapped from key_store.person_key where person_id = $1");
        connection.raw.prepare("put",
                               "insert into key_store.person_key (person_id, wrapped) values ($1, $2) "
                               "on conflict do nothing returning 1");
        connection.raw.prepare("erase", "delete from key_store.person_key where person_id = $1");
      })) {}

PostgresKeyStore::~PostgresKeyStore() = default;

Result<std::optional<std::string>> PostgresKeyStore::Find(std::string_view person_id) {
  std::optional<std::string> wrapped;
  Status status = RunStatement(*pool_, SoonEnough(), "key find", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "find", std::string(person_id));
    if (!rows.empty()) wrapped = ReadBytes(rows[0][0]);
  });
  if (!status.ok()) return status;
  return wrapped;
}

Result<std::string> PostgresKeyStore::PutIfAbsent(std::string_view person_id, std::string_view wrapped) {
  bool put = false;
  Status status = RunStatement(*pool_, SoonEnough(), "key put", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    put = !Execute(tx, "put", std::string(person_id), Bytes{wrapped}).empty();
  });
  if (!status.ok()) return status;
  if (put) return std::string(wrapped);
  auto stored = Find(person_id);
  if (!stored.ok()) return stored.status();
  if (!*stored) return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error", "a person key vanished");
  return **std::move(stored);
}

Status PostgresKeyStore::Erase(std::string_view person_id) {
  return RunStatement(*pool_, SoonEnough(), "key erase", Repeatable::kYes,
                      [&](pqxx::transaction_base& tx) { Execute(tx, "erase", std::string(person_id)); });
}

}  // namespace realname::db
