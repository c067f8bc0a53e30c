// SPDX-License-Identifier: Apache-2.0
#include "server/log.h"

#include <memory>

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace realname::server {
namespace {

void AppendJson(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out.push_back(' ');
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

spdlog::logger& Logger() {
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("realname", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *logger;
}

// Protobuf's complaints may quote the text that they complain about.
void FromProtobuf(google::protobuf::LogLevel, const char* file, int line, const std::string&) {
  Log(LogLevel::kDebug, "protobuf", {{"file", file}, {"line", int64_t{line}}});
}

void FromGrpc(gpr_log_func_args* args) {
  if (args->severity != GPR_LOG_SEVERITY_ERROR) return;
  Log(LogLevel::kDebug, "grpc", {{"file", args->file}, {"line", int64_t{args->line}}});
}

}  // namespace

void StartLog(std::string_view level) {
  Logger().set_level(level == "debug"   ? spdlog::level::debug
                     : level == "warn"  ? spdlog::level::warn
                     : level == "error" ? spdlog::level::err
                                        : spdlog::level::info);
  gpr_set_log_function(FromGrpc);
  google::protobuf::SetLogHandler(FromProtobuf);
}

void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!Logger().should_log(ToSpdlog(level))) return;
  std::string line = "\"event\":";
  AppendJson(line, event);
  for (const auto& [name, value] : fields) {
    line += ",\"";
    line += name;
    line += "\":";
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      AppendJson(line, *text);
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      line += std::to_string(*number);
    } else {
      char digits[32];
      std::snprintf(digits, sizeof digits, "%.3f", std::get<double>(value));
      line += digits;
    }
  }
  Logger().log(ToSpdlog(level), "{}", line);
}

}  // namespace realname::server
