// SPDX-License-Identifier: Apache-2.0
// Identity sources and what waits for them: on a real PostgreSQL.
#include <thread>

#include <gmock/gmock.h>

#include "tests/db/counter_test.h"
#include "verification/replays.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class IdentitySourcesTest : public CounterTest {
 protected:
  IdentitySourcesTest() {
    auto policy = std::make_shared<rules::Policy>(*policy_);
    v1::IdentitySourcePolicy& source = *policy->pack.add_identity_sources();
    source.set_name("national");
    source.add_document_types(v1::DOCUMENT_TYPE_RESIDENT_ID);
    source.add_document_types(v1::DOCUMENT_TYPE_HOUSEHOLD_REGISTER);
    source.set_wait_minutes(60);
    source.set_retry_seconds(30);
    sourced_ = policy;
    sourced_policies_ = std::make_unique<PolicyArchive>(registry_, sourced_);
    sourced_registration_ =
        std::make_unique<Registration>(registry_, PrivateDatabase::Instance().sessions(), faces_, search_, sources_,
                                       *sourced_policies_, clock_, Uuid, Sha256, VerifySignature);
  }
  v1::Verification SubmittedSourced(const Caller& by, v1::SubmitRegistrationRequest request) {
    cli::SignMadeUp(request);
    auto answer = sourced_registration_->Submit(by, request, Soon());
    EXPECT_TRUE(answer.ok()) << answer.status().reason() << " " << answer.status().detail();
    return answer.ok() ? *answer : v1::Verification();
  }
  // A first application, while the source does not answer.
  v1::Verification Waiting(const v1::SubmitRegistrationRequest& request) {
    sources_.Say(v1::AUTHORITY_ANSWER_UNAVAILABLE);
    return SubmittedSourced(shop_, request);
  }
  bool AskedAgain(const v1::Verification& waiting) {
    auto done = sourced_registration_->AskAgain(operator_, waiting.verification_id(), Soon());
    EXPECT_TRUE(done.ok()) << done.status().reason() << " " << done.status().detail();
    return done.ok() && *done;
  }
  v1::Outcome AtSource(const v1::Verification& answer) {
    return Seen(chief_, answer.verification_id()).checks(v1::CHECK_IDENTITY_AUTHORITY - 1).outcome();
  }
  std::vector<std::string> Taken(std::chrono::seconds begun_before = {}) {
    std::vector<std::string> ids;
    auto taken =
        registry_.TakeAwaitingSource(clock_.now, clock_.now - begun_before, std::chrono::seconds(30), 10000, Soon());
    EXPECT_TRUE(taken.ok()) << taken.status().detail();
    for (const AwaitingSource& each : *taken) {
      if (each.operator_id == operator_) ids.push_back(each.verification_id);
    }
    return ids;
  }

  std::shared_ptr<const rules::Policy> sourced_;
  std::unique_ptr<PolicyArchive> sourced_policies_;
  std::unique_ptr<Registration> sourced_registration_;
};

TEST_F(IdentitySourcesTest, AMatchPasses) {
  const auto request = Application(shop_);
  const auto answer = SubmittedSourced(shop_, request);
  EXPECT_EQ(answer.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(answer));
  EXPECT_EQ(AtSource(answer), v1::OUTCOME_PASSED);
  const auto questions = sources_.questions();
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0].number.Reveal(), request.parties(0).document().number());
  EXPECT_EQ(questions[0].name.Reveal(), request.parties(0).document().name());
  EXPECT_EQ(questions[0].operator_id, operator_);
  EXPECT_FALSE(questions[0].photo);
  auto facts = registry_.GetFacts(shop_.scope, answer.verification_id(), Soon());
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->authority().reference(), "told");
  EXPECT_EQ(AtSource(Submitted(shop_, Application(shop_))), v1::OUTCOME_SKIPPED) << "a policy without sources";
}

