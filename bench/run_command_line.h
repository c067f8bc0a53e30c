// SPDX-License-Identifier: Apache-2.0
// How every proof's and benchmark's program runs its command line.
#pragma once

#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

namespace realname {

// Parses, which runs the subcommand's callback. `status` is what the callback set; 2 wrong usage, 1 an exception.
inline int RunCommandLine(CLI::App& app, int argc, char** argv, const int& status) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return status;
}

}  // namespace realname
