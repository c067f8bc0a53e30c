// SPDX-License-Identifier: Apache-2.0
// `realname policy ...`: the policy in force, and how it is changed.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/client.h"

namespace realname::cli {

// Adds the commands. They set `status` to the program's exit status. Arguments outlive the parsing.
void AddPolicyCommands(CLI::App& app, std::function<Client()> connect, const bool& json, int& status);

}  // namespace realname::cli
