// SPDX-License-Identifier: Apache-2.0
// A registry for filling an empty database: to the service it looks like one in which this person alone is registered,
// and what the service commits is written by COPY, many people at a time. What it writes is what PostgresRegistry would
// have left after the same calls, pictures and attempts of the last day excepted (a test compares the two).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "bench/copy_rows.h"
#include "db/postgres_registry.h"

struct pg_conn;

namespace realname {

// Not thread-safe: each thread has its own, and none else writes to the database.
class CopyRegistry final : public db::PostgresRegistry {
 public:
  struct Target {
    std::string registry_dsn;  // as a role that may write every table
    std::string key_store_dsn;
    // Events get their positions as they are made; shared by all threads.
    std::atomic<uint64_t>* events;
  };

  // Throws std::runtime_error if it cannot connect. The other arguments are those of PostgresRegistry, and outlive
  // this.
  CopyRegistry(Target target, db::ConnectionPool& pool, db::PersonKeys& keys, db::PhotoStore& photos,
               const KeyRing& ring);
  ~CopyRegistry() override;

  // That are written to.
  static std::vector<std::string> RegistryTables();

  // Only for new lines of one subscriber; the public key is that of every device.
  Result<Observation> Observe(const ObserveQuery& query, Deadline deadline) override;
  Result<CommitOutcome> Commit(const CommitRequest& request, Deadline deadline) override;
  Result<StoredVerification> Confirm(const Scope& scope, const RequestKey& request, const std::string& verification_id,
                                     TimePoint now, Deadline deadline) override;

  // Calls so far were about one person; the next are about another.
  void FinishPerson();
  // Writes who is finished, in one transaction; keys first. Throws std::runtime_error.
  void Flush();

 private:
  const Target target_;
  const KeyRing& ring_;
  std::unique_ptr<pg_conn, void (*)(pg_conn*)> registry_connection_;
  std::unique_ptr<pg_conn, void (*)(pg_conn*)> key_store_connection_;

  // The person at hand.
  std::string person_id_;
  std::shared_ptr<const DataKey> key_;
  std::vector<StoredVerification> lines_;
  std::string quota_;

  CopyRows keys_{"key_store.person_key (person_id, wrapped)"};
  CopyRows people_{"realname.person (person_id, row_version, create_time)"};
  CopyRows documents_{"realname.document_claim (index_version, document_index, person_id, name_index)"};
  CopyRows quotas_{"realname.person_quota (person_id, operator_id, held, quota)"};
  CopyRows addresses_{"realname.address_use (index_version, address_index, operator_id, person_id, use_time)"};
  CopyRows requests_{
      "realname.request_claim (principal, request_id, digest_version, payload_digest, verification_id, create_time)"};
  CopyRows claims_{"realname.verification_claim (verification_id, person_id)"};
  CopyRows verifications_{
      "realname.verification (person_id, verification_id, operator_id, agent_id, outlet_id, state, verdict, attempt, "
      "sequence, holds_place, number_index_version, number_index, next_due, create_time, quota)"};
  CopyRows numbers_{"realname.number_claim (index_version, number_index, person_id, verification_id)"};
  CopyRows registrations_{
      "realname.registration (person_id, verification_id, attempt, record, sealed_subject, create_time)"};
  CopyRows decisions_{
      "realname.decision (person_id, verification_id, sequence, attempt, decision, facts, sealed_subject, sealed_salt, "
      "policy_digest, rules_version, decide_time)"};
  CopyRows audits_{"realname.audit_record (record_id, verification_id, leaf, create_time)"};
  CopyRows events_{"realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time, position)"};
  CopyRows captures_{
      "realname.capture (operator_id, device_id, take_time, verification_id, sequence, position, counter, person_id)"};
};

}  // namespace realname
