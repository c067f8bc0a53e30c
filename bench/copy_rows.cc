// SPDX-License-Identifier: Apache-2.0
#include "bench/copy_rows.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace realname {
namespace {

constexpr std::string_view kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::string_view kTrailer("\377\377", 2);
// PostgreSQL counts from 2000-01-01.
constexpr std::chrono::sys_days kEpoch = std::chrono::year(2000) / 1 / 1;

template <typename T>
void BigEndian(T value, std::string& out) {
  for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
  }
}

int Digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

}  // namespace

CopyRows::CopyRows(std::string target)
    : statement_("COPY " + target + " FROM STDIN (FORMAT binary)"),
      columns_(static_cast<int16_t>(1 + std::count(target.begin(), target.end(), ','))) {}

CopyRows& CopyRows::Row() {
  BigEndian(columns_, bytes_);
  ++rows_;
  return *this;
}
void CopyRows::Size(int32_t bytes) { BigEndian(bytes, bytes_); }
CopyRows& CopyRows::Null() {
  Size(-1);
  return *this;
}
CopyRows& CopyRows::Bool(bool value) {
  Size(1);
  bytes_.push_back(value ? 1 : 0);
  return *this;
}
CopyRows& CopyRows::Int2(int16_t value) {
  Size(2);
  BigEndian(value, bytes_);
  return *this;
}
CopyRows& CopyRows::Int4(int32_t value) {
  Size(4);
  BigEndian(value, bytes_);
  return *this;
}
CopyRows& CopyRows::Int8(int64_t value) {
  Size(8);
  BigEndian(value, bytes_);
  return *this;
}
CopyRows& CopyRows::Text(std::string_view value) {
  Size(static_cast<int32_t>(value.size()));
  bytes_ += value;
  return *this;
}
CopyRows& CopyRows::Uuid(std::string_view text) {
  Size(16);
  int high = -1;
  for (const char c : text) {
    if (c == '-') continue;
    if (high < 0) {
      high = Digit(c);
    } else {
      bytes_.push_back(static_cast<char>(high << 4 | Digit(c)));
      high = -1;
    }
  }
  return *this;
}
CopyRows& CopyRows::Date(std::string_view date) {
  const std::string text(date);
  const auto number = [&](size_t from, size_t count) { return std::atoi(text.substr(from, count).c_str()); };
  const std::chrono::sys_days day = std::chrono::year(number(0, 4)) /
                                    std::chrono::month(static_cast<unsigned>(number(5, 2))) /
                                    std::chrono::day(static_cast<unsigned>(number(8, 2)));
  return Int4(static_cast<int32_t>((day - kEpoch).count()));
}
CopyRows& CopyRows::Timestamp(TimePoint time) {
  return Int8(std::chrono::floor<std::chrono::microseconds>(time - kEpoch).count());
}

std::string CopyRows::Take() {
  std::string all(kHeader);
  all += std::exchange(bytes_, {});
  all += kTrailer;
  rows_ = 0;
  return all;
}

}  // namespace realname
