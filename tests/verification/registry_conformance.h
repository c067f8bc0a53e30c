// SPDX-License-Identifier: Apache-2.0
// What every Registry promises, as tests. An implementation instantiates the suite with a function that gives an empty
// registry; the suite knows nothing of how it stores.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/rules/sample_facts.h"
#include "verification/registry.h"

namespace realname::testing {

// Gives a registry that holds nothing of what earlier tests wrote (ids differ from test to test).
using RegistryFactory = std::function<std::shared_ptr<Registry>()>;

class RegistryConformance : public ::testing::TestWithParam<RegistryFactory> {
 protected:
  RegistryConformance() : registry_(GetParam()()) {}

  static Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(30); }

  // Unique over the whole program: implementations may share a database between tests.
  static std::string Uuid() {
    static std::atomic<unsigned> next{1};
    char text[48];
    std::snprintf(text, sizeof text, "00000000-0000-7000-8000-%012x", next++);
    return text;
  }
  static std::string Number() {
    static std::atomic<unsigned> next{1};
    return "11010119900101" + std::to_string(1000 + next++);
  }
  static std::string Msisdn() {
    static std::atomic<unsigned> next{10000000};
    return "+861390" + std::to_string(next++);
  }

  ObserveQuery Query(const CommitRequest& commit) const {
    ObserveQuery query;
    query.request = commit.request;
    query.operator_id = commit.owner.operator_id;
    query.document_type = v1::DOCUMENT_TYPE_RESIDENT_ID;
    query.document_number = commit.document_number;
    query.name = commit.name;
    query.msisdn = Redacted(commit.record.subject().msisdn());
    query.now = commit.now;
    query.quota = "operator";
    return query;
  }

  // An application of a new person that passes.
  CommitRequest Application(v1::Verdict verdict = v1::VERDICT_PASS) const {
    CommitRequest commit;
    commit.request = {"urn:test:retail", Uuid(), "payload"};
    commit.verification_id = Uuid();
    commit.owner = owner_;
    commit.role = v1::ROLE_RETAIL;
    commit.document_type = v1::DOCUMENT_TYPE_RESIDENT_ID;
    commit.document_number = Redacted(Number());
    commit.name = Redacted(std::string("测试"));
    commit.msisdn = Redacted(Msisdn());
    commit.record.mutable_subject()->set_msisdn(commit.msisdn.Reveal());
    *commit.record.mutable_subject()->mutable_document() = SampleDocument();
    commit.record.mutable_create_time()->set_seconds(kNoon);
    commit.facts = SampleFacts();
    commit.decision.set_verdict(verdict);
    commit.decision.set_policy_digest("policy-digest");
    commit.decision.set_rules_version(1);
    commit.pictures = {{"id photo bytes", "sha256 of the id photo"}, {"live portrait bytes", "sha256 of the portrait"}};
    commit.now = now_;
    switch (verdict) {
      case v1::VERDICT_PASS:
        commit.state = v1::STATE_DECIDED;
        commit.decision.set_next_reverification_date("2027-03-01");
        break;
      case v1::VERDICT_RETRY:
        commit.state = v1::STATE_AWAITING_EVIDENCE;
        break;
      case v1::VERDICT_REVIEW:
        commit.state = v1::STATE_IN_REVIEW;
        break;
      default:
        commit.state = v1::STATE_DECIDED;
        commit.msisdn = {};
        return commit;
    }
    commit.holds_place = true;
    commit.quota = "operator";
    commit.quota_limit = 5;
    commit.expire_time = now_ + std::chrono::minutes(30);
    return commit;
  }

  // Another application of the same person.
  CommitRequest Another(const CommitRequest& of, v1::Verdict verdict = v1::VERDICT_PASS) const {
    CommitRequest commit = Application(verdict);
    commit.document_number = of.document_number;
    commit.name = of.name;
    return commit;
  }

