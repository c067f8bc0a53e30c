// SPDX-License-Identifier: Apache-2.0
// Schema migrations: numbered, forward-only SQL files with checksums, each in a transaction of its own, run by the
// owner's role. The files are part of the program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace realname::db {

// The two databases.
enum class Database { kRegistry, kKeyStore };

struct Migration {
  uint32_t version;
  std::string name;
  std::string sql;
};

// The migrations that this program knows, ascending.
const std::vector<Migration>& Migrations(Database database);

// Creates the roles that the schemas grant to, if they are missing. `dsn` connects as a role that may create roles.
Status EnsureRoles(const std::string& dsn);

// Brings a database up to this program's version; returns how many migrations ran. Safe to run twice and from two
// places at once. FAILED_PRECONDITION if a migration that ran before has another checksum now, or the database is newer
// than this program.
Result<uint32_t> Migrate(Database database, const std::string& dsn);

// Whether a server of this program may run on the database: its schema is of this version or of the next.
// FAILED_PRECONDITION otherwise, saying what to do.
Status CheckSchema(Database database, const std::string& dsn);

}  // namespace realname::db
