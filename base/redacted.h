// SPDX-License-Identifier: Apache-2.0
// Redacted<T>: a value that cannot be printed by accident. It has no operator<<, no conversion and no comparison; who
// needs the value writes Reveal(), which is easy to search for.
#pragma once

#include <utility>

namespace realname {

template <typename T>
class Redacted {
 public:
  Redacted() = default;
  explicit Redacted(T value) : value_(std::move(value)) {}
  const T& Reveal() const { return value_; }

 private:
  T value_{};
};

}  // namespace realname
