// SPDX-License-Identifier: Apache-2.0
// Policies by digest: the one in force, and those under which older decisions were made.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "rules/policy.h"
#include "verification/registry.h"

namespace realname {

// Thread-safe. Packs are read from the registry once and kept as long as this lives: an operator has few of them.
class PolicyArchive {
 public:
  PolicyArchive(RegistryReader& registry, std::shared_ptr<const rules::Policy> current) : registry_(registry) {
    Use(std::move(current));
  }

  // The one that decides. Another may be in force a moment later: whoever wants one throughout keeps the reference.
  const rules::Policy& Current() const { return *current_.load(); }
  // Decides from now on.
  void Use(std::shared_ptr<const rules::Policy> policy);

  // The policy of a digest. INTERNAL if it was never archived or cannot be read; otherwise errors as
  // RegistryReader::PolicyText.
  Result<std::shared_ptr<const rules::Policy>> Find(const std::string& digest, Deadline deadline);

 private:
  RegistryReader& registry_;
  std::atomic<const rules::Policy*> current_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const rules::Policy>> archived_;
};

}  // namespace realname
