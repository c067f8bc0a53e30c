// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_session_store.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "vault/blind_index.h"
#include "vault/sealer.h"

namespace realname::db {
namespace {

Status NoSuchSession() { return Status(StatusCode::kNotFound, "NO_SUCH_SESSION", "no such session among your own"); }

Status Defect(std::string detail) {
  return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error", std::move(detail));
}

// Row id of a frame's sealed column: made by the client, part of the associated data.
std::string FrameRow(const std::string& session_id, uint32_t step) { return session_id + "/" + std::to_string(step); }

}  // namespace

PostgresSessionStore::PostgresSessionStore(ConnectionPool& pool, PersonKeys& keys, PhotoStore& photos,
                                           const KeyRing& ring)
    : pool_(pool),
      keys_(keys),
      photos_(photos),
      ring_(ring),
      index_version_(ring.current_version(KeyPurpose::kIndex)),
      digest_version_(ring.current_version(KeyPurpose::kDigest)) {}

std::string PostgresSessionStore::NonceIndex(const std::string& nonce) const {
  return *BlindIndex(ring_, index_version_, "session.nonce_index", nonce);
}
std::string PostgresSessionStore::Digest(std::string_view domain, std::string_view bytes) const {
  return *PayloadDigest(ring_, digest_version_, domain, bytes);
}

template <typename Statement>
Result<std::optional<StoredSession>> PostgresSessionStore::Read(Statement read, Deadline deadline) {
  std::optional<StoredSession> session;
  std::string record;
  std::string sealed_nonce;
  std::vector<std::optional<std::string>> sealed_evidence;
  Status status = RunStatement(pool_, deadline, "session read", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    session.reset();
    sealed_evidence.clear();
    const pqxx::result rows = read(tx);
    if (rows.empty()) return;
    const auto row = rows[0];
    session.emplace();
    session->session_id = row[0].as<std::string>();
    session->owner = {row[1].as<std::string>(), row[2].as<std::string>(), row[3].as<std::string>()};
    session->principal = row[4].as<std::string>();
    session->version = row[5].as<uint64_t>();
    record = ReadBytes(row[6]);
    sealed_nonce = ReadBytes(row[7]);
    session->expire_time = FromMicros(row[8].as<int64_t>());
    if (!row[9].is_null()) session->verification_id = row[9].as<std::string>();
    if (!row[10].is_null()) session->use_time = FromMicros(row[10].as<int64_t>());
    for (const auto& frame : Execute(tx, "session_frames", session->session_id)) {
      session->frames.push_back({frame[0].as<uint32_t>(), std::nullopt});
      sealed_evidence.push_back(frame[2].is_null() ? std::nullopt : std::optional(ReadBytes(frame[2])));
    }
  });
  if (!status.ok()) return status;
  if (!session) return session;
  auto key = keys_.Find(session->session_id);
  // A sweep that was broken off erased the key, and ends the session next time.
  if (key.status().code() == StatusCode::kFailedPrecondition) return std::optional<StoredSession>();
  if (!key.ok()) return key.status();
  auto nonce = Unseal(**key, {"session", "sealed_nonce", session->session_id}, sealed_nonce);
  if (!nonce.ok()) return nonce.status();
  session->nonce = *std::move(nonce);
  if (!session->record.ParseFromString(record)) return Defect("a stored session cannot be parsed");
  // Two reads, one after the other: a frame that came between them is not yet of this record.
  while (session->frames.size() > session->record.accepted_frames()) session->frames.pop_back();
  for (size_t i = 0; i < session->frames.size(); ++i) {
    if (!sealed_evidence[i]) continue;
    StoredFrame& frame = session->frames[i];
    auto bytes = Unseal(**key, {"session_frame", "sealed_evidence", FrameRow(session->session_id, frame.step)},
                        *sealed_evidence[i]);
    if (!bytes.ok()) return bytes.status();
    if (!frame.evidence.emplace().ParseFromString(*bytes)) return Defect("a frame's evidence cannot be parsed");
  }
  return session;
}

