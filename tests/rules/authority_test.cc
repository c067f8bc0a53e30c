// SPDX-License-Identifier: Apache-2.0
#include "rules/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/decide.h"
#include "rules/ways_out.h"
#include "tests/rules/sample_facts.h"

namespace realname::rules {
namespace {

using ::realname::testing::GoodFace;
using ::realname::testing::kNoon;
using ::realname::testing::SampleDocument;
using ::realname::testing::SampleFacts;
using ::realname::testing::ShippedPolicy;
using ::testing::Contains;
using ::testing::ElementsAre;

Policy WithSource() {
  Policy policy = ShippedPolicy();
  v1::IdentitySourcePolicy& source = *policy.pack.add_identity_sources();
  source.set_name("national");
  source.add_document_types(v1::DOCUMENT_TYPE_RESIDENT_ID);
  source.set_wait_minutes(60);
  source.set_retry_seconds(30);
  return policy;
}

v1::Facts Unanswered() {
  v1::Facts facts = SampleFacts();
  facts.mutable_authority()->set_source("national");
  facts.mutable_authority()->set_answer(v1::AUTHORITY_ANSWER_UNAVAILABLE);
  facts.mutable_authority()->mutable_first_ask_time()->set_seconds(kNoon);
  return facts;
}

TimePoint Noon() { return TimePoint(std::chrono::seconds(kNoon)); }

TEST(AuthorityTest, OneThatDoesNotAnswerIsWaitedForAndThenAPersonDecides) {
  const Policy policy = WithSource();
  v1::Facts facts = Unanswered();
  v1::Decision decision = Decide(policy, facts);
  EXPECT_EQ(decision.verdict(), v1::VERDICT_INCONCLUSIVE);
  EXPECT_EQ(decision.next_action(), v1::NEXT_ACTION_WAIT_FOR_SOURCE);
  EXPECT_EQ(StateAfter(v1::ENTRY_TYPE_OPEN, decision), v1::STATE_AWAITING_SOURCE);
  EXPECT_TRUE(HoldsPlace(v1::ENTRY_TYPE_OPEN, decision)) << "the number is kept";
  EXPECT_EQ(decision.checks(v1::CHECK_IDENTITY_AUTHORITY - 1).outcome(), v1::OUTCOME_ERROR);
  EXPECT_THAT(WaysOut(policy, v1::STATE_AWAITING_SOURCE, decision, false), Contains(v1::WAY_OUT_WAIT_FOR_SOURCE));

  facts.mutable_observe_time()->set_seconds(kNoon + 3599);
  EXPECT_EQ(Decide(policy, facts).verdict(), v1::VERDICT_INCONCLUSIVE);
  facts.mutable_observe_time()->set_seconds(kNoon + 3600);
  decision = Decide(policy, facts);
  EXPECT_EQ(decision.verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(decision.checks(v1::CHECK_IDENTITY_AUTHORITY - 1).reasons(0), v1::AUTH_SOURCE_UNAVAILABLE);
}

TEST(AuthorityTest, ThePolicyMaySendToAPersonAtOnce) {
  Policy policy = WithSource();
  for (v1::ReasonText& text : *policy.pack.mutable_reasons()) {
    if (text.code() == v1::AUTH_SOURCE_UNAVAILABLE) text.set_class_(v1::REASON_CLASS_REVIEW);
  }
  EXPECT_EQ(Decide(policy, Unanswered()).verdict(), v1::VERDICT_REVIEW);
}

TEST(AuthorityTest, WhatTheCustomerCanMendComesBeforeWaiting) {
  v1::Facts facts = Unanswered();
  facts.mutable_subject()->mutable_live_portrait()->set_sharpness(0.01f);
  facts.mutable_subject()->clear_comparison();
  EXPECT_EQ(Decide(WithSource(), facts).verdict(), v1::VERDICT_RETRY);
}

TEST(AuthorityTest, WhileItWaitsCapturesDoNotGrowOld) {
  const Policy policy = WithSource();
  v1::Facts facts = SampleFacts();
  facts.mutable_authority()->set_answer(v1::AUTHORITY_ANSWER_MATCH);
  facts.mutable_observe_time()->set_seconds(kNoon + 26 * 3600);
  EXPECT_THAT(Decide(policy, facts).checks(v1::CHECK_CAPTURE_PROVENANCE - 1).reasons(), Contains(v1::CAP_STALE));
  facts.mutable_application()->mutable_submit_time()->set_seconds(kNoon);
  EXPECT_EQ(Decide(policy, facts).verdict(), v1::VERDICT_PASS);
}

TEST(AuthorityTest, AskedIsWhatASourceCoversAndCanBeRead) {
  const Policy policy = WithSource();
  v1::Document document = SampleDocument();
  ASSERT_NE(SourceToAsk(policy, document, Noon()), nullptr);
  EXPECT_EQ(SourceToAsk(policy, document, Noon())->name(), "national");
  EXPECT_EQ(SourceToAsk(ShippedPolicy(), document, Noon()), nullptr);
  document.clear_name();
  EXPECT_EQ(SourceToAsk(policy, document, Noon()), nullptr) << "there is nothing to compare";
  document = SampleDocument();
  document.set_number("360426199101010072");
  EXPECT_EQ(SourceToAsk(policy, document, Noon()), nullptr) << "a wrong check character is nobody's number";
  document.set_type(v1::DOCUMENT_TYPE_PASSPORT);
  EXPECT_EQ(SourceToAsk(policy, document, Noon()), nullptr);
}

TEST(AuthorityTest, WhatNoSourceCoversIsReadAsItsOwnRuleSays) {
  Policy policy = WithSource();
  v1::Facts facts = SampleFacts();
  facts.mutable_authority()->set_answer(v1::AUTHORITY_ANSWER_MATCH);
  for (v1::DocumentTypePolicy& type : *policy.pack.mutable_document()->mutable_types()) {
    if (type.type() == v1::DOCUMENT_TYPE_RESIDENT_ID) type.add_uncovered_capture_methods(v1::CAPTURE_METHOD_NFC);
  }
  EXPECT_EQ(Decide(policy, facts).verdict(), v1::VERDICT_PASS) << "it is covered";
  policy.pack.clear_identity_sources();
  facts.clear_authority();
  const v1::Decision decision = Decide(policy, facts);
  EXPECT_THAT(decision.checks(v1::CHECK_CAPTURE_PROVENANCE - 1).reasons(), ElementsAre(v1::CAP_READER_REQUIRED));
  EXPECT_EQ(decision.checks(v1::CHECK_IDENTITY_AUTHORITY - 1).outcome(), v1::OUTCOME_SKIPPED);
}

TEST(AuthorityTest, EverybodysDocumentIsJudged) {
  v1::Facts facts = SampleFacts();
  facts.mutable_authority()->set_answer(v1::AUTHORITY_ANSWER_MATCH);
  v1::PartyFacts& party = *facts.add_parties();
  party.set_role(v1::PARTY_ROLE_LEGAL_REPRESENTATIVE);
  party.mutable_authority()->set_answer(v1::AUTHORITY_ANSWER_NO_RECORD);
  EXPECT_THAT(Decide(WithSource(), facts).checks(v1::CHECK_IDENTITY_AUTHORITY - 1).reasons(),
              ElementsAre(v1::AUTH_NO_RECORD));
}

// The document's photo and the source's, each at some FMR: what becomes of the match.
TEST(AuthorityTest, TwoReferencesCountByTheBetterCorrectedForTwo) {
  const Policy policy = WithSource();
  const double match = policy.pack.face().match_fmr();
  const double review = policy.pack.face().review_fmr();
  const auto outcome = [&](double document, double source) {
    v1::Facts facts = SampleFacts();
    v1::AuthorityFacts& said = *facts.mutable_authority();
    said.set_answer(v1::AUTHORITY_ANSWER_MATCH);
    said.set_photo(v1::AUTHORITY_PHOTO_ATTACHED);
    *facts.mutable_subject()->mutable_authority_photo() = GoodFace();
    facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(document);
    facts.mutable_subject()->mutable_authority_comparison()->set_fmr_at_similarity(source);
    return Decide(policy, facts).checks(v1::CHECK_FACE_MATCH - 1).outcome();
  };
  EXPECT_EQ(outcome(match / 2, review), v1::OUTCOME_PASSED);
  EXPECT_EQ(outcome(review, match / 2), v1::OUTCOME_PASSED) << "a poor chip photo, and a good one at the source";
  EXPECT_EQ(outcome(match, match), v1::OUTCOME_UNCERTAIN) << "of two tries one is twice as likely to match by chance";
  EXPECT_EQ(outcome(match / 2, 2 * review), v1::OUTCOME_UNCERTAIN) << "the two contradict each other";
  EXPECT_EQ(outcome(2 * review, match / 2), v1::OUTCOME_UNCERTAIN);
  EXPECT_EQ(outcome(2 * review, 2 * review), v1::OUTCOME_FAILED);
}

TEST(AuthorityTest, APackSaysWhatASourceIs) {
  const auto fault = [](const std::string& more) {
    const auto read = ReadPolicy(realname::testing::ShippedPolicyText() + more, "digest");
    return read.ok() ? std::string() : read.status().message();
  };
  const std::string good =
      "identity_sources { name: 'national' document_types: DOCUMENT_TYPE_RESIDENT_ID wait_minutes: 60 retry_seconds: "
      "30 }";
  EXPECT_EQ(fault(good), "");
  EXPECT_NE(fault(good + good), "") << "one name, one document, twice";
  EXPECT_NE(fault("identity_sources { name: 'National' document_types: DOCUMENT_TYPE_RESIDENT_ID wait_minutes: 60 "
                  "retry_seconds: 30 }"),
            "");
  EXPECT_NE(fault("identity_sources { name: 'national' wait_minutes: 60 retry_seconds: 30 }"), "");
  EXPECT_NE(fault("identity_sources { name: 'national' document_types: DOCUMENT_TYPE_RESIDENT_ID retry_seconds: 30 }"),
            "");
}

}  // namespace
}  // namespace realname::rules
