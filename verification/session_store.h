// SPDX-License-Identifier: Apache-2.0
// SessionStore: what the use cases need of the store of online sessions. A session is its record and the frames that
// were accepted; messages and pictures go in and come out in the clear, sealed under a key of the session's own by the
// implementation. A registration uses a session up in its own commit (registry.h), so that of two at once one wins.
//
// Implementations are thread-safe. Every method may fail with UNAVAILABLE (DATABASE_UNAVAILABLE), after which nothing
// is known about what was written: repeat the same call with the same request key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/face_evidence.pb.h"
#include "realname/v1/stored_record.pb.h"
#include "verification/caller.h"
#include "verification/registry.h"

namespace realname {

// Whose sessions a caller may see: those of its scope, and where `principal` is set only those that it started itself.
struct SessionScope {
  Scope scope;
  std::optional<std::string> principal;
};

// A frame that was accepted.
struct StoredFrame {
  uint32_t step = 0;  // counted from 1
  // With template and thumbnail, until a registration uses the session: then it is dropped, and the picture stays.
  std::optional<v1::FaceEvidence> evidence;
};

struct StoredSession {
  std::string session_id;
  std::string nonce;
  Owner owner;
  std::string principal;
  // Moves with every change of the session.
  uint64_t version = 0;
  v1::SessionRecord record;
  TimePoint expire_time;
  // The registration that used it, and when; empty and unset if none did.
  std::string verification_id;
  std::optional<TimePoint> use_time;
  // In the order of their steps.
  std::vector<StoredFrame> frames;
};

// What the look-up of a session's request key found.
struct SessionObservation {
  RequestMatch request = RequestMatch::kNew;
  // Set for a session that was asked for and is there, or that the request was used for before (then that one).
  std::optional<StoredSession> session;
};

// A new frame of the session that is committed.
struct NewFrame {
  uint32_t step = 0;
  Picture picture;
  v1::FaceEvidence evidence;
};

// A session as it shall stand.
struct SessionCommit {
  RequestKey request;
  // For a new session empty and 0: the store makes the id.
  std::string session_id;
  uint64_t version = 0;
  // New sessions only: they stay what they are.
  std::string nonce;
  Owner owner;
  v1::SessionRecord record;
  TimePoint expire_time;
  std::optional<NewFrame> frame;
  TimePoint now;
};

// The session is stored as asked.
struct SessionCommitted {
  StoredSession session;
};
// The request key was used before; nothing was written.
struct SessionRepeated {
  StoredSession session;
  bool same_payload = true;
};
// Moved (registry.h): it changed meanwhile, or a registration used it; nothing was written.
using SessionOutcome = std::variant<SessionCommitted, Moved, SessionRepeated>;

class SessionStore {
 public:
  virtual ~SessionStore() = default;

  // Whether the request is new, and the session with its frames' evidence. An empty `session_id` asks for none.
  // NOT_FOUND (NO_SUCH_SESSION) if the session asked for is none of the scope's and the request is new.
  virtual Result<SessionObservation> Observe(const SessionScope& scope, const RequestKey& request,
                                             const std::string& session_id, Deadline deadline) = 0;

  // Stores a session if it still is at `version` and unused.
  virtual Result<SessionOutcome> Commit(const SessionCommit& commit, Deadline deadline) = 0;

  // One session with its frames' evidence. NOT_FOUND as in Observe.
  virtual Result<StoredSession> Get(const SessionScope& scope, const std::string& session_id, Deadline deadline) = 0;

  // The session of a nonce. NOT_FOUND as in Observe.
  virtual Result<StoredSession> FindByNonce(const SessionScope& scope, const std::string& nonce, Deadline deadline) = 0;

  // The session that a verification used; nothing if it used none.
  virtual Result<std::optional<StoredSession>> FindByVerification(const std::string& verification_id,
                                                                  Deadline deadline) = 0;

  // The pictures of the accepted frames, in the order of their steps.
  virtual Result<std::vector<std::string>> Pictures(const StoredSession& session, Deadline deadline) = 0;

  // Removes sessions that no registration used and whose time ran out before `before`, with their frames and their
  // keys, at most `limit`; returns how many.
  virtual Result<uint32_t> Sweep(TimePoint before, uint32_t limit, Deadline deadline) = 0;
};

}  // namespace realname
