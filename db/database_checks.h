// SPDX-License-Identifier: Apache-2.0
// What a server asks of its database before it serves.
#pragma once

#include <string>

#include "base/result.h"
#include "db/migrate.h"
#include "vault/key_ring.h"

namespace realname::db {

// FAILED_PRECONDITION, naming the setting, if fsync, synchronous_commit or full_page_writes is off, or if `dsn`
// connects as a superuser or as an owner of the tables: an acknowledged answer must survive, and append-only must mean
// it.
Status CheckDurabilityAndRole(Database database, const std::string& dsn);

// Whether the database was ever bound to a key ring, that is, may hold something sealed.
Result<bool> IsBoundToKeys(const std::string& dsn);

// Binds a fresh database to the ring, and a bound one to versions that were added to its ring. FAILED_PRECONDITION if a
// key that the database knows is missing from the ring or differs: what was sealed could not be read.
Status BindToKeys(const std::string& dsn, const KeyRing& ring);

}  // namespace realname::db