TEST_F(IdentitySourcesTest, WhatTheSourceSaysIsForAPersonAndNeverARefusal) {
  IdentityAnswer mismatch;
  mismatch.answer = v1::AUTHORITY_ANSWER_MISMATCH;
  mismatch.mismatches = {v1::IDENTITY_FIELD_NAME};
  sources_.Say(mismatch);
  const auto other_name = SubmittedSourced(shop_, Application(shop_));
  EXPECT_EQ(other_name.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(Codes(other_name), ElementsAre(v1::AUTH_NAME_NUMBER_MISMATCH));
  EXPECT_EQ(AtSource(other_name), v1::OUTCOME_FAILED);
  sources_.Say(v1::AUTHORITY_ANSWER_NO_RECORD);
  const auto unknown = SubmittedSourced(shop_, Application(shop_));
  EXPECT_EQ(unknown.verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(AtSource(unknown), v1::OUTCOME_NOT_AVAILABLE);
  EXPECT_EQ(Decided(ann_, unknown.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
}

TEST_F(IdentitySourcesTest, WhatWaitsFinishesByItself) {
  const auto request = Application(shop_);
  const auto waiting = Waiting(request);
  EXPECT_EQ(waiting.verdict(), v1::VERDICT_INCONCLUSIVE);
  EXPECT_EQ(waiting.state(), v1::STATE_AWAITING_SOURCE);
  EXPECT_EQ(waiting.next_action(), v1::NEXT_ACTION_WAIT_FOR_SOURCE);
  EXPECT_THAT(waiting.ways_out(), Contains(v1::WAY_OUT_WAIT_FOR_SOURCE));
  EXPECT_TRUE(waiting.has_reservation_expire_time());
  auto rival = Application(shop_);
  rival.set_msisdn(request.msisdn());
  EXPECT_THAT(Codes(SubmittedSourced(shop_, rival)), Contains(v1::REC_NUMBER)) << "the number is kept";
  EXPECT_EQ(SubmittedSourced(shop_, request).verification_id(), waiting.verification_id()) << "the call repeated";
  v1::ResubmitEvidenceRequest again;
  again.set_request_id(Uuid());
  again.set_verification_id(waiting.verification_id());
  v1::Evidence& item = *again.add_items();
  item.set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  item.set_photo("another");
  EXPECT_EQ(sourced_registration_->Resubmit(shop_, again, Soon()).status().reason(), "WRONG_STATE");

  EXPECT_FALSE(AskedAgain(waiting)) << "still nothing";
  EXPECT_EQ(Seen(shop_, waiting.verification_id()).sequence(), waiting.sequence()) << "and nothing written";
  const int examined = faces_.examinations;
  // Captures would be too old by now.
  clock_.now += std::chrono::minutes(59);
  sources_.Say(v1::AUTHORITY_ANSWER_MATCH);
  EXPECT_TRUE(AskedAgain(waiting));
  const auto passed = Seen(shop_, waiting.verification_id());
  EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
  EXPECT_EQ(passed.state(), v1::STATE_DECIDED);
  EXPECT_EQ(passed.attempt(), 1u);
  EXPECT_EQ(passed.sequence(), waiting.sequence() + 1);
  EXPECT_EQ(faces_.examinations, examined) << "no face is looked at again";
  EXPECT_TRUE(AskedAgain(waiting)) << "it waits no longer";
  EXPECT_EQ(Seen(shop_, waiting.verification_id()).sequence(), passed.sequence());
  EXPECT_TRUE(
      registry_.Confirm(shop_.scope, {shop_.principal, Uuid(), "confirm"}, passed.verification_id(), clock_.now, Soon())
          .ok());

  Replays replays(registry_, *sourced_policies_);
  v1::ReplayDecisionRequest replay;
  replay.set_verification_id(waiting.verification_id());
  for (const uint64_t sequence : {waiting.sequence(), passed.sequence()}) {
    replay.set_sequence(sequence);
    auto replayed = replays.Replay(chief_, replay, Soon());
    ASSERT_TRUE(replayed.ok()) << replayed.status().reason();
    EXPECT_THAT(replayed->differences(), IsEmpty());
  }
}

TEST_F(IdentitySourcesTest, WhoeverWaitedLongEnoughGoesToAPerson) {
  const auto waiting = Waiting(Application(shop_));
  clock_.now += std::chrono::minutes(60);
  EXPECT_TRUE(AskedAgain(waiting));
  EXPECT_EQ(Seen(shop_, waiting.verification_id()).state(), v1::STATE_IN_REVIEW);
  const auto held = Claimed(ann_, waiting.verification_id());
  EXPECT_FALSE(held.at_counter()) << "nobody stands there any more";
  EXPECT_EQ(Decided(ann_, waiting.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
}

TEST_F(IdentitySourcesTest, WhoeverSentInWhatWaitedDoesNotReviewIt) {
  Caller both = Staff(v1::ROLE_REVIEWER, "both");
  sources_.Say(v1::AUTHORITY_ANSWER_UNAVAILABLE);
  Caller seller = shop_;
  seller.principal = both.principal;  // one certificate of one person
  const auto waiting = SubmittedSourced(seller, Application(shop_));
  clock_.now += std::chrono::minutes(61);
  EXPECT_TRUE(AskedAgain(waiting));
  ASSERT_EQ(Seen(chief_, waiting.verification_id()).state(), v1::STATE_IN_REVIEW);
  EXPECT_EQ(ClaimReason(both, waiting.verification_id()), "NO_SUCH_CASE");
  Claimed(ann_, waiting.verification_id());
}

// A pack that names no source takes the place of one that did.
TEST_F(IdentitySourcesTest, APackWithoutSourcesLeavesNobodyWaiting) {
  const auto waiting = Waiting(Application(shop_));
  ASSERT_EQ(waiting.state(), v1::STATE_AWAITING_SOURCE);
  auto done = registration_.AskAgain(operator_, waiting.verification_id(), Soon());
  ASSERT_TRUE(done.ok()) << done.status().reason() << " " << done.status().detail();
  EXPECT_TRUE(*done);
  const auto seen = Seen(chief_, waiting.verification_id());
  EXPECT_EQ(seen.state(), v1::STATE_IN_REVIEW) << "the source that was asked never answered: a person decides";
  EXPECT_EQ(Decided(ann_, waiting.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
}

TEST_F(IdentitySourcesTest, WhatChangedMeanwhileCounts) {
  const auto waiting = Waiting(Application(shop_));
  v1::Seller agent;
  agent.set_agent_id("agent1");
  agent.set_status(v1::SELLER_STATUS_SUSPENDED);
  SetSeller(agent);
  sources_.Say(v1::AUTHORITY_ANSWER_MATCH);
  EXPECT_TRUE(AskedAgain(waiting));
  const auto refused = Seen(shop_, waiting.verification_id());
  EXPECT_EQ(refused.verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(Codes(refused), ElementsAre(v1::CHN_AGENT_SUSPENDED));
}

TEST_F(IdentitySourcesTest, TwoProcessesAtOnceDecideOnce) {
  const auto waiting = Waiting(Application(shop_));
  sources_.Say(v1::AUTHORITY_ANSWER_MATCH);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto done = sourced_registration_->AskAgain(operator_, waiting.verification_id(), Soon());
      EXPECT_TRUE(done.ok() || done.status().reason() == "WRONG_STATE") << done.status().reason();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Seen(shop_, waiting.verification_id()).sequence(), waiting.sequence() + 1);
}

TEST_F(IdentitySourcesTest, WhatIsDueIsTakenOnceAndLaterEachTime) {
  const auto waiting = Waiting(Application(shop_));
  EXPECT_THAT(Taken(std::chrono::seconds(1)), IsEmpty()) << "it does not wait that long";
  EXPECT_THAT(Taken(), ElementsAre(waiting.verification_id()));
  EXPECT_THAT(Taken(), IsEmpty());
  clock_.now += std::chrono::seconds(29);
  EXPECT_THAT(Taken(), IsEmpty());
  clock_.now += std::chrono::seconds(1);
  EXPECT_THAT(Taken(), ElementsAre(waiting.verification_id()));
  clock_.now += std::chrono::seconds(59);
  EXPECT_THAT(Taken(), IsEmpty()) << "twice as long";
  clock_.now += std::chrono::seconds(1);
  EXPECT_THAT(Taken(), ElementsAre(waiting.verification_id()));
  const auto cancelled =
      registry_.Cancel(shop_.scope, {shop_.principal, Uuid(), "cancel"}, waiting.verification_id(), clock_.now, Soon());
  ASSERT_TRUE(cancelled.ok()) << cancelled.status().reason();
  clock_.now += std::chrono::hours(1);
  EXPECT_THAT(Taken(), IsEmpty()) << "who gave up is not asked about";
  EXPECT_TRUE(AskedAgain(waiting));
  EXPECT_EQ(Seen(shop_, waiting.verification_id()).state(), v1::STATE_CANCELLED);
}

TEST_F(IdentitySourcesTest, ThePhotographIsAnotherReference) {
  auto policy = std::make_shared<rules::Policy>(*sourced_);
  policy->pack.mutable_identity_sources(0)->set_photo(true);
  PolicyArchive policies(registry_, policy);
  Registration registration(registry_, PrivateDatabase::Instance().sessions(), faces_, search_, sources_, policies,
                            clock_, Uuid, Sha256, VerifySignature);
  const auto with_photo = [&](const std::string& photo) {
    IdentityAnswer answer;
    answer.answer = v1::AUTHORITY_ANSWER_MATCH;
    answer.photo = photo;
    answer.photo_state = photo.empty() ? v1::AUTHORITY_PHOTO_NONE : v1::AUTHORITY_PHOTO_ATTACHED;
    sources_.Say(answer);
    auto request = Application(shop_);
    cli::SignMadeUp(request);
    auto submitted = registration.Submit(shop_, request, Soon());
    EXPECT_TRUE(submitted.ok()) << submitted.status().detail();
    return submitted.ok() ? *submitted : v1::Verification();
  };
  EXPECT_EQ(with_photo("the holder on record").verdict(), v1::VERDICT_PASS);
  EXPECT_TRUE(sources_.questions().back().photo);
  const auto other = with_photo("a stranger");
  EXPECT_EQ(other.verdict(), v1::VERDICT_REVIEW) << "document and source show two people";
  EXPECT_THAT(Codes(other), ElementsAre(v1::FACE_GREY_BAND));
  EXPECT_THAT(Codes(with_photo("nobody")), ElementsAre(v1::AUTH_PHOTO_UNUSABLE));
  EXPECT_THAT(Codes(with_photo("")), ElementsAre(v1::AUTH_NO_PHOTO));
  auto facts = registry_.GetFacts(shop_.scope, other.verification_id(), Soon());
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(facts->subject().has_authority_comparison());
  EXPECT_TRUE(facts->subject().authority_photo().template_().empty()) << "templates are dropped";
}

TEST_F(IdentitySourcesTest, WhoTriedTooOftenIsNotAskedAbout) {
  auto policy = std::make_shared<rules::Policy>(*sourced_);
  policy->pack.mutable_attempts()->set_per_identity_minute(1);
  PolicyArchive policies(registry_, policy);
  Registration registration(registry_, PrivateDatabase::Instance().sessions(), faces_, search_, sources_, policies,
                            clock_, Uuid, Sha256, VerifySignature);
  auto request = Application(shop_);
  const v1::Document document = request.parties(0).document();
  for (int i = 0; i < 2; ++i) {
    *request.mutable_parties(0)->mutable_document() = document;
    cli::SignMadeUp(request);
    ASSERT_TRUE(registration.Submit(shop_, request, Soon()).ok());
    request = Application(shop_);
  }
  EXPECT_EQ(sources_.questions().size(), 1u);
}

}  // namespace
}  // namespace realname::testing
