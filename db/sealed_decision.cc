// SPDX-License-Identifier: Apache-2.0
#include "db/sealed_decision.h"

#include "vault/digest.h"

namespace realname::db {

Result<SealedDecision> SealDecision(const DataKey& key, const v1::Facts& facts, const v1::Decision& decision,
                                    AuditRecord audit) {
  const std::string row = DecisionRow(audit.verification_id, audit.revision);
  const std::string all_facts = facts.SerializeAsString();
  const std::string salt = RandomBytes(kCommitmentSaltBytes);
  SealedDecision sealed;
  sealed.decision = decision.SerializeAsString();
  sealed.facts_subject = Seal(key, {"decision", "sealed_subject", row}, facts.subject().SerializeAsString());
  v1::Facts clear = facts;
  clear.clear_subject();
  for (v1::PartyFacts& party : *clear.mutable_parties()) party.clear_subject();
  sealed.facts = clear.SerializeAsString();
  sealed.salt = Seal(key, {"decision", "sealed_salt", row}, salt);
  audit.policy_digest = decision.policy_digest();
  audit.rules_version = decision.rules_version();
  auto decision_commitment = Commitment(salt, sealed.decision);
  auto facts_commitment = Commitment(salt, all_facts);
  if (!decision_commitment.ok()) return decision_commitment.status();
  if (!facts_commitment.ok()) return facts_commitment.status();
  audit.decision_commitment = *decision_commitment;
  audit.facts_commitment = *facts_commitment;
  auto leaf = EncodeAuditRecord(audit);
  if (!leaf.ok()) return leaf.status();
  sealed.audit_leaf = *std::move(leaf);
  return sealed;
}

}  // namespace realname::db
