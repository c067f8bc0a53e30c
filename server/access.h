// SPDX-License-Identifier: Apache-2.0
// Which role may call which method. Default deny: a method without a row is refused, and fails a test.
#pragma once

#include <span>
#include <string_view>

#include "realname/v1/types.pb.h"

namespace realname::server {

struct AccessRow {
  std::string_view method;  // full name, "realname.v1.RegistrationService.SubmitRegistration"
  std::span<const v1::Role> roles;
};

// The whole table.
std::span<const AccessRow> AccessTable();

bool MayCall(v1::Role role, std::string_view method);

}  // namespace realname::server
