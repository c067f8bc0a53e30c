// SPDX-License-Identifier: Apache-2.0
// What a capture device's signature is worth for an application. Pure but for the verifier, which is the caller's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "realname/v1/facts.pb.h"
#include "realname/v1/registration_service.pb.h"
#include "verification/registry.h"

namespace realname {

// Whether `signature` is that of `public_key` over `message`. Thread-safe.
using SignatureVerifier =
    std::function<bool(std::string_view public_key, std::string_view message, std::string_view signature)>;

// A signed capture as it came, with what goes with it.
struct SignedCapture {
  v1::Capture capture;
  std::optional<v1::Document> document;
  std::string id_photo_sha256;  // empty if none
  std::string live_portrait_sha256;
};

// `session_nonce`: of the application's session; empty if it has none. `outlet_place`: where the outlet is, if known.
v1::SignatureFacts Authenticate(const SignedCapture& taken, const ObservedDevice& device, const Owner& seller,
                                const std::string& session_nonce, const std::optional<v1::Place>& outlet_place,
                                const SignatureVerifier& verify);

}  // namespace realname
