// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value, or the Status that says why there is none. (std::expected is not in C++20.)
#pragma once

#include <cassert>
#include <utility>
#include <variant>

#include "base/status.h"

namespace realname {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: conversion is the point
  Result(Status status) : held_(std::in_place_index<1>, std::move(status)) {
    assert(!std::get<1>(held_).ok() && "a Result without a value needs an error");
  }

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Requires ok().
  const T& value() const& { return std::get<0>(held_); }
  T& value() & { return std::get<0>(held_); }
  // By value, so that `for (x : *Call())` keeps what it walks over.
  T value() && { return std::get<0>(std::move(held_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  // OK if there is a value.
  Status status() const { return ok() ? Status() : std::get<1>(held_); }

 private:
  std::variant<T, Status> held_;
};

}  // namespace realname