  // Observes, fills in what was observed, commits.
  CommitOutcome MustCommit(CommitRequest& commit) {
    auto observed = registry_->Observe(Query(commit), Soon());
    EXPECT_TRUE(observed.ok()) << observed.status().detail();
    if (observed.ok()) {
      commit.person_id = observed->person_id;
      commit.person_version = observed->person_version;
    }
    auto outcome = registry_->Commit(commit, Soon());
    EXPECT_TRUE(outcome.ok()) << outcome.status().message() << " " << outcome.status().detail();
    return outcome.ok() ? *outcome : CommitOutcome(Moved{});
  }
  uint32_t Held(const CommitRequest& of) {
    CommitRequest probe = Another(of);
    probe.now = now_;
    auto observed = registry_->Observe(Query(probe), Soon());
    EXPECT_TRUE(observed.ok());
    return observed.ok() ? observed->facts.numbers_held() : 999;
  }
  static bool IsCommitted(const CommitOutcome& outcome) { return std::holds_alternative<Committed>(outcome); }
  RequestKey Key(const char* payload = "transition") const { return {"urn:test:retail", Uuid(), payload}; }

  std::shared_ptr<Registry> registry_;
  const Owner owner_ = {"op1", "agent1", "outlet1"};
  const Scope scope_ = ScopeOf(owner_);
  TimePoint now_ = TimePoint(std::chrono::seconds(kNoon));
};

TEST_P(RegistryConformance, WhatIsCommittedCanBeRead) {
  CommitRequest commit = Application();
  const auto outcome = MustCommit(commit);
  ASSERT_TRUE(IsCommitted(outcome));
  const auto& stored = std::get<Committed>(outcome).verification;
  EXPECT_EQ(stored.sequence, 1u);

  auto read = registry_->Get(scope_, commit.verification_id, Soon());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->state, v1::STATE_DECIDED);
  EXPECT_EQ(read->decision.SerializeAsString(), commit.decision.SerializeAsString());
  EXPECT_EQ(read->person_id, stored.person_id);
  EXPECT_EQ(read->create_time, commit.now);
  EXPECT_EQ(read->reservation_expire_time, commit.expire_time);

  auto facts = registry_->GetFacts(scope_, commit.verification_id, Soon());
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->SerializeAsString(), commit.facts.SerializeAsString());

  auto application = registry_->GetApplication(scope_, commit.verification_id, Soon());
  ASSERT_TRUE(application.ok());
  EXPECT_EQ(application->record.SerializeAsString(), commit.record.SerializeAsString());
  EXPECT_EQ(application->id_photo.bytes, commit.pictures.id_photo.bytes);
  EXPECT_EQ(application->live_portrait.bytes, commit.pictures.live_portrait.bytes);
  EXPECT_FALSE(application->id_photo.evidence.has_value());
}

TEST_P(RegistryConformance, EvidenceIsKeptBesideItsPictureIfThePolicySaysSo) {
  CommitRequest commit = Application(v1::VERDICT_RETRY);
  v1::FaceEvidence evidence;
  evidence.set_template_("a template");
  evidence.set_bundle_digest("a bundle");
  commit.pictures.id_photo.evidence = evidence;
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  auto application = registry_->GetApplication(scope_, commit.verification_id, Soon());
  ASSERT_TRUE(application.ok());
  EXPECT_FALSE(application->id_photo.evidence.has_value()) << "no time to keep it for";

  commit = Application(v1::VERDICT_RETRY);
  commit.pictures.id_photo.evidence = evidence;
  commit.evidence_expire_time = now_ + std::chrono::hours(24);
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  application = registry_->GetApplication(scope_, commit.verification_id, Soon());
  ASSERT_TRUE(application.ok());
  ASSERT_TRUE(application->id_photo.evidence.has_value());
  EXPECT_EQ(application->id_photo.evidence->SerializeAsString(), evidence.SerializeAsString());
  EXPECT_FALSE(application->live_portrait.evidence.has_value());
}

