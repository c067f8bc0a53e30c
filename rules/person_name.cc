// SPDX-License-Identifier: Apache-2.0
#include "rules/person_name.h"

#include <cstdint>

namespace realname::rules {
namespace {

// Reads the code point at `at` and moves past it; an ill-formed byte is returned as itself.
uint32_t NextCodePoint(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 1 || at + length > text.size()) return static_cast<unsigned char>(text[at++]);
  uint32_t point = lead & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) point = (point << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
  at += length;
  return point;
}

bool IsMiddleDot(uint32_t point) {
  switch (point) {
    case 0x00B7:  // middle dot
    case 0x2022:  // bullet
    case 0x2027:  // hyphenation point
    case 0x2219:  // bullet operator
    case 0x22C5:  // dot operator
    case 0x30FB:  // katakana middle dot
    case 0xFF0E:  // full-width full stop
    case 0xFF65:  // half-width katakana middle dot
    case '.':
      return true;
    default:
      return false;
  }
}

bool IsSpace(uint32_t point) {
  return point == ' ' || point == '\t' || point == 0x00A0 || point == 0x3000 || (point >= 0x2000 && point <= 0x200B);
}

}  // namespace

std::string NormaliseName(std::string_view name) {
  std::string normal;
  for (size_t at = 0; at < name.size();) {
    const size_t from = at;
    uint32_t point = NextCodePoint(name, at);
    if (IsSpace(point)) continue;
    if (IsMiddleDot(point)) {
      normal += "\xC2\xB7";
      continue;
    }
    if (point >= 0xFF21 && point <= 0xFF5A) point -= 0xFEE0;  // full-width Latin letters
    if (point >= 'a' && point <= 'z') point -= 'a' - 'A';
    if (point < 0x80) {
      normal.push_back(static_cast<char>(point));
    } else {
      normal.append(name.substr(from, at - from));
    }
  }
  return normal;
}

}  // namespace realname::rules
