// SPDX-License-Identifier: Apache-2.0
// Structured logs: one JSON object a line on standard error. Callers pass names, codes, counts and ids; nothing
// personal ever. Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace realname::server {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

using LogValue = std::variant<std::string_view, int64_t, double>;
using LogField = std::pair<std::string_view, LogValue>;

// `level` is debug, info, warn or error; anything else is info. Also takes over gRPC's own log, of which only the place
// in its source is kept: gRPC writes rejected header values in full.
void StartLog(std::string_view level);

void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace realname::server
