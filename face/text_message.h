// SPDX-License-Identifier: Apache-2.0
// TextMessage: a file in protobuf text format, as bytes and as a message. Errors: FAILED_PRECONDITION whose message
// names the file, and for a syntax error line and column. Thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "base/result.h"

namespace realname::face {

// The word with which start-up errors of this room are told apart.
inline constexpr char kFaceStartReason[] = "FACE_ENGINE_UNAVAILABLE";

Result<std::string> ReadFile(const std::filesystem::path& path);

Status ParseTextMessage(std::string_view text, const std::filesystem::path& path, google::protobuf::Message& message);

}  // namespace realname::face
