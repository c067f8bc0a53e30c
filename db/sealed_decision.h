// SPDX-License-Identifier: Apache-2.0
// A decision and its facts as they are stored: what is personal sealed, and committed to in an audit record.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "realname/v1/decision.pb.h"
#include "realname/v1/facts.pb.h"
#include "vault/audit_record.h"
#include "vault/sealer.h"

namespace realname::db {

struct SealedDecision {
  std::string decision;       // realname.v1.Decision
  std::string facts;          // realname.v1.Facts without its subject
  std::string facts_subject;  // realname.v1.SubjectFacts, sealed
  std::string salt;           // of the commitments, sealed
  std::string audit_leaf;
};

// Row id of a decision's sealed columns: made by the client, part of the associated data.
inline std::string DecisionRow(const std::string& verification_id, uint64_t sequence) {
  return verification_id + "/" + std::to_string(sequence);
}

// The same of an attempt's.
inline std::string AttemptRow(const std::string& verification_id, uint32_t attempt) {
  return verification_id + "/" + std::to_string(attempt);
}

// `audit` says verification, revision, kind, caller, operator and time; policy, rules and commitments are filled in.
Result<SealedDecision> SealDecision(const DataKey& key, const v1::Facts& facts, const v1::Decision& decision,
                                    AuditRecord audit);

}  // namespace realname::db
