// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_key_store.h"

#include "db/connection_pool.h"
#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "vault/digest.h"

namespace realname::db {
namespace {

// KeyStore's methods carry no deadline of their own; the pool's statement timeout bounds the rest.
Deadline SoonEnough() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

}  // namespace

PostgresKeyStore::PostgresKeyStore(const std::string& dsn, size_t connections)
    : pool_(std::make_unique<ConnectionPool>(dsn, connections, [](Connection& connection) {
        connection.raw.prepare("find", "select wrapped from key_store.person_key where person_id = $1");
        connection.raw.prepare("find_all",
                               "select k.wrapped from unnest($1::uuid[]) with ordinality as p (person_id, place) "
                               "left join key_store.person_key k on k.person_id = p.person_id order by p.place");
        connection.raw.prepare("put",
                               "insert into key_store.person_key (person_id, wrapped) "
                               "select * from unnest($1::uuid[], $2::bytea[]) on conflict do nothing");
        connection.raw.prepare(
            "people",
            // No more is read than the page, whatever the age of the keys in it.
            "select person_id, create_time < timestamptz 'epoch' + $2::bigint * interval '1 microsecond' "
            "from key_store.person_key where person_id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') "
            "order by person_id limit $3");
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

Result<std::vector<std::optional<std::string>>> PostgresKeyStore::FindAll(std::span<const std::string> people) {
  std::string ids;
  for (const std::string& person : people) ids += (ids.empty() ? "" : ",") + person;
  std::vector<std::optional<std::string>> wrapped;
  Status status = RunStatement(*pool_, SoonEnough(), "key find all", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    wrapped.clear();
    for (const auto& row : Execute(tx, "find_all", "{" + ids + "}")) {
      wrapped.push_back(row[0].is_null() ? std::nullopt : std::optional(ReadBytes(row[0])));
    }
  });
  if (!status.ok()) return status;
  return wrapped;
}

Status PostgresKeyStore::PutNew(std::span<const NewKey> keys) {
  std::string people = "{", wrapped = "{";
  for (const NewKey& key : keys) {
    const char* separator = &key == keys.data() ? "" : ",";
    people += separator + key.person_id;
    wrapped += separator + ("\"\\\\x" + ToHex(key.wrapped) + "\"");
  }
  people += "}";
  wrapped += "}";
  size_t put = 0;
  Status status = RunStatement(*pool_, SoonEnough(), "key put", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    put = static_cast<size_t>(Execute(tx, "put", people, wrapped).affected_rows());
  });
  if (!status.ok() || put == keys.size()) return status;
  // Some were there: by this call's own earlier try, or they are another's.
  for (const NewKey& key : keys) {
    auto stored = Find(key.person_id);
    if (!stored.ok()) return stored.status();
    if (*stored != key.wrapped) {
      return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error", "a new person had a key already");
    }
  }
  return {};
}

Result<KeyPage> PostgresKeyStore::People(std::string_view after, TimePoint stored_before, uint32_t limit) {
  KeyPage page;
  const Nullable from = after.empty() ? Nullable::Null() : Nullable::Text(std::string(after));
  Status status = RunStatement(*pool_, SoonEnough(), "key people", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    page = {};
    const auto rows = Execute(tx, "people", from, Micros(stored_before), limit);
    for (const auto& row : rows) {
      if (row[1].as<bool>()) page.people.push_back(row[0].as<std::string>());
    }
    if (rows.size() == limit) page.next = rows.back()[0].as<std::string>();
  });
  if (!status.ok()) return status;
  return page;
}

Status PostgresKeyStore::Erase(std::string_view person_id) {
  return RunStatement(*pool_, SoonEnough(), "key erase", Repeatable::kYes,
                      [&](pqxx::transaction_base& tx) { Execute(tx, "erase", std::string(person_id)); });
}

}  // namespace realname::db
