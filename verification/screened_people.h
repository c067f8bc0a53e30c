// SPDX-License-Identifier: Apache-2.0
// Whom lists are looked up for beside the subscriber. Pure.
#pragma once

#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/redacted.h"
#include "realname/v1/facts.pb.h"
#include "rules/policy.h"

namespace realname {

// ObserveQuery.parties: who the documents of the others who take part belong to, and the subscriber's second document.
// Those that tell nobody are left out.
std::vector<std::pair<v1::DocumentType, Redacted<std::string>>> ScreenedPeople(
    const rules::Policy& policy, const std::vector<const v1::Document*>& documents, TimePoint now);

}  // namespace realname
