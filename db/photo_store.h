// SPDX-License-Identifier: Apache-2.0
// PhotoStore: where sealed pictures lie. An interface of its own, so that an operator's 15 TB can live elsewhere than
// the registry: pictures are written before the commit that names them, and what no commit names is swept.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace realname::db {

struct SealedPhoto {
  std::string name;  // 32 bytes, from the picture's keyed digest
  std::string sealed;
};

// Thread-safe.
class PhotoStore {
 public:
  virtual ~PhotoStore() = default;

  // Writes pictures of one person, durably; a picture that is there already stays as it is.
  virtual Status Put(const std::string& person_id, std::span<const SealedPhoto> photos, TimePoint now,
                     Deadline deadline) = 0;

  // The sealed bytes, in the order asked for. INTERNAL if one is missing: the registry never names what was not
  // written.
  virtual Result<std::vector<std::string>> Get(const std::string& person_id, std::span<const std::string> names,
                                               Deadline deadline) = 0;

  // Removes pictures written before `before` that no registration names, at most `limit`; returns how many.
  virtual Result<uint32_t> SweepOrphans(TimePoint before, uint32_t limit, Deadline deadline) = 0;
};

}  // namespace realname::db
