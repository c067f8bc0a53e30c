// SPDX-License-Identifier: Apache-2.0
// The server's configuration: read, completed with defaults, checked.
#pragma once

#include <string>

#include "base/result.h"
#include "realname/v1/server_config.pb.h"

namespace realname::server {

// Reads protobuf text, makes relative paths absolute from the file's folder and fills in every default.
// INVALID_ARGUMENT naming the line or the field at fault.
Result<v1::ServerConfig> LoadConfig(const std::string& path);

// The configuration as text, with what may hold a password removed.
std::string PrintableConfig(const v1::ServerConfig& config);

// A whole file. FAILED_PRECONDITION naming the file if it cannot be read.
Result<std::string> ReadFile(const std::string& path);

}  // namespace realname::server
