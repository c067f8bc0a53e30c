// SPDX-License-Identifier: Apache-2.0
// How the proofs' and the benchmark's clients are told where the server is.
#pragma once

#include <chrono>

#include <CLI/CLI.hpp>

#include "bench/run_command_line.h"
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

}  // namespace realname
