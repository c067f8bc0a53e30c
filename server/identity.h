// SPDX-License-Identifier: Apache-2.0
// Who a caller is, from the URI subject alternative name of its certificate:
//
//   urn:realname:operator:OPERATOR:role:ROLE[:agent:AGENT][:outlet:OUTLET][:staff:STAFF]
//
// ROLE is a value of realname.v1.Role without its prefix, in small letters (retail, online, auditor ...); the other
// words are 1 to 64 characters of A-Z a-z 0-9 . _ -. The whole URI is the principal. An auditor, reviewer,
// administrator, regulator or liaison officer sees the whole operator and names an agent or outlet only together with
// STAFF: the place where that person works, whose cases they do not review. Pure functions.
#pragma once

#include <string_view>

#include "base/result.h"
#include "verification/caller.h"

namespace realname::server {

// UNAUTHENTICATED (NO_IDENTITY) if the URI is not of that form.
Result<Caller> ReadIdentity(std::string_view uri);

}  // namespace realname::server
