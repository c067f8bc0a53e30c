// SPDX-License-Identifier: Apache-2.0
// The proof `replay`: decisions of many kinds are recorded, then every one of them is made once more.
#pragma once

#include <cstdint>

#include "cli/client.h"

namespace realname {

struct ReplayOptions {
  cli::ConnectionOptions seller;
  cli::ConnectionOptions auditor;
  uint64_t first_person = 0;
  int decisions = 100000;
  int clients = 8;
};

// Registers people, good and bad, until so many decisions are recorded. 0 if all of them were.
int RecordDecisions(const ReplayOptions& options);

// Replays every decision there is, and prints how many came out as they are stored, by verdict, and in which fields
// others did not. 0 if all did.
int ReplayDecisions(const ReplayOptions& options);

}  // namespace realname
