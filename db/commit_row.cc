// SPDX-License-Identifier: Apache-2.0
#include "db/commit_row.h"

#include "db/document_index.h"
#include "db/registry_statements.h"
#include "vault/digest.h"

namespace realname::db {

Result<CommitRow> MakeCommitRow(const KeyRing& ring, const DataKey& key, const CommitRequest& request,
                                const v1::Facts& facts) {
  CommitRow row;
  v1::ApplicationRecord record = request.record;
  row.record_subject =
      Seal(key, {"registration", "sealed_subject", AttemptRow(request.verification_id, facts.attempt())},
           record.subject().SerializeAsString());
  record.clear_subject();
  row.record = record.SerializeAsString();

  AuditRecord audit;
  audit.verification_id = request.verification_id;
  audit.revision = static_cast<uint32_t>(request.expected_sequence + 1);
  audit.event_kind = "decision";
  audit.caller = request.request.principal;
  audit.operator_id = request.owner.operator_id;
  audit.occur_time_us = Micros(request.now);
  auto sealed = SealDecision(key, facts, request.decision, std::move(audit));
  if (!sealed.ok()) return sealed.status();
  row.decision = *std::move(sealed);

  row.payload_digest =
      *PayloadDigest(ring, ring.current_version(KeyPurpose::kDigest), "request", request.request.canonical_payload);
  const uint32_t version = ring.current_version(KeyPurpose::kIndex);
  if (const std::string& number = request.document_number.Reveal(); !number.empty()) {
    row.document_index = DocumentIndex(ring, version, request.document_type, number);
    row.name_index = NameIndex(ring, version, request.name.Reveal());
  }
  if (const std::string& msisdn = request.msisdn.Reveal(); !msisdn.empty()) {
    row.number_index = NumberIndex(ring, version, msisdn);
  }
  if (const std::string& address = request.address.Reveal(); !address.empty()) {
    row.address_index = AddressIndex(ring, version, address);
  }
  return row;
}

}  // namespace realname::db
