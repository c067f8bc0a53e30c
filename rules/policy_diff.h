// SPDX-License-Identifier: Apache-2.0
// What differs between two policies. Pure.
#pragma once

#include <vector>

#include "realname/v1/policy_pack.pb.h"
#include "realname/v1/policy_service.pb.h"

namespace realname::rules {

// Field by field, in the order of the contract. Entries of lists that have a name (reasons by their code, channels by
// their type
// ...) go by it, whatever their place; all others by their place.
std::vector<v1::PolicyDifference> PolicyDifferences(const v1::PolicyPack& from, const v1::PolicyPack& to);

}  // namespace realname::rules
