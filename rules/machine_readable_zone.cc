// SPDX-License-Identifier: Apache-2.0
#include "rules/machine_readable_zone.h"

#include <algorithm>

namespace realname::rules {
namespace {

bool IsCharacter(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '<'; }

std::string WithoutFillers(std::string_view field) {
  std::string text;
  for (const char c : field) {
    if (c != '<') text.push_back(c);
  }
  return text;
}

// "DOE<<JANE<ANN<<<" -> "DOE JANE ANN"
std::string NameOf(std::string_view field) {
  std::string name;
  for (const char c : field) {
    if (c != '<') {
      name.push_back(c);
    } else if (!name.empty() && name.back() != ' ') {
      name.push_back(' ');
    }
  }
  while (!name.empty() && name.back() == ' ') name.pop_back();
  return name;
}

// YYMMDD in the hundred years that end with the year `last`.
std::optional<CivilDate> DateIn(std::string_view text, int last) {
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  const int in_century = (text[0] - '0') * 10 + (text[1] - '0');
  const int year = last - ((last - in_century) % 100 + 100) % 100;
  std::string full = std::to_string(year);
  full.append(text.substr(2));
  return ParseCompactDate(full);
}

struct Field {
  size_t line, from, length;
  std::string_view In(const std::vector<std::string_view>& lines) const { return lines[line].substr(from, length); }
};

// Where each kind of zone keeps what. A checked field is followed by its check digit.
struct Layout {
  size_t lines, width;
  Field name, number, nationality, birth, sex, expiry;
  // What the last check digit covers, in order, and where it stands.
  std::vector<Field> composite;
  Field composite_digit;
  Field optional;  // where a long number goes on
};

const Layout* LayoutOf(const std::vector<std::string_view>& lines) {
  static const Layout kLayouts[] = {
      {3,
       30,
       {2, 0, 30},
       {0, 5, 9},
       {1, 15, 3},
       {1, 0, 6},
       {1, 7, 1},
       {1, 8, 6},
       {{0, 5, 25}, {1, 0, 7}, {1, 8, 7}, {1, 18, 11}},
       {1, 29, 1},
       {0, 15, 15}},
      {2,
       36,
       {0, 5, 31},
       {1, 0, 9},
       {1, 10, 3},
       {1, 13, 6},
       {1, 20, 1},
       {1, 21, 6},
       {{1, 0, 10}, {1, 13, 7}, {1, 21, 14}},
       {1, 35, 1},
       {1, 28, 7}},
      {2,
       44,
       {0, 5, 39},
       {1, 0, 9},
       {1, 10, 3},
       {1, 13, 6},
       {1, 20, 1},
       {1, 21, 6},
       {{1, 0, 10}, {1, 13, 7}, {1, 21, 22}},
       {1, 43, 1},
       {1, 28, 14}},
  };
  for (const Layout& layout : kLayouts) {
    const bool fits =
        lines.size() == layout.lines && std::all_of(lines.begin(), lines.end(), [&](std::string_view line) {
          return line.size() == layout.width && std::all_of(line.begin(), line.end(), IsCharacter);
        });
    if (fits) return &layout;
  }
  return nullptr;
}

}  // namespace

char MachineReadableCheckDigit(std::string_view characters) {
  int sum = 0;
  for (size_t i = 0; i < characters.size(); ++i) {
    const char c = characters[i];
    const int value = c == '<' ? 0 : c <= '9' ? c - '0' : c - 'A' + 10;
    sum += value * (i % 3 == 0 ? 7 : i % 3 == 1 ? 3 : 1);
  }
  return static_cast<char>('0' + sum % 10);
}

MachineReadableZone ReadMachineReadableZone(std::string_view text, CivilDate today) {
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < 4) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  MachineReadableZone zone;
  const Layout* layout = LayoutOf(lines);
  if (layout == nullptr) {
    zone.faults.push_back(v1::IDN_FORMAT);
    return zone;
  }
  zone.document_code = lines[0][0];
  zone.issuer = WithoutFillers(lines[0].substr(2, 3));
  zone.nationality = WithoutFillers(layout->nationality.In(lines));
  zone.name = NameOf(layout->name.In(lines));
  zone.number = WithoutFillers(layout->number.In(lines));
  const std::string_view sex = layout->sex.In(lines);
  zone.sex = sex == "F" ? v1::SEX_FEMALE : sex == "M" ? v1::SEX_MALE : v1::SEX_UNSPECIFIED;

  const auto holds = [&](const Field& field) {
    const char given = lines[field.line][field.from + field.length];
    const char digit = MachineReadableCheckDigit(field.In(lines));
    return given == digit;
  };
  bool checks = holds(layout->birth) && holds(layout->expiry);
  const Field& number = layout->number;
  const std::string_view optional = layout->optional.In(lines);
  const bool long_number = layout->width != 44 && lines[number.line][number.from + 9] == '<' && optional[0] != '<';
  if (long_number) {
    // A number of more than nine characters goes on in the optional field, up to a check digit and a filler.
    const std::string_view rest = optional.substr(0, optional.find('<'));
    zone.number += rest.substr(0, rest.size() - 1);
    checks &= rest.size() > 1 && MachineReadableCheckDigit(zone.number) == rest.back();
  } else {
    checks &= holds(layout->number);
  }
  if (layout->width == 44) {
    // Passports: an optional number of the holder's own, whose check digit may be a filler where there is none.
    const Field personal = {1, 28, 14};
    const bool none = WithoutFillers(personal.In(lines)).empty() && lines[1][42] == '<';
    checks &= none || holds(personal);
  }
  std::string composite;
  for (const Field& field : layout->composite) composite += field.In(lines);
  checks &= layout->composite_digit.In(lines)[0] == MachineReadableCheckDigit(composite);
  if (!checks) zone.faults.push_back(v1::IDN_CHECKSUM);

  zone.birth = DateIn(layout->birth.In(lines), static_cast<int>(today.year()));
  if (zone.birth && *zone.birth > today)
    zone.birth = DateIn(layout->birth.In(lines), static_cast<int>(today.year()) - 1);
  zone.expiry = DateIn(layout->expiry.In(lines), static_cast<int>(today.year()) + 50);
  if (!zone.birth || !zone.expiry) zone.faults.push_back(v1::IDN_DATE);
  return zone;
}

}  // namespace realname::rules
