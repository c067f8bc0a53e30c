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
  std::string sealed_evidence;  // what was measured in it; empty if that is not kept
};

// Thread-safe.
class PhotoStore {
 public:
  virtual ~PhotoStore() = default;

  // Writes pictures of one person, durably; the bytes of one that is there already stay as they are.
  // Evidence replaces what was there, and is kept until `evidence_expire_time`.
  virtual Status Put(const std::string& person_id, std::span<const SealedPhoto> photos, TimePoint evidence_expire_time,
                     TimePoint now, Deadline deadline) = 0;

  // As they were put, in the order asked for. INTERNAL if one is missing: the registry never names what was not
  // written.
  virtual Result<std::vector<SealedPhoto>> Get(const std::string& person_id, std::span<const std::string> names,
                                               Deadline deadline) = 0;

  // Looks at the next `limit` pictures written before `before`, the oldest first, each once in the life of this object,
  // and removes those that no registration names; returns how many. A picture that is put again is young again.
  virtual Result<uint32_t> SweepOrphans(TimePoint before, uint32_t limit, Deadline deadline) = 0;

  // Drops the evidence of up to `limit` pictures that ran out before `now`; returns how many.
  virtual Result<uint32_t> SweepEvidence(TimePoint now, uint32_t limit, Deadline deadline) = 0;
};

}  // namespace realname::db
