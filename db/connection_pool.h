// SPDX-License-Identifier: Apache-2.0
// A fixed number of database connections, leased one thread at a time (libpqxx 6.4 has no pool of its own).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace realname::db {

// One libpqxx connection; see pqxx_compat.h. One connection is one thread's world.
struct Connection;

// Thread-safe. Connections are opened when first needed; broken ones are discarded when their lease ends, so that after
// a restart of the database the pool is good again by itself.
class ConnectionPool {
 public:
  // A connection for one thread, given back when it goes out of scope.
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection& operator*() const { return *connection_; }
    // Closes the connection: it was found broken. Nothing may be done with the lease afterwards.
    void Discard();

   private:
    friend class ConnectionPool;
    Lease(ConnectionPool* pool, std::unique_ptr<Connection> connection);
    std::unique_ptr<ConnectionPool, void (*)(ConnectionPool*)> pool_;
    std::unique_ptr<Connection> connection_;
  };

  // `dsn` is a libpq connection string or URI; `prepare` names the statements of a fresh connection.
  ConnectionPool(std::string dsn, size_t size, std::function<void(Connection&)> prepare);
  ~ConnectionPool();

  // Waits for a free connection until `deadline`. UNAVAILABLE (DATABASE_UNAVAILABLE) if the database refuses,
  // RESOURCE_EXHAUSTED (OVERLOADED) if none came free in time.
  Result<Lease> Acquire(Deadline deadline);

  // Closes connections that lie idle, after one of them was found broken.
  void DiscardIdle();

 private:
  void Return(std::unique_ptr<Connection> connection);

  const std::string dsn_;
  const std::function<void(Connection&)> prepare_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  size_t available_;
};

}  // namespace realname::db