Result<SessionObservation> PostgresSessionStore::FindRequest(const RequestKey& request, Deadline deadline) {
  SessionObservation observation;
  std::string session_id;
  const std::string payload = Digest("session request", request.canonical_payload);
  Status status = RunStatement(pool_, deadline, "session request", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "session_request", request.principal, request.request_id, Bytes{payload});
    if (rows.empty()) return;
    session_id = rows[0][0].as<std::string>();
    observation.request = rows[0][1].as<bool>() ? RequestMatch::kSamePayload : RequestMatch::kOtherPayload;
  });
  if (!status.ok()) return status;
  if (session_id.empty()) return observation;
  auto session =
      Read([&](pqxx::transaction_base& tx) { return Execute(tx, "session_unscoped", session_id); }, deadline);
  if (!session.ok()) return session.status();
  // Swept between the two reads: its requests are gone with it.
  if (!*session) return NoSuchSession();
  observation.session = **std::move(session);
  return observation;
}

Result<SessionObservation> PostgresSessionStore::Observe(const SessionScope& scope, const RequestKey& request,
                                                         const std::string& session_id, Deadline deadline) {
  auto observation = FindRequest(request, deadline);
  if (!observation.ok() || observation->request != RequestMatch::kNew || session_id.empty()) return observation;
  auto session = Get(scope, session_id, deadline);
  if (!session.ok()) return session.status();
  observation->session = *std::move(session);
  return observation;
}

Result<SessionOutcome> PostgresSessionStore::Commit(const SessionCommit& commit, Deadline deadline) {
  const bool is_new = commit.session_id.empty();
  std::string session_id = commit.session_id;
  std::shared_ptr<const DataKey> key;
  if (is_new) {
    // As for a new person: the key is durable before the session; if that fails it is an orphan that opens nothing.
    auto made = keys_.New();
    if (!made.ok()) return made.status();
    session_id = made->person_id;
    key = made->key;
  } else {
    auto found = keys_.Find(session_id);
    if (!found.ok()) return found.status();
    key = *found;
  }

  std::vector<SealedPhoto> photo;
  std::string sealed_evidence;
  if (commit.frame) {
    SealedPhoto& sealed = photo.emplace_back();
    sealed.name = Digest("photo", session_id + commit.frame->picture.sha256);
    sealed.sealed = Seal(*key, {"media.photo", "sealed", sealed.name}, commit.frame->picture.bytes);
    if (Status status = photos_.Put(session_id, photo, commit.now, commit.now, deadline); !status.ok()) return status;
    sealed_evidence = Seal(*key, {"session_frame", "sealed_evidence", FrameRow(session_id, commit.frame->step)},
                           commit.frame->evidence.SerializeAsString());
  }
  const std::string payload = Digest("session request", commit.request.canonical_payload);
  const std::string record = commit.record.SerializeAsString();
  const std::string nonce_index = is_new ? NonceIndex(commit.nonce) : std::string();
  const std::string sealed_nonce =
      is_new ? Seal(*key, {"session", "sealed_nonce", session_id}, commit.nonce) : std::string();
  const Nullable step = commit.frame ? Nullable::Text(std::to_string(commit.frame->step)) : Nullable::Null();
  const std::string photo_name = commit.frame ? photo[0].name : std::string();

  bool written = false;
  Status status = RunStatement(pool_, deadline, "session commit", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    written =
        Execute(tx, "commit_session", commit.request.principal, commit.request.request_id, digest_version_,
                Bytes{payload}, session_id, commit.version, commit.owner.operator_id, commit.owner.agent_id,
                commit.owner.outlet_id, Bytes{record}, index_version_, Bytes{nonce_index}, Bytes{sealed_nonce},
                Micros(commit.expire_time), step, Bytes{photo_name}, Bytes{sealed_evidence}, Micros(commit.now))[0][0]
            .as<bool>();
  });
  if (status.code() == StatusCode::kAborted) return SessionOutcome(Moved{});
  if (!status.ok()) return status;
  if (!written) {
    auto earlier = FindRequest(commit.request, deadline);
    if (!earlier.ok()) return earlier.status();
    if (!earlier->session) return Defect("a session's request vanished");
    return SessionOutcome(
        SessionRepeated{*std::move(earlier->session), earlier->request == RequestMatch::kSamePayload});
  }
  auto session =
      Read([&](pqxx::transaction_base& tx) { return Execute(tx, "session_unscoped", session_id); }, deadline);
  if (!session.ok()) return session.status();
  if (!*session) return Defect("a session that was written is not there");
  return SessionOutcome(SessionCommitted{**std::move(session)});
}

