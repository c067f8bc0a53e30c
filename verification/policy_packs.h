// SPDX-License-Identifier: Apache-2.0
// Changing the policy: packs are uploaded, compared, proposed by one person, activated by another.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/policy_service.pb.h"
#include "rules/policy.h"
#include "verification/caller.h"
#include "verification/picture_digests.h"
#include "verification/policy_archive.h"
#include "verification/policy_store.h"
#include "verification/registry.h"

namespace realname {

// Thread-safe. Requests are validated before they come here.
class PolicyPacks {
 public:
  // The arguments outlive this object. `serves` says whether this server could start with a policy; it may take
  // seconds.
  PolicyPacks(PolicyStore& store, Registry& registry, PolicyArchive& policies, const Clock& clock,
              Sha256Function sha256, std::function<Status(const rules::Policy&)> serves)
      : store_(store),
        registry_(registry),
        policies_(policies),
        clock_(clock),
        sha256_(sha256),
        serves_(std::move(serves)) {}

  Result<v1::PolicyPackInfo> Upload(const Caller& caller, const v1::UploadPolicyPackRequest& request,
                                    Deadline deadline);
  Result<v1::ListPolicyPacksResponse> List(const Caller& caller, const v1::ListPolicyPacksRequest& request,
                                           Deadline deadline);
  Result<v1::DiffPolicyPacksResponse> Diff(const Caller& caller, const v1::DiffPolicyPacksRequest& request,
                                           Deadline deadline);
  Result<v1::PolicyProposal> Propose(const Caller& caller, const v1::ProposePolicyPackRequest& request,
                                     Deadline deadline);
  Result<v1::PolicyProposal> Activate(const Caller& caller, const v1::ActivatePolicyPackRequest& request,
                                      Deadline deadline);
  Result<v1::ListPolicyProposalsResponse> Proposals(const Caller& caller, const v1::ListPolicyProposalsRequest& request,
                                                    Deadline deadline);

  // Has this process decide by the pack that was activated last, wherever that was. True if it changed.
  Result<bool> Follow(Deadline deadline);

 private:
  PolicyStore& store_;
  Registry& registry_;
  PolicyArchive& policies_;
  const Clock& clock_;
  const Sha256Function sha256_;
  const std::function<Status(const rules::Policy&)> serves_;
};

}  // namespace realname
