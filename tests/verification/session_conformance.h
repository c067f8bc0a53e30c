// SPDX-License-Identifier: Apache-2.0
// What every SessionStore promises, together with the Registry whose commits use sessions up, as tests. An
// implementation instantiates the suite with a function that gives both; the suite knows nothing of how they store.
#pragma once

#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/rules/sample_facts.h"
#include "verification/registry.h"
#include "verification/session_store.h"

namespace realname::testing {

struct Stores {
  std::shared_ptr<Registry> registry;
  std::shared_ptr<SessionStore> sessions;
};
using StoresFactory = std::function<Stores()>;

class SessionConformance : public ::testing::TestWithParam<StoresFactory> {
 protected:
  SessionConformance() : stores_(GetParam()()), sessions_(*stores_.sessions) {}

  static Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(30); }
  // Unique over the whole program: implementations may share a database between tests.
  static std::string Uuid() {
    static std::atomic<unsigned> next{1};
    char text[48];
    std::snprintf(text, sizeof text, "00000000-0000-7000-8001-%012x", next++);
    return text;
  }
  static std::string Nonce() {
    static std::atomic<unsigned> next{1};
    char text[80];
    std::snprintf(text, sizeof text, "%064x", next++);
    return text;
  }
  static RequestKey Key(const char* payload = "payload") { return {"urn:test:online", Uuid(), payload}; }

  SessionCommit NewSession() const {
    SessionCommit commit;
    commit.request = Key();
    commit.nonce = Nonce();
    commit.owner = owner_;
    commit.record.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
    commit.record.add_actions(v1::CHALLENGE_ACTION_FACE_CAMERA);
    commit.record.add_actions(v1::CHALLENGE_ACTION_BLINK);
    commit.expire_time = now_ + std::chrono::minutes(10);
    commit.now = now_;
    return commit;
  }
  // The next frame of a session; `picture` outlives it.
  SessionCommit NextFrame(const StoredSession& session, std::string_view picture) const {
    SessionCommit commit = Change(session);
    commit.record.set_accepted_frames(session.record.accepted_frames() + 1);
    v1::FaceEvidence evidence = GoodFace();
    evidence.set_template_("template of " + std::string(picture));
    commit.frame = NewFrame{commit.record.accepted_frames(), {picture, "sha256 of " + std::string(picture)}, evidence};
    return commit;
  }
  SessionCommit Change(const StoredSession& session) const {
    SessionCommit commit;
    commit.request = Key();
    commit.session_id = session.session_id;
    commit.version = session.version;
    commit.owner = session.owner;
    commit.record = session.record;
    commit.expire_time = session.expire_time;
    commit.now = now_;
    return commit;
  }
  StoredSession MustCommit(const SessionCommit& commit) {
    auto outcome = sessions_.Commit(commit, Soon());
    EXPECT_TRUE(outcome.ok()) << outcome.status().message() << " " << outcome.status().detail();
    if (!outcome.ok() || !std::holds_alternative<SessionCommitted>(*outcome)) {
      ADD_FAILURE() << "not committed";
      return {};
    }
    return std::get<SessionCommitted>(*outcome).session;
  }
  // A registration that names the session; of nobody, holding nothing.
  CommitRequest Registration(const StoredSession& session) const {
    CommitRequest commit;
    commit.request = Key();
    commit.verification_id = Uuid();
    commit.owner = owner_;
    commit.role = v1::ROLE_ONLINE;
    *commit.record.mutable_subject()->mutable_document() = SampleDocument();
    commit.record.mutable_create_time()->set_seconds(kNoon);
    commit.facts = SampleOnlineFacts();
    commit.decision.set_verdict(v1::VERDICT_REJECT);
    commit.decision.set_policy_digest("policy-digest");
    commit.decision.set_rules_version(1);
    commit.state = v1::STATE_DECIDED;
    commit.pictures = {{"id photo bytes", "sha256 of the id photo"}, {"live portrait bytes", "sha256 of the portrait"}};
    commit.session_id = session.session_id;
    commit.now = now_;
    return commit;
  }

  Stores stores_;
  SessionStore& sessions_;
  const TimePoint now_ = TimePoint(std::chrono::seconds(kNoon));
  const Owner owner_ = {"op1", "agent1", ""};
  const SessionScope scope_ = {ScopeOf(owner_), "urn:test:online"};
};

