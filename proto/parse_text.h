// SPDX-License-Identifier: Apache-2.0
// Reads messages in protobuf text format: configuration, policy packs, manifests, calibrations. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

namespace realname {

// Reads `text` into `message`. Empty if all is well, else the first fault with its place: "line 3, column 7: ...".
// `locations`, if not null, tells afterwards where each field stands.
std::string ParseText(std::string_view text, google::protobuf::Message& message,
                      google::protobuf::TextFormat::ParseInfoTree* locations = nullptr);

}  // namespace realname
