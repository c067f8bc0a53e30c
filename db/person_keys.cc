// SPDX-License-Identifier: Apache-2.0
#include "db/person_keys.h"

namespace realname::db {

Result<std::shared_ptr<const DataKey>> PersonKeys::Make(const std::string& person_id) {
  auto stored = store_.PutIfAbsent(person_id, WrapKey(ring_, DataKey::Random()));
  if (!stored.ok()) return stored.status();
  auto key = UnwrapKey(ring_, *stored);
  if (!key.ok()) return key.status();
  return Remember(person_id, *std::move(key));
}

Result<std::shared_ptr<const DataKey>> PersonKeys::Find(const std::string& person_id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_person_.find(person_id);
    if (found != by_person_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return found->second->second;
    }
  }
  auto stored = store_.Find(person_id);
  if (!stored.ok()) return stored.status();
  if (!*stored) return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "the person's data were erased");
  auto key = UnwrapKey(ring_, **stored);
  if (!key.ok()) return key.status();
  return Remember(person_id, *std::move(key));
}

std::shared_ptr<const DataKey> PersonKeys::Remember(const std::string& person_id, DataKey key) {
  auto shared = std::make_shared<const DataKey>(std::move(key));
  const std::lock_guard lock(mutex_);
  const auto found = by_person_.find(person_id);
  if (found != by_person_.end()) return found->second->second;
  recent_.emplace_front(person_id, shared);
  by_person_[person_id] = recent_.begin();
  if (recent_.size() > capacity_) {
    by_person_.erase(recent_.back().first);
    recent_.pop_back();
  }
  return shared;
}

}  // namespace realname::db
