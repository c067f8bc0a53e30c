// SPDX-License-Identifier: Apache-2.0
// Registrations of new people by several clients at once, counted by what they were answered.
#pragma once

#include <cstdint>

#include "cli/client.h"

namespace realname {

struct VerdictsOptions {
  cli::ConnectionOptions connection;
  uint64_t first_person = 0;
  int registrations = 1000;
  int clients = 16;
};

// Prints one line "PASS=n RETRY=n REVIEW=n REJECT=n INCONCLUSIVE=n failed=n slowest_ms=n". 0 if every call was
// answered.
int CountVerdicts(const VerdictsOptions& options);

}  // namespace realname
