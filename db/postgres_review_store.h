// SPDX-License-Identifier: Apache-2.0
// The review desk in PostgreSQL; see migrations/registry/0006_review.sql.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "db/person_keys.h"
#include "vault/key_ring.h"
#include "verification/review_store.h"

namespace realname::db {

class ConnectionPool;

// All arguments outlive the store; the pool's connections were prepared with PrepareRegistryStatements.
class PostgresReviewStore final : public ReviewStore {
 public:
  PostgresReviewStore(ConnectionPool& pool, PersonKeys& keys, const KeyRing& ring);

  Result<std::vector<StoredCase>> ListCases(const Reviewer& reviewer, uint32_t limit, TimePoint now,
                                            Deadline deadline) override;
  Result<StoredCase> Claim(const Reviewer& reviewer, const std::string& verification_id, TimePoint expire,
                           TimePoint now, Deadline deadline) override;
  Result<StoredCase> GetHeld(const Reviewer& reviewer, const std::string& verification_id, TimePoint now,
                             Deadline deadline) override;
  Status Release(const Reviewer& reviewer, const std::string& verification_id, bool escalate, TimePoint now,
                 Deadline deadline) override;
  Result<bool> Vote(const VoteCommit& commit, Deadline deadline) override;
  Result<StoredCase> Get(const std::string& operator_id, const std::string& verification_id,
                         Deadline deadline) override;
  Result<std::string> RecordToLink(const std::string& operator_id, const std::string& verification_id,
                                   Deadline deadline) override;
  Result<v1::CountContestsResponse> CountContests(const std::string& operator_id, TimePoint from, TimePoint to,
                                                  Deadline deadline) override;
  Result<uint64_t> CasesBefore(const std::string& operator_id, const std::string& verification_id, TimePoint now,
                               Deadline deadline) override;

 private:
  Status ReadVotes(StoredCase& open, Deadline deadline);

  ConnectionPool& pool_;
  PersonKeys& keys_;
  const KeyRing& ring_;
  const uint32_t index_version_;
  const uint32_t digest_version_;
};

}  // namespace realname::db
