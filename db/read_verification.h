// SPDX-License-Identifier: Apache-2.0
// Reads a verification from a row whose first columns are those that registry_statements.cc calls kColumns.
#pragma once

#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "verification/registry.h"

namespace realname::db {

// The column after them.
inline constexpr int kVerificationColumns = 14;

inline StoredVerification ReadVerification(const pqxx::row& row) {
  StoredVerification stored;
  stored.verification_id = row[0].as<std::string>();
  stored.person_id = row[1].as<std::string>();
  stored.owner = {row[2].as<std::string>(), row[3].as<std::string>(), row[4].as<std::string>()};
  stored.state = static_cast<v1::State>(row[5].as<int>());
  stored.attempt = row[6].as<uint32_t>();
  stored.sequence = row[7].as<uint64_t>();
  stored.decision.ParseFromString(ReadBytes(row[8]));
  stored.create_time = FromMicros(row[9].as<int64_t>());
  stored.decide_time = FromMicros(row[10].as<int64_t>());
  stored.decision_sequence = row[12].as<uint64_t>();
  stored.contested = row[13].as<bool>();
  if (!row[11].is_null()) stored.reservation_expire_time = FromMicros(row[11].as<int64_t>());
  return stored;
}

}  // namespace realname::db
