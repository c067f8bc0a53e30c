// SPDX-License-Identifier: Apache-2.0
// The way back for who was refused, from the counter to the desk and back, on a real PostgreSQL.
#include <atomic>
#include <cctype>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "tests/db/counter_test.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ContestsTest : public CounterTest {};

TEST_F(ContestsTest, AStrangerRevisesARefusalAndTheHallActivates) {
  const auto application = Typed(shop_);
  const auto refused = Submitted(shop_, application);
  ASSERT_EQ(refused.verdict(), v1::VERDICT_REJECT);
  EXPECT_TRUE(refused.has_contest_expire_time());
  const auto request = Contest(refused, application);
  const auto contest = Contested(request);
  EXPECT_EQ(contest.state(), v1::STATE_IN_REVIEW);
  EXPECT_EQ(contest.contested_reference_number(), refused.reference_number());
  EXPECT_TRUE(contest.has_reservation_expire_time()) << "the number is reserved";
  EXPECT_FALSE(contest.has_contest_expire_time());
  EXPECT_EQ(Contested(request).verification_id(), contest.verification_id()) << "the same call again";

  const std::string& id = contest.verification_id();
  EXPECT_EQ(ClaimReason(Staff(v1::ROLE_REVIEWER, "seller"), id), "NO_SUCH_CASE") << "who had sent it in";
  EXPECT_EQ(ClaimReason(Staff(v1::ROLE_REVIEWER, "host"), id), "NO_SUCH_CASE") << "who sent the contest in";
  EXPECT_EQ(ClaimReason(Staff(v1::ROLE_REVIEWER, "eve", "agent1"), id), "NO_SUCH_CASE") << "of the agent that refused";
  const auto held = Claimed(ann_, id);
  EXPECT_EQ(held.contested().statement(), "this is my card");
  EXPECT_EQ(held.contested().verification().verification_id(), refused.verification_id());
  EXPECT_EQ(held.contested().live_portrait(), "live");
  EXPECT_EQ(held.live_portrait(), "live") << "what is not sent anew stays";
  EXPECT_THAT(Codes(held.verification()), ElementsAre(v1::CTS_REQUESTED)) << "the chip was read this time";

  EXPECT_EQ(Decided(ann_, id, v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
  const RequestKey key = {hall_.principal, Uuid(), "confirm"};
  auto active = registry_.Confirm(hall_.scope, key, id, clock_.now, Soon());
  ASSERT_TRUE(active.ok()) << active.status().reason();
  EXPECT_EQ(active->state, v1::STATE_ACTIVATED);
  EXPECT_EQ(Seen(shop_, refused.verification_id()).verdict(), v1::VERDICT_REJECT) << "the refusal stays as it is";
  const auto counts = Counts();
  ASSERT_THAT(counts, SizeIs(1));
  EXPECT_EQ(counts[0].agent_id(), "agent1");
  EXPECT_EQ(counts[0].reason(), v1::CAP_MANUAL_ENTRY_FORBIDDEN);
  EXPECT_EQ(counts[0].revised(), 1u);
}

TEST_F(ContestsTest, AnApprovalTiesTheNameToTheDocument) {
  const auto application = Typed(shop_);
  const auto contest = Contested(Contest(Submitted(shop_, application), application));
  Decided(ann_, contest.verification_id(), v1::REVIEW_CONCLUSION_APPROVE);
  auto other = Application(shop_);
  *other.mutable_parties(0)->mutable_document() = application.parties(0).document();
  other.mutable_parties(0)->mutable_document()->set_name("别的名字");
  const auto answer = Submitted(shop_, other);
  EXPECT_EQ(answer.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(Codes(Claimed(ben_, answer.verification_id()).verification()), Contains(int{v1::REC_NAME}));
}

TEST_F(ContestsTest, AnUpheldRefusalCanBeContestedOnceMoreBeforeAnAdministrator) {
  const auto application = Typed(shop_);
  const auto first = Contested(Contest(Submitted(shop_, application), application));
  const auto upheld = Decided(ann_, first.verification_id(), v1::REVIEW_CONCLUSION_REJECT);
  EXPECT_EQ(upheld.verdict(), v1::VERDICT_REJECT);
  EXPECT_TRUE(upheld.has_contest_expire_time());
  const auto second = Contested(Contest(first, application));
  EXPECT_EQ(ClaimReason(ben_, second.verification_id()), "NO_SUCH_CASE") << "an administrator's";
  EXPECT_EQ(ClaimReason(Staff(v1::ROLE_ADMIN, "ann"), second.verification_id()), "NO_SUCH_CASE") << "who upheld it";
  const auto again = Decided(chief_, second.verification_id(), v1::REVIEW_CONCLUSION_REJECT);
  EXPECT_FALSE(again.has_contest_expire_time());
  EXPECT_EQ(Reason(Contest(second, application)), "NO_FURTHER_CONTEST");
  const auto counts = Counts();
  ASSERT_THAT(counts, SizeIs(2)) << "by who had refused first, for each reason";
  EXPECT_EQ(counts[0].agent_id(), "agent1");
  EXPECT_EQ(counts[0].reason(), v1::CAP_MANUAL_ENTRY_FORBIDDEN);
  EXPECT_EQ(counts[0].upheld(), 1u);
  EXPECT_EQ(counts[1].agent_id(), "agent1");
  EXPECT_EQ(counts[1].reason(), v1::CTS_REQUESTED);
}

TEST_F(ContestsTest, TheReferenceAloneOpensNothing) {
  const auto application = Typed(shop_);
  const auto refused = Submitted(shop_, application);
  auto request = Contest(refused, application);
  *request.mutable_document() = cli::MadeUpDocument(1);
  EXPECT_EQ(Reason(request), "NO_SUCH_REFUSAL");
  request = Contest(refused, application);
  request.set_reference_number("0000-0000-0000");
  EXPECT_EQ(Reason(request), "NO_SUCH_REFUSAL");
  Caller other = hall_;
  other.owner.operator_id = other.scope.operator_id = "another operator";
  EXPECT_EQ(RequestReview(other, Contest(refused, application)).status().reason(), "NO_SUCH_REFUSAL");
  std::string plain;
  for (const char c : refused.reference_number()) {
    if (c != '-') plain.push_back(static_cast<char>(std::tolower(c)));
  }
  request = Contest(refused, application);
  request.set_reference_number(plain);
  EXPECT_EQ(Contested(request).state(), v1::STATE_IN_REVIEW) << "written in another way";
  EXPECT_EQ(Reason(Contest(refused, application)), "ALREADY_CONTESTED");
}

TEST_F(ContestsTest, OnlyARefusalCanBeContestedAndOnlyInTime) {
  const auto passed = Application(shop_);
  EXPECT_EQ(Reason(Contest(Submitted(shop_, passed), passed)), "NOT_REFUSED");
  const auto typed = Typed(shop_);
  const auto refused = Submitted(shop_, typed);
  clock_.now += std::chrono::hours(24) * policy_->pack.contest().within_days();
  EXPECT_EQ(Reason(Contest(refused, typed)), "CONTEST_TOO_LATE");
}

TEST_F(ContestsTest, ANumberThatIsTakenMeanwhileIsNotPromised) {
  const auto application = Typed(shop_);
  const auto refused = Submitted(shop_, application);
  auto quicker = Application(shop_);
  quicker.set_msisdn(application.msisdn());
  ASSERT_EQ(Submitted(shop_, quicker).verdict(), v1::VERDICT_PASS);
  auto request = Contest(refused, application);
  EXPECT_EQ(Reason(request), "NUMBER_TAKEN");
  request.set_msisdn("+8613712345678");
  EXPECT_EQ(Contested(request).state(), v1::STATE_IN_REVIEW);
}

TEST_F(ContestsTest, EvidenceThatIsAskedForComesBackToAPerson) {
  const auto application = Typed(shop_);
  auto request = Contest(Submitted(shop_, application), application);
  request.mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
  const auto contest = Contested(request);
  const auto held = Claimed(ann_, contest.verification_id());
  auto refused = reviews_.Decide(ann_, Vote(held, v1::REVIEW_CONCLUSION_APPROVE), Soon());
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument) << "no vote makes typed data a chip";
  auto ask = Vote(held, v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE);
  ask.add_retry_items(v1::EVIDENCE_ITEM_DOCUMENT);
  auto asked = reviews_.Decide(ann_, ask, Soon());
  ASSERT_TRUE(asked.ok()) << asked.status().message();
  EXPECT_EQ(asked->verification().state(), v1::STATE_AWAITING_EVIDENCE);
  EXPECT_EQ(Counts().at(0).evidence_asked(), 1u);

  v1::ResubmitEvidenceRequest more;
  more.set_request_id(Uuid());
  more.set_verification_id(contest.verification_id());
  v1::Evidence& item = *more.add_items();
  item.set_item(v1::EVIDENCE_ITEM_DOCUMENT);
  *item.mutable_document() = application.parties(0).document();
  item.mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
  *item.mutable_capture()->mutable_time() = ToTimestamp(clock_.now);
  auto again = Resubmit(hall_, more);
  ASSERT_TRUE(again.ok()) << again.status().reason();
  EXPECT_EQ(again->state(), v1::STATE_IN_REVIEW);
  EXPECT_EQ(Claimed(ben_, contest.verification_id()).contested().statement(), "this is my card");
  EXPECT_EQ(Decided(ben_, contest.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
}

TEST_F(ContestsTest, WhereThereIsNoRoomThereIsNoPlaceUntilThereIs) {
  auto application = Application(shop_);
  std::vector<std::string> held;
  for (int i = 0; i < 5; ++i) {
    application.set_request_id(Uuid());
    application.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
    held.push_back(Submitted(shop_, application).verification_id());
  }
  application.set_request_id(Uuid());
  application.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
  const auto refused = Submitted(shop_, application);
  ASSERT_EQ(refused.verdict(), v1::VERDICT_REJECT);
  const auto contest = Contested(Contest(refused, application));
  ASSERT_EQ(contest.state(), v1::STATE_IN_REVIEW);
  const auto full = Claimed(ann_, contest.verification_id());
  EXPECT_FALSE(reviews_.Decide(ann_, Vote(full, v1::REVIEW_CONCLUSION_APPROVE), Soon()).ok());
  ASSERT_TRUE(registry_.Cancel(shop_.scope, {shop_.principal, Uuid(), "x"}, held[0], clock_.now, Soon()).ok());
  auto ask = Vote(full, v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE);
  ask.add_retry_items(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  auto asked = reviews_.Decide(ann_, ask, Soon());
  ASSERT_TRUE(asked.ok()) << asked.status().message();
  v1::ResubmitEvidenceRequest more;
  more.set_request_id(Uuid());
  more.set_verification_id(contest.verification_id());
  more.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  more.mutable_items(0)->set_photo("live again");
  auto again = Resubmit(hall_, more);
  ASSERT_TRUE(again.ok()) << again.status().reason();
  EXPECT_EQ(again->state(), v1::STATE_IN_REVIEW);
  EXPECT_EQ(Decided(ben_, contest.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
  application.set_request_id(Uuid());
  application.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
  EXPECT_EQ(Submitted(shop_, application).verdict(), v1::VERDICT_REJECT) << "five again";
}

TEST_F(ContestsTest, WhoseFaceFailsPassesInAnOwnHallOnTwoPeoplesWord) {
  auto application = Application(hall_);
  application.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
  v1::AlternativeIdentification& alternative = *application.mutable_parties(0)->mutable_alternative();
  v1::Document& second = *alternative.mutable_second_document();
  second.set_type(v1::DOCUMENT_TYPE_PASSPORT);
  second.set_number("E12345678");
  second.set_nationality("CHN");
  second.set_name(application.parties(0).document().name());
  second.set_valid_to("2030-01-01");
  alternative.mutable_second_capture()->set_method(v1::CAPTURE_METHOD_OCR);
  *alternative.mutable_second_capture()->mutable_time() = ToTimestamp(clock_.now);
  Caller nameless = hall_;
  nameless.staff_id.clear();
  EXPECT_EQ(Submit(nameless, application).status().reason(), "STAFF_REQUIRED");
  const auto first = Submitted(hall_, application);
  EXPECT_EQ(first.verdict(), v1::VERDICT_RETRY);
  EXPECT_THAT(first.retry_items(), ElementsAre(v1::EVIDENCE_ITEM_ATTESTATION));
  EXPECT_EQ(faces_.examinations, 0) << "nothing looks at the faces";
  v1::ResubmitEvidenceRequest word;
  word.set_request_id(Uuid());
  word.set_verification_id(first.verification_id());
  word.add_items()->set_item(v1::EVIDENCE_ITEM_ATTESTATION);
  EXPECT_EQ(Resubmit(hall_, word).status().reason(), "ATTESTED_BEFORE");
  const Caller colleague = Seller("", "hall1", "colleague");
  word.set_request_id(Uuid());
  auto passed = Resubmit(colleague, word);
  ASSERT_TRUE(passed.ok()) << passed.status().reason() << passed.status().detail();
  EXPECT_EQ(passed->verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(*passed));
  EXPECT_EQ(passed->identification(), v1::IDENTIFICATION_ATTESTED);
  EXPECT_EQ(passed->next_reverification_date(), "2026-06-01") << "looked at sooner";
  EXPECT_THAT(passed->ways_out(), IsEmpty());
}

TEST_F(ContestsTest, EveryRefusalNamesItsWaysOut) {
  const auto refused = Submitted(shop_, Typed(shop_));
  EXPECT_THAT(refused.ways_out(), ElementsAre(v1::WAY_OUT_OWN_HALL_WITHOUT_FACE, v1::WAY_OUT_REQUEST_REVIEW));
  auto application = Application(shop_);
  application.mutable_parties(0)->set_live_portrait("nobody");
  EXPECT_THAT(Submitted(shop_, application).ways_out(),
              ElementsAre(v1::WAY_OUT_RESUBMIT, v1::WAY_OUT_OWN_HALL_WITHOUT_FACE));
}

TEST_F(ContestsTest, WhatNobodyDecidedInTimeCanBeContestedAgain) {
  const auto application = Typed(shop_);
  const auto contest = Contested(Contest(Submitted(shop_, application), application));
  clock_.now += std::chrono::hours(policy_->pack.contest().decide_within_hours());
  ASSERT_TRUE(registry_.ExpireReservations(clock_.now, 1000, Soon()).ok());
  const auto lapsed = Seen(hall_, contest.verification_id());
  EXPECT_EQ(lapsed.state(), v1::STATE_EXPIRED);
  EXPECT_TRUE(lapsed.has_contest_expire_time());
  EXPECT_EQ(Counts().at(0).lapsed(), 1u);
  EXPECT_EQ(Contested(Contest(contest, application)).state(), v1::STATE_IN_REVIEW);
}

TEST_F(ContestsTest, AContestThatWasGivenUpLeavesTheRightToContest) {
  const auto application = Typed(shop_);
  const auto refused = Submitted(shop_, application);
  const auto contest = Contested(Contest(refused, application));
  EXPECT_EQ(Reason(Contest(refused, application)), "ALREADY_CONTESTED");
  ASSERT_TRUE(
      registry_.Cancel(hall_.scope, {hall_.principal, Uuid(), "x"}, contest.verification_id(), clock_.now, Soon())
          .ok());
  EXPECT_EQ(Contested(Contest(refused, application)).state(), v1::STATE_IN_REVIEW);
}

TEST_F(ContestsTest, ASecondContestStaysTheAdministratorsWhenEvidenceComes) {
  const auto application = Typed(shop_);
  const auto first = Contested(Contest(Submitted(shop_, application), application));
  Decided(ann_, first.verification_id(), v1::REVIEW_CONCLUSION_REJECT);
  const auto second = Contested(Contest(first, application));
  auto ask = Vote(Claimed(chief_, second.verification_id()), v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE);
  ask.add_retry_items(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  ASSERT_TRUE(reviews_.Decide(chief_, ask, Soon()).ok());
  v1::ResubmitEvidenceRequest more;
  more.set_request_id(Uuid());
  more.set_verification_id(second.verification_id());
  more.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  more.mutable_items(0)->set_photo("live again");
  ASSERT_TRUE(Resubmit(hall_, more).ok());
  EXPECT_EQ(ClaimReason(ben_, second.verification_id()), "NO_SUCH_CASE");
  EXPECT_EQ(ClaimReason(Staff(v1::ROLE_ADMIN, "of agent1", "agent1"), second.verification_id()), "NO_SUCH_CASE")
      << "nor whoever works where it was refused first";
  EXPECT_EQ(ClaimReason(Staff(v1::ROLE_ADMIN, "other chief"), second.verification_id()), "");
}

TEST_F(ContestsTest, NoVoteMakesANumberThatNamesNobodyCount) {
  auto application = Application(hall_);
  application.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
  v1::Document& passport = *application.mutable_parties(0)->mutable_document();
  passport.set_type(v1::DOCUMENT_TYPE_PASSPORT);
  passport.set_number("L898902C3");
  passport.set_nationality("US");
  application.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
  const auto refused = Submitted(hall_, application);
  ASSERT_THAT(Codes(refused), ElementsAre(v1::IDN_FORMAT)) << "not passed over";
  auto contest = Contest(refused, application);
  contest.mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
  const auto opened = Contested(contest);
  const auto held = Claimed(ann_, opened.verification_id());
  EXPECT_EQ(reviews_.Decide(ann_, Vote(held, v1::REVIEW_CONCLUSION_APPROVE), Soon()).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(ContestsTest, ReviewersSeeNoSimilarityOfARefusalThatMayComeBeforeThem) {
  auto application = Application(shop_);
  application.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
  const auto refused = Submitted(shop_, application);
  EXPECT_FALSE(Seen(ann_, refused.verification_id()).has_comparison());
  EXPECT_TRUE(Seen(Staff(v1::ROLE_AUDITOR, "aud"), refused.verification_id()).has_comparison());
}

TEST_F(ContestsTest, OfTwoAtOnceOneContests) {
  const auto application = Typed(shop_);
  const auto refused = Submitted(shop_, application);
  std::atomic<int> made = 0, refused_calls = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    const auto request = Contest(refused, application);
    threads.emplace_back([&, request] {
      auto answer = RequestReview(hall_, request);
      if (answer.ok()) {
        ++made;
      } else {
        EXPECT_EQ(answer.status().reason(), "ALREADY_CONTESTED");
        ++refused_calls;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused_calls, 7);
}

TEST_F(ContestsTest, TheChannelIsToldOnceBeforeAReservationInReviewLapses) {
  const auto application = Typed(shop_);
  const auto contest = Contested(Contest(Submitted(shop_, application), application));
  const std::string& id = contest.verification_id();
  const auto warn = [&] {
    EXPECT_TRUE(registry_.WarnReservations(clock_.now, clock_.now + std::chrono::minutes(60), 1000, Soon()).ok());
    auto events = registry_.Events(hall_.scope, id, 0, Soon());
    EXPECT_TRUE(events.ok());
    return events.ok() ? *events : std::vector<StoredEvent>();
  };
  EXPECT_THAT(warn(), SizeIs(1));
  const auto held = Claimed(ann_, id);
  clock_.now += std::chrono::hours(policy_->pack.contest().decide_within_hours()) - std::chrono::minutes(30);
  warn();
  const auto events = warn();
  ASSERT_THAT(events, SizeIs(2)) << "once";
  EXPECT_EQ(events[1].kind, v1::EVENT_KIND_RESERVATION_ENDING);
  EXPECT_EQ(events[1].state, v1::STATE_IN_REVIEW);
  EXPECT_EQ(Seen(hall_, id).sequence(), 2u);
  // A vote on what was seen before counts: nothing was decided since.
  Claimed(ann_, id);
  auto decided = reviews_.Decide(ann_, Vote(held, v1::REVIEW_CONCLUSION_APPROVE), Soon());
  ASSERT_TRUE(decided.ok()) << decided.status().reason();
  EXPECT_EQ(decided->verification().sequence(), 3u);
  EXPECT_THAT(decided->votes(), SizeIs(1));
}

TEST_F(ContestsTest, AFirstVoteOutlivesTheWarning) {
  auto application = Application(shop_);
  application.mutable_parties(0)->set_live_portrait("a stranger");
  const auto refused = Submitted(shop_, application);  // RETRY: to be resubmitted
  ASSERT_EQ(refused.verdict(), v1::VERDICT_RETRY);
  clock_.now += std::chrono::hours(2);
  ASSERT_TRUE(registry_.ExpireReservations(clock_.now, 1000, Soon()).ok());
  const auto contest = Contested(Contest(refused, application));
  const std::string& id = contest.verification_id();
  EXPECT_EQ(Decided(ann_, id, v1::REVIEW_CONCLUSION_APPROVE).state(), v1::STATE_IN_REVIEW) << "a second one has to";
  clock_.now += std::chrono::hours(policy_->pack.contest().decide_within_hours()) - std::chrono::minutes(30);
  ASSERT_TRUE(registry_.WarnReservations(clock_.now, clock_.now + std::chrono::minutes(60), 1000, Soon()).ok());
  EXPECT_EQ(Decided(ben_, id, v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
}

}  // namespace
}  // namespace realname::testing
