// SPDX-License-Identifier: Apache-2.0
// What the commands of `realname` have in common: words for enum values, and how a call ends.
#pragma once

#include <cctype>
#include <iostream>
#include <stdexcept>
#include <string>

#include <google/protobuf/generated_enum_reflection.h>

#include "cli/client.h"
#include "cli/print.h"

namespace realname::cli {

// The value whose name is `prefix` and the word in capitals. Throws std::runtime_error with a message for the user.
template <typename Enum>
Enum ParseWord(const std::string& prefix, std::string word) {
  for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto* value = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByName(prefix + word);
  if (value == nullptr) throw std::runtime_error("'" + word + "' is no " + prefix);
  return static_cast<Enum>(value->number());
}

// Prints a failure, or the answer; returns the program's exit status.
inline int Failed(const grpc::Status& status) {
  std::cerr << "realname: " << Describe(status) << "\n";
  return 1;
}
template <typename Answer>
int Finish(const grpc::Status& status, const Answer& answer, bool json) {
  if (!status.ok()) return Failed(status);
  if (json) {
    PrintJson(answer);
  } else {
    Print(answer);
  }
  return 0;
}

}  // namespace realname::cli
