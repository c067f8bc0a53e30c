// SPDX-License-Identifier: Apache-2.0
// What somebody was told and agreed to, read back and withdrawn.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/registration_service.pb.h"
#include "verification/caller.h"
#include "verification/policy_archive.h"
#include "verification/registry.h"

namespace realname {

// Thread-safe.
class Consents {
 public:
  // The arguments outlive this object.
  Consents(Registry& registry, PolicyArchive& policies, const Clock& clock)
      : registry_(registry), policies_(policies), clock_(clock) {}

  // Errors: those of Registry::GetApplication.
  Result<v1::ListConsentsResponse> List(const Caller& caller, const v1::ListConsentsRequest& request,
                                        Deadline deadline);

  // Errors: those of Registry::WithdrawConsent; also NOT_FOUND (NO_SUCH_CONSENT), FAILED_PRECONDITION (NOT_ON_CONSENT).
  Result<v1::ListConsentsResponse> Withdraw(const Caller& caller, const v1::WithdrawConsentRequest& request,
                                            Deadline deadline);

 private:
  Registry& registry_;
  PolicyArchive& policies_;
  const Clock& clock_;
};

}  // namespace realname