Result<StoredSession> PostgresSessionStore::Get(const SessionScope& scope, const std::string& session_id,
                                                Deadline deadline) {
  auto session = Read(
      [&](pqxx::transaction_base& tx) {
        return Execute(tx, "session_get", scope.scope.operator_id, Nullable::Of(scope.scope.agent_id),
                       Nullable::Of(scope.scope.outlet_id), Nullable::Of(scope.principal), session_id);
      },
      deadline);
  if (!session.ok()) return session.status();
  if (!*session) return NoSuchSession();
  return **std::move(session);
}

Result<StoredSession> PostgresSessionStore::FindByNonce(const SessionScope& scope, const std::string& nonce,
                                                        Deadline deadline) {
  const std::string index = NonceIndex(nonce);
  auto session = Read(
      [&](pqxx::transaction_base& tx) {
        return Execute(tx, "session_by_nonce", scope.scope.operator_id, Nullable::Of(scope.scope.agent_id),
                       Nullable::Of(scope.scope.outlet_id), Nullable::Of(scope.principal), index_version_,
                       Bytes{index});
      },
      deadline);
  if (!session.ok()) return session.status();
  if (!*session) return NoSuchSession();
  return **std::move(session);
}

Result<std::optional<StoredSession>> PostgresSessionStore::FindByVerification(const std::string& verification_id,
                                                                              Deadline deadline) {
  return Read([&](pqxx::transaction_base& tx) { return Execute(tx, "session_by_verification", verification_id); },
              deadline);
}

Result<std::vector<std::string>> PostgresSessionStore::Pictures(const StoredSession& session, Deadline deadline) {
  std::vector<std::string> names;
  Status status = RunStatement(pool_, deadline, "session frames", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    names.clear();
    for (const auto& row : Execute(tx, "session_frames", session.session_id)) {
      if (names.size() < session.frames.size()) names.push_back(ReadBytes(row[1]));
    }
  });
  if (!status.ok()) return status;
  auto key = keys_.Find(session.session_id);
  if (!key.ok()) return key.status();
  auto sealed = photos_.Get(session.session_id, names, deadline);
  if (!sealed.ok()) return sealed.status();
  std::vector<std::string> pictures;
  for (size_t i = 0; i < names.size(); ++i) {
    auto picture = Unseal(**key, {"media.photo", "sealed", names[i]}, (*sealed)[i].sealed);
    if (!picture.ok()) return picture.status();
    pictures.push_back(*std::move(picture));
  }
  return pictures;
}

Result<uint32_t> PostgresSessionStore::Sweep(TimePoint before, uint32_t limit, Deadline deadline) {
  std::vector<std::string> ids;
  Status status = RunStatement(pool_, deadline, "sessions run out", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    ids.clear();
    for (const auto& row : Execute(tx, "sessions_run_out", Micros(before), limit)) {
      ids.push_back(row[0].as<std::string>());
    }
  });
  if (!status.ok()) return status;
  for (const std::string& id : ids) {
    if (Status erased = keys_.Erase(id); !erased.ok()) return erased;
    status = RunStatement(pool_, deadline, "session delete", Repeatable::kYes,
                          [&](pqxx::transaction_base& tx) { Execute(tx, "session_delete", id, Micros(before)); });
    if (!status.ok()) return status;
  }
  return static_cast<uint32_t>(ids.size());
}

}  // namespace realname::db
