// SPDX-License-Identifier: Apache-2.0
// Numbers and length-prefixed fields in network byte order, for the byte formats of this room. A field is a 4-byte
// big-endian length and that many bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace realname {

inline void AppendUint32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

inline void AppendUint64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

// Requires bytes.size() < 2^32.
inline void AppendField(std::string& out, std::string_view bytes) {
  AppendUint32(out, static_cast<std::uint32_t>(bytes.size()));
  out += bytes;
}

// Requires bytes.size() >= 4.
inline std::uint32_t ReadUint32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Requires bytes.size() >= 8.
inline std::uint64_t ReadUint64(std::string_view bytes) {
  return (std::uint64_t{ReadUint32(bytes)} << 32) | ReadUint32(bytes.substr(4));
}

}  // namespace realname
