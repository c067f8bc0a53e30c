// SPDX-License-Identifier: Apache-2.0
// KeyStore: where the persons' wrapped data keys live, apart from the registry, with a backup and a retention of their
// own: erasing a person's key there makes every sealed value of that person unreadable, in old backups of the registry
// too.
//
// Order: a new person's key is stored here before the registry's commit. If that commit then fails, the key is an
// orphan, which opens nothing and is swept (db/orphan_keys.h).
//
// The store sees wrapped keys only (vault/sealer.h) and cannot open them. Implementations are thread-safe, bound their
// own waiting, and answer UNAVAILABLE when the store cannot be reached: after that for PutNew or Erase it is not known
// whether it was done, and repeating it is right.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace realname {

// The wrapped data key of a person who is new.
struct NewKey {
  std::string person_id;  // random UUID
  std::string wrapped;
};

// Some of the people who have a key.
struct KeyPage {
  std::vector<std::string> people;
  // After whom the next page begins; empty if there is none.
  std::string next;
};

class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // Nothing if the person has no key: never had one, or it was erased.
  virtual Result<std::optional<std::string>> Find(std::string_view person_id) = 0;

  // The wrapped keys of several people, in their order; nothing where there is none.
  virtual Result<std::vector<std::optional<std::string>>> FindAll(std::span<const std::string> people) = 0;

  // Stores keys of people who are new; durable when it returns OK. Storing the same again is OK; a person who has
  // another key keeps it, and the call is INTERNAL (INTERNAL_DEFECT).
  virtual Status PutNew(std::span<const NewKey> keys) = 0;

  // Looks at the `limit` keys that come after `after` in the order of their people's ids (empty: the first ones), and
  // names those of them that were stored before `stored_before`.
  virtual Result<KeyPage> People(std::string_view after, TimePoint stored_before, uint32_t limit) = 0;

  // Durable when it returns OK. OK as well if there was none.
  virtual Status Erase(std::string_view person_id) = 0;
};

}  // namespace realname
