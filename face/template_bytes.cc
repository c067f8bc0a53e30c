// SPDX-License-Identifier: Apache-2.0
#include "face/template_bytes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace realname::face {

std::string TemplateToBytes(const std::vector<float>& values) {
  std::string bytes;
  bytes.reserve(values.size() * 4);
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((bits >> shift) & 0xFF);
  }
  return bytes;
}

std::vector<float> TemplateFromBytes(std::string_view bytes) {
  if (bytes.size() % 4 != 0) return {};
  std::vector<float> values(bytes.size() / 4);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint32_t bits = 0;
    for (std::size_t b = 4; b-- > 0;) bits = (bits << 8) | static_cast<std::uint8_t>(bytes[4 * i + b]);
    values[i] = std::bit_cast<float>(bits);
    if (!std::isfinite(values[i])) return {};
  }
  return values;
}

double Cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double dot = 0;
  for (std::size_t i = 0; i < a.size(); ++i) dot += static_cast<double>(a[i]) * b[i];
  return std::clamp(dot, -1.0, 1.0);
}

}  // namespace realname::face
