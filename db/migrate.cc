// SPDX-License-Identifier: Apache-2.0
#include "db/migrate.h"

#include <map>

#include <pqxx/pqxx>

#include "vault/digest.h"

namespace realname::db {
namespace {

Status Failed(std::string message) {
  return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", std::move(message));
}

const char* NameOf(Database database) { return database == Database::kRegistry ? "registry" : "key store"; }

// libpqxx throws; here is the catch site. The owner's own errors may be shown: migrations hold no personal data.
template <typename Body>
auto Guarded(Database database, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const pqxx::broken_connection& error) {
    // What libpq says of a server that it tried is safe to show; what it says of a connection string may quote it.
    std::string why = error.what();
    const size_t told = why.find("connection to server");
    while (!why.empty() && why.back() == '\n') why.pop_back();
    return Status(StatusCode::kUnavailable, "DATABASE_UNAVAILABLE",
                  std::string("the ") + NameOf(database) + " database does not answer" +
                      (told == std::string::npos ? "; look at its connection string" : ": " + why.substr(told)));
  } catch (const std::exception& error) {
    return Failed(std::string("the ") + NameOf(database) + " database: " + error.what());
  }
}

std::map<uint32_t, std::string> Applied(pqxx::transaction_base& tx) {
  std::map<uint32_t, std::string> applied;
  const std::string exists = "select to_regclass('public.schema_migration') is not null";
  if (!tx.exec(exists)[0][0].as<bool>()) return applied;
  const std::string all = "select version, checksum from public.schema_migration";
  for (const auto& row : tx.exec(all)) applied[row[0].as<uint32_t>()] = row[1].as<std::string>();
  return applied;
}

}  // namespace

Status EnsureRoles(const std::string& dsn) {
  return Guarded(Database::kRegistry, [&]() -> Status {
    pqxx::connection connection(dsn);
    pqxx::work tx(connection);
    for (const std::string role : {"realname_owner", "realname_server", "realname_keys"}) {
      tx.exec("do $$ begin if not exists (select 1 from pg_roles where rolname = '" + role + "') then create role " +
              role + " login nosuperuser nocreatedb nocreaterole; end if; end $$");
    }
    tx.commit();
    return {};
  });
}

Result<uint32_t> Migrate(Database database, const std::string& dsn) {
  return Guarded(database, [&]() -> Result<uint32_t> {
    pqxx::connection connection(dsn);
    uint32_t ran = 0;
    {
      pqxx::work tx(connection);
      tx.exec(
          std::string("create table if not exists public.schema_migration (version integer primary key, name text not "
                      "null, checksum text not null, apply_time timestamptz not null default now())"));
      tx.exec(std::string("grant select on public.schema_migration to realname_server, realname_keys"));
      tx.exec(std::string("comment on table public.schema_migration is 'log: migrations that ran'"));
      tx.commit();
    }
    for (const Migration& migration : Migrations(database)) {
      pqxx::work tx(connection);
      tx.exec(std::string("lock table public.schema_migration in exclusive mode"));
      const auto applied = Applied(tx);
      if (!applied.empty() && applied.rbegin()->first > Migrations(database).back().version) {
        return Failed(std::string("the ") + NameOf(database) + " database is newer than this program");
      }
      const std::string checksum = Sha256Hex(migration.sql);
      const auto found = applied.find(migration.version);
      if (found != applied.end()) {
        if (found->second != checksum) {
          return Failed("migration " + std::to_string(migration.version) + " of the " + NameOf(database) +
                        " database ran with another text than this program has");
        }
        continue;
      }
      tx.exec(migration.sql);
      tx.exec("insert into public.schema_migration (version, name, checksum) values (" +
              std::to_string(migration.version) + ", " + tx.quote(migration.name) + ", " + tx.quote(checksum) + ")");
      tx.commit();
      ++ran;
    }
    return ran;
  });
}

Status CheckSchema(Database database, const std::string& dsn) {
  return Guarded(database, [&]() -> Status {
    pqxx::connection connection(dsn);
    pqxx::work tx(connection);
    const auto applied = Applied(tx);
    const uint32_t mine = Migrations(database).back().version;
    const uint32_t theirs = applied.empty() ? 0 : applied.rbegin()->first;
    if (theirs < mine || theirs > mine + 1) {
      return Failed(std::string("the ") + NameOf(database) + " database has schema version " + std::to_string(theirs) +
                    ", this server runs on " + std::to_string(mine) + " and " + std::to_string(mine + 1) +
                    "; run 'realname-server migrate'");
    }
    return {};
  });
}

}  // namespace realname::db