TEST_P(SessionConformance, WhatWasWrittenIsReadAgain) {
  const SessionCommit commit = NewSession();
  const StoredSession made = MustCommit(commit);
  EXPECT_EQ(made.session_id.size(), 36u);
  EXPECT_EQ(made.version, 1u);
  StoredSession second = MustCommit(NextFrame(made, "first picture"));
  second = MustCommit(NextFrame(second, "second picture"));
  for (const auto& read :
       {sessions_.Get(scope_, made.session_id, Soon()), sessions_.FindByNonce(scope_, commit.nonce, Soon())}) {
    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_EQ(read->session_id, made.session_id);
    EXPECT_EQ(read->nonce, commit.nonce);
    EXPECT_EQ(read->principal, "urn:test:online");
    EXPECT_EQ(read->owner.agent_id, "agent1");
    EXPECT_EQ(read->version, 3u);
    EXPECT_EQ(read->record.accepted_frames(), 2u);
    EXPECT_EQ(read->record.actions(1), v1::CHALLENGE_ACTION_BLINK);
    EXPECT_EQ(read->expire_time, commit.expire_time);
    EXPECT_TRUE(read->verification_id.empty());
    EXPECT_FALSE(read->use_time.has_value());
    ASSERT_EQ(read->frames.size(), 2u);
    EXPECT_EQ(read->frames[1].step, 2u);
    EXPECT_EQ(read->frames[1].evidence->template_(), "template of second picture");
    const auto pictures = sessions_.Pictures(*read, Soon());
    ASSERT_TRUE(pictures.ok());
    EXPECT_EQ(*pictures, (std::vector<std::string>{"first picture", "second picture"}));
  }
}

TEST_P(SessionConformance, ARequestIsMadeOnce) {
  const SessionCommit commit = NewSession();
  const StoredSession made = MustCommit(commit);
  const auto repeated = sessions_.Commit(commit, Soon());
  ASSERT_TRUE(repeated.ok()) << repeated.status().detail();
  ASSERT_TRUE(std::holds_alternative<SessionRepeated>(*repeated));
  EXPECT_EQ(std::get<SessionRepeated>(*repeated).session.session_id, made.session_id);
  EXPECT_TRUE(std::get<SessionRepeated>(*repeated).same_payload);

  const SessionCommit frame = NextFrame(made, "picture");
  MustCommit(frame);
  const auto again = sessions_.Commit(frame, Soon());
  ASSERT_TRUE(again.ok()) << again.status().detail();
  EXPECT_TRUE(std::holds_alternative<SessionRepeated>(*again));
  RequestKey other = frame.request;
  other.canonical_payload = "another payload";
  EXPECT_EQ(sessions_.Observe(scope_, other, made.session_id, Soon())->request, RequestMatch::kOtherPayload);
  const auto same = sessions_.Observe(scope_, frame.request, made.session_id, Soon());
  EXPECT_EQ(same->request, RequestMatch::kSamePayload);
  EXPECT_EQ(same->session->version, 2u);
  const auto fresh = sessions_.Observe(scope_, Key(), made.session_id, Soon());
  EXPECT_EQ(fresh->request, RequestMatch::kNew);
  EXPECT_EQ(fresh->session->version, 2u);
  EXPECT_FALSE(sessions_.Observe(scope_, Key(), "", Soon())->session.has_value());
}

TEST_P(SessionConformance, ASessionThatMovedIsNotOverwritten) {
  const StoredSession made = MustCommit(NewSession());
  MustCommit(NextFrame(made, "one"));
  const auto late = sessions_.Commit(NextFrame(made, "two"), Soon());
  ASSERT_TRUE(late.ok()) << late.status().detail();
  EXPECT_TRUE(std::holds_alternative<Moved>(*late));
  EXPECT_EQ(sessions_.Get(scope_, made.session_id, Soon())->frames.size(), 1u);
}

