// SPDX-License-Identifier: Apache-2.0
// A policy pack tried on the past.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/policy_service.pb.h"
#include "rules/dry_run.h"
#include "verification/caller.h"
#include "verification/decision_log.h"
#include "verification/policy_archive.h"
#include "verification/policy_store.h"
#include "verification/registry.h"

namespace realname {

// Thread-safe. Requests are validated before they come here.
class DryRuns {
 public:
  // The arguments outlive this object. Each run works on `threads` threads of its own; one run at a time, others wait.
  DryRuns(DecisionLog& log, Registry& registry, PolicyStore& store, PolicyArchive& policies, const Clock& clock,
          std::function<std::string()> make_id, unsigned threads)
      : log_(log),
        registry_(registry),
        store_(store),
        policies_(policies),
        clock_(clock),
        make_id_(std::move(make_id)),
        threads_(threads) {}

  // Errors: NOT_FOUND (NO_SUCH_PACK), DEADLINE_EXCEEDED (DEADLINE_PASSED), and those of DecisionLog, Registry and
  // PolicyStore. Nothing is kept of a run that did not end.
  Result<v1::DryRun> Run(const Caller& caller, const v1::DryRunPolicyPackRequest& request, Deadline deadline);

 private:
  // Decides each page again, until there is none.
  struct Walk;
  Status Work(Walk& walk, rules::DryRunTally& tally, Deadline deadline);

  DecisionLog& log_;
  Registry& registry_;
  PolicyStore& store_;
  PolicyArchive& policies_;
  const Clock& clock_;
  const std::function<std::string()> make_id_;
  const unsigned threads_;
  std::timed_mutex running_;
};

}  // namespace realname
