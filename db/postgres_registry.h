// SPDX-License-Identifier: Apache-2.0
// Registry in PostgreSQL: seals what is personal, indexes what must be found, and leaves every promise about races to
// conditional writes and unique keys (migrations/registry/0001_registry.sql).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "db/connection_pool.h"
#include "db/person_keys.h"
#include "db/photo_store.h"
#include "vault/key_ring.h"
#include "verification/registry.h"

namespace realname::db {

// Thread-safe. The arguments outlive the registry; `pool` prepares with PrepareRegistryStatements.
class Nullable;

class PostgresRegistry : public Registry {
 public:
  PostgresRegistry(ConnectionPool& pool, PersonKeys& keys, PhotoStore& photos, const KeyRing& ring);

  Result<Observation> Observe(const ObserveQuery& query, Deadline deadline) override;
  Result<CommitOutcome> Commit(const CommitRequest& request, Deadline deadline) override;
  Result<StoredVerification> Confirm(const Scope& scope, const RequestKey& request, const std::string& verification_id,
                                     TimePoint now, Deadline deadline) override;
  Result<StoredVerification> Cancel(const Scope& scope, const RequestKey& request, const std::string& verification_id,
                                    TimePoint now, Deadline deadline) override;
  Result<StoredVerification> Terminate(const Scope& scope, const RequestKey& request,
                                       const std::string& verification_id, const std::string& reason, TimePoint now,
                                       Deadline deadline) override;
  Status WithdrawConsent(const Scope& scope, const RequestKey& request, const std::string& verification_id,
                         const std::string& notice_id, bool drop_evidence, TimePoint now, Deadline deadline) override;
  Result<uint32_t> ExpireReservations(TimePoint now, uint32_t limit, Deadline deadline) override;
  Result<uint32_t> WarnReservations(TimePoint now, TimePoint before, uint32_t limit, Deadline deadline) override;
  Result<std::vector<AwaitingSource>> TakeAwaitingSource(TimePoint now, TimePoint begun_before,
                                                         std::chrono::seconds retry, uint32_t limit,
                                                         Deadline deadline) override;
  Result<uint32_t> ForgetAttempts(TimePoint before, uint32_t limit, Deadline deadline) override;
  Result<PrecheckObservation> ObservePrecheck(const PrecheckQuery& query, Deadline deadline) override;
  Status ArchivePolicy(const std::string& digest, const std::string& text, Deadline deadline) override;

  Result<StoredVerification> Get(const Scope& scope, const std::string& verification_id, Deadline deadline) override;
  Result<v1::Facts> GetFacts(const Scope& scope, const std::string& verification_id, Deadline deadline) override;
  Result<StoredDecision> GetDecision(const Scope& scope, const std::string& verification_id, uint64_t sequence,
                                     Deadline deadline) override;
  Result<StoredApplication> GetApplication(const Scope& scope, const std::string& verification_id,
                                           Deadline deadline) override;
  Result<std::vector<std::string>> FindByReference(const std::string& operator_id, const std::string& reference,
                                                   Deadline deadline) override;
  Result<std::vector<Withdrawal>> Withdrawals(const Scope& scope, const std::string& verification_id,
                                              Deadline deadline) override;
  Result<std::vector<StoredVerification>> List(const ListQuery& query, Deadline deadline) override;
  Result<std::vector<StoredEvent>> Events(const Scope& scope, const std::string& verification_id,
                                          uint64_t after_sequence, Deadline deadline) override;
  Result<std::vector<FeedEntry>> Feed(uint64_t after_position, uint32_t limit, Deadline deadline) override;
  Result<uint64_t> FeedEnd(Deadline deadline) override;
  Result<std::string> PolicyText(const std::string& digest, Deadline deadline) override;

 private:
  enum class Target : int { kActivated = 6, kCancelled = 7, kTerminated = 9 };

  // `reason` is kept of a line that ends.
  Result<StoredVerification> Transition(Target target, const Scope& scope, const RequestKey& request,
                                        const std::string& verification_id, const std::string& reason, TimePoint now,
                                        Deadline deadline);
  Result<StoredVerification> ReadUnscoped(const std::string& verification_id, Deadline deadline);
  // What a request key was used for; nothing if it is new.
  Result<CommitOutcome> ReadRepeated(const RequestKey& request, const std::string& payload_digest, Deadline deadline);

  // Somebody by a document; an empty number is nobody's.
  struct KnownPerson {
    std::pair<v1::DocumentType, std::string> document;
    std::string person_id;
  };
  // A party as it is written.
  struct PreparedParty {
    std::string person_id;
    bool is_new = false;
    std::string document_index;         // empty: claims nobody
    std::vector<std::string> pictures;  // names of ID photo, live portrait and letter; empty for none
    std::string sealed_subject;
  };
  // Writes what was sent of the pictures, and names each; empty for what was not.
  Result<std::vector<std::string>> PutPictures(const std::string& person_id, const DataKey& key,
                                               std::vector<const Picture*> pictures, const CommitRequest& request,
                                               TimePoint evidence_expire, Deadline deadline);
  // Finds or makes everybody beside the subscriber, stores their pictures and keys, and names them in `facts`.
  Result<std::vector<PreparedParty>> PrepareParties(const CommitRequest& request, v1::Facts& facts,
                                                    KnownPerson subscriber, TimePoint evidence_expire,
                                                    Deadline deadline);
  Result<StoredParty> ReadParty(const v1::PartyFacts& party, const std::string& verification_id, int position,
                                uint64_t sequence, bool with_pictures, Deadline deadline);
  // An empty name is no picture.
  Result<StoredPicture> ReadPicture(const std::string& person_id, const DataKey& key, const std::string& name,
                                    Deadline deadline);

  std::string DocumentIndex(v1::DocumentType type, const std::string& number) const;
  std::string NameIndex(const std::string& name) const;
  std::string NumberIndex(const std::string& msisdn) const;
  // Null for an empty address.
  Nullable AddressIndex(const std::string& address) const;
  std::string Digest(std::string_view domain, std::string_view bytes) const;

  ConnectionPool& pool_;
  PersonKeys& keys_;
  PhotoStore& photos_;
  const KeyRing& ring_;
  const uint32_t index_version_;
  const uint32_t digest_version_;
};

}  // namespace realname::db