TEST_P(RegistryConformance, ACounterServesOneApplication) {
  auto first = Application();
  first.captures = {{"reader", 7}, {"reader", 8}};
  ASSERT_TRUE(IsCommitted(MustCommit(first)));
  ObserveQuery query = Query(Application());
  query.captures = {{"reader", 8}, {"reader", 9}, {"another", 7}, {"reader", 0}};
  auto observed = registry_->Observe(query, Soon());
  ASSERT_TRUE(observed.ok()) << observed.status().detail();
  ASSERT_EQ(observed->devices.size(), 4u);
  EXPECT_TRUE(observed->devices[0].counter_used);
  for (size_t i = 1; i < 4; ++i) EXPECT_FALSE(observed->devices[i].counter_used) << i;
  query.verification_id = first.verification_id;
  EXPECT_TRUE(registry_->Observe(query, Soon())->devices[0].counter_used) << "once, also for its own";
  auto second = Application();
  second.captures = {{"reader", 7}};
  EXPECT_TRUE(std::holds_alternative<Moved>(MustCommit(second)));
  EXPECT_EQ(Held(second), 0u) << "nothing was written";
  // Nonces have no counter, and another operator's device of that name is another device.
  for (int i = 0; i < 2; ++i) {
    auto by_nonce = Application();
    by_nonce.captures = {{"reader", 0}};
    EXPECT_TRUE(IsCommitted(MustCommit(by_nonce)));
  }
  auto elsewhere = Application();
  elsewhere.owner.operator_id += "-other";
  elsewhere.captures = {{"reader", 7}};
  EXPECT_TRUE(IsCommitted(MustCommit(elsewhere)));
}

TEST_P(RegistryConformance, EachQuotaCountsForItself) {
  auto first = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(first)));
  for (int i = 0; i < 2; ++i) {
    auto thing = Another(first);
    thing.quota = "iot";
    thing.quota_limit = 2;
    ASSERT_TRUE(IsCommitted(MustCommit(thing)));
  }
  auto third = Another(first);
  third.quota = "iot";
  third.quota_limit = 2;
  EXPECT_TRUE(std::holds_alternative<Moved>(MustCommit(third)));
  EXPECT_EQ(Held(first), 1u);
  ASSERT_TRUE(registry_->Cancel(scope_, Key(), first.verification_id, now_, Soon()).ok());
  EXPECT_EQ(Held(first), 0u);
  ObserveQuery query = Query(Another(first));
  query.quota = "iot";
  EXPECT_EQ(registry_->Observe(query, Soon())->facts.numbers_held(), 2u) << "what is given back is its own";
}

TEST_P(RegistryConformance, ARepeatedRequestWritesNothing) {
  CommitRequest commit = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  auto observed = registry_->Observe(Query(commit), Soon());
  ASSERT_TRUE(observed.ok());
  EXPECT_EQ(observed->request, RequestMatch::kSamePayload);
  ASSERT_TRUE(observed->earlier.has_value());
  EXPECT_EQ(observed->earlier->verification_id, commit.verification_id);

  CommitRequest again = Another(commit);
  again.request = commit.request;
  auto outcome = MustCommit(again);
  ASSERT_TRUE(std::holds_alternative<Repeated>(outcome));
  EXPECT_TRUE(std::get<Repeated>(outcome).same_payload);
  EXPECT_EQ(std::get<Repeated>(outcome).verification.verification_id, commit.verification_id);
  EXPECT_EQ(Held(commit), 1u);

  CommitRequest other = Another(commit);
  other.request = commit.request;
  other.request.canonical_payload = "another payload";
  outcome = MustCommit(other);
  ASSERT_TRUE(std::holds_alternative<Repeated>(outcome));
  EXPECT_FALSE(std::get<Repeated>(outcome).same_payload);
}

TEST_P(RegistryConformance, AnothersRequestIdIsNoRepetition) {
  CommitRequest commit = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  CommitRequest other = Another(commit);
  other.request = commit.request;
  other.request.principal = "urn:test:another";
  EXPECT_TRUE(IsCommitted(MustCommit(other)));
}

