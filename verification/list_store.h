// SPDX-License-Identifier: Apache-2.0
// ListStore: the lists kept by law. Implementations are thread-safe; every method may fail with UNAVAILABLE
// (DATABASE_UNAVAILABLE).
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/redacted.h"
#include "base/result.h"
#include "realname/v1/accountability_service.pb.h"

namespace realname {

struct NewListEntry {
  v1::ListEntry entry;  // its entry_id and changes do not count
  // By which a person or organisation is known; an empty number for an agent or a phone number.
  v1::DocumentType document_type = v1::DOCUMENT_TYPE_UNSPECIFIED;
  Redacted<std::string> document_number;  // normalised
  std::string note;
};

// An entry as it stands, with everything in the clear but what was erased.
struct StoredListEntry {
  v1::ListEntry entry;
  std::string proposed_by;
};

class ListStore {
 public:
  virtual ~ListStore() = default;

  // False if authority and reference name one already, which stays as it is.
  virtual Result<bool> Add(const std::string& operator_id, const NewListEntry& entry, const std::string& principal,
                           TimePoint now, Deadline deadline) = 0;

  // NOT_FOUND (NO_SUCH_ENTRY) if the operator has none.
  virtual Result<StoredListEntry> Get(const std::string& operator_id, const std::string& entry_id,
                                      Deadline deadline) = 0;

  // False if it stands there already. ABORTED (RECORD_CONTENDED) if it does not stand at `from`.
  virtual Result<bool> Change(const std::string& operator_id, const std::string& entry_id, v1::ListState from,
                              v1::ListState to, const std::string& note, const std::string& principal, TimePoint now,
                              Deadline deadline) = 0;

  // The newest first, before `before` if not empty; of one kind, and in force on `today`, if asked for.
  virtual Result<std::vector<StoredListEntry>> List(const std::string& operator_id, v1::ListKind kind, bool in_force,
                                                    const std::string& today, const std::string& before, uint32_t limit,
                                                    Deadline deadline) = 0;
};

}  // namespace realname
