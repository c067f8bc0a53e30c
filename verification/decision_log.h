// SPDX-License-Identifier: Apache-2.0
// DecisionLog: decisions of the past, many at a time, for whoever looks at all of them. Implementations are
// thread-safe; every method may fail with UNAVAILABLE (DATABASE_UNAVAILABLE), and may be repeated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/facts.pb.h"
#include "realname/v1/types.pb.h"
#include "verification/caller.h"

namespace realname {

struct LoggedDecision {
  std::string verification_id;
  std::string person_id;
  Owner owner;
  v1::State state = v1::STATE_UNSPECIFIED;  // of the verification, now
  uint64_t sequence = 0;
  v1::Decision decision;
  // Without the subject where their key was erased; without the subjects of parties.
  v1::Facts facts;
};

struct DecisionPage {
  std::vector<LoggedDecision> decisions;
  // After which verification the next page begins; empty if this is the last one.
  std::string next;
};

class DecisionLog {
 public:
  virtual ~DecisionLog() = default;

  // Decisions of about a thousand verifications that an operator's sellers made in [from, to), in the order of their
  // ids, after `after` (empty: from the first). A page may be empty and not the last.
  virtual Result<DecisionPage> ReadDecisions(const std::string& operator_id, TimePoint from, TimePoint to,
                                             const std::string& after, Deadline deadline) = 0;
};

}  // namespace realname
