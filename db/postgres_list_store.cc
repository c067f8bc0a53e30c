// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_list_store.h"

#include <memory>

#include "db/document_index.h"
#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "realname/v1/stored_record.pb.h"
#include "vault/digest.h"
#include "vault/sealer.h"

namespace realname::db {
namespace {

// How often somebody may come first before the caller has to try again.
constexpr int kMaxRounds = 8;

Nullable TextOrNull(const std::string& text) { return text.empty() ? Nullable::Null() : Nullable::Text(text); }
Nullable HexOrNull(const std::string& bytes) { return bytes.empty() ? Nullable::Null() : Nullable::Hex(bytes); }

Status NoSuchEntry() { return Status(StatusCode::kNotFound, "NO_SUCH_ENTRY", "no such entry"); }

Status Contended() {
  return Status(StatusCode::kAborted, "RECORD_CONTENDED", "somebody else was quicker; try again")
      .WithRetryAfter(std::chrono::milliseconds(50));
}

StoredListEntry ReadEntry(const pqxx::row& row) {
  const auto text = [&](int column) { return row[column].is_null() ? std::string() : row[column].as<std::string>(); };
  StoredListEntry stored;
  v1::ListEntry& entry = stored.entry;
  entry.set_entry_id(text(0));
  entry.set_kind(static_cast<v1::ListKind>(row[1].as<int>()));
  entry.set_state(static_cast<v1::ListState>(row[2].as<int>()));
  entry.set_agent_id(text(4));
  entry.set_authority(text(5));
  entry.set_authority_reference(text(6));
  entry.set_legal_basis(text(7));
  entry.set_from_date(text(8));
  entry.set_to_date(text(9));
  stored.proposed_by = text(11);
  return stored;
}

}  // namespace

Result<bool> PostgresListStore::Add(const std::string& operator_id, const NewListEntry& added,
                                    const std::string& principal, TimePoint now, Deadline deadline) {
  const v1::ListEntry& entry = added.entry;
  const std::string& number = added.document_number.Reveal();
  const std::string document_index =
      number.empty() ? std::string() : DocumentIndex(ring_, index_version_, added.document_type, number);
  const std::string number_index =
      entry.msisdn().empty() ? std::string()
                             : *BlindIndex(ring_, index_version_, "number_claim.number_index", entry.msisdn());
  v1::ListSubject subject;
  if (entry.has_document()) *subject.mutable_document() = entry.document();
  subject.set_msisdn(entry.msisdn());
  subject.set_retained_msisdn(entry.retained_msisdn());
  const bool personal = entry.has_document() || !entry.msisdn().empty();

  for (int round = 0; round < kMaxRounds; ++round) {
    const std::string entry_id = TimeOrderedUuid(now);
    std::string person_id;
    bool is_new = false;
    std::string sealed;
    if (personal) {
      if (!document_index.empty()) {
        Status status = RunStatement(pool_, deadline, "find person", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
          const auto rows = Execute(tx, "find_person", index_version_, Bytes{document_index});
          if (!rows.empty()) person_id = rows[0][0].as<std::string>();
        });
        if (!status.ok()) return status;
      }
      std::shared_ptr<const DataKey> key;
      if (person_id.empty()) {
        auto person = keys_.New();
        if (!person.ok()) return person.status();
        person_id = person->person_id;
        key = person->key;
        is_new = true;
      } else {
        auto found = keys_.Find(person_id);
        if (!found.ok()) return found.status();
        key = *found;
      }
      sealed = Seal(*key, {"list_entry", "sealed_subject", entry_id}, subject.SerializeAsString());
    }
    bool taken = false;
    Status status = RunStatement(pool_, deadline, "add list entry", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
      taken = Execute(tx, "add_list_entry", entry_id, operator_id, static_cast<int>(entry.kind()),
                      static_cast<int>(entry.state()), TextOrNull(person_id), is_new, index_version_,
                      HexOrNull(document_index), entry.agent_id(), HexOrNull(number_index), entry.authority(),
                      entry.authority_reference(), entry.legal_basis(), entry.from_date(), TextOrNull(entry.to_date()),
                      HexOrNull(sealed), TimeOrderedUuid(now), added.note, principal, Micros(now))[0][0]
                  .as<bool>();
    });
    if (status.code() == StatusCode::kAborted) continue;
    if (!status.ok()) return status;
    return taken;
  }
  return Contended();
}

