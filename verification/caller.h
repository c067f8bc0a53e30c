// SPDX-License-Identifier: Apache-2.0
// Who calls, and whose rows they may see.
#pragma once

#include <optional>
#include <string>

#include "realname/v1/types.pb.h"

namespace realname {

// Whose a row is: where the application was made. Agent and outlet are empty where there is none (an operator's own
// hall has an outlet but no agent, an app may have neither).
struct Owner {
  std::string operator_id;
  std::string agent_id;
  std::string outlet_id;
};

// The rows that a caller may see: those of one operator, and of one agent and one outlet where these are set; set and
// empty means rows without. An argument of every read of the registry, so that a query cannot be written without it.
struct Scope {
  std::string operator_id;
  std::optional<std::string> agent_id;
  std::optional<std::string> outlet_id;

  bool Covers(const Owner& owner) const {
    return operator_id == owner.operator_id && (!agent_id || *agent_id == owner.agent_id) &&
           (!outlet_id || *outlet_id == owner.outlet_id);
  }
};

// Exactly the rows of an owner.
inline Scope ScopeOf(const Owner& owner) { return {owner.operator_id, owner.agent_id, owner.outlet_id}; }

struct Caller {
  // The URI of the client certificate: the name under which requests are idempotent and audited.
  std::string principal;
  v1::Role role = v1::ROLE_UNSPECIFIED;
  // The caller's own place (for the operator's staff: where they work, if anywhere that sells), and what it may see:
  // sellers exactly their place's rows, the operator's staff all of the operator's.
  Owner owner;
  Scope scope;
  // The member of staff that the certificate names; empty if it names none.
  std::string staff_id = {};
};

}  // namespace realname
