// SPDX-License-Identifier: Apache-2.0
// DecisionLog on PostgreSQL. A page costs two round trips, one for its rows and one for the keys of its people.
#pragma once

#include "db/person_keys.h"
#include "verification/decision_log.h"

namespace realname::db {

class ConnectionPool;

class PostgresDecisionLog final : public DecisionLog {
 public:
  // Both outlive this object.
  PostgresDecisionLog(ConnectionPool& pool, PersonKeys& keys) : pool_(pool), keys_(keys) {}

  Result<DecisionPage> ReadDecisions(const std::string& operator_id, TimePoint from, TimePoint to,
                                     const std::string& after, Deadline deadline) override;

 private:
  ConnectionPool& pool_;
  PersonKeys& keys_;
};

}  // namespace realname::db
