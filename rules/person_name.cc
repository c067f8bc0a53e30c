// SPDX-License-Identifier: Apache-2.0
#include "rules/person_name.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utf8proc.h>
#include <vector>

namespace realname::rules {
namespace {

// Private code points U+E815 to U+E864, in which GBK's 0xFE50 to 0xFEA0 were stored before Unicode had the characters,
// and the code points that GB 18030-2005 and -2022 give them.
constexpr uint32_t kFirstPrivate = 0xE815;
constexpr std::array<uint32_t, 80> kFormerlyPrivate = {
    0x2E81, 0x20087, 0x20089, 0x200CC, 0x2E84,  0x3473, 0x3447, 0x2E88, 0x2E8B, 0x9FB4, 0x359E, 0x361A,
    0x360E, 0x2E8C,  0x2E97,  0x396E,  0x3918,  0x9FB5, 0x39CF, 0x39DF, 0x3A73, 0x39D0, 0x9FB6, 0x9FB7,
    0x3B4E, 0x3C6E,  0x3CE0,  0x2EA7,  0x215D7, 0x9FB8, 0x2EAA, 0x4056, 0x415F, 0x2EAE, 0x4337, 0x2EB3,
    0x2EB6, 0x2EB7,  0x2298F, 0x43B1,  0x43AC,  0x2EBB, 0x43DD, 0x44D6, 0x4661, 0x464C, 0x9FB9, 0x4723,
    0x4729, 0x477C,  0x478D,  0x2ECA,  0x4947,  0x497A, 0x497D, 0x4982, 0x4983, 0x4985, 0x4986, 0x499F,
    0x499B, 0x49B7,  0x49B6,  0x9FBA,  0x241FE, 0x4CA3, 0x4C9F, 0x4CA0, 0x4CA1, 0x4C77, 0x4CA2, 0x4D13,
    0x4D14, 0x4D15,  0x4D16,  0x4D17,  0x4D18,  0x4D19, 0x4DAE, 0x9FBB};

constexpr uint32_t kMiddleDot = 0x00B7;

bool IsMiddleDot(uint32_t point) {
  switch (point) {
    case kMiddleDot:
    case 0x2022:  // bullet
    case 0x2027:  // hyphenation point
    case 0x2219:  // bullet operator
    case 0x22C5:  // dot operator
    case 0x30FB:  // katakana middle dot; the half-width one and the full stop become this and '.' by NFKC
    case '.':
      return true;
    default:
      return false;
  }
}

bool IsSpace(uint32_t point) { return point == ' ' || point == '\t' || point == 0x200B; }

bool IsPrivate(uint32_t point) { return (point >= 0xE000 && point <= 0xF8FF) || point >= 0xF0000; }

// What stands where a character could not be stored.
bool IsPlaceholder(uint32_t point) {
  return point == '?' || point == '*' || point == 0xFFFD || point == 0x25A1 || point == 0x3013 || IsPrivate(point);
}

void Append(uint32_t point, std::string& text) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(point), bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

// The code points of a name in NFKC, formerly private characters by their names of today. What is no UTF-8 is taken
// byte by byte.
std::vector<uint32_t> Points(std::string_view name) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(name.data());
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(name.size()), &mapped,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(mapped, std::free);
  std::vector<uint32_t> points;
  if (size < 0) {
    for (const char c : name) points.push_back(static_cast<unsigned char>(c));
    return points;
  }
  for (utf8proc_ssize_t at = 0; at < size;) {
    utf8proc_int32_t point = 0;
    at += utf8proc_iterate(mapped + at, size - at, &point);
    const auto value = static_cast<uint32_t>(point);
    const bool renamed = value >= kFirstPrivate && value < kFirstPrivate + kFormerlyPrivate.size();
    points.push_back(renamed ? kFormerlyPrivate[value - kFirstPrivate] : value);
  }
  return points;
}

// Without spaces, with one middle dot, in capitals.
std::vector<uint32_t> NormalPoints(std::string_view name) {
  std::vector<uint32_t> normal;
  for (const uint32_t point : Points(name)) {
    if (IsSpace(point)) continue;
    normal.push_back(IsMiddleDot(point) ? kMiddleDot : point >= 'a' && point <= 'z' ? point - ('a' - 'A') : point);
  }
  return normal;
}

std::vector<uint32_t> WithoutDots(std::vector<uint32_t> points) {
  points.erase(std::remove(points.begin(), points.end(), kMiddleDot), points.end());
  return points;
}

bool EqualButForPlaceholders(const std::vector<uint32_t>& first, const std::vector<uint32_t>& second) {
  size_t told = 0;
  const bool equal = first.size() == second.size() &&
                     std::equal(first.begin(), first.end(), second.begin(), [&](uint32_t a, uint32_t b) {
                       told += a == b;
                       return a == b || IsPlaceholder(a) || IsPlaceholder(b);
                     });
  return equal && told > 0;
}

// How a Latin letter is written with A to Z: with marks dropped, or, `spelled_out`, as Doc 9303 spells it.
std::string Romanised(uint32_t point, bool spelled_out) {
  switch (point) {
    case 0x00C6:
    case 0x00E6:
      return "AE";
    case 0x0152:
    case 0x0153:
      return "OE";
    case 0x00DF:
    case 0x1E9E:
      return "SS";
    case 0x00DE:
    case 0x00FE:
      return "TH";
    case 0x00D0:
    case 0x00F0:
    case 0x0110:
    case 0x0111:
      return "D";
    case 0x00D8:
    case 0x00F8:
      return spelled_out ? "OE" : "O";
    case 0x0141:
    case 0x0142:
      return "L";
    case 0x0131:
      return "I";
    case 0x00C4:
    case 0x00E4:
      if (spelled_out) return "AE";
      break;
    case 0x00D6:
    case 0x00F6:
      if (spelled_out) return "OE";
      break;
    case 0x00DC:
    case 0x00FC:
      if (spelled_out) return "UE";
      break;
    case 0x00C5:
    case 0x00E5:
      if (spelled_out) return "AA";
      break;
    default:
      break;
  }
  utf8proc_int32_t parts[4];
  int boundary = 0;
  const auto count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point), parts, 4,
                              static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK), &boundary);
  std::string letters;
  for (utf8proc_ssize_t i = 0; i < std::min<utf8proc_ssize_t>(count, 4); ++i) {
    const auto c = static_cast<uint32_t>(parts[i]);
    if (c >= 'a' && c <= 'z') letters.push_back(static_cast<char>(c - 'a' + 'A'));
    if (c >= 'A' && c <= 'Z') letters.push_back(static_cast<char>(c));
  }
  return letters;
}

