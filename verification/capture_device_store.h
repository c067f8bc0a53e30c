// SPDX-License-Identifier: Apache-2.0
// CaptureDeviceStore: the devices whose signatures count. Implementations are thread-safe; every method may fail with
// UNAVAILABLE (DATABASE_UNAVAILABLE).
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/accountability_service.pb.h"

namespace realname {

class CaptureDeviceStore {
 public:
  virtual ~CaptureDeviceStore() = default;

  // Registers or changes one, with a row of the change. Repeating is harmless, and one more row.
  virtual Status Set(const std::string& operator_id, const v1::CaptureDevice& device, const std::string& reason,
                     const std::string& principal, TimePoint now, Deadline deadline) = 0;

  // In order of their names, after `after`; of one agent if `agent_id` is not empty.
  virtual Result<std::vector<v1::CaptureDevice>> List(const std::string& operator_id, const std::string& agent_id,
                                                      const std::string& after, uint32_t limit, Deadline deadline) = 0;

  // The newest first.
  virtual Result<std::vector<v1::CaptureDeviceChange>> Changes(const std::string& operator_id,
                                                               const std::string& device_id, uint32_t limit,
                                                               Deadline deadline) = 0;
};

}  // namespace realname
