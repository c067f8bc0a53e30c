// SPDX-License-Identifier: Apache-2.0
// `realname review ...`: the review desk from the terminal.
#pragma once

#include <functional>

#include "cli/client.h"

namespace CLI {
class App;
}

namespace realname::cli {

// Adds the verbs below "review". They set `status` to what the program exits with; `connect` and `json` are read when
// one runs.
void AddReviewCommands(CLI::App& app, std::function<Client()> connect, const bool& json, int& status);

}  // namespace realname::cli