Status PostgresListStore::Complete(Row& row, Deadline deadline) {
  v1::ListEntry& entry = row.stored.entry;
  if (!row.sealed.empty()) {
    auto key = keys_.Find(row.person_id);
    if (key.ok()) {
      auto opened = Unseal(**key, {"list_entry", "sealed_subject", entry.entry_id()}, row.sealed);
      if (!opened.ok()) return opened.status();
      v1::ListSubject subject;
      if (!subject.ParseFromString(*opened))
        return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "a list entry cannot be parsed");
      if (subject.has_document()) *entry.mutable_document() = subject.document();
      entry.set_msisdn(subject.msisdn());
      entry.set_retained_msisdn(subject.retained_msisdn());
    } else if (key.status().code() != StatusCode::kFailedPrecondition) {
      return key.status();
    }
  }
  return RunStatement(pool_, deadline, "list entry changes", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    entry.clear_changes();
    for (const auto& step : Execute(tx, "list_entry_changes", entry.entry_id())) {
      v1::ListEntryChange& change = *entry.add_changes();
      change.set_state(static_cast<v1::ListState>(step[0].as<int>()));
      change.set_note(step[1].as<std::string>());
      change.set_principal(step[2].as<std::string>());
      *change.mutable_change_time() = TimestampOf(step[3].as<int64_t>());
    }
  });
}

Result<StoredListEntry> PostgresListStore::Get(const std::string& operator_id, const std::string& entry_id,
                                               Deadline deadline) {
  std::optional<Row> found;
  Status status = RunStatement(pool_, deadline, "get list entry", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    found.reset();
    for (const auto& row : Execute(tx, "get_list_entry", operator_id, entry_id)) {
      found = Row{ReadEntry(row), row[3].is_null() ? std::string() : row[3].as<std::string>(),
                  row[10].is_null() ? std::string() : ReadBytes(row[10])};
    }
  });
  if (!status.ok()) return status;
  if (!found) return NoSuchEntry();
  if (Status complete = Complete(*found, deadline); !complete.ok()) return complete;
  return std::move(found->stored);
}

Result<bool> PostgresListStore::Change(const std::string& operator_id, const std::string& entry_id, v1::ListState from,
                                       v1::ListState to, const std::string& note, const std::string& principal,
                                       TimePoint now, Deadline deadline) {
  bool changed = false;
  Status status = RunStatement(pool_, deadline, "change list entry", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    changed = Execute(tx, "change_list_entry", operator_id, entry_id, static_cast<int>(from), static_cast<int>(to),
                      TimeOrderedUuid(now), note, principal, Micros(now))[0][0]
                  .as<bool>();
  });
  if (status.code() == StatusCode::kAborted) return Contended();
  if (!status.ok()) return status;
  return changed;
}

Result<std::vector<StoredListEntry>> PostgresListStore::List(const std::string& operator_id, v1::ListKind kind,
                                                             bool in_force, const std::string& today,
                                                             const std::string& before, uint32_t limit,
                                                             Deadline deadline) {
  std::vector<Row> rows;
  Status status = RunStatement(pool_, deadline, "list entries", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    rows.clear();
    for (const auto& row : Execute(tx, "list_list_entries", operator_id, static_cast<int>(kind), in_force, today,
                                   TextOrNull(before), limit)) {
      rows.push_back({ReadEntry(row), row[3].is_null() ? std::string() : row[3].as<std::string>(),
                      row[10].is_null() ? std::string() : ReadBytes(row[10])});
    }
  });
  if (!status.ok()) return status;
  std::vector<StoredListEntry> entries;
  for (Row& row : rows) {
    if (Status complete = Complete(row, deadline); !complete.ok()) return complete;
    entries.push_back(std::move(row.stored));
  }
  return entries;
}

}  // namespace realname::db
