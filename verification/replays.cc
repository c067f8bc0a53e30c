// SPDX-License-Identifier: Apache-2.0
#include "verification/replays.h"

#include "rules/decide.h"
#include "rules/replay.h"

namespace realname {

Result<v1::ReplayDecisionResponse> Replays::Replay(const Caller& caller, const v1::ReplayDecisionRequest& request,
                                                   Deadline deadline) {
  auto stored = registry_.GetDecision(caller.scope, request.verification_id(), request.sequence(), deadline);
  if (!stored.ok()) return stored.status();
  auto policy = policies_.Find(stored->decision.policy_digest(), deadline);
  if (!policy.ok()) return policy.status();
  v1::ReplayDecisionResponse response;
  response.set_sequence(stored->sequence);
  response.set_stored_verdict(stored->decision.verdict());
  response.set_policy_digest(stored->decision.policy_digest());
  response.set_stored_rules_version(stored->decision.rules_version());
  response.set_rules_version(rules::kRulesVersion);
  if (!stored->facts.has_subject()) response.add_erased(v1::PARTY_ROLE_SUBSCRIBER);
  for (const v1::PartyFacts& party : stored->facts.parties()) {
    if (!party.has_subject()) response.add_erased(party.role());
  }
  if (response.erased_size() > 0) return response;
  const v1::Decision replayed = rules::Replay(**policy, stored->facts, stored->decision);
  response.set_replayed_verdict(replayed.verdict());
  for (v1::DecisionDifference& difference : rules::Differences(stored->decision, replayed)) {
    *response.add_differences() = std::move(difference);
  }
  response.set_identical(response.differences().empty());
  return response;
}

}  // namespace realname
