// SPDX-License-Identifier: Apache-2.0
// `realname numbers`, `realname terminate` and `realname dispute ...`: lines and their holders.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/client.h"

namespace realname::cli {

// Adds the commands. They set `status` to the program's exit status. Arguments outlive the parsing.
void AddSubscriberCommands(CLI::App& app, std::function<Client()> connect, const bool& json, int& status);

}  // namespace realname::cli
