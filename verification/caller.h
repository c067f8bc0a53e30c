// SPDX-License-Identifier: Apache-2.0
// Who calls, and whose rows they may see.
#pragma once

#include <string>

#include "realname/v1/types.pb.h"

namespace realname {

// The rows that a caller may see: those of one operator, and of one agent and one outlet unless these are empty.
// An argument of every read of the registry, so that a query cannot be written without it.
struct Scope {
  std::string operator_id;
  std::string agent_id;
  std::string outlet_id;

  // Whether a row of this owner lies in the scope.
  bool Covers(const Scope& owner) const {
    return operator_id == owner.operator_id && (agent_id.empty() || agent_id == owner.agent_id) &&
           (outlet_id.empty() || outlet_id == owner.outlet_id);
  }
};

struct Caller {
  // The URI of the client certificate: the name under which requests are idempotent and audited.
  std::string principal;
  v1::Role role = v1::ROLE_UNSPECIFIED;
  Scope scope;
};

}  // namespace realname
