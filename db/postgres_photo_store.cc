// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_photo_store.h"

#include "db/connection_pool.h"
#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"

namespace realname::db {

Status PostgresPhotoStore::Put(const std::string& person_id, std::span<const SealedPhoto> photos,
                               TimePoint evidence_expire_time, TimePoint now, Deadline deadline) {
  const auto evidence = [](const SealedPhoto& photo) {
    return photo.sealed_evidence.empty() ? Nullable::Null() : Nullable::Hex(photo.sealed_evidence);
  };

  // Two at once are the rule; the rest goes one by one.
  for (size_t i = 0; i < photos.size(); i += 2) {
    const SealedPhoto& first = photos[i];
    const SealedPhoto& second = photos[std::min(i + 1, photos.size() - 1)];
    Status status = RunStatement(pool_, deadline, "photo put", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
      Execute(tx, "photo_put", person_id, Bytes{first.name}, Bytes{first.sealed}, Bytes{second.name},
              Bytes{second.sealed}, Micros(now), evidence(first), evidence(second), Micros(evidence_expire_time));
    });
    if (!status.ok()) return status;
  }
  return {};
}

Result<std::vector<SealedPhoto>> PostgresPhotoStore::Get(const std::string& person_id,
                                                         std::span<const std::string> names, Deadline deadline) {
  std::vector<SealedPhoto> photos;
  for (const std::string& name : names) {
    bool found = false;
    Status status = RunStatement(pool_, deadline, "photo get", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
      const auto rows = Execute(tx, "photo_get", person_id, Bytes{name});
      found = !rows.empty();
      if (!found) return;
      photos.push_back({name, ReadBytes(rows[0][0]), rows[0][1].is_null() ? std::string() : ReadBytes(rows[0][1])});
    });
    if (!status.ok()) return status;
    if (!found) return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error", "a stored photo is missing");
  }
  return photos;
}

Result<uint32_t> PostgresPhotoStore::SweepOrphans(TimePoint before, uint32_t limit, Deadline deadline) {
  const std::lock_guard lock(sweeping_);
  uint32_t swept = 0;
  Judged last = judged_;
  Status status = RunStatement(pool_, deadline, "photo sweep", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "photo_sweep", judged_.create_micros, judged_.person_id, Bytes{judged_.name},
                              Micros(before), limit);
    if (rows.empty()) return;
    swept = rows[0][0].as<uint32_t>();
    last = {rows[0][1].as<int64_t>(), rows[0][2].as<std::string>(), ReadBytes(rows[0][3])};
  });
  if (!status.ok()) return status;
  judged_ = std::move(last);
  return swept;
}

Result<uint32_t> PostgresPhotoStore::SweepEvidence(TimePoint now, uint32_t limit, Deadline deadline) {
  uint32_t swept = 0;
  Status status = RunStatement(pool_, deadline, "evidence sweep", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    swept = Execute(tx, "evidence_sweep", Micros(now), limit)[0][0].as<uint32_t>();
  });
  if (!status.ok()) return status;
  return swept;
}

}  // namespace realname::db
