// SPDX-License-Identifier: Apache-2.0
// Keys that open nothing: stored for people whose first registration was never committed.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "vault/key_store.h"

namespace realname::db {

class ConnectionPool;

// One thread's. Both arguments outlive it.
class OrphanKeys {
 public:
  // `registry` is a pool with the statements of PrepareRegistryStatements.
  OrphanKeys(KeyStore& keys, ConnectionPool& registry) : keys_(keys), registry_(registry) {}

  // Looks at the next `limit` people whose keys were stored before `stored_before`, round and round, and erases the
  // keys of those whom the registry does not know; returns how many. FAILED_PRECONDITION, and nothing erased, if it
  // knows none of them: then this is hardly their registry, but a mistaken connection string. `stored_before` must be
  // longer ago than any backup of the registry that may still be restored is old: an older registry does not know newer
  // people.
  Result<uint32_t> Sweep(TimePoint stored_before, uint32_t limit, Deadline deadline);

 private:
  KeyStore& keys_;
  ConnectionPool& registry_;
  std::string after_;
};

}  // namespace realname::db
