// SPDX-License-Identifier: Apache-2.0
#include "face/text_message.h"

#include <fstream>
#include <iterator>

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

namespace realname::face {
namespace {

// Keeps the first error.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (!text_.empty()) return;
    text_ = "line " + std::to_string(line + 1) + ", column " + std::to_string(column + 1) + ": " + message;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

Result<std::string> ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.is_open() || in.bad()) {
    return Status(StatusCode::kFailedPrecondition, kFaceStartReason, "cannot read " + path.string());
  }
  return bytes;
}

Status ParseTextMessage(std::string_view text, const std::filesystem::path& path, google::protobuf::Message& message) {
  google::protobuf::io::ArrayInputStream in(text.data(), static_cast<int>(text.size()));
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  if (parser.Parse(&in, &message)) return Status();
  return Status(StatusCode::kFailedPrecondition, kFaceStartReason, path.string() + ": " + error.text());
}

}  // namespace realname::face
