// SPDX-License-Identifier: Apache-2.0
#include "server/identity.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace realname::server {
namespace {

bool IsWord(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
  });
}

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(':', at), text.size());
    parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

Result<Caller> ReadIdentity(std::string_view uri) {
  const Status refused(StatusCode::kUnauthenticated, "NO_IDENTITY",
                       "the client certificate has no URI of the form "
                       "urn:realname:operator:OPERATOR:role:ROLE[:agent:AGENT][:outlet:OUTLET][:staff:STAFF]");
  const auto parts = Split(uri);
  if (parts.size() < 6 || parts.size() % 2 != 0 || parts[0] != "urn" || parts[1] != "realname") return refused;
  Caller caller;
  caller.principal = uri;
  std::string role = "ROLE_";
  std::string* const values[] = {&caller.owner.operator_id, &role, &caller.owner.agent_id, &caller.owner.outlet_id,
                                 &caller.staff_id};
  const std::string_view names[] = {"operator", "role", "agent", "outlet", "staff"};
  size_t name = 0;
  for (size_t i = 2; i < parts.size(); i += 2, ++name) {
    // Agent, outlet and staff may be left out, each on its own.
    while (name >= 2 && name < 5 && parts[i] != names[name]) ++name;
    if (name >= 5 || parts[i] != names[name] || !IsWord(parts[i + 1])) return refused;
    *values[name] += parts[i + 1];
  }
  for (char& c : role) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!v1::Role_Parse(role, &caller.role) || caller.role == v1::ROLE_UNSPECIFIED) return refused;
  const bool sells = caller.role == v1::ROLE_RETAIL || caller.role == v1::ROLE_ONLINE;
  // Staff say where they work only by name: nothing else makes a place of somebody who sees all of the operator's rows.
  if (!sells && parts.size() > 6 && caller.staff_id.empty()) return refused;
  caller.scope = sells ? ScopeOf(caller.owner) : Scope{caller.owner.operator_id, std::nullopt, std::nullopt};
  return caller;
}

}  // namespace realname::server
