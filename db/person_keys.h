// SPDX-License-Identifier: Apache-2.0
// The data keys of people, unwrapped: a key store behind a bounded cache, and a small stock of people to be, whose keys
// are stored already, so that most new people cost the key store no round trip of their own. A stocked key that is
// never used (the process ends, the entry grows old) stays behind as an orphan.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "vault/key_ring.h"
#include "vault/key_store.h"
#include "vault/sealer.h"

namespace realname::db {

struct NewPerson {
  std::string person_id;  // random UUID
  std::shared_ptr<const DataKey> key;
};

// Thread-safe. Keeps at most `capacity` keys in memory, the least recently used leaves first.
class PersonKeys {
 public:
  // `ring` and `store` outlive this object.
  PersonKeys(const KeyRing& ring, KeyStore& store, size_t capacity = 10000)
      : ring_(ring), store_(store), capacity_(capacity) {}

  // A person nobody has yet, whose key is durably stored. Errors are those of KeyStore.
  Result<NewPerson> New();

  // Erases a person's key, here and in the store. Errors are those of KeyStore.
  Status Erase(const std::string& person_id);

  // The keys of several known people, in their order; null where one was erased. Not kept in memory.
  Result<std::vector<std::shared_ptr<const DataKey>>> FindAll(std::span<const std::string> people);

  // The key of a known person. FAILED_PRECONDITION (WRONG_STATE) if it was erased.
  Result<std::shared_ptr<const DataKey>> Find(const std::string& person_id);

 private:
  struct Stocked {
    NewPerson person;
    std::chrono::steady_clock::time_point stored;
  };

  std::optional<NewPerson> TakeStocked();
  std::shared_ptr<const DataKey> Remember(const std::string& person_id, std::shared_ptr<const DataKey> key);

  const KeyRing& ring_;
  KeyStore& store_;
  const size_t capacity_;
  std::mutex mutex_;  // guards the members below
  std::vector<Stocked> stock_;
  std::list<std::pair<std::string, std::shared_ptr<const DataKey>>> recent_;
  std::unordered_map<std::string, decltype(recent_)::iterator> by_person_;
};

}  // namespace realname::db
