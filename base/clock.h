// SPDX-License-Identifier: Apache-2.0
// Clock: the wall clock as an argument, so that tests can set it. Implementations are thread-safe.
#pragma once

#include <chrono>

namespace realname {

using TimePoint = std::chrono::system_clock::time_point;
// A moment after which the caller no longer waits, on the monotonic clock.
using Deadline = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::system_clock::now(); }
};

}  // namespace realname