// The words of a romanised name in alphabetical order; nothing if a character has no Latin form. Apostrophes and
// hyphens part no words, as in a machine readable zone the latter may.
std::vector<std::string> Words(std::string_view name, bool spelled_out) {
  std::vector<std::string> words(1);
  for (const uint32_t point : Points(name)) {
    if (IsSpace(point) || IsMiddleDot(point) || point == ',' || point == '-' || point == '<' || point == 0x2010) {
      words.emplace_back();
      continue;
    }
    if (point == '\'' || point == 0x2019 || point == 0x02BC) continue;
    const std::string letters = Romanised(point, spelled_out);
    if (letters.empty()) return {};
    words.back() += letters;
  }
  words.erase(std::remove(words.begin(), words.end(), std::string()), words.end());
  std::sort(words.begin(), words.end());
  return words;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word;
  return text;
}

// Zones have room for 30 to 39 characters of a name, and cut what is longer.
constexpr size_t kZoneName = 28;

// The same words, in whichever order: a zone puts the family name first, a passport's page need not.
bool SameWords(std::string_view first, std::string_view second) {
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      const auto one = Words(first, a);
      if (!one.empty() && one == Words(second, b)) return true;
    }
  }
  return false;
}

bool RomanisedAlike(std::string_view first, std::string_view second) {
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      const auto one = Words(first, a);
      const auto other = Words(second, b);
      if (one.empty() || other.empty()) return false;
      if (Joined(one) == Joined(other)) return true;
      // Cut: every word of the shorter is one of the longer, or begins one.
      const auto& shorter = first.size() < second.size() ? one : other;
      const auto& longer = first.size() < second.size() ? other : one;
      if (std::min(first.size(), second.size()) < kZoneName) continue;
      const bool cut = std::all_of(shorter.begin(), shorter.end(), [&](const std::string& word) {
        return std::any_of(longer.begin(), longer.end(),
                           [&](const std::string& whole) { return whole.starts_with(word); });
      });
      if (cut) return true;
    }
  }
  return false;
}

}  // namespace

std::string NormaliseName(std::string_view name) {
  std::string normal(name);
  // What a space kept apart may compose, once it is gone.
  for (int round = 0; round < 8; ++round) {
    std::string next;
    for (const uint32_t point : NormalPoints(normal)) Append(point, next);
    if (next == normal) break;
    normal = std::move(next);
  }
  return normal;
}

NameMatch CompareNames(std::string_view first, std::string_view second) {
  const auto one = NormalPoints(first);
  const auto other = NormalPoints(second);
  if (one == other || SameWords(first, second)) return NameMatch::kSame;
  if (one.empty() || other.empty()) return NameMatch::kDifferent;
  if (WithoutDots(one) == WithoutDots(other) || EqualButForPlaceholders(one, other) || RomanisedAlike(first, second)) {
    return NameMatch::kVariant;
  }
  return NameMatch::kDifferent;
}

}  // namespace realname::rules
