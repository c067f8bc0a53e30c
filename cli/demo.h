// SPDX-License-Identifier: Apache-2.0
// The demonstration: a day at a counter, played through gRPC with real photographs.
#pragma once

#include <string>

#include "cli/client.h"

namespace realname::cli {

// Plays every story against a server and prints a table. `photos` is the folder of sample photographs; agent and outlet
// are those of the client's certificate. Returns whether every verdict was what it should be.
bool PlayDemo(Client& client, const std::string& photos, const std::string& agent_id, const std::string& outlet_id);

}  // namespace realname::cli
