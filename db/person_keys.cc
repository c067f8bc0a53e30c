// SPDX-License-Identifier: Apache-2.0
#include "db/person_keys.h"

#include <iterator>

#include "vault/digest.h"

namespace realname::db {
namespace {

constexpr size_t kStockSize = 32;
// Shorter than any age at which an unused key could be taken for an orphan.
constexpr auto kStockLife = std::chrono::hours(1);

}  // namespace

std::optional<NewPerson> PersonKeys::TakeStocked() {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  while (!stock_.empty()) {
    Stocked taken = std::move(stock_.back());
    stock_.pop_back();
    if (now - taken.stored < kStockLife) return std::move(taken.person);
  }
  return std::nullopt;
}

Result<NewPerson> PersonKeys::New() {
  auto person = TakeStocked();
  if (!person) {
    std::vector<NewKey> stored;
    std::vector<Stocked> fresh;
    for (size_t i = 0; i < kStockSize; ++i) {
      auto key = std::make_shared<const DataKey>(DataKey::Random());
      stored.push_back({RandomUuid(), WrapKey(ring_, *key)});
      fresh.push_back({{stored.back().person_id, std::move(key)}, std::chrono::steady_clock::now()});
    }
    if (Status status = store_.PutNew(stored); !status.ok()) return status;
    person = std::move(fresh.back().person);
    fresh.pop_back();
    const std::lock_guard lock(mutex_);
    stock_.insert(stock_.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
  }
  Remember(person->person_id, person->key);
  return *std::move(person);
}

Status PersonKeys::Erase(const std::string& person_id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_person_.find(person_id);
    if (found != by_person_.end()) {
      recent_.erase(found->second);
      by_person_.erase(found);
    }
  }
  return store_.Erase(person_id);
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
  return Remember(person_id, std::make_shared<const DataKey>(*std::move(key)));
}

Result<std::vector<std::shared_ptr<const DataKey>>> PersonKeys::FindAll(std::span<const std::string> people) {
  auto stored = store_.FindAll(people);
  if (!stored.ok()) return stored.status();
  std::vector<std::shared_ptr<const DataKey>> keys;
  for (const std::optional<std::string>& wrapped : *stored) {
    if (!wrapped) {
      keys.push_back(nullptr);
      continue;
    }
    auto key = UnwrapKey(ring_, *wrapped);
    if (!key.ok()) return key.status();
    keys.push_back(std::make_shared<const DataKey>(*std::move(key)));
  }
  return keys;
}

std::shared_ptr<const DataKey> PersonKeys::Remember(const std::string& person_id, std::shared_ptr<const DataKey> key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_person_.find(person_id);
  if (found != by_person_.end()) return found->second->second;
  recent_.emplace_front(person_id, key);
  by_person_[person_id] = recent_.begin();
  if (recent_.size() > capacity_) {
    by_person_.erase(recent_.back().first);
    recent_.pop_back();
  }
  return key;
}

}  // namespace realname::db
