// SPDX-License-Identifier: Apache-2.0
// IdentitySources: what the use cases need of the sources that know documents and their holders.
#pragma once

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/redacted.h"
#include "realname/v1/facts.pb.h"
#include "realname/v1/types.pb.h"

namespace realname {

struct IdentityQuestion {
  std::string source;    // by its name in the policy
  std::string query_id;  // UUID
  std::string operator_id;
  v1::DocumentType document_type = v1::DOCUMENT_TYPE_UNSPECIFIED;
  Redacted<std::string> number;  // normalised
  Redacted<std::string> name;    // as read
  v1::Sex sex = v1::SEX_UNSPECIFIED;
  Redacted<std::string> birth_date;  // YYYY-MM-DD; empty: not asked
  bool photo = false;                // asked for, too
  // A match without a photograph may be so old.
  std::chrono::minutes max_age{0};
};

struct IdentityAnswer {
  v1::AuthorityAnswer answer = v1::AUTHORITY_ANSWER_UNAVAILABLE;
  std::vector<v1::IdentityField> mismatches;
  v1::AuthorityPhoto photo_state = v1::AUTHORITY_PHOTO_UNSPECIFIED;
  std::string photo;
  std::string reference;
  TimePoint answer_time;
};

// Thread-safe.
class IdentitySources {
 public:
  virtual ~IdentitySources() = default;

  // Asks, and does not wait. The answer is there by `deadline` (a little later at worst) and is never an error: what
  // fails is UNAVAILABLE or TIMEOUT, also for a source that nobody knows.
  virtual std::future<IdentityAnswer> Ask(const IdentityQuestion& question, Deadline deadline) = 0;

  // Whether a question would reach any source now: false while all are left alone after failures.
  virtual bool Reachable() const = 0;
};

}  // namespace realname