TEST_P(SessionConformance, OfManyFramesForOneStepOneIsKept) {
  const StoredSession made = MustCommit(NewSession());
  std::atomic<int> kept{0}, moved{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const std::string picture = "picture " + std::to_string(i);
      const auto outcome = sessions_.Commit(NextFrame(made, picture), Soon());
      if (outcome.ok() && std::holds_alternative<SessionCommitted>(*outcome)) ++kept;
      if (outcome.ok() && std::holds_alternative<Moved>(*outcome)) ++moved;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(kept, 1);
  EXPECT_EQ(moved, 7);
}

TEST_P(SessionConformance, SomebodyElsesSessionIsNotFound) {
  const SessionCommit commit = NewSession();
  const StoredSession made = MustCommit(commit);
  for (const SessionScope& foreign :
       {SessionScope{{"op2", {}, {}}, {}}, SessionScope{{"op1", "agent2", ""}, {}}, SessionScope{{"op1", "", ""}, {}},
        SessionScope{{"op1", "agent1", "outlet1"}, {}}, SessionScope{ScopeOf(owner_), "urn:test:another"}}) {
    EXPECT_EQ(sessions_.Get(foreign, made.session_id, Soon()).status().reason(), "NO_SUCH_SESSION");
    EXPECT_EQ(sessions_.FindByNonce(foreign, commit.nonce, Soon()).status().reason(), "NO_SUCH_SESSION");
    EXPECT_EQ(sessions_.Observe(foreign, Key(), made.session_id, Soon()).status().reason(), "NO_SUCH_SESSION");
  }
  EXPECT_TRUE(sessions_.Get({{"op1", {}, {}}, {}}, made.session_id, Soon()).ok()) << "the operator's staff";
  EXPECT_EQ(sessions_.Get(scope_, Uuid(), Soon()).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(sessions_.FindByNonce(scope_, Nonce(), Soon()).status().code(), StatusCode::kNotFound);
}

TEST_P(SessionConformance, ARegistrationUsesASessionUp) {
  StoredSession session = MustCommit(NextFrame(MustCommit(NewSession()), "picture"));
  const CommitRequest registration = Registration(session);
  ASSERT_FALSE(sessions_.FindByVerification(registration.verification_id, Soon())->has_value());
  ASSERT_TRUE(std::holds_alternative<Committed>(*stores_.registry->Commit(registration, Soon())));
  const auto used = sessions_.FindByVerification(registration.verification_id, Soon());
  ASSERT_TRUE(used.ok() && used->has_value());
  EXPECT_EQ((*used)->session_id, session.session_id);
  EXPECT_EQ((*used)->verification_id, registration.verification_id);
  EXPECT_EQ((*used)->use_time, now_);
  ASSERT_EQ((*used)->frames.size(), 1u);
  EXPECT_FALSE((*used)->frames[0].evidence.has_value()) << "templates go when the decision was made";
  EXPECT_EQ(sessions_.Pictures(**used, Soon())->at(0), "picture") << "pictures stay";

  EXPECT_TRUE(std::holds_alternative<Moved>(*stores_.registry->Commit(Registration(session), Soon())));
  session.version = (*used)->version;
  EXPECT_TRUE(std::holds_alternative<Moved>(*sessions_.Commit(NextFrame(session, "more"), Soon())))
      << "a used session takes no more frames";
}

TEST_P(SessionConformance, OfTwoRegistrationsAtOnceOneWins) {
  const StoredSession session = MustCommit(NewSession());
  std::atomic<int> won{0}, moved{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto outcome = stores_.registry->Commit(Registration(session), Soon());
      if (outcome.ok() && std::holds_alternative<Committed>(*outcome)) ++won;
      if (outcome.ok() && std::holds_alternative<Moved>(*outcome)) ++moved;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(moved, 7);
}

TEST_P(SessionConformance, ASessionThatRanOutIsNotUsed) {
  const StoredSession session = MustCommit(NewSession());
  CommitRequest late = Registration(session);
  late.now = session.expire_time;
  EXPECT_TRUE(std::holds_alternative<Moved>(*stores_.registry->Commit(late, Soon())));
  EXPECT_TRUE(sessions_.Get(scope_, session.session_id, Soon())->verification_id.empty());
}

TEST_P(SessionConformance, OnlyUnusedSessionsThatRanOutAreSwept) {
  const auto sweep = [&](TimePoint before) {
    uint32_t swept = 0;
    while (const uint32_t page = *sessions_.Sweep(before, 2, Soon())) swept += page;
    return swept;
  };
  sweep(now_ + std::chrono::hours(1));  // of other tests
  const StoredSession unused = MustCommit(NextFrame(MustCommit(NewSession()), "picture"));
  const StoredSession used = MustCommit(NextFrame(MustCommit(NewSession()), "picture"));
  const SessionCommit request = NewSession();
  const StoredSession third = MustCommit(request);
  ASSERT_TRUE(std::holds_alternative<Committed>(*stores_.registry->Commit(Registration(used), Soon())));
  EXPECT_EQ(sweep(unused.expire_time), 0u);
  EXPECT_EQ(sweep(unused.expire_time + std::chrono::seconds(1)), 2u);
  EXPECT_EQ(sessions_.Get(scope_, unused.session_id, Soon()).status().reason(), "NO_SUCH_SESSION");
  EXPECT_FALSE(sessions_.Pictures(unused, Soon()).ok() && !sessions_.Pictures(unused, Soon())->empty());
  EXPECT_EQ(sessions_.Observe(scope_, request.request, "", Soon())->request, RequestMatch::kNew)
      << third.session_id << " took its requests along";
  EXPECT_EQ(sessions_.Pictures(*sessions_.Get(scope_, used.session_id, Soon()), Soon())->at(0), "picture");
}

}  // namespace realname::testing
