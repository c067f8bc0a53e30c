// SPDX-License-Identifier: Apache-2.0
// Verifications once they are decided: read, listed, followed, confirmed, cancelled.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/registration_service.pb.h"
#include "verification/caller.h"
#include "verification/policy_archive.h"
#include "verification/registry.h"
#include "verification/review_store.h"

namespace realname {

// Whether nobody waits for anything any more that may happen to a verification in this state with this verdict: a line
// that is activated may end one day.
bool EndsTheStory(v1::State state, v1::Verdict verdict);

// Thread-safe; holds no state of its own. Requests are validated before they come here. Errors are those of Registry.
class Verifications {
 public:
  // The arguments outlive this object.
  Verifications(Registry& registry, ReviewStore& reviews, PolicyArchive& policies, const Clock& clock)
      : registry_(registry), reviews_(reviews), policies_(policies), clock_(clock) {}

  // With the comparison, for roles that may see it and do not decide on it, and with what a customer who waits for a
  // review can be told.
  Result<v1::Verification> Get(const Caller& caller, const v1::GetVerificationRequest& request, Deadline deadline);

  // INVALID_ARGUMENT (BAD_TOKEN) for a page token of another query.
  Result<v1::ListVerificationsResponse> List(const Caller& caller, const v1::ListVerificationsRequest& request,
                                             Deadline deadline);

  Result<v1::Verification> Confirm(const Caller& caller, const v1::ConfirmActivationRequest& request,
                                   Deadline deadline);
  Result<v1::Verification> Cancel(const Caller& caller, const v1::CancelVerificationRequest& request,
                                  Deadline deadline);

  // Whether nothing will happen to a verification any more. Errors as RegistryReader::Get.
  Result<bool> HasEnded(const Scope& scope, const std::string& verification_id, Deadline deadline);

  // Events after the resume token, in order. INVALID_ARGUMENT (BAD_TOKEN) for a token of another verification.
  Result<std::vector<v1::VerificationEvent>> EventsAfter(const Scope& scope, const std::string& verification_id,
                                                         const std::string& resume_token, Deadline deadline);

 private:
  Registry& registry_;
  ReviewStore& reviews_;
  PolicyArchive& policies_;
  const Clock& clock_;
};

}  // namespace realname