TEST_P(RegistryConformance, TheQuotaIsCountedPerPersonAndOperator) {
  CommitRequest first = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(first)));
  for (int i = 0; i < 4; ++i) {
    CommitRequest more = Another(first);
    ASSERT_TRUE(IsCommitted(MustCommit(more)));
  }
  EXPECT_EQ(Held(first), 5u);
  CommitRequest sixth = Another(first);
  EXPECT_TRUE(std::holds_alternative<Moved>(MustCommit(sixth)));
  CommitRequest elsewhere = Another(first);
  elsewhere.owner.operator_id = "op2";
  EXPECT_TRUE(IsCommitted(MustCommit(elsewhere)));
  CommitRequest refused = Another(first, v1::VERDICT_REJECT);
  EXPECT_TRUE(IsCommitted(MustCommit(refused)));
  EXPECT_EQ(Held(first), 5u);
}

TEST_P(RegistryConformance, AStaleObservationIsRefused) {
  CommitRequest first = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(first)));
  CommitRequest slow = Another(first);
  auto observed = registry_->Observe(Query(slow), Soon());
  ASSERT_TRUE(observed.ok());
  slow.person_id = observed->person_id;
  slow.person_version = observed->person_version;
  CommitRequest fast = Another(first);
  ASSERT_TRUE(IsCommitted(MustCommit(fast)));
  auto outcome = registry_->Commit(slow, Soon());
  ASSERT_TRUE(outcome.ok());
  EXPECT_TRUE(std::holds_alternative<Moved>(*outcome));
  EXPECT_EQ(registry_->Get(scope_, slow.verification_id, Soon()).status().code(), StatusCode::kNotFound);
}

TEST_P(RegistryConformance, TwoClerksWithOneNewPersonMakeOnePerson) {
  CommitRequest first = Application();
  CommitRequest second = Another(first);
  ASSERT_TRUE(IsCommitted(*registry_->Commit(first, Soon())));
  EXPECT_TRUE(std::holds_alternative<Moved>(*registry_->Commit(second, Soon())));
  ASSERT_TRUE(IsCommitted(MustCommit(second)));
  EXPECT_EQ(registry_->Get(scope_, first.verification_id, Soon())->person_id,
            registry_->Get(scope_, second.verification_id, Soon())->person_id);
}

TEST_P(RegistryConformance, ThreadsNeverExceedTheQuota) {
  CommitRequest first = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(first)));
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      CommitRequest mine = Another(first);
      for (int round = 0; round < 64; ++round) {
        auto observed = registry_->Observe(Query(mine), Soon());
        ASSERT_TRUE(observed.ok());
        if (observed->facts.numbers_held() >= 5) return;
        mine.person_id = observed->person_id;
        mine.person_version = observed->person_version;
        auto outcome = registry_->Commit(mine, Soon());
        ASSERT_TRUE(outcome.ok()) << outcome.status().detail();
        if (IsCommitted(*outcome)) {
          ++won;
          return;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 4);
  EXPECT_EQ(Held(first), 5u);
}

TEST_P(RegistryConformance, ANumberIsHeldOnce) {
  CommitRequest first = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(first)));
  CommitRequest second = Application();
  second.msisdn = first.msisdn;
  second.record.mutable_subject()->set_msisdn(first.msisdn.Reveal());
  auto observed = registry_->Observe(Query(second), Soon());
  ASSERT_TRUE(observed.ok());
  EXPECT_TRUE(observed->facts.msisdn_taken());
  EXPECT_TRUE(std::holds_alternative<Moved>(MustCommit(second)));
}

TEST_P(RegistryConformance, AReservationLapsesAndItsNumberIsFree) {
  CommitRequest first = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(first)));
  now_ += std::chrono::minutes(31);
  EXPECT_EQ(Held(first), 0u);
  CommitRequest second = Application();
  second.msisdn = first.msisdn;
  second.record.mutable_subject()->set_msisdn(first.msisdn.Reveal());
  ASSERT_TRUE(IsCommitted(MustCommit(second)));
  auto lapsed = registry_->Get(scope_, first.verification_id, Soon());
  ASSERT_TRUE(lapsed.ok());
  EXPECT_EQ(lapsed->state, v1::STATE_EXPIRED);
  EXPECT_EQ(registry_->Confirm(scope_, Key(), first.verification_id, now_, Soon()).status().reason(),
            "RESERVATION_EXPIRED");
}

