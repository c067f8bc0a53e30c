// SPDX-License-Identifier: Apache-2.0
// What a capture device signs. Pure; the layout is CaptureSignature's in registration_service.proto.
#pragma once

#include <string>
#include <string_view>

#include "realname/v1/facts.pb.h"
#include "realname/v1/registration_service.pb.h"

namespace realname {

// `document` is null where none goes with the capture; digests are SHA-256 of the pictures, 32 bytes, or empty.
std::string CaptureBytes(const v1::Capture& capture, const v1::Document* document, std::string_view id_photo_sha256,
                         std::string_view live_portrait_sha256);

}  // namespace realname
