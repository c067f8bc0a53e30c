// SPDX-License-Identifier: Apache-2.0
#include "verification/dry_runs.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include "verification/answer.h"

namespace realname {

struct DryRuns::Walk {
  std::string operator_id;
  TimePoint from, to;
  std::shared_ptr<const rules::Policy> in_force, candidate;
  std::mutex mutex;  // guards what follows
  std::string after;
  bool ended = false;
};

Status DryRuns::Work(Walk& walk, rules::DryRunTally& tally, Deadline deadline) {
  while (true) {
    std::vector<LoggedDecision> decisions;
    {
      const std::lock_guard lock(walk.mutex);
      if (walk.ended) return {};
      if (std::chrono::steady_clock::now() >= deadline) {
        walk.ended = true;
        return Status(StatusCode::kDeadlineExceeded, "DEADLINE_PASSED",
                      "the deadline passed before all decisions were made again; choose a shorter time");
      }
      auto page = log_.ReadDecisions(walk.operator_id, walk.from, walk.to, walk.after, deadline);
      if (!page.ok()) {
        walk.ended = true;
        return page.status();
      }
      decisions = std::move(page->decisions);
      walk.ended = page->next.empty();
      walk.after = page->next;
    }
    for (LoggedDecision& each : decisions) {
      // People's part in a decision is not the rules'.
      if (each.decision.has_review()) continue;
      bool erased = !each.facts.has_subject();
      // Each of several people has a key of their own.
      if (each.facts.parties_size() > 0) {
        auto whole = registry_.GetDecision({walk.operator_id, {}, {}}, each.verification_id, each.sequence, deadline);
        if (!whole.ok()) return whole.status();
        each.facts = std::move(whole->facts);
        erased =
            !each.facts.has_subject() || std::any_of(each.facts.parties().begin(), each.facts.parties().end(),
                                                     [](const v1::PartyFacts& party) { return !party.has_subject(); });
      }
      if (erased) {
        tally.CountErased();
        continue;
      }
      tally.Count(*walk.in_force, *walk.candidate,
                  {std::move(each.verification_id), std::move(each.person_id), std::move(each.owner.agent_id),
                   std::move(each.owner.outlet_id), each.sequence, each.state == v1::STATE_ACTIVATED},
                  each.facts);
    }
  }
}

Result<v1::DryRun> DryRuns::Run(const Caller& caller, const v1::DryRunPolicyPackRequest& request, Deadline deadline) {
  const std::unique_lock running(running_, deadline);
  if (!running.owns_lock()) {
    return Status(StatusCode::kResourceExhausted, "OVERLOADED", "another dry run is under way")
        .WithRetryAfter(std::chrono::seconds(10));
  }
  auto text = registry_.PolicyText(request.digest(), deadline);
  if (text.status().code() == StatusCode::kNotFound) {
    return Status(StatusCode::kNotFound, "NO_SUCH_PACK", "no such policy pack was uploaded");
  }
  if (!text.ok()) return text.status();
  Walk walk;
  walk.operator_id = caller.scope.operator_id;
  walk.from = FromTimestamp(request.from_time());
  walk.to = request.has_to_time() ? FromTimestamp(request.to_time()) : clock_.Now();
  auto candidate = policies_.Find(request.digest(), deadline);
  if (!candidate.ok()) return candidate.status();
  walk.candidate = *candidate;
  auto in_force = policies_.Find(policies_.Current().digest, deadline);
  if (!in_force.ok()) return in_force.status();
  walk.in_force = *in_force;

  std::vector<rules::DryRunTally> tallies(std::max(threads_, 1U));
  std::vector<Status> ends(tallies.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < tallies.size(); ++i) {
    threads.emplace_back([&, i] {
      ends[i] = Work(walk, tallies[i], deadline);
      if (ends[i].ok()) return;
      const std::lock_guard lock(walk.mutex);
      walk.ended = true;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Status& end : ends) {
    if (!end.ok()) return end;
  }
  for (size_t i = 1; i < tallies.size(); ++i) tallies[0].Add(std::move(tallies[i]));

  v1::DryRun report;
  const TimePoint now = clock_.Now();
  report.set_dry_run_id(make_id_());
  report.set_digest(request.digest());
  report.set_in_force_digest(walk.in_force->digest);
  *report.mutable_from_time() = ToTimestamp(walk.from);
  *report.mutable_to_time() = ToTimestamp(walk.to);
  report.set_run_by(caller.principal);
  *report.mutable_run_time() = ToTimestamp(now);
  tallies[0].Report(report);
  if (Status status = store_.PutDryRun(walk.operator_id, report, now, deadline); !status.ok()) return status;
  return report;
}

}  // namespace realname
