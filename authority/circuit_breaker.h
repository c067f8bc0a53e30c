// SPDX-License-Identifier: Apache-2.0
// Leaves a source alone that keeps failing, so that nobody waits for what will not come and a source that struggles is
// not asked by everybody at once. After M. Nygard, Release It! (2018), "Circuit Breaker".
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

namespace realname::authority {

// Thread-safe. Time is an argument.
class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  // Rests after `failures` in a row for `first_rest`, and each time that the trial after a rest fails twice as long, up
  // to `longest_rest`.
  CircuitBreaker(int failures, Duration first_rest, Duration longest_rest)
      : failures_(failures), first_rest_(first_rest), longest_rest_(longest_rest), rest_(first_rest) {}

  // Whether to ask now. Once a rest is over one is let through as a trial, and no other until it is known how that
  // went; a trial of which nothing is heard is forgotten after as long as the rest was.
  bool Admit(Time now) {
    const std::lock_guard lock(mutex_);
    if (state_ == State::kClosed) return true;
    if (now < until_) return false;
    state_ = State::kTrial;
    until_ = now + rest_;
    return true;
  }
  // Whether Admit would say yes.
  bool WouldAdmit(Time now) const {
    const std::lock_guard lock(mutex_);
    return state_ == State::kClosed || now >= until_;
  }
  // True if this ended a rest.
  bool Succeeded() {
    const std::lock_guard lock(mutex_);
    const bool rested = state_ != State::kClosed;
    state_ = State::kClosed;
    failed_ = 0;
    rest_ = first_rest_;
    return rested;
  }
  // True if this began a rest.
  bool Failed(Time now) {
    const std::lock_guard lock(mutex_);
    if (state_ == State::kOpen) return false;  // it was asked before the rest began
    if (state_ == State::kClosed && ++failed_ < failures_) return false;
    if (state_ == State::kTrial) rest_ = std::min(2 * rest_, longest_rest_);
    const bool begins = state_ == State::kClosed;
    state_ = State::kOpen;
    until_ = now + rest_;
    return begins;
  }

 private:
  enum class State { kClosed, kOpen, kTrial };

  const int failures_;
  const Duration first_rest_;
  const Duration longest_rest_;
  mutable std::mutex mutex_;
  State state_ = State::kClosed;
  int failed_ = 0;
  Duration rest_;
  Time until_;
};

}  // namespace realname::authority
