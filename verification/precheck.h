// SPDX-License-Identifier: Apache-2.0
// The question before the application: would it make sense? Limited and on record, because it could be an oracle.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/registration_service.pb.h"
#include "verification/caller.h"
#include "verification/policy_archive.h"
#include "verification/registry.h"

namespace realname {

// Thread-safe. `request` is validated. RESOURCE_EXHAUSTED (PRECHECK_LIMIT) once the caller's hour is used up.
Result<v1::PrecheckEligibilityResponse> Precheck(Registry& registry, const PolicyArchive& policies, const Clock& clock,
                                                 const Caller& caller, const v1::PrecheckEligibilityRequest& request,
                                                 Deadline deadline);

}  // namespace realname
