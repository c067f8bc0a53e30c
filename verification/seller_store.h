// SPDX-License-Identifier: Apache-2.0
// SellerStore: who may sell for an operator. Implementations are thread-safe; every method may fail with UNAVAILABLE
// (DATABASE_UNAVAILABLE).
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/accountability_service.pb.h"

namespace realname {

class SellerStore {
 public:
  virtual ~SellerStore() = default;

  // Registers or changes one, with a row of the change. Repeating is harmless, and one more row.
  virtual Status Set(const std::string& operator_id, const v1::Seller& seller, const std::string& reason,
                     const std::string& principal, TimePoint now, Deadline deadline) = 0;

  // In order of agent, outlet and staff, after `after`; of one agent if `agent_id` is not empty.
  virtual Result<std::vector<v1::Seller>> List(const std::string& operator_id, const std::string& agent_id,
                                               const v1::Seller& after, uint32_t limit, Deadline deadline) = 0;

  // The newest first.
  virtual Result<std::vector<v1::SellerChange>> Changes(const std::string& operator_id, const v1::Seller& of,
                                                        uint32_t limit, Deadline deadline) = 0;
};

}  // namespace realname
