// SPDX-License-Identifier: Apache-2.0
// Old decisions, read back and made once more.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/audit_service.pb.h"
#include "verification/caller.h"
#include "verification/policy_archive.h"
#include "verification/registry.h"

namespace realname {

// Thread-safe; writes nothing.
class Replays {
 public:
  // Both outlive this object.
  Replays(RegistryReader& registry, PolicyArchive& policies) : registry_(registry), policies_(policies) {}

  // Errors: those of RegistryReader::GetDecision.
  Result<v1::ReplayDecisionResponse> Replay(const Caller& caller, const v1::ReplayDecisionRequest& request,
                                            Deadline deadline);

 private:
  RegistryReader& registry_;
  PolicyArchive& policies_;
};

}  // namespace realname
