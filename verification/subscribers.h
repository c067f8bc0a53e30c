// SPDX-License-Identifier: Apache-2.0
// Lines and their holders: what is in whose name, how it ends, and what is disputed.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/subscriber_service.pb.h"
#include "verification/caller.h"
#include "verification/policy_archive.h"
#include "verification/registry.h"
#include "verification/subscriber_store.h"

namespace realname {

// Thread-safe; holds no state of its own. Requests are validated before they come here.
class Subscribers {
 public:
  // The arguments outlive this object.
  Subscribers(SubscriberStore& store, Registry& registry, PolicyArchive& policies, const Clock& clock)
      : store_(store), registry_(registry), policies_(policies), clock_(clock) {}

  // FAILED_PRECONDITION (NOT_IDENTIFIED) unless the verification is an INQUIRY that passed not long ago.
  Result<v1::ListNumbersResponse> ListNumbers(const Caller& caller, const v1::ListNumbersRequest& request,
                                              Deadline deadline);
  Result<v1::Verification> Terminate(const Caller& caller, const v1::TerminateServiceRequest& request,
                                     Deadline deadline);
  // Errors as ListNumbers; NOT_FOUND (NO_SUCH_VERIFICATION) for a line that is not the person's.
  Result<v1::Dispute> Raise(const Caller& caller, const v1::RaiseDisputeRequest& request, Deadline deadline);
  Result<v1::Dispute> Get(const Caller& caller, const v1::GetDisputeRequest& request, Deadline deadline);
  Result<v1::ListDisputesResponse> List(const Caller& caller, const v1::ListDisputesRequest& request,
                                        Deadline deadline);
  // PERMISSION_DENIED (STAFF_REQUIRED) where the certificate names nobody.
  Result<v1::Dispute> Resolve(const Caller& caller, const v1::ResolveDisputeRequest& request, Deadline deadline);
  Result<v1::ListLinksResponse> Links(const Caller& caller, const v1::ListLinksRequest& request, Deadline deadline);
  Result<v1::Link> Unlink(const Caller& caller, const v1::UnlinkRequest& request, Deadline deadline);
  Result<v1::EraseFaceTemplatesResponse> EraseFaces(const Caller& caller, const v1::EraseFaceTemplatesRequest& request,
                                                    Deadline deadline);

 private:
  // The person whom an inquiry of the caller's own place identified.
  Result<std::string> IdentifiedBy(const Caller& caller, const std::string& verification_id, Deadline deadline);

  SubscriberStore& store_;
  Registry& registry_;
  PolicyArchive& policies_;
  const Clock& clock_;
};

}  // namespace realname
