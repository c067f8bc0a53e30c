// SPDX-License-Identifier: Apache-2.0
// Calendar days as documents print them. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace realname::rules {

using CivilDate = std::chrono::year_month_day;

// Parses exactly "YYYY-MM-DD"; nothing if it is not a day of the Gregorian calendar from year 1800 on.
std::optional<CivilDate> ParseDate(std::string_view text);

// Parses exactly "YYYYMMDD", as identity numbers carry it.
std::optional<CivilDate> ParseCompactDate(std::string_view text);

// "YYYY-MM-DD".
std::string FormatDate(CivilDate date);

// The day that it is at `seconds` since the Unix epoch, where clocks run `utc_offset_minutes` ahead of UTC.
CivilDate DayAt(int64_t seconds, int utc_offset_minutes);

// Completed years from `birth` to `day`; somebody born on 29 February completes a year on 1 March. Negative if the
// birth lies after the day.
int AgeAt(CivilDate birth, CivilDate day);

// The same day of the month `months` later, or that month's last day.
CivilDate AddMonths(CivilDate date, int months);

}  // namespace realname::rules
