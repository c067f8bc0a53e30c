// SPDX-License-Identifier: Apache-2.0
// What the command lines of the proofs' and the benchmark's clients share.
#pragma once

#include <chrono>
#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/client.h"

namespace realname {

// --server, --ca, --cert, --key; the server's certificate is that of script/dev-certs, a call may take a minute.
inline void AddConnectionOptions(CLI::App& app, cli::ConnectionOptions& connection) {
  app.add_option("--server", connection.server);
  app.add_option("--ca", connection.ca_file);
  app.add_option("--cert", connection.certificate_file);
  app.add_option("--key", connection.key_file);
  connection.server_name = "localhost";
  connection.timeout = std::chrono::seconds(60);
}

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
