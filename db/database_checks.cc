// SPDX-License-Identifier: Apache-2.0
#include "db/database_checks.h"

#include <algorithm>

#include <pqxx/pqxx>

namespace realname::db {
namespace {

Status Refused(std::string message) {
  return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", std::move(message));
}

template <typename Body>
auto Guarded(Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception&) {
    return Status(StatusCode::kUnavailable, "DATABASE_UNAVAILABLE", "the database does not answer");
  }
}

std::string Row(const KeyRing::KeyFingerprint& key) {
  return std::string(KeyPurposeName(key.purpose)) + ":" + std::to_string(key.version) + ":" + key.hex;
}

}  // namespace

Status CheckDurabilityAndRole(Database database, const std::string& dsn) {
  const bool registry = database == Database::kRegistry;
  const std::string name = registry ? "the registry database" : "the key store database";
  const std::string role = registry ? "realname_server" : "realname_keys";

  return Guarded([&]() -> Status {
    pqxx::connection connection(dsn);
    pqxx::work tx(connection);
    for (const std::string setting : {"fsync", "synchronous_commit", "full_page_writes"}) {
      if (tx.exec("show " + setting)[0][0].as<std::string>() == "off") {
        return Refused(name + " has " + setting + " = off; acknowledged registrations could be lost");
      }
    }
    const std::string superuser = "select rolsuper from pg_roles where rolname = current_user";
    if (tx.exec(superuser)[0][0].as<bool>()) {
      return Refused("the server connects to " + name + " as a superuser; use the role " + role);
    }
    const std::string may_rewrite =
        std::string("select has_table_privilege(current_user, ") +
        (registry ? "'realname.decision', 'UPDATE, DELETE, TRUNCATE')" : "'key_store.person_key', 'UPDATE, TRUNCATE')");
    if (tx.exec(may_rewrite)[0][0].as<bool>()) {
      return Refused(std::string("the server's role may rewrite ") + (registry ? "decisions" : "keys") +
                     "; use the role " + role);
    }
    return {};
  });
}

Result<bool> IsBoundToKeys(const std::string& dsn) {
  return Guarded([&]() -> Result<bool> {
    pqxx::connection connection(dsn);
    pqxx::work tx(connection);
    const std::string any = "select exists (select 1 from realname.key_check)";
    return tx.exec(any)[0][0].as<bool>();
  });
}

Status BindToKeys(const std::string& dsn, const KeyRing& ring) {
  return Guarded([&]() -> Status {
    pqxx::connection connection(dsn);
    pqxx::work tx(connection);
    std::vector<std::string> mine;
    for (const auto& key : ring.KeyFingerprints()) mine.push_back(Row(key));
    const std::string all = "select fingerprint from realname.key_check";
    for (const auto& row : tx.exec(all)) {
      const auto known = row[0].as<std::string>();
      if (std::find(mine.begin(), mine.end(), known) == mine.end()) {
        return Refused("the key file does not fit the database: its " + known.substr(0, known.rfind(':')) +
                       " key is missing or differs; restore the key file that belongs to this database");
      }
    }
    for (const std::string& key : mine) {
      tx.exec("insert into realname.key_check values (" + tx.quote(key) + ", now()) on conflict do nothing");
    }
    // Look-ups use the current version only, so it must be the one that the rows have.
    const std::pair<KeyPurpose, std::string> used[] = {
        {KeyPurpose::kIndex, "select index_version from realname.document_claim where index_version <> "},
        {KeyPurpose::kDigest, "select digest_version from realname.request_claim where digest_version <> "}};
    for (const auto& [purpose, query] : used) {
      const std::string current = std::to_string(ring.current_version(purpose));
      const auto other = tx.exec(query + current + " limit 1");
      if (other.empty()) continue;
      const std::string name(KeyPurposeName(purpose));
      return Refused("the key file says 'current " + name + " " + current +
                     "', but rows of the database have version " + other[0][0].as<std::string>() + ": moving the " +
                     name + " key is not supported yet; set it back");
    }
    tx.commit();
    return {};
  });
}

}  // namespace realname::db
