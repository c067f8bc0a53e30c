// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) of bytes, by OpenSSL: 32 raw bytes, or 64 lower-case hex digits. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace realname::face {

std::string Sha256(std::string_view bytes);
std::string Sha256Hex(std::string_view bytes);

}  // namespace realname::face