TEST_P(RegistryConformance, TheSweepEndsWhatLapsed) {
  CommitRequest commit = Application(v1::VERDICT_REVIEW);
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  EXPECT_EQ(registry_->Get(scope_, commit.verification_id, Soon())->state, v1::STATE_IN_REVIEW);
  now_ += std::chrono::minutes(31);
  uint32_t ended = 0;
  for (uint32_t step = 1; step > 0; ended += step) step = *registry_->ExpireReservations(now_, 100, Soon());
  EXPECT_GE(ended, 1u);
  EXPECT_EQ(registry_->Get(scope_, commit.verification_id, Soon())->state, v1::STATE_EXPIRED);
  EXPECT_EQ(*registry_->ExpireReservations(now_, 100, Soon()), 0u);
}

TEST_P(RegistryConformance, ConfirmingKeepsThePlaceForGood) {
  CommitRequest commit = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  const RequestKey key = Key();
  auto confirmed = registry_->Confirm(scope_, key, commit.verification_id, now_, Soon());
  ASSERT_TRUE(confirmed.ok()) << confirmed.status().message();
  EXPECT_EQ(confirmed->state, v1::STATE_ACTIVATED);
  EXPECT_FALSE(confirmed->reservation_expire_time.has_value());
  EXPECT_EQ(confirmed->sequence, 2u);
  EXPECT_EQ(registry_->Confirm(scope_, key, commit.verification_id, now_, Soon())->sequence, 2u);
  EXPECT_EQ(registry_->Confirm(scope_, Key(), commit.verification_id, now_, Soon())->sequence, 2u);
  now_ += std::chrono::hours(24 * 365);
  EXPECT_EQ(Held(commit), 1u);
  EXPECT_EQ(registry_->Cancel(scope_, Key(), commit.verification_id, now_, Soon()).status().reason(), "WRONG_STATE");
}

TEST_P(RegistryConformance, OnlyAPassIsConfirmed) {
  CommitRequest commit = Application(v1::VERDICT_REVIEW);
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  EXPECT_EQ(registry_->Confirm(scope_, Key(), commit.verification_id, now_, Soon()).status().reason(), "WRONG_STATE");
}

TEST_P(RegistryConformance, CancellingGivesBackPlaceAndNumber) {
  CommitRequest commit = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  auto cancelled = registry_->Cancel(scope_, Key(), commit.verification_id, now_, Soon());
  ASSERT_TRUE(cancelled.ok());
  EXPECT_EQ(cancelled->state, v1::STATE_CANCELLED);
  EXPECT_EQ(Held(commit), 0u);
  EXPECT_TRUE(registry_->Cancel(scope_, Key(), commit.verification_id, now_, Soon()).ok());
  EXPECT_EQ(Held(commit), 0u);
  CommitRequest next = Application();
  next.msisdn = commit.msisdn;
  next.record.mutable_subject()->set_msisdn(commit.msisdn.Reveal());
  EXPECT_TRUE(IsCommitted(MustCommit(next)));
}

TEST_P(RegistryConformance, ARequestIdIsForOneCallOnly) {
  CommitRequest commit = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  RequestKey reused = commit.request;
  reused.canonical_payload = "confirm";
  EXPECT_EQ(registry_->Confirm(scope_, reused, commit.verification_id, now_, Soon()).status().reason(),
            "REQUEST_ID_REUSED");
}

