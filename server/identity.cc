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
                       "the client certificate has no URI of the form urn:realname:operator:OPERATOR:role:ROLE");
  const auto parts = Split(uri);
  if (parts.size() != 6 && parts.size() != 8 && parts.size() != 10) return refused;
  const char* const names[] = {"urn", "realname", "operator", "", "role", "", "agent", "", "outlet", ""};
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool value = i == 3 || i == 5 || i == 7 || i == 9;
    if (value ? !IsWord(parts[i]) : parts[i] != names[i]) return refused;
  }
  Caller caller;
  caller.principal = uri;
  caller.scope.operator_id = parts[3];
  std::string role = "ROLE_";
  for (const char c : parts[5]) role.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  if (!v1::Role_Parse(role, &caller.role) || caller.role == v1::ROLE_UNSPECIFIED) return refused;
  if (parts.size() >= 8) caller.scope.agent_id = parts[7];
  if (parts.size() == 10) caller.scope.outlet_id = parts[9];
  const bool sells = caller.role == v1::ROLE_RETAIL || caller.role == v1::ROLE_ONLINE;
  if (!sells && parts.size() > 6) return refused;
  return caller;
}

}  // namespace realname::server
