// SPDX-License-Identifier: Apache-2.0
// Sessions of online sign-up: a nonce for one registration, notices, and an active challenge whose frames come one by
// one. Each frame goes through observe -> decide -> commit like a registration; the faces are looked at outside any
// transaction, rules/challenge.h decides, and a frame is kept only if the session did not move meanwhile.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/facts.pb.h"
#include "realname/v1/registration_service.pb.h"
#include "verification/caller.h"
#include "verification/face_examiner.h"
#include "verification/picture_digests.h"
#include "verification/policy_archive.h"
#include "verification/session_store.h"

namespace realname {

// Thread-safe; holds no state of its own.
class Sessions {
 public:
  // The arguments outlive this object. `random_bytes` gives that many unpredictable bytes; it and `sha256` are
  // thread-safe.
  Sessions(SessionStore& store, FaceExaminer& faces, PolicyArchive& policies, const Clock& clock,
           std::function<std::string(std::size_t)> random_bytes, Sha256Function sha256);

  // All take validated requests. Errors of all: those of SessionStore. Of those with a request_id also ALREADY_EXISTS
  // (REQUEST_ID_REUSED) and ABORTED (RECORD_CONTENDED), after which the call may be repeated.

  // Draws the challenge and stores the session. Where fewer than two actions are left the answer is
  // SESSION_STATE_OWN_HALL, and nothing is stored.
  Result<v1::Session> Start(const Caller& caller, const v1::StartSessionRequest& request, Deadline deadline);

  // Examines a frame and keeps it or says why not. Also FAILED_PRECONDITION (SESSION_EXPIRED, SESSION_CLOSED,
  // FRAME_OUT_OF_ORDER) and the errors of FaceExaminer.
  Result<v1::Session> SubmitFrame(const Caller& caller, const v1::SubmitChallengeFrameRequest& request,
                                  Deadline deadline);

  Result<v1::Session> Get(const Caller& caller, const v1::GetSessionRequest& request, Deadline deadline);

  // Also FAILED_PRECONDITION (SESSION_EXPIRED, SESSION_CLOSED, EXTENSION_LIMIT).
  Result<v1::Session> Extend(const Caller& caller, const v1::ExtendSessionRequest& request, Deadline deadline);

 private:
  // A repeated request's answer: the session as it stands now.
  Result<v1::Session> Repeated(const Caller& caller, const StoredSession& session, bool same_payload) const;
  Result<v1::Session> Outcome(const Caller& caller, const SessionOutcome& outcome) const;
  v1::Session Answer(const Caller& caller, const StoredSession& session) const;
  v1::SessionState StateOf(const StoredSession& session) const;
  // FAILED_PRECONDITION unless frames are awaited or, where it may be, all were given.
  Status CheckOpen(const StoredSession& session, bool may_be_complete) const;

  SessionStore& store_;
  FaceExaminer& faces_;
  PolicyArchive& policies_;
  const Clock& clock_;
  const std::function<std::string(std::size_t)> random_bytes_;
  const Sha256Function sha256_;
};

// The sessions that a caller may see: sellers those that they started themselves, the operator's staff all of the
// operator's.
SessionScope SessionScopeOf(const Caller& caller);

// Evidence of a session's accepted frames with templates of the bundle in force, in the order of their steps: as
// stored, or from their pictures where it was dropped or another bundle made it. Errors as SessionStore and
// FaceExaminer.
Result<std::vector<v1::FaceEvidence>> FrameEvidence(SessionStore& store, FaceExaminer& faces,
                                                    const StoredSession& session, Deadline deadline);

// Fills how a frame compares with the session's earlier ones, the first first. All have templates of one bundle. Errors
// as FaceExaminer::Compare.
Status CompareWithEarlier(const FaceExaminer& faces, std::span<const v1::FaceEvidence> earlier,
                          v1::ChallengeFrame& frame);

}  // namespace realname
