// SPDX-License-Identifier: Apache-2.0
#include "rules/civil_date.h"

#include <cstdio>

namespace realname::rules {
namespace {

std::optional<int> ParseDigits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<CivilDate> MakeDate(std::string_view year, std::string_view month, std::string_view day) {
  const auto y = ParseDigits(year);
  const auto m = ParseDigits(month);
  const auto d = ParseDigits(day);
  if (!y || !m || !d || *y < 1800) return std::nullopt;
  const CivilDate date{std::chrono::year{*y}, std::chrono::month{static_cast<unsigned>(*m)},
                       std::chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

}  // namespace

std::optional<CivilDate> ParseDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  return MakeDate(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
}

std::optional<CivilDate> ParseCompactDate(std::string_view text) {
  if (text.size() != 8) return std::nullopt;
  return MakeDate(text.substr(0, 4), text.substr(4, 2), text.substr(6, 2));
}

std::string FormatDate(CivilDate date) {
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

CivilDate DayAt(int64_t seconds, int utc_offset_minutes) {
  const std::chrono::sys_seconds local{std::chrono::seconds{seconds} + std::chrono::minutes{utc_offset_minutes}};
  return CivilDate{std::chrono::floor<std::chrono::days>(local)};
}

int AgeAt(CivilDate birth, CivilDate day) {
  int age = static_cast<int>(day.year()) - static_cast<int>(birth.year());
  if (day.month() < birth.month() || (day.month() == birth.month() && day.day() < birth.day())) --age;
  return age;
}

CivilDate AddMonths(CivilDate date, int months) {
  const auto month = date.year() / date.month() + std::chrono::months{months};
  const CivilDate same_day = month / date.day();
  return same_day.ok() ? same_day : CivilDate{month / std::chrono::last};
}

}  // namespace realname::rules
