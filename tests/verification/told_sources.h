// SPDX-License-Identifier: Apache-2.0
// Identity sources that say what they are told to, for tests of the use cases.
#pragma once

#include <mutex>
#include <vector>

#include "verification/identity_sources.h"

namespace realname::testing {

// Thread-safe. Answers at once; a match, unless told otherwise.
class ToldSources final : public IdentitySources {
 public:
  ToldSources() {
    answer_.answer = v1::AUTHORITY_ANSWER_MATCH;
    answer_.reference = "told";
  }
  void Say(IdentityAnswer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  void Say(v1::AuthorityAnswer answer) {
    IdentityAnswer said;
    said.answer = answer;
    said.reference = "told";
    Say(std::move(said));
  }
  std::future<IdentityAnswer> Ask(const IdentityQuestion& question, Deadline) override {
    const std::lock_guard lock(mutex_);
    questions_.push_back(question);
    std::promise<IdentityAnswer> promise;
    promise.set_value(answer_);
    return promise.get_future();
  }
  bool Reachable() const override { return true; }

  std::vector<IdentityQuestion> questions() {
    const std::lock_guard lock(mutex_);
    return questions_;
  }

 private:
  std::mutex mutex_;
  IdentityAnswer answer_;
  std::vector<IdentityQuestion> questions_;
};

}  // namespace realname::testing
