// SPDX-License-Identifier: Apache-2.0
// The data keys of people, unwrapped: a key store behind a bounded cache.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "vault/key_ring.h"
#include "vault/key_store.h"
#include "vault/sealer.h"

namespace realname::db {

// Thread-safe. Keeps at most `capacity` keys in memory, the least recently used leaves first.
class PersonKeys {
 public:
  // `ring` and `store` outlive this object.
  PersonKeys(const KeyRing& ring, KeyStore& store, size_t capacity = 10000)
      : ring_(ring), store_(store), capacity_(capacity) {}

  // Makes and stores a key for a new person.
  Result<std::shared_ptr<const DataKey>> Make(const std::string& person_id);

  // The key of a known person. FAILED_PRECONDITION (WRONG_STATE) if it was erased.
  Result<std::shared_ptr<const DataKey>> Find(const std::string& person_id);

 private:
  std::shared_ptr<const DataKey> Remember(const std::string& person_id, DataKey key);

  const KeyRing& ring_;
  KeyStore& store_;
  const size_t capacity_;
  std::mutex mutex_;
  std::list<std::pair<std::string, std::shared_ptr<const DataKey>>> recent_;
  std::unordered_map<std::string, decltype(recent_)::iterator> by_person_;
};

}  // namespace realname::db
