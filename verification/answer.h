// SPDX-License-Identifier: Apache-2.0
// The public answer about a stored verification, as one caller may see it.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/registration_service.pb.h"
#include "verification/caller.h"
#include "verification/policy_archive.h"
#include "verification/registry.h"

namespace realname {

google::protobuf::Timestamp ToTimestamp(TimePoint time);
TimePoint FromTimestamp(const google::protobuf::Timestamp& time);

// Renders a verification with the policy that decided it. The similarity is not filled here (see Verifications::Get).
Result<v1::Verification> Answer(PolicyArchive& policies, const StoredVerification& stored, v1::Role role,
                                Deadline deadline);

}  // namespace realname
