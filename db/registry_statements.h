// SPDX-License-Identifier: Apache-2.0
// The statements of the registry's database, prepared on each connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <google/protobuf/timestamp.pb.h>

#include "base/clock.h"
#include "db/connection_pool.h"

namespace realname::db {

void PrepareRegistryStatements(Connection& connection);

// What a new application costs, with $1 ... as prepared: a benchmark sends the same.
std::string ObserveStatement();
std::string PutPhotosStatement();
std::string CommitApplicationStatement();

// Time as SQL passes it: microseconds since the Unix epoch.
inline int64_t Micros(TimePoint time) {
  return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline TimePoint FromMicros(int64_t micros) { return TimePoint(std::chrono::microseconds(micros)); }
inline google::protobuf::Timestamp TimestampOf(int64_t micros) {
  google::protobuf::Timestamp time;
  time.set_seconds(micros / 1000000);
  time.set_nanos(static_cast<int32_t>(micros % 1000000 * 1000));
  return time;
}

}  // namespace realname::db
