// SPDX-License-Identifier: Apache-2.0
// Under which quota a line counts. Pure.
#pragma once

#include <optional>
#include <string>

#include "rules/policy.h"

namespace realname::rules {

// The first of the policy's rules that the line meets; nothing if it is not limited.
std::optional<v1::QuotaRule> QuotaOf(const Policy& policy, v1::CustomerKind customer, v1::ChannelType channel,
                                     const std::string& product);

}  // namespace realname::rules