TEST_P(RegistryConformance, AResubmissionKeepsPlaceAndCountsOn) {
  CommitRequest commit = Application(v1::VERDICT_RETRY);
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  EXPECT_EQ(Held(commit), 1u);

  CommitRequest again = Another(commit, v1::VERDICT_PASS);
  again.verification_id = commit.verification_id;
  again.msisdn = commit.msisdn;
  again.record = commit.record;
  again.facts.set_attempt(2);
  again.pictures = {{"id photo bytes", "sha256 of the id photo"}, {"a better portrait", "another sha256"}};
  again.expected_sequence = 1;
  ObserveQuery query = Query(again);
  query.verification_id = again.verification_id;
  auto observed = registry_->Observe(query, Soon());
  ASSERT_TRUE(observed.ok());
  EXPECT_EQ(observed->facts.numbers_held(), 0u) << "its own place does not count against it";
  EXPECT_FALSE(observed->facts.msisdn_taken());
  again.person_id = observed->person_id;
  again.person_version = observed->person_version;
  auto outcome = registry_->Commit(again, Soon());
  ASSERT_TRUE(outcome.ok()) << outcome.status().detail();
  ASSERT_TRUE(IsCommitted(*outcome));
  EXPECT_EQ(Held(commit), 1u);
  auto read = registry_->Get(scope_, commit.verification_id, Soon());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->attempt, 2u);
  EXPECT_EQ(read->sequence, 2u);
  EXPECT_EQ(read->decision.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(registry_->GetApplication(scope_, commit.verification_id, Soon())->live_portrait.bytes,
            "a better portrait");

  CommitRequest late = again;
  late.request = {"urn:test:retail", Uuid(), "payload"};
  late.person_version = registry_->Observe(query, Soon())->person_version;
  auto refused = registry_->Commit(late, Soon());
  EXPECT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().reason(), "WRONG_STATE");
}

TEST_P(RegistryConformance, ANameIsTiedToANumberByPassOnly) {
  CommitRequest refused = Application(v1::VERDICT_REVIEW);
  refused.name = Redacted(std::string("另一个名字"));
  ASSERT_TRUE(IsCommitted(MustCommit(refused)));
  CommitRequest genuine = Another(refused);
  genuine.name = Redacted(std::string("测试"));
  EXPECT_FALSE(registry_->Observe(Query(genuine), Soon())->facts.name_differs());
  ASSERT_TRUE(IsCommitted(MustCommit(genuine)));
  EXPECT_TRUE(registry_->Observe(Query(refused), Soon())->facts.name_differs());
}

TEST_P(RegistryConformance, ForeignRowsAreNotFoundAndStayAsTheyAre) {
  CommitRequest commit = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  // Set and empty is "rows without", never "everybody's".
  for (const Scope& foreign : {Scope{"op2", {}, {}}, Scope{"op1", "agent2", {}}, Scope{"op1", "agent1", "outlet2"},
                               Scope{"op1", "", ""}, Scope{"op1", "", "outlet1"}, Scope{"op1", "agent1", ""}}) {
    const auto not_found = [](const Status& status) { EXPECT_EQ(status.code(), StatusCode::kNotFound); };
    not_found(registry_->Get(foreign, commit.verification_id, Soon()).status());
    not_found(registry_->GetFacts(foreign, commit.verification_id, Soon()).status());
    not_found(registry_->GetApplication(foreign, commit.verification_id, Soon()).status());
    not_found(registry_->Events(foreign, commit.verification_id, 0, Soon()).status());
    not_found(registry_->Confirm(foreign, Key(), commit.verification_id, now_, Soon()).status());
    not_found(registry_->Cancel(foreign, Key(), commit.verification_id, now_, Soon()).status());
    for (const auto& row : *registry_->List({foreign, v1::STATE_UNSPECIFIED, "", 500}, Soon())) {
      EXPECT_NE(row.verification_id, commit.verification_id);
    }
  }
  EXPECT_EQ(registry_->Get({"op1", {}, {}}, commit.verification_id, Soon())->sequence, 1u);
}

