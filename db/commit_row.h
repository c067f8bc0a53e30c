// SPDX-License-Identifier: Apache-2.0
// What a commit writes of an application, sealed and indexed: one definition for rows that are written one by one and
// in bulk.
#pragma once

#include <string>

#include "db/sealed_decision.h"
#include "vault/key_ring.h"
#include "vault/sealer.h"
#include "verification/registry.h"

namespace realname::db {

struct CommitRow {
  std::string payload_digest;
  std::string record;          // realname.v1.ApplicationRecord without its subject
  std::string record_subject;  // realname.v1.RecordSubject, sealed
  // Blind indexes, of the ring's present version; empty where there is nothing to find.
  std::string document_index;
  std::string name_index;
  std::string number_index;
  std::string address_index;
  SealedDecision decision;
};

// `facts` are those of the request, with the ids of the parties. Pure but for random nonces; thread-safe.
Result<CommitRow> MakeCommitRow(const KeyRing& ring, const DataKey& key, const CommitRequest& request,
                                const v1::Facts& facts);

}  // namespace realname::db
