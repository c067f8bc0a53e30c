// SPDX-License-Identifier: Apache-2.0
#include "rules/review.h"

#include <initializer_list>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/decide.h"
#include "rules/explain.h"
#include "tests/rules/sample_facts.h"

namespace realname::rules {
namespace {

using ::realname::testing::SampleFacts;
using ::realname::testing::ShippedPolicy;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kNoon = ::realname::testing::kNoon;
TimePoint At(int64_t seconds) { return TimePoint(std::chrono::seconds(seconds)); }

v1::Facts GreyFacts() {
  auto facts = SampleFacts();
  facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(5e-3);
  return facts;
}
v1::Decision Grey() { return Decide(ShippedPolicy(), GreyFacts()); }

v1::Decision Mismatch() {
  auto facts = SampleFacts();
  facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(0.5);
  facts.set_attempt(100);
  return Decide(ShippedPolicy(), facts);
}

v1::ReviewVote Vote(v1::ReviewConclusion conclusion, std::initializer_list<std::pair<v1::Check, v1::Outcome>> checks,
                    const std::string& reviewer = "one") {
  v1::ReviewVote vote;
  vote.set_reviewer(reviewer);
  vote.set_conclusion(conclusion);
  for (const auto& [check, outcome] : checks) {
    vote.add_checks()->set_check(check);
    vote.mutable_checks()->rbegin()->set_outcome(outcome);
  }
  return vote;
}
v1::ReviewVote Approve(const std::string& reviewer = "one") {
  return Vote(v1::REVIEW_CONCLUSION_APPROVE, {{v1::CHECK_FACE_MATCH, v1::OUTCOME_PASSED}}, reviewer);
}
v1::ReviewVote Reject(const std::string& reviewer = "one") {
  return Vote(v1::REVIEW_CONCLUSION_REJECT, {{v1::CHECK_FACE_MATCH, v1::OUTCOME_FAILED}}, reviewer);
}
v1::ReviewRecord Record(std::initializer_list<v1::ReviewVote> votes) {
  v1::ReviewRecord record;
  for (const auto& vote : votes) *record.add_votes() = vote;
  return record;
}

TEST(VoteFaultTest, AVoteSaysSomethingOfEachCheckThatFoundSomething) {
  ASSERT_EQ(Grey().verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(VoteFault(ShippedPolicy(), Grey(), Approve()), "");
  EXPECT_EQ(VoteFault(ShippedPolicy(), Grey(), Reject()), "");
  EXPECT_THAT(VoteFault(ShippedPolicy(), Grey(), Vote(v1::REVIEW_CONCLUSION_APPROVE, {})),
              HasSubstr("no vote on CHECK_FACE_MATCH"));
  EXPECT_THAT(VoteFault(ShippedPolicy(), Grey(),
                        Vote(v1::REVIEW_CONCLUSION_APPROVE,
                             {{v1::CHECK_FACE_MATCH, v1::OUTCOME_PASSED}, {v1::CHECK_LIVENESS, v1::OUTCOME_PASSED}})),
              HasSubstr("no other"));
  EXPECT_THAT(VoteFault(ShippedPolicy(), Grey(),
                        Vote(v1::REVIEW_CONCLUSION_APPROVE,
                             {{v1::CHECK_FACE_MATCH, v1::OUTCOME_PASSED}, {v1::CHECK_FACE_MATCH, v1::OUTCOME_FAILED}})),
              HasSubstr("exactly once"));
  EXPECT_THAT(VoteFault(ShippedPolicy(), Grey(),
                        Vote(v1::REVIEW_CONCLUSION_APPROVE, {{v1::CHECK_FACE_MATCH, v1::OUTCOME_UNCERTAIN}})),
              HasSubstr("PASSED or FAILED"));
  EXPECT_THAT(VoteFault(ShippedPolicy(), Grey(),
                        Vote(v1::REVIEW_CONCLUSION_APPROVE, {{v1::CHECK_FACE_MATCH, v1::OUTCOME_FAILED}})),
              HasSubstr("APPROVE with a check that FAILED"));
  EXPECT_THAT(VoteFault(ShippedPolicy(), Grey(),
                        Vote(v1::REVIEW_CONCLUSION_REJECT, {{v1::CHECK_FACE_MATCH, v1::OUTCOME_PASSED}})),
              HasSubstr("REJECT with every check PASSED"));
  EXPECT_THAT(VoteFault(ShippedPolicy(), Grey(),
                        Vote(v1::REVIEW_CONCLUSION_UNSPECIFIED, {{v1::CHECK_FACE_MATCH, v1::OUTCOME_PASSED}})),
              HasSubstr("conclusion: required"));
  auto again = Vote(v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE, {{v1::CHECK_FACE_MATCH, v1::OUTCOME_FAILED}});
  EXPECT_THAT(VoteFault(ShippedPolicy(), Grey(), again), HasSubstr("at least one"));
  again.add_retry_items(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  EXPECT_EQ(VoteFault(ShippedPolicy(), Grey(), again), "");
  auto odd = Approve();
  odd.add_retry_items(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  EXPECT_THAT(VoteFault(ShippedPolicy(), Grey(), odd), HasSubstr("REQUEST_EVIDENCE only"));
}

TEST(VoteFaultTest, NoVoteLiftsWhatOnlyEvidenceLifts) {
  auto facts = SampleFacts();
  facts.mutable_subject()->mutable_document()->clear_address();
  const auto incomplete = Decide(ShippedPolicy(), facts);
  ASSERT_EQ(incomplete.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(VoteFault(ShippedPolicy(), incomplete,
                        Vote(v1::REVIEW_CONCLUSION_APPROVE, {{v1::CHECK_RECORD_CONSISTENCY, v1::OUTCOME_PASSED}})),
              HasSubstr("no vote lifts REC_INCOMPLETE"));
  auto ask = Vote(v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE, {{v1::CHECK_RECORD_CONSISTENCY, v1::OUTCOME_FAILED}});
  ask.add_retry_items(v1::EVIDENCE_ITEM_DOCUMENT);
  EXPECT_EQ(VoteFault(ShippedPolicy(), incomplete, ask), "");
}

TEST(ReviewTest, AnOverrideTakesTwoAndDisagreementAnAdministrator) {
  const auto policy = ShippedPolicy();
  EXPECT_EQ(ResultOf(policy, Grey(), Record({Approve()}), false), ReviewResult::kDecided);
  ASSERT_EQ(Mismatch().verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(ResultOf(policy, Mismatch(), Record({Approve()}), false), ReviewResult::kAwaitSecond);
  EXPECT_EQ(ResultOf(policy, Mismatch(), Record({Reject()}), false), ReviewResult::kDecided) << "no is said by one";
  EXPECT_EQ(ResultOf(policy, Mismatch(), Record({Approve(), Approve("two")}), false), ReviewResult::kDecided);
  EXPECT_EQ(ResultOf(policy, Mismatch(), Record({Approve(), Reject("two")}), false), ReviewResult::kEscalate);
  EXPECT_EQ(ResultOf(policy, Mismatch(), Record({Approve(), Reject("two"), Approve("admin")}), true),
            ReviewResult::kDecided);
  Policy strict = policy;
  strict.pack.mutable_review()->add_second_reviewer_reasons(v1::FACE_GREY_BAND);
  EXPECT_EQ(ResultOf(strict, Grey(), Record({Approve()}), false), ReviewResult::kAwaitSecond);
}

TEST(ReviewTest, ADecisionOfPeopleKeepsWhatTheMachineFound) {
  const auto policy = ShippedPolicy();
  const auto passed = ReviewedDecision(policy, GreyFacts(), Grey(), Record({Approve()}), At(kNoon));
  EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(passed.next_action(), v1::NEXT_ACTION_ACTIVATE);
  EXPECT_EQ(passed.next_reverification_date(), "2027-03-01");
  const auto& match = passed.checks(v1::CHECK_FACE_MATCH - 1);
  EXPECT_EQ(match.outcome(), v1::OUTCOME_UNCERTAIN);
  EXPECT_EQ(match.reviewed_outcome(), v1::OUTCOME_PASSED);
  EXPECT_THAT(match.reasons(), ElementsAre(v1::FACE_GREY_BAND));
  EXPECT_EQ(passed.checks(v1::CHECK_LIVENESS - 1).reviewed_outcome(), v1::OUTCOME_UNSPECIFIED);
  EXPECT_EQ(passed.review().votes_size(), 1);

  v1::Verification seen;
  Explain(policy, passed, v1::READER_COUNTER, seen);
  ASSERT_EQ(seen.reasons_size(), 1);
  EXPECT_EQ(seen.reasons(0).code(), v1::FACE_GREY_BAND);
  EXPECT_EQ(seen.reasons(0).subject_text().en(), seen.next_action_text().en()) << "no longer: please wait";

  const auto refused = ReviewedDecision(policy, GreyFacts(), Grey(), Record({Reject()}), At(kNoon));
  EXPECT_EQ(refused.verdict(), v1::VERDICT_REJECT);
  EXPECT_EQ(refused.next_action(), v1::NEXT_ACTION_OWN_HALL);
  EXPECT_EQ(refused.next_reverification_date(), "");

  auto vote = Vote(v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE, {{v1::CHECK_FACE_MATCH, v1::OUTCOME_FAILED}});
  vote.add_retry_items(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  const auto again = ReviewedDecision(policy, GreyFacts(), Grey(), Record({vote}), At(kNoon));
  EXPECT_EQ(again.verdict(), v1::VERDICT_RETRY);
  EXPECT_THAT(again.retry_items(), ElementsAre(v1::EVIDENCE_ITEM_LIVE_PORTRAIT));
}

TEST(ReviewTest, TheWaitCountsTheDesksHours) {
  Policy policy = ShippedPolicy();
  v1::ReviewPolicy& desk = *policy.pack.mutable_review();
  desk.set_cases_per_hour(60);
  desk.set_max_wait_minutes(30);
  desk.set_open_hour(8);
  desk.set_close_hour(20);
  const auto wait = [&](uint64_t before, int64_t seconds) { return WaitOf(policy, before, At(seconds), At(kNoon)); };
  EXPECT_EQ(wait(0, kNoon).expected_minutes(), 2u);
  EXPECT_FALSE(wait(0, kNoon).come_back());
  EXPECT_EQ(wait(28, kNoon).expected_minutes(), 30u);
  EXPECT_FALSE(wait(28, kNoon).come_back());
  EXPECT_TRUE(wait(29, kNoon).come_back());
  EXPECT_EQ(wait(0, kNoon - 5 * 3600).expected_minutes(), 62u) << "opens in an hour";
  EXPECT_EQ(wait(0, kNoon + 9 * 3600).expected_minutes(), 11u * 60 + 2) << "opens tomorrow";
  EXPECT_EQ(wait(100, kNoon + 7 * 3600).expected_minutes(), 60u + 12 * 60 + 42) << "some today, the rest tomorrow";
  desk.set_open_hour(0);
  desk.set_close_hour(24);
  EXPECT_EQ(wait(0, kNoon + 12 * 3600 - 60).expected_minutes(), 2u) << "over midnight";
  desk.set_close_hour(0);
  EXPECT_EQ(wait(0, kNoon + 12 * 3600).expected_minutes(), 2u) << "never shut";
  EXPECT_EQ(wait(0, kNoon).deadline().seconds(), kNoon);
}

}  // namespace
}  // namespace realname::rules
