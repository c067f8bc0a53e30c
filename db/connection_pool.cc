// SPDX-License-Identifier: Apache-2.0
#include "db/connection_pool.h"

#include "db/pqxx_compat.h"

namespace realname::db {

ConnectionPool::Lease::Lease(ConnectionPool* pool, std::unique_ptr<Connection> connection)
    : pool_(pool, [](ConnectionPool*) {}), connection_(std::move(connection)) {}

ConnectionPool::Lease::~Lease() {
  if (pool_) pool_->Return(std::move(connection_));
}

void ConnectionPool::Lease::Discard() { connection_.reset(); }

ConnectionPool::ConnectionPool(std::string dsn, size_t size, std::function<void(Connection&)> prepare)
    : dsn_(std::move(dsn)), prepare_(std::move(prepare)), available_(size) {}

ConnectionPool::~ConnectionPool() = default;

Result<ConnectionPool::Lease> ConnectionPool::Acquire(Deadline deadline) {
  std::unique_ptr<Connection> connection;
  {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_until(lock, deadline, [this] { return available_ > 0; })) {
      return Status(StatusCode::kResourceExhausted, "OVERLOADED", "no database connection came free in time")
          .WithRetryAfter(std::chrono::milliseconds(200));
    }
    --available_;
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connection) {
    try {
      connection = std::make_unique<Connection>(dsn_);
      prepare_(*connection);
    } catch (const std::exception&) {  // its text may hold the connection string
      connection.reset();
      Return(nullptr);
      return Status(StatusCode::kUnavailable, "DATABASE_UNAVAILABLE", "the database does not answer", "connect failed")
          .WithRetryAfter(std::chrono::milliseconds(500));
    }
  }
  return Lease(this, std::move(connection));
}

void ConnectionPool::Return(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    ++available_;
    if (connection && connection->raw.is_open()) idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

void ConnectionPool::DiscardIdle() {
  std::vector<std::unique_ptr<Connection>> discarded;
  const std::lock_guard lock(mutex_);
  discarded.swap(idle_);
}

}  // namespace realname::db
