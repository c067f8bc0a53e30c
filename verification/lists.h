// SPDX-License-Identifier: Apache-2.0
// Keeping the lists.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/accountability_service.pb.h"
#include "verification/caller.h"
#include "verification/list_store.h"
#include "verification/policy_archive.h"

namespace realname {

// Thread-safe.
class Lists {
 public:
  // All outlive this object.
  Lists(ListStore& store, PolicyArchive& policies, const Clock& clock)
      : store_(store), policies_(policies), clock_(clock) {}

  // Entries are taken one by one: after an error those before it are there, and the call may be repeated.
  Result<v1::ImportListEntriesResponse> Import(const Caller& caller, const v1::ImportListEntriesRequest& request,
                                               Deadline deadline);
  // FAILED_PRECONDITION: WRONG_STATE, SAME_PERSON. NOT_FOUND: NO_SUCH_ENTRY.
  Result<v1::ListEntry> Change(const Caller& caller, const v1::ChangeListEntryRequest& request, Deadline deadline);
  Result<v1::ListListEntriesResponse> List(const Caller& caller, const v1::ListListEntriesRequest& request,
                                           Deadline deadline);

 private:
  v1::ListEntry Shown(const StoredListEntry& stored) const;
  std::string Today() const;

  ListStore& store_;
  PolicyArchive& policies_;
  const Clock& clock_;
};

}  // namespace realname
