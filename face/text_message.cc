// SPDX-License-Identifier: Apache-2.0
#include "face/text_message.h"

#include <fstream>
#include <iterator>

#include "proto/parse_text.h"

namespace realname::face {
Result<std::string> ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.is_open() || in.bad()) {
    return Status(StatusCode::kFailedPrecondition, kFaceStartReason, "cannot read " + path.string());
  }
  return bytes;
}

Status ParseTextMessage(std::string_view text, const std::filesystem::path& path, google::protobuf::Message& message) {
  const std::string fault = ParseText(text, message);
  return fault.empty() ? Status()
                       : Status(StatusCode::kFailedPrecondition, kFaceStartReason, path.string() + ": " + fault);
}

}  // namespace realname::face
