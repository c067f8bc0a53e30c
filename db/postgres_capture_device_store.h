// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "db/connection_pool.h"
#include "verification/capture_device_store.h"

namespace realname::db {

// Thread-safe.
class PostgresCaptureDeviceStore final : public CaptureDeviceStore {
 public:
  // `pool` outlives this object.
  explicit PostgresCaptureDeviceStore(ConnectionPool& pool) : pool_(pool) {}

  Status Set(const std::string& operator_id, const v1::CaptureDevice& device, const std::string& reason,
             const std::string& principal, TimePoint now, Deadline deadline) override;
  Result<std::vector<v1::CaptureDevice>> List(const std::string& operator_id, const std::string& agent_id,
                                              const std::string& after, uint32_t limit, Deadline deadline) override;
  Result<std::vector<v1::CaptureDeviceChange>> Changes(const std::string& operator_id, const std::string& device_id,
                                                       uint32_t limit, Deadline deadline) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace realname::db
