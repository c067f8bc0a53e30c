// SPDX-License-Identifier: Apache-2.0
// KeyStore: where the persons' wrapped data keys live, apart from the registry, with a backup and a retention of their
// own: erasing a person's key there makes every sealed value of that person unreadable, in old backups of the registry
// too.
//
// Order: a new person's key is stored here before the registry's commit. If that commit then fails, the key is an
// orphan; it is harmless, is found again by the person id or swept.
//
// The store sees wrapped keys only (vault/sealer.h) and cannot open them. Implementations are thread-safe, bound their
// own waiting, and answer UNAVAILABLE when the store cannot be reached: after that for PutIfAbsent or Erase it is not
// known whether it was done, and repeating it is right.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace realname {

class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // Nothing if the person has no key: never had one, or it was erased.
  virtual Result<std::optional<std::string>> Find(std::string_view person_id) = 0;

  // Stores `wrapped` unless the person has a key, and returns the one that is stored now. Two callers at once get the
  // same answer, so the caller must go on with the returned key, not with its own.
  virtual Result<std::string> PutIfAbsent(std::string_view person_id, std::string_view wrapped) = 0;

  // Durable when it returns OK. OK as well if there was none.
  virtual Status Erase(std::string_view person_id) = 0;
};

}  // namespace realname
