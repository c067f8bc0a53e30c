// SPDX-License-Identifier: Apache-2.0
// Policies by digest: the one in force, and those under which older decisions were made.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "rules/policy.h"
#include "verification/registry.h"

namespace realname {

// Thread-safe. Packs are read from the registry once and kept: an operator has few of them.
class PolicyArchive {
 public:
  PolicyArchive(RegistryReader& registry, std::shared_ptr<const rules::Policy> current)
      : registry_(registry), current_(std::move(current)) {}

  const rules::Policy& Current() const { return *current_; }

  // The policy of a digest. INTERNAL if it was never archived or cannot be read; otherwise errors as
  // RegistryReader::PolicyText.
  Result<std::shared_ptr<const rules::Policy>> Find(const std::string& digest, Deadline deadline);

 private:
  RegistryReader& registry_;
  const std::shared_ptr<const rules::Policy> current_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const rules::Policy>> archived_;
};

}  // namespace realname
