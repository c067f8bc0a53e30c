// SPDX-License-Identifier: Apache-2.0
// SessionStore in memory, for tests of the use cases. Passes the same conformance suite as the real one.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "verification/session_store.h"

namespace realname::testing {

class FakeSessionStore final : public SessionStore {
 public:
  // While set, every method fails with it.
  void FailWith(Status status) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(status);
  }
  // The next `count` commits find that the session moved.
  void MoveNext(int count) {
    const std::lock_guard lock(mutex_);
    moves_ = count;
  }
  // What a registration's commit does with the session that it names: false if it was used or ran out.
  bool Use(const std::string& session_id, const std::string& verification_id, TimePoint now) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(session_id);
    if (found == sessions_.end()) return false;
    StoredSession& session = found->second.session;
    if (!session.verification_id.empty() || session.expire_time <= now) return false;
    session.verification_id = verification_id;
    session.use_time = now;
    ++session.version;
    for (StoredFrame& frame : session.frames) frame.evidence.reset();
    return true;
  }

  Result<SessionObservation> Observe(const SessionScope& scope, const RequestKey& request,
                                     const std::string& session_id, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    SessionObservation out;
    if (const auto found = requests_.find({request.principal, request.request_id}); found != requests_.end()) {
      out.request =
          found->second.first == request.canonical_payload ? RequestMatch::kSamePayload : RequestMatch::kOtherPayload;
      out.session = sessions_.at(found->second.second).session;
      return out;
    }
    if (session_id.empty()) return out;
    auto session = Find(scope, [&](const StoredSession& s) { return s.session_id == session_id; });
    if (!session.ok()) return session.status();
    out.session = *session;
    return out;
  }

  Result<SessionOutcome> Commit(const SessionCommit& commit, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    if (moves_ > 0) {
      --moves_;
      return SessionOutcome(Moved{});
    }
    const std::pair key(commit.request.principal, commit.request.request_id);
    if (const auto found = requests_.find(key); found != requests_.end()) {
      return SessionOutcome(SessionRepeated{sessions_.at(found->second.second).session,
                                            found->second.first == commit.request.canonical_payload});
    }
    std::string id = commit.session_id;
    if (id.empty()) {
      char text[48];
      std::snprintf(text, sizeof text, "00000000-0000-4000-8000-%012zu", sessions_.size() + ++made_);
      id = text;
      StoredSession& session = sessions_[id].session;
      session.session_id = id;
      session.nonce = commit.nonce;
      session.owner = commit.owner;
      session.principal = commit.request.principal;
    }
    const auto found = sessions_.find(id);
    if (found == sessions_.end() || found->second.session.version != commit.version ||
        !found->second.session.verification_id.empty()) {
      return SessionOutcome(Moved{});
    }
    StoredSession& session = found->second.session;
    ++session.version;
    session.record = commit.record;
    session.expire_time = commit.expire_time;
    if (commit.frame) {
      session.frames.push_back({commit.frame->step, commit.frame->evidence});
      found->second.pictures.emplace_back(commit.frame->picture.bytes);
    }
    requests_[key] = {commit.request.canonical_payload, id};
    return SessionOutcome(SessionCommitted{session});
  }

  Result<StoredSession> Get(const SessionScope& scope, const std::string& session_id, Deadline) override {
    const std::lock_guard lock(mutex_);
    return Find(scope, [&](const StoredSession& s) { return s.session_id == session_id; });
  }
  Result<StoredSession> FindByNonce(const SessionScope& scope, const std::string& nonce, Deadline) override {
    const std::lock_guard lock(mutex_);
    return Find(scope, [&](const StoredSession& s) { return s.nonce == nonce; });
  }
  Result<std::optional<StoredSession>> FindByVerification(const std::string& verification_id, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    for (const auto& [id, row] : sessions_) {
      if (row.session.verification_id == verification_id) return std::optional(row.session);
    }
    return std::optional<StoredSession>();
  }
  Result<std::vector<std::string>> Pictures(const StoredSession& session, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    const auto found = sessions_.find(session.session_id);
    if (found == sessions_.end()) return Status(StatusCode::kNotFound, "NO_SUCH_SESSION", "no such session");
    std::vector<std::string> pictures = found->second.pictures;
    pictures.resize(session.frames.size());
    return pictures;
  }
  Result<uint32_t> Sweep(TimePoint before, uint32_t limit, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    uint32_t swept = 0;
    for (auto it = sessions_.begin(); it != sessions_.end() && swept < limit;) {
      if (!it->second.session.verification_id.empty() || it->second.session.expire_time >= before) {
        ++it;
        continue;
      }
      std::erase_if(requests_, [&](const auto& request) { return request.second.second == it->first; });
      it = sessions_.erase(it);
      ++swept;
      ++made_;
    }
    return swept;
  }

 private:
  struct Row {
    StoredSession session;
    std::vector<std::string> pictures;
  };

  template <typename Is>
  Result<StoredSession> Find(const SessionScope& scope, Is is) const {
    if (!failure_.ok()) return failure_;
    for (const auto& [id, row] : sessions_) {
      if (is(row.session) && scope.scope.Covers(row.session.owner) &&
          (!scope.principal || *scope.principal == row.session.principal)) {
        return row.session;
      }
    }
    return Status(StatusCode::kNotFound, "NO_SUCH_SESSION", "no such session");
  }

  std::mutex mutex_;
  Status failure_;
  int moves_ = 0;
  std::size_t made_ = 0;
  std::map<std::string, Row> sessions_;
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>> requests_;
};

}  // namespace realname::testing
