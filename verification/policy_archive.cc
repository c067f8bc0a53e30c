// SPDX-License-Identifier: Apache-2.0
#include "verification/policy_archive.h"

namespace realname {

void PolicyArchive::Use(std::shared_ptr<const rules::Policy> policy) {
  const std::lock_guard lock(mutex_);
  // The first that was read of a digest stays, because somebody may hold it.
  current_ = archived_.emplace(policy->digest, policy).first->second.get();
}

Result<std::shared_ptr<const rules::Policy>> PolicyArchive::Find(const std::string& digest, Deadline deadline) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = archived_.find(digest);
    if (found != archived_.end()) return found->second;
  }
  auto text = registry_.PolicyText(digest, deadline);
  // A decision whose policy is gone is a defect of the store, nothing that the caller asked wrongly.
  const auto defect = [](const Status& status) {
    return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error", "archived policy: " + status.message());
  };
  if (!text.ok()) return text.status().code() == StatusCode::kNotFound ? defect(text.status()) : text.status();
  auto policy = rules::ReadArchivedPolicy(*text, digest);
  if (!policy.ok()) return defect(policy.status());
  auto shared = std::make_shared<const rules::Policy>(*std::move(policy));
  const std::lock_guard lock(mutex_);
  return archived_.emplace(digest, std::move(shared)).first->second;
}

}  // namespace realname
