// SPDX-License-Identifier: Apache-2.0
// The life of a serving process: configuration, log, signals, server, orderly end.
#pragma once

#include <string>

#include "server/server.h"

namespace realname::server {

// Serves by `config_file` until SIGTERM or SIGINT; returns the process's exit status. Once it serves, the address is
// written whole to `address_file`, if one is named. Prints the effective configuration, secrets removed, and what is
// wrong to standard error. Call it once, from the main thread, before others are made: it blocks the signals for all.
int Serve(const std::string& config_file, const std::string& address_file, const FaceExaminerFactory& make_faces);

}  // namespace realname::server
