// SPDX-License-Identifier: Apache-2.0
#include "rules/dry_run.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "rules/decide.h"

namespace realname::rules {
namespace {

constexpr size_t kMostExamples = 1000;

std::set<int> ReasonsOf(const v1::Decision& decision) {
  std::set<int> reasons;
  for (const v1::CheckDecision& check : decision.checks()) {
    reasons.insert(check.reasons().begin(), check.reasons().end());
  }
  return reasons;
}

std::vector<int> Without(const std::set<int>& some, const std::set<int>& others) {
  std::vector<int> left;
  std::set_difference(some.begin(), some.end(), others.begin(), others.end(), std::back_inserter(left));
  return left;
}

}  // namespace

void DryRunTally::Count(const Policy& in_force, const Policy& candidate, const PastDecision& past,
                        const v1::Facts& facts) {
  const v1::Decision was = Decide(in_force, facts);
  const v1::Decision would = Decide(candidate, facts);
  const bool flip = was.verdict() != would.verdict();
  ++decisions_;
  flips_ += flip ? 1 : 0;
  const auto share = [&](Share& of) {
    ++of.decisions;
    of.flips += flip ? 1 : 0;
  };
  share(channels_[facts.application().channel_type()]);
  share(agents_[{past.agent_id, past.outlet_id}]);
  share(groups_[{facts.application().customer_kind(), facts.subject().document().type()}]);
  const std::set<int> had = ReasonsOf(was), has = ReasonsOf(would);
  const std::vector<int> gained = Without(has, had), lost = Without(had, has);
  for (const int reason : gained) ++reasons_[reason].gained;
  for (const int reason : lost) ++reasons_[reason].lost;
  if (would.next_action() == v1::NEXT_ACTION_OWN_HALL && was.next_action() != v1::NEXT_ACTION_OWN_HALL) {
    people_to_halls_.insert(past.person_id);
  }
  if (!flip) return;
  ++verdicts_[{was.verdict(), would.verdict()}];
  if (past.line_activated && would.verdict() == v1::VERDICT_REJECT) lines_barred_.insert(past.verification_id);
  const std::pair<std::string, uint64_t> place = {past.verification_id, past.sequence};
  if (examples_.size() == kMostExamples && examples_.rbegin()->first < place) return;
  v1::Flip& example = examples_[place];
  example.set_verification_id(past.verification_id);
  example.set_sequence(past.sequence);
  example.set_from(was.verdict());
  example.set_to(would.verdict());
  for (const int reason : gained) example.add_gained(static_cast<v1::ReasonCode>(reason));
  for (const int reason : lost) example.add_lost(static_cast<v1::ReasonCode>(reason));
  if (examples_.size() > kMostExamples) examples_.erase(std::prev(examples_.end()));
}

void DryRunTally::Add(DryRunTally other) {
  decisions_ += other.decisions_;
  erased_ += other.erased_;
  flips_ += other.flips_;
  lines_barred_.merge(other.lines_barred_);
  for (const auto& [verdicts, count] : other.verdicts_) verdicts_[verdicts] += count;
  for (const auto& [reason, came] : other.reasons_) {
    reasons_[reason].gained += came.gained;
    reasons_[reason].lost += came.lost;
  }
  const auto add = [](auto& to, const auto& from) {
    for (const auto& [key, share] : from) {
      to[key].decisions += share.decisions;
      to[key].flips += share.flips;
    }
  };
  add(channels_, other.channels_);
  add(agents_, other.agents_);
  add(groups_, other.groups_);
  people_to_halls_.merge(other.people_to_halls_);
  examples_.merge(other.examples_);
  while (examples_.size() > kMostExamples) examples_.erase(std::prev(examples_.end()));
}

void DryRunTally::Report(v1::DryRun& report) const {
  report.set_decisions(decisions_);
  report.set_erased(erased_);
  report.set_flips(flips_);
  for (const auto& [verdicts, count] : verdicts_) {
    v1::VerdictFlips& row = *report.add_verdicts();
    row.set_from(static_cast<v1::Verdict>(verdicts.first));
    row.set_to(static_cast<v1::Verdict>(verdicts.second));
    row.set_flips(count);
  }
  for (const auto& [reason, came] : reasons_) {
    v1::ReasonFlips& row = *report.add_reasons();
    row.set_reason(static_cast<v1::ReasonCode>(reason));
    row.set_gained(came.gained);
    row.set_lost(came.lost);
  }
  for (const auto& [channel, share] : channels_) {
    v1::ChannelFlips& row = *report.add_channels();
    row.set_channel(static_cast<v1::ChannelType>(channel));
    row.set_decisions(share.decisions);
    row.set_flips(share.flips);
  }
  for (const auto& [agent, share] : agents_) {
    v1::AgentFlips& row = *report.add_agents();
    row.set_agent_id(agent.first);
    row.set_outlet_id(agent.second);
    row.set_decisions(share.decisions);
    row.set_flips(share.flips);
  }
  for (const auto& [group, share] : groups_) {
    v1::GroupFlips& row = *report.add_groups();
    row.set_customer_kind(static_cast<v1::CustomerKind>(group.first));
    row.set_document_type(static_cast<v1::DocumentType>(group.second));
    row.set_decisions(share.decisions);
    row.set_flips(share.flips);
  }
  report.set_people_to_halls(people_to_halls_.size());
  report.set_lines_barred(lines_barred_.size());
  for (const auto& [place, example] : examples_) *report.add_examples() = example;
}

}  // namespace realname::rules
