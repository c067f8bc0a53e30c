// SPDX-License-Identifier: Apache-2.0
// Two pictures compared outside any registration, for auditors.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/face_service.pb.h"
#include "rules/policy.h"
#include "verification/face_examiner.h"

namespace realname {

// Thread-safe. `request` is validated. Stores nothing. Errors are those of FaceExaminer.
Result<v1::CompareFacesResponse> CompareFaces(FaceExaminer& faces, const rules::Policy& policy,
                                              const v1::CompareFacesRequest& request, Deadline deadline);

}  // namespace realname