TEST_P(RegistryConformance, ListsNewestFirstByPage) {
  const Owner owner = {"op-list" + Uuid(), "a", "o"};
  const Scope mine = ScopeOf(owner);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    CommitRequest commit = Application(i == 2 ? v1::VERDICT_REVIEW : v1::VERDICT_PASS);
    commit.owner = owner;
    ASSERT_TRUE(IsCommitted(MustCommit(commit)));
    ids.insert(ids.begin(), commit.verification_id);
  }
  const auto page = *registry_->List({mine, v1::STATE_UNSPECIFIED, "", 3}, Soon());
  ASSERT_EQ(page.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(page[i].verification_id, ids[i]);
  const auto rest = *registry_->List({mine, v1::STATE_UNSPECIFIED, page[2].verification_id, 3}, Soon());
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[1].verification_id, ids[4]);
  EXPECT_EQ(registry_->List({mine, v1::STATE_IN_REVIEW, "", 10}, Soon())->size(), 1u);
}

TEST_P(RegistryConformance, EventsAreNumberedWithoutGaps) {
  const uint64_t before = *registry_->FeedEnd(Soon());
  CommitRequest commit = Application();
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  ASSERT_TRUE(registry_->Cancel(scope_, Key(), commit.verification_id, now_, Soon()).ok());
  const auto events = *registry_->Events(scope_, commit.verification_id, 0, Soon());
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].sequence, 1u);
  EXPECT_EQ(events[0].verdict, v1::VERDICT_PASS);
  EXPECT_EQ(events[1].sequence, 2u);
  EXPECT_EQ(events[1].state, v1::STATE_CANCELLED);
  EXPECT_EQ(registry_->Events(scope_, commit.verification_id, 1, Soon())->size(), 1u);
  int seen = 0;
  uint64_t last = before;
  for (const FeedEntry& entry : *registry_->Feed(before, 1000, Soon())) {
    EXPECT_GT(entry.position, last);
    last = entry.position;
    seen += entry.verification_id == commit.verification_id;
  }
  EXPECT_EQ(seen, 2);
}

TEST_P(RegistryConformance, AVerificationIsFoundByItsReferenceWithinTheOperator) {
  CommitRequest commit = Application();
  MustCommit(commit);
  const std::string reference = commit.verification_id.substr(24);
  const auto found = registry_->FindByReference("op1", reference, Soon());
  ASSERT_TRUE(found.ok()) << found.status().detail();
  EXPECT_EQ(*found, std::vector<std::string>{commit.verification_id});
  EXPECT_TRUE(registry_->FindByReference("op2", reference, Soon())->empty());
  EXPECT_TRUE(registry_->FindByReference("op1", "ffffffffffff", Soon())->empty());
}

TEST_P(RegistryConformance, ARefusalIsContestedOnce) {
  CommitRequest refused = Application(v1::VERDICT_REJECT);
  MustCommit(refused);
  CommitRequest first = Another(refused, v1::VERDICT_REVIEW);
  v1::Contest& contest = *first.decision.mutable_contest();
  contest.set_verification_id(refused.verification_id);
  contest.set_level(1);
  contest.add_reasons(v1::CAP_STALE);
  CommitRequest second = Another(refused, v1::VERDICT_REVIEW);
  *second.decision.mutable_contest() = contest;
  EXPECT_TRUE(IsCommitted(MustCommit(first)));
  auto observed = registry_->Observe(Query(second), Soon());
  ASSERT_TRUE(observed.ok());
  second.person_id = observed->person_id;
  second.person_version = observed->person_version;
  EXPECT_EQ(registry_->Commit(second, Soon()).status().reason(), "ALREADY_CONTESTED");
  EXPECT_EQ(Held(refused), 1u) << "nothing of the second was written";
  EXPECT_EQ(registry_->Get(scope_, second.verification_id, Soon()).status().code(), StatusCode::kNotFound);
}

