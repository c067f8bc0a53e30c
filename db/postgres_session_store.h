// SPDX-License-Identifier: Apache-2.0
// SessionStore in PostgreSQL (migrations/registry/0004_sessions.sql). A session has a data key of its own, kept in the
// key store under the session's id; nonce, frames and their evidence are sealed under it, and the nonce is found by a
// blind index.
#pragma once

#include <cstdint>
#include <string>

#include "db/connection_pool.h"
#include "db/person_keys.h"
#include "db/photo_store.h"
#include "vault/key_ring.h"
#include "verification/session_store.h"

namespace pqxx {
class row;
}

namespace realname::db {

// Thread-safe. The arguments outlive the store; `pool` prepares with PrepareRegistryStatements.
class PostgresSessionStore final : public SessionStore {
 public:
  PostgresSessionStore(ConnectionPool& pool, PersonKeys& keys, PhotoStore& photos, const KeyRing& ring);

  Result<SessionObservation> Observe(const SessionScope& scope, const RequestKey& request,
                                     const std::string& session_id, Deadline deadline) override;
  Result<SessionOutcome> Commit(const SessionCommit& commit, Deadline deadline) override;
  Result<StoredSession> Get(const SessionScope& scope, const std::string& session_id, Deadline deadline) override;
  Result<StoredSession> FindByNonce(const SessionScope& scope, const std::string& nonce, Deadline deadline) override;
  Result<std::optional<StoredSession>> FindByVerification(const std::string& verification_id,
                                                          Deadline deadline) override;
  Result<std::vector<std::string>> Pictures(const StoredSession& session, Deadline deadline) override;
  // A key goes before its session: a sweep that is broken off leaves what nobody can read, and the next one ends it.
  Result<uint32_t> Sweep(TimePoint before, uint32_t limit, Deadline deadline) override;

 private:
  // What a request was used for; empty if it is new.
  Result<SessionObservation> FindRequest(const RequestKey& request, Deadline deadline);
  // Reads one row by `read`, which runs the statement, with frames, and unseals. Nothing if there is no row.
  template <typename Statement>
  Result<std::optional<StoredSession>> Read(Statement read, Deadline deadline);
  std::string NonceIndex(const std::string& nonce) const;
  std::string Digest(std::string_view domain, std::string_view bytes) const;

  ConnectionPool& pool_;
  PersonKeys& keys_;
  PhotoStore& photos_;
  const KeyRing& ring_;
  const uint32_t index_version_;
  const uint32_t digest_version_;
};

}  // namespace realname::db
