// SPDX-License-Identifier: Apache-2.0
#include "verification/sessions.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "rules/challenge.h"
#include "rules/explain.h"
#include "rules/notices.h"
#include "verification/answer.h"
#include "verification/canonical_payload.h"
#include "verification/hex.h"

namespace realname {
namespace {

constexpr std::size_t kNonceBytes = 32;
// Only another call on the same session moves it.
constexpr int kMaxRounds = 16;

Status Precondition(const char* reason, std::string message) {
  return Status(StatusCode::kFailedPrecondition, reason, std::move(message));
}

Status Contended() {
  return Status(StatusCode::kAborted, "RECORD_CONTENDED", "the session kept moving; retry with the same request_id")
      .WithRetryAfter(std::chrono::milliseconds(50));
}

bool IsSeller(v1::Role role) { return role == v1::ROLE_RETAIL || role == v1::ROLE_ONLINE; }

}  // namespace

SessionScope SessionScopeOf(const Caller& caller) {
  SessionScope scope{caller.scope, std::nullopt};
  if (IsSeller(caller.role)) scope.principal = caller.principal;
  return scope;
}

Result<std::vector<v1::FaceEvidence>> FrameEvidence(SessionStore& store, FaceExaminer& faces,
                                                    const StoredSession& session, Deadline deadline) {
  std::vector<v1::FaceEvidence> evidence;
  for (const StoredFrame& frame : session.frames) {
    if (frame.evidence && frame.evidence->bundle_digest() == faces.BundleDigest()) evidence.push_back(*frame.evidence);
  }
  if (evidence.size() == session.frames.size()) return evidence;
  auto pictures = store.Pictures(session, deadline);
  if (!pictures.ok()) return pictures.status();
  const std::vector<std::string_view> views(pictures->begin(), pictures->end());
  return faces.Examine(views, deadline);
}

Status CompareWithEarlier(const FaceExaminer& faces, std::span<const v1::FaceEvidence> earlier,
                          v1::ChallengeFrame& frame) {
  if (frame.evidence().status() != v1::FACE_STATUS_OK) return {};
  float highest = earlier.empty() ? 0 : -1;
  for (const v1::FaceEvidence& other : earlier) {
    if (other.status() != v1::FACE_STATUS_OK) continue;
    auto comparison = faces.Compare(other, frame.evidence());
    if (!comparison.ok()) return comparison.status();
    highest = std::max(highest, comparison->image_correlation());
    if (&other == earlier.data()) *frame.mutable_to_first() = *std::move(comparison);
  }
  frame.set_highest_correlation(highest);
  return {};
}

Sessions::Sessions(SessionStore& store, FaceExaminer& faces, PolicyArchive& policies, const Clock& clock,
                   std::function<std::string(std::size_t)> random_bytes, Sha256Function sha256)
    : store_(store),
      faces_(faces),
      policies_(policies),
      clock_(clock),
      random_bytes_(std::move(random_bytes)),
      sha256_(sha256) {}

Result<v1::Session> Sessions::Start(const Caller& caller, const v1::StartSessionRequest& request, Deadline deadline) {
  const RequestKey key = {caller.principal, request.request_id(), CanonicalPayload(request)};
  auto observed = store_.Observe(SessionScopeOf(caller), key, "", deadline);
  if (!observed.ok()) return observed.status();
  if (observed->request != RequestMatch::kNew) {
    return Repeated(caller, *observed->session, observed->request == RequestMatch::kSamePayload);
  }

  const rules::Policy& policy = policies_.Current();
  const v1::ChallengePolicy& challenge = policy.pack.challenge();
  const v1::ModelCard card = faces_.ModelCard(policy.pack);
  std::vector<v1::ChallengeAction> excluded = rules::ActionsNotSeen(card.not_measured());
  for (const int action : request.excluded_actions()) excluded.push_back(static_cast<v1::ChallengeAction>(action));
  const auto below = [this](uint32_t bound) {
    // Drawn again above the last multiple, so that every number is equally likely.
    while (true) {
      const std::string bytes = random_bytes_(4);
      uint32_t number = 0;
      for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
      if (number < UINT32_MAX - UINT32_MAX % bound) return number % bound;
    }
  };
  const auto steps = rules::DrawSteps(challenge.actions_asked(), excluded, below);
  if (!steps) {
    v1::Session answer;
    answer.set_state(v1::SESSION_STATE_OWN_HALL);
    answer.set_next_action(v1::NEXT_ACTION_OWN_HALL);
    *answer.mutable_next_action_text() = rules::NextActionText(policy, v1::NEXT_ACTION_OWN_HALL);
    return answer;
  }

  SessionCommit commit;
  commit.request = key;
  commit.nonce = Hex(random_bytes_(kNonceBytes));
  commit.owner = caller.owner;
  *commit.record.mutable_channel() = request.channel();
  commit.record.set_product(request.product());
  for (const v1::ChallengeAction action : *steps) commit.record.add_actions(action);
  commit.now = clock_.Now();
  commit.expire_time = commit.now + std::chrono::minutes(challenge.session_minutes());
  auto outcome = store_.Commit(commit, deadline);
  if (!outcome.ok()) return outcome.status();
  return Outcome(caller, *outcome);
}

Result<v1::Session> Sessions::SubmitFrame(const Caller& caller, const v1::SubmitChallengeFrameRequest& request,
                                          Deadline deadline) {
  PictureDigests digests(sha256_);
  const SessionScope scope = SessionScopeOf(caller);
  const RequestKey key = {caller.principal, request.request_id(), CanonicalPayload(request, digests)};
  const rules::Policy& policy = policies_.Current();
  v1::ChallengeFrame frame;
  std::vector<v1::FaceEvidence> earlier;
  bool examined = false;

  for (int round = 0; round < kMaxRounds; ++round) {
    auto observed = store_.Observe(scope, key, request.session_id(), deadline);
    if (!observed.ok()) return observed.status();
    if (observed->request != RequestMatch::kNew) {
      return Repeated(caller, *observed->session, observed->request == RequestMatch::kSamePayload);
    }
    const StoredSession& session = *observed->session;
    if (Status status = CheckOpen(session, false); !status.ok()) return status;
    const uint32_t next = session.record.accepted_frames() + 1;
    if (request.step() != next) {
      return Precondition("FRAME_OUT_OF_ORDER", "the session's next step is " + std::to_string(next));
    }
    // Earlier frames are what they were as long as the next step is the same.
    if (!examined) {
      frame.set_action(session.record.actions(static_cast<int>(next) - 1));
      const std::array<std::string_view, 1> pictures = {request.frame()};
      auto evidence = faces_.Examine(pictures, deadline);
      if (!evidence.ok()) return evidence.status();
      *frame.mutable_evidence() = std::move((*evidence)[0]);
      if (frame.evidence().status() == v1::FACE_STATUS_OK) {
        auto others = FrameEvidence(store_, faces_, session, deadline);
        if (!others.ok()) return others.status();
        earlier = *std::move(others);
        if (Status status = CompareWithEarlier(faces_, earlier, frame); !status.ok()) return status;
      }
      examined = true;
    }
    const auto faults = rules::FrameFaults(policy, frame, earlier.empty() ? v1::FaceEvidence() : earlier.front());

    SessionCommit commit;
    commit.request = key;
    commit.session_id = session.session_id;
    commit.version = session.version;
    commit.record = session.record;
    commit.expire_time = session.expire_time;
    commit.now = clock_.Now();
    if (faults.empty()) {
      commit.record.set_accepted_frames(next);
      commit.frame = NewFrame{next, {request.frame(), digests.Of(request.frame())}, frame.evidence()};
    } else {
      v1::RefusedFrameRecord& refused = *commit.record.add_refused_frames();
      refused.set_step(next);
      for (const v1::ReasonCode fault : faults) refused.add_reasons(fault);
      *refused.mutable_refuse_time() = ToTimestamp(commit.now);
    }
    auto outcome = store_.Commit(commit, deadline);
    if (!outcome.ok()) return outcome.status();
    if (!std::holds_alternative<Moved>(*outcome)) return Outcome(caller, *outcome);
  }
  return Contended();
}

Result<v1::Session> Sessions::Get(const Caller& caller, const v1::GetSessionRequest& request, Deadline deadline) {
  auto session = store_.Get(SessionScopeOf(caller), request.session_id(), deadline);
  if (!session.ok()) return session.status();
  return Answer(caller, *session);
}

Result<v1::Session> Sessions::Extend(const Caller& caller, const v1::ExtendSessionRequest& request, Deadline deadline) {
  const RequestKey key = {caller.principal, request.request_id(), CanonicalPayload(request)};
  const v1::ChallengePolicy& challenge = policies_.Current().pack.challenge();
  for (int round = 0; round < kMaxRounds; ++round) {
    auto observed = store_.Observe(SessionScopeOf(caller), key, request.session_id(), deadline);
    if (!observed.ok()) return observed.status();
    if (observed->request != RequestMatch::kNew) {
      return Repeated(caller, *observed->session, observed->request == RequestMatch::kSamePayload);
    }
    const StoredSession& session = *observed->session;
    if (Status status = CheckOpen(session, true); !status.ok()) return status;
    if (session.record.extensions() >= challenge.max_extensions()) {
      return Precondition("EXTENSION_LIMIT", "the session was extended as often as may be");
    }
    SessionCommit commit;
    commit.request = key;
    commit.session_id = session.session_id;
    commit.version = session.version;
    commit.record = session.record;
    commit.record.set_extensions(session.record.extensions() + 1);
    commit.now = clock_.Now();
    commit.expire_time = std::max(session.expire_time, commit.now + std::chrono::minutes(challenge.session_minutes()));
    auto outcome = store_.Commit(commit, deadline);
    if (!outcome.ok()) return outcome.status();
    if (!std::holds_alternative<Moved>(*outcome)) return Outcome(caller, *outcome);
  }
  return Contended();
}

Result<v1::Session> Sessions::Repeated(const Caller& caller, const StoredSession& session, bool same_payload) const {
  if (!same_payload) {
    return Status(StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                  "this request_id was used with another payload; make a new id");
  }
  return Answer(caller, session);
}

Result<v1::Session> Sessions::Outcome(const Caller& caller, const SessionOutcome& outcome) const {
  if (const auto* committed = std::get_if<SessionCommitted>(&outcome)) return Answer(caller, committed->session);
  if (const auto* repeated = std::get_if<SessionRepeated>(&outcome)) {
    return Repeated(caller, repeated->session, repeated->same_payload);
  }
  return Contended();
}

v1::SessionState Sessions::StateOf(const StoredSession& session) const {
  const v1::SessionRecord& record = session.record;
  if (!session.verification_id.empty()) return v1::SESSION_STATE_USED;
  if (session.expire_time <= clock_.Now()) return v1::SESSION_STATE_EXPIRED;
  if (record.accepted_frames() >= static_cast<uint32_t>(record.actions_size())) return v1::SESSION_STATE_COMPLETE;
  const uint32_t most = policies_.Current().pack.challenge().max_refused_frames();
  if (static_cast<uint32_t>(record.refused_frames_size()) >= most) return v1::SESSION_STATE_FAILED;
  return v1::SESSION_STATE_AWAITING_FRAME;
}

Status Sessions::CheckOpen(const StoredSession& session, bool may_be_complete) const {
  switch (StateOf(session)) {
    case v1::SESSION_STATE_AWAITING_FRAME:
      return {};
    case v1::SESSION_STATE_COMPLETE:
      if (may_be_complete) return {};
      return Precondition("SESSION_CLOSED", "every step was shown; submit the registration");
    case v1::SESSION_STATE_EXPIRED:
      return Precondition("SESSION_EXPIRED", "the session's time ran out; start a new one");
    case v1::SESSION_STATE_USED:
      return Precondition("SESSION_CLOSED", "a registration used the session");
    default:
      return Precondition("SESSION_CLOSED", "too many frames were refused; start a new session");
  }
}

v1::Session Sessions::Answer(const Caller& caller, const StoredSession& session) const {
  const rules::Policy& policy = policies_.Current();
  const v1::ChallengePolicy& challenge = policy.pack.challenge();
  const v1::SessionRecord& record = session.record;
  const auto left = [](uint32_t most, uint32_t used) { return most > used ? most - used : 0; };

  v1::Session answer;
  answer.set_session_id(session.session_id);
  if (IsSeller(caller.role) && caller.principal == session.principal) answer.set_nonce(session.nonce);
  answer.set_state(StateOf(session));
  *answer.mutable_expire_time() = ToTimestamp(session.expire_time);
  answer.set_verification_id(session.verification_id);
  answer.set_extensions_left(left(challenge.max_extensions(), record.extensions()));
  answer.set_refusals_left(left(challenge.max_refused_frames(), static_cast<uint32_t>(record.refused_frames_size())));
  for (const v1::Notice* notice :
       rules::NoticesFor(policy, {.channel = record.channel().type(), .product = record.product()})) {
    *answer.add_notices() = rules::ToShow(*notice);
  }
  for (int i = 0; i < record.actions_size(); ++i) {
    v1::ChallengeStep& step = *answer.add_steps();
    step.set_action(record.actions(i));
    *step.mutable_text() = rules::ActionText(policy, record.actions(i));
    step.set_accepted(static_cast<uint32_t>(i) < record.accepted_frames());
  }
  switch (answer.state()) {
    case v1::SESSION_STATE_AWAITING_FRAME:
      answer.set_next_step(record.accepted_frames() + 1);
      answer.set_next_action(v1::NEXT_ACTION_SUBMIT_FRAME);
      *answer.mutable_next_action_text() = answer.steps(static_cast<int>(record.accepted_frames())).text();
      break;
    case v1::SESSION_STATE_COMPLETE:
      answer.set_next_action(v1::NEXT_ACTION_SUBMIT_REGISTRATION);
      break;
    case v1::SESSION_STATE_USED:
      answer.set_next_action(v1::NEXT_ACTION_NONE);
      break;
    default:
      answer.set_next_action(v1::NEXT_ACTION_START_SESSION);
  }
  if (answer.state() == v1::SESSION_STATE_COMPLETE || answer.next_action() == v1::NEXT_ACTION_START_SESSION) {
    *answer.mutable_next_action_text() = rules::NextActionText(policy, answer.next_action());
  }
  for (const v1::RefusedFrameRecord& refused : record.refused_frames()) {
    v1::RefusedFrame& shown = *answer.add_refused_frames();
    shown.set_step(refused.step());
    *shown.mutable_refuse_time() = refused.refuse_time();
    const v1::Text instead = rules::ActionText(policy, record.actions(static_cast<int>(refused.step()) - 1));
    for (const int code : refused.reasons()) {
      *shown.add_reasons() =
          rules::ExplainReason(policy, static_cast<v1::ReasonCode>(code), rules::ReaderOf(caller.role), instead);
    }
  }
  return answer;
}

}  // namespace realname
