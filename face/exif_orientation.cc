// SPDX-License-Identifier: Apache-2.0
#include "face/exif_orientation.h"

#include <cstddef>
#include <cstdint>

namespace realname::face {
namespace {

constexpr int kUpright = 1;
constexpr std::uint32_t kOrientationTag = 0x0112;
constexpr std::uint32_t kTypeShort = 3;
constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kEntrySize = 12;
constexpr std::size_t kMaxEntries = 256;

// An unsigned number of `size` bytes at `at`, which the caller has checked to lie inside.
std::uint32_t Number(std::string_view bytes, std::size_t at, std::size_t size, bool little_endian) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t from = little_endian ? at + size - 1 - i : at + i;
    value = (value << 8) | static_cast<std::uint8_t>(bytes[from]);
  }
  return value;
}

}  // namespace

int ExifOrientation(std::string_view tiff) {
  if (tiff.size() < kHeaderSize) return kUpright;
  const std::string_view order = tiff.substr(0, 2);
  if (order != "II" && order != "MM") return kUpright;
  const bool little = order == "II";
  if (Number(tiff, 2, 2, little) != 42) return kUpright;
  const std::size_t directory = Number(tiff, 4, 4, little);
  if (directory > tiff.size() - 2) return kUpright;
  const std::size_t entries = Number(tiff, directory, 2, little);
  if (entries > kMaxEntries) return kUpright;
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + i * kEntrySize;
    if (at + kEntrySize > tiff.size()) return kUpright;
    if (Number(tiff, at, 2, little) != kOrientationTag) continue;
    if (Number(tiff, at + 2, 2, little) != kTypeShort) return kUpright;
    const std::uint32_t value = Number(tiff, at + 8, 2, little);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : kUpright;
  }
  return kUpright;
}

}  // namespace realname::face