TEST_P(RegistryConformance, AReservationInReviewIsToldOfOnceBeforeItEnds) {
  CommitRequest commit = Application(v1::VERDICT_REVIEW);
  MustCommit(commit);
  const auto events = [&] { return *registry_->Events(scope_, commit.verification_id, 0, Soon()); };
  const auto warn = [&](std::chrono::minutes before) {
    EXPECT_TRUE(registry_->WarnReservations(now_, now_ + before, 1000, Soon()).ok());
  };
  warn(std::chrono::minutes(29));
  EXPECT_EQ(events().size(), 1u) << "not yet";
  warn(std::chrono::minutes(31));
  warn(std::chrono::minutes(31));
  ASSERT_EQ(events().size(), 2u);
  EXPECT_EQ(events()[1].kind, v1::EVENT_KIND_RESERVATION_ENDING);
  EXPECT_EQ(events()[1].state, v1::STATE_IN_REVIEW);
  const auto stored = registry_->Get(scope_, commit.verification_id, Soon());
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->sequence, 2u);
  EXPECT_EQ(stored->decision_sequence, 1u);
}

TEST_P(RegistryConformance, WhatAwaitsASourceIsDecidedWithoutANewAttempt) {
  CommitRequest commit = Application(v1::VERDICT_REVIEW);
  commit.decision.set_verdict(v1::VERDICT_INCONCLUSIVE);
  commit.state = v1::STATE_AWAITING_SOURCE;
  ASSERT_TRUE(IsCommitted(MustCommit(commit)));
  CommitRequest evidence = commit;
  evidence.request.request_id = Uuid();
  evidence.expected_sequence = 1;
  evidence.facts.set_attempt(2);
  const auto wrong = [&] {
    auto observed = registry_->Observe(Query(evidence), Soon());
    evidence.person_id = observed->person_id;
    evidence.person_version = observed->person_version;
    return registry_->Commit(evidence, Soon()).status().reason();
  };
  EXPECT_EQ(wrong(), "WRONG_STATE") << "nobody asked for evidence";

  CommitRequest answered = commit;
  answered.request.request_id = Uuid();
  answered.expected_sequence = 1;
  answered.same_attempt = true;
  answered.decision.set_verdict(v1::VERDICT_PASS);
  answered.state = v1::STATE_DECIDED;
  ASSERT_TRUE(IsCommitted(MustCommit(answered)));
  auto stored = registry_->GetApplication(scope_, commit.verification_id, Soon());
  ASSERT_TRUE(stored.ok()) << stored.status().detail();
  EXPECT_EQ(stored->verification.attempt, 1u);
  EXPECT_EQ(stored->verification.sequence, 2u);
  EXPECT_EQ(stored->verification.state, v1::STATE_DECIDED);
  EXPECT_EQ(stored->live_portrait.bytes, "live portrait bytes");
  EXPECT_EQ(stored->record.subject().msisdn(), commit.msisdn.Reveal());
  auto observed = registry_->Observe(Query(commit), Soon());
  EXPECT_EQ(observed->facts.numbers_held(), 1u);
}

TEST_P(RegistryConformance, PrechecksAreCountedByTheHour) {
  PrecheckQuery query;
  query.quota = "operator";
  query.principal = "urn:test:" + Uuid();
  query.operator_id = "op1";
  query.document_type = v1::DOCUMENT_TYPE_RESIDENT_ID;
  query.document_number = Redacted(Number());
  query.name = Redacted(std::string("测试"));
  query.limit_per_hour = 2;
  query.now = now_;
  EXPECT_TRUE(registry_->ObservePrecheck(query, Soon())->facts.has_value());
  EXPECT_TRUE(registry_->ObservePrecheck(query, Soon())->facts.has_value());
  EXPECT_FALSE(registry_->ObservePrecheck(query, Soon())->facts.has_value());
  query.now += std::chrono::hours(1);
  const auto next_hour = *registry_->ObservePrecheck(query, Soon());
  ASSERT_TRUE(next_hour.facts.has_value());
  EXPECT_FALSE(next_hour.facts->person_known());
}

TEST_P(RegistryConformance, PoliciesAreArchivedByDigest) {
  const std::string digest = "digest-" + Uuid();
  EXPECT_EQ(registry_->PolicyText(digest, Soon()).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(registry_->ArchivePolicy(digest, "text", Soon()).ok());
  ASSERT_TRUE(registry_->ArchivePolicy(digest, "text", Soon()).ok());
  EXPECT_EQ(*registry_->PolicyText(digest, Soon()), "text");
}

}  // namespace realname::testing
