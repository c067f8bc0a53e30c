// SPDX-License-Identifier: Apache-2.0
// Matches that may be used again. Nothing in it tells whom it is about: questions are kept as keyed digests under a key
// that the process forgets when it ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "verification/identity_sources.h"

namespace realname::authority {

// Thread-safe.
class AnswerCache {
 public:
  explicit AnswerCache(size_t capacity);

  // The answer to the same question, if one is at most `question.max_age` old.
  std::optional<IdentityAnswer> Find(const IdentityQuestion& question, TimePoint now);

  // Keeps an answer that may be used again: a match, where no photograph was asked for and the question allows it.
  // Beyond the capacity the oldest goes.
  void Keep(const IdentityQuestion& question, const IdentityAnswer& answer);

 private:
  std::string KeyOf(const IdentityQuestion& question) const;

  const size_t capacity_;
  const std::string key_;
  std::mutex mutex_;
  std::unordered_map<std::string, IdentityAnswer> answers_;
  std::deque<std::string> in_order_;
};

}  // namespace realname::authority
