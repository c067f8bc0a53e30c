// SPDX-License-Identifier: Apache-2.0
// PolicyStore: which packs there are, and which is in force. Implementations are thread-safe; every method may fail
// with UNAVAILABLE (DATABASE_UNAVAILABLE).
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/policy_service.pb.h"

namespace realname {

// A pack as it was archived (Registry::ArchivePolicy).
struct StoredPack {
  std::string digest;
  std::string text;
  TimePoint create_time;
};

class PolicyStore {
 public:
  virtual ~PolicyStore() = default;

  // The newest first.
  virtual Result<std::vector<StoredPack>> Packs(uint32_t limit, Deadline deadline) = 0;

  // The digest of the pack that was activated last; empty if none ever was.
  virtual Result<std::string> InForce(Deadline deadline) = 0;

  // Returns the proposal's id. `dry_run_id`: empty, or of one that is stored.
  virtual Result<std::string> Propose(const std::string& digest, const std::string& replaces, const std::string& reason,
                                      const std::string& dry_run_id, const std::string& principal, TimePoint now,
                                      Deadline deadline) = 0;

  virtual Status PutDryRun(const std::string& operator_id, const v1::DryRun& report, TimePoint now,
                           Deadline deadline) = 0;
  // NOT_FOUND (NO_SUCH_DRY_RUN).
  virtual Result<v1::DryRun> GetDryRun(const std::string& dry_run_id, Deadline deadline) = 0;

  // NOT_FOUND (NO_SUCH_PROPOSAL).
  virtual Result<v1::PolicyProposal> Get(const std::string& proposal_id, Deadline deadline) = 0;
  virtual Result<std::vector<v1::PolicyProposal>> Proposals(uint32_t limit, Deadline deadline) = 0;

  // Repeating is harmless. FAILED_PRECONDITION (WRONG_STATE) if another pack than it replaces is in force by now;
  // ABORTED (RECORD_CONTENDED) if another proposal is activated at the same moment.
  virtual Status Activate(const std::string& proposal_id, const std::string& principal, TimePoint now,
                          Deadline deadline) = 0;
};

}  // namespace realname
