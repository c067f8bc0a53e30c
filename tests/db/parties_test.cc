// SPDX-License-Identifier: Apache-2.0
// Applications of several people, on a real PostgreSQL.
#include <string>

#include <gmock/gmock.h>

#include "rules/decide.h"
#include "tests/db/counter_test.h"
#include "verification/consents.h"
#include "verification/replays.h"

namespace realname::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using PartiesTest = CounterTest;

TEST_F(PartiesTest, AnEnterprisesHandlerIsVerifiedAndEverybodyIsOnRecord) {
  const auto request = OfEnterprise();
  const auto passed = Submitted(hall_, request);
  EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
  EXPECT_THAT(faces_.examined, SizeIs(2)) << "the handler's pictures";
  auto stored = registry_.GetApplication(hall_.scope, passed.verification_id(), Soon());
  ASSERT_TRUE(stored.ok()) << stored.status().detail();
  ASSERT_THAT(stored->parties, SizeIs(2));
  EXPECT_TRUE(stored->id_photo.bytes.empty());
  EXPECT_EQ(stored->parties[0].role, v1::PARTY_ROLE_HANDLER);
  EXPECT_EQ(stored->parties[0].live_portrait.bytes, request.parties(1).live_portrait());
  EXPECT_TRUE(stored->parties[0].live_portrait.evidence.has_value());
  EXPECT_EQ(stored->parties[0].letter_scan.bytes, "scan of the letter");
  EXPECT_EQ(stored->parties[1].subject->document().number(), request.parties(2).document().number());
  auto facts = registry_.GetFacts(hall_.scope, passed.verification_id(), Soon());
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(facts->parties(0).subject().has_comparison());
  EXPECT_TRUE(facts->parties(0).subject().live_portrait().template_().empty());
}

TEST_F(PartiesTest, WhatAnOrganisationLacksIsNamed) {
  const auto codes = [&](void (*spoil)(v1::SubmitRegistrationRequest&)) {
    auto request = OfEnterprise();
    spoil(request);
    return Codes(Submitted(hall_, request));
  };
  EXPECT_THAT(codes([](auto& r) { r.mutable_parties()->RemoveLast(); }), ElementsAre(v1::PTY_ACTUAL_USER_MISSING));
  EXPECT_THAT(codes([](auto& r) { r.mutable_parties(1)->clear_power(); }),
              ElementsAre(v1::PTY_AUTHORITY_LETTER_MISSING));
  EXPECT_THAT(
      codes([](auto& r) { r.mutable_parties(1)->mutable_power()->mutable_letter()->set_valid_to("2026-02-28"); }),
      ElementsAre(v1::PTY_AUTHORITY_LETTER_MISSING));
  EXPECT_THAT(codes([](auto& r) { r.mutable_parties(1)->mutable_power()->mutable_letter()->set_name("别人"); }),
              ElementsAre(v1::ORG_HANDLER_NOT_AUTHORISED));
  EXPECT_THAT(codes([](auto& r) { r.mutable_parties(1)->mutable_power()->set_principal_number("91110000MA00000240"); }),
              ElementsAre(v1::ORG_HANDLER_NOT_AUTHORISED));
  EXPECT_THAT(codes([](auto& r) { r.mutable_parties(0)->mutable_document()->set_number("91350100M000100Y44"); }),
              ::testing::Contains(int{v1::ORG_USCC_INVALID}));
  EXPECT_THAT(codes([](auto& r) {
                v1::Party& handler = *r.mutable_parties(1);
                handler.clear_document();
                handler.clear_id_photo();
                handler.clear_live_portrait();
              }),
              ::testing::Contains(int{v1::PTY_HANDLER_DOC_MISSING}));
  EXPECT_THAT(codes([](auto& r) { r.mutable_parties(1)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL); }),
              ElementsAre(v1::PTY_HANDLER_DOC_MISSING))
      << "typed is not shown";
  EXPECT_THAT(codes([](auto& r) { r.mutable_parties(1)->set_live_portrait("a stranger"); }),
              ElementsAre(v1::FACE_MISMATCH));
  EXPECT_THAT(codes([](auto& r) { r.mutable_channel()->set_type(v1::CHANNEL_TYPE_PARTNER_STORE); }),
              ::testing::Contains(int{v1::CHN_ORG_CHANNEL_NOT_ALLOWED}));
  EXPECT_THAT(codes([](auto& r) {
                r.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
                r.set_customer_kind(v1::CUSTOMER_KIND_ORG_IOT);
                r.mutable_parties(2)->set_role(v1::PARTY_ROLE_RESPONSIBLE_PERSON);
              }),
              ::testing::Contains(int{v1::CHN_IOT_ONLINE_FORBIDDEN}));
}

TEST_F(PartiesTest, LinesForThingsHaveSomebodyWhoAnswersForThem) {
  auto request = OfEnterprise();
  request.set_customer_kind(v1::CUSTOMER_KIND_ORG_IOT);
  EXPECT_THAT(Codes(Submitted(hall_, request)), ElementsAre(v1::PTY_RESPONSIBLE_MISSING));
  request.set_request_id(Uuid());
  request.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
  request.mutable_parties(2)->set_role(v1::PARTY_ROLE_RESPONSIBLE_PERSON);
  EXPECT_EQ(Submitted(hall_, request).verdict(), v1::VERDICT_PASS);
}

TEST_F(PartiesTest, OnePersonMayHaveTwoRolesAndIsOnePerson) {
  auto request = OfEnterprise();
  v1::Party& user = *request.mutable_parties(2);
  *user.mutable_document() = request.parties(1).document();
  const auto passed = Submitted(hall_, request);
  EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
  auto facts = registry_.GetFacts(hall_.scope, passed.verification_id(), Soon());
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->parties(0).person_id(), facts->parties(1).person_id());
}

TEST_F(PartiesTest, AMinorPassesWithAGuardianWhoseFaceIsCompared) {
  const auto passed = Submitted(hall_, OfMinor());
  EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
  auto alone = OfMinor();
  alone.mutable_parties()->RemoveLast();
  alone.mutable_parties(0)->set_id_photo("child");
  alone.mutable_parties(0)->set_live_portrait("child, live");
  EXPECT_THAT(Codes(Submitted(hall_, alone)), ElementsAre(v1::PTY_GUARDIAN_REQUIRED));
  auto stranger = OfMinor();
  stranger.mutable_parties(1)->set_live_portrait("a stranger");
  EXPECT_THAT(Codes(Submitted(hall_, stranger)), ElementsAre(v1::FACE_MISMATCH));
}

TEST_F(PartiesTest, NobodyOfAgeIsPassedByAGuardiansFace) {
  auto request = Application(shop_);
  request.mutable_parties(0)->clear_id_photo();
  request.mutable_parties(0)->clear_live_portrait();
  *request.add_parties() = Person(v1::PARTY_ROLE_GUARDIAN, ++people_, true);
  EXPECT_THAT(Codes(Submitted(shop_, request)), ElementsAre(v1::PTY_GUARDIAN_NOT_ALLOWED));
}

TEST_F(PartiesTest, AnOrganisationsLinesAreNotCounted) {
  for (int i = 0; i < 7; ++i) EXPECT_EQ(Submitted(hall_, OfEnterprise()).verdict(), v1::VERDICT_PASS) << i;
}

TEST_F(PartiesTest, AContestOfAMinorsRefusalCanBeApproved) {
  auto request = OfMinor();
  request.mutable_consents(0)->set_version("0");
  request.mutable_parties(1)->set_live_portrait("a stranger");
  auto refused = Submitted(hall_, request);
  clock_.now += std::chrono::hours(2);
  ASSERT_TRUE(registry_.ExpireReservations(clock_.now, 1000, Soon()).ok());
  auto contest = Contest(refused, request);
  contest.mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
  contest.set_live_portrait("face of the guardian");
  *contest.add_consents() = request.consents(0);
  contest.mutable_consents(0)->set_version("1");
  const auto opened = Contested(contest);
  const auto held = Claimed(ann_, opened.verification_id());
  EXPECT_EQ(held.contested().live_portrait(), "a stranger") << "what the guardian showed then";
  Decided(ann_, opened.verification_id(), v1::REVIEW_CONCLUSION_APPROVE);
  EXPECT_EQ(Decided(ben_, opened.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
}

TEST_F(PartiesTest, EntrustedHandlingRegistersBothAndComparesWhoComes) {
  auto request = Application(hall_);
  request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
  request.mutable_parties(0)->clear_id_photo();
  request.mutable_parties(0)->clear_live_portrait();
  *request.add_parties() = Person(v1::PARTY_ROLE_AGENT_PERSON, ++people_, true);
  EXPECT_THAT(Codes(Submitted(hall_, request)), ElementsAre(v1::PTY_AUTHORITY_LETTER_MISSING));
  v1::Power& power = *request.mutable_parties(1)->mutable_power();
  power.mutable_letter()->set_type(v1::DOCUMENT_TYPE_AUTHORITY_LETTER);
  power.mutable_letter()->set_name(request.parties(1).document().name());
  power.mutable_letter()->set_valid_from("2026-02-01");
  power.mutable_letter()->set_valid_to("2026-12-31");
  power.set_principal_number(request.parties(0).document().number());
  power.set_scan("scan");
  request.set_request_id(Uuid());
  EXPECT_EQ(Submitted(hall_, request).verdict(), v1::VERDICT_PASS);
  request.set_request_id(Uuid());
  request.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
  request.mutable_channel()->set_type(v1::CHANNEL_TYPE_PARTNER_STORE);
  EXPECT_THAT(Codes(Submitted(hall_, request)), ::testing::Contains(int{v1::CHN_NOT_ALLOWED}));
}

TEST_F(PartiesTest, ARetryAsksForThePictureOfWhoComesAndTheDeskSeesEverybody) {
  auto request = OfEnterprise();
  request.mutable_parties(1)->set_live_portrait("nobody");
  const auto retry = Submitted(hall_, request);
  ASSERT_THAT(retry.retry_items(), ElementsAre(v1::EVIDENCE_ITEM_LIVE_PORTRAIT));
  v1::ResubmitEvidenceRequest more;
  more.set_request_id(Uuid());
  more.set_verification_id(retry.verification_id());
  more.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  more.mutable_items(0)->set_photo("doubtful");
  auto again = Resubmit(hall_, more);
  ASSERT_TRUE(again.ok()) << again.status().reason() << again.status().detail();
  ASSERT_EQ(again->verdict(), v1::VERDICT_REVIEW) << ::testing::PrintToString(Codes(*again));
  const auto held = Claimed(ann_, retry.verification_id());
  ASSERT_THAT(held.parties(), SizeIs(2));
  EXPECT_EQ(held.parties(0).live_portrait(), "doubtful");
  EXPECT_EQ(held.parties(0).letter_scan(), "scan of the letter");
  EXPECT_EQ(held.parties(1).document().name(), request.parties(2).document().name());
  EXPECT_EQ(Decided(ann_, retry.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
  auto facts = registry_.GetFacts(hall_.scope, retry.verification_id(), Soon());
  ASSERT_TRUE(facts.ok()) << facts.status().detail();
  EXPECT_TRUE(facts->parties(0).has_subject()) << "the review's decision rests on the same people";
}

TEST_F(PartiesTest, StoredDecisionsReplayIdenticallyAndErasedPeopleAreNamed) {
  Replays replays(registry_, policies_);
  v1::ReplayDecisionRequest ask;
  const auto replayed = [&] {
    auto answer = replays.Replay(ann_, ask, Soon());
    EXPECT_TRUE(answer.ok()) << answer.status().reason() << answer.status().detail();
    return answer.ok() ? *answer : v1::ReplayDecisionResponse();
  };
  const auto passed = Submitted(hall_, OfEnterprise());
  ask.set_verification_id(passed.verification_id());
  EXPECT_TRUE(replayed().identical());
  auto doubtful = OfMinor();
  doubtful.mutable_parties(1)->set_live_portrait("doubtful");
  auto reviewed = Submitted(hall_, doubtful);
  if (reviewed.state() == v1::STATE_AWAITING_EVIDENCE) {
    v1::ResubmitEvidenceRequest more;
    more.set_request_id(Uuid());
    more.set_verification_id(reviewed.verification_id());
    more.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
    more.mutable_items(0)->set_photo("doubtful");
    ASSERT_TRUE(Resubmit(hall_, more).ok());
  }
  Decided(ann_, reviewed.verification_id(), v1::REVIEW_CONCLUSION_APPROVE);
  ask.set_verification_id(reviewed.verification_id());
  const auto present = replayed();
  EXPECT_TRUE(present.identical()) << present.ShortDebugString() << " with the votes of people";
  EXPECT_EQ(present.stored_verdict(), v1::VERDICT_PASS);
  ask.set_sequence(1);
  const auto first = replayed();
  EXPECT_TRUE(first.identical()) << first.ShortDebugString();
  EXPECT_EQ(first.stored_verdict(), v1::VERDICT_RETRY);
  ask.set_sequence(99);
  EXPECT_EQ(replays.Replay(ann_, ask, Soon()).status().code(), StatusCode::kNotFound);

  ask.set_verification_id(passed.verification_id());
  ask.set_sequence(0);
  auto facts = registry_.GetFacts(hall_.scope, passed.verification_id(), Soon());
  ASSERT_TRUE(facts.ok());
  ASSERT_TRUE(PrivateDatabase::Instance().keys().Erase(facts->parties(0).person_id()).ok());
  const auto erased = replayed();
  EXPECT_FALSE(erased.identical());
  EXPECT_TRUE(erased.differences().empty());
  EXPECT_THAT(erased.erased(), ElementsAre(v1::PARTY_ROLE_HANDLER));
}

TEST_F(PartiesTest, WhomSomebodyErasedTheRestStaysReadable) {
  const auto passed = Submitted(hall_, OfEnterprise());
  auto facts = registry_.GetFacts(hall_.scope, passed.verification_id(), Soon());
  ASSERT_TRUE(facts.ok());
  ASSERT_TRUE(PrivateDatabase::Instance().keys().Erase(facts->parties(1).person_id()).ok());
  facts = registry_.GetFacts(hall_.scope, passed.verification_id(), Soon());
  ASSERT_TRUE(facts.ok()) << facts.status().detail();
  EXPECT_TRUE(facts->parties(0).has_subject());
  EXPECT_FALSE(facts->parties(1).has_subject()) << "erased, not different";
}

TEST_F(PartiesTest, WhatWasSaidIsReadBackAndOnlyWhatRestsOnConsentIsWithdrawn) {
  const auto passed = Submitted(hall_, OfEnterprise());
  Consents consents(registry_, policies_, clock_);
  v1::ListConsentsRequest list;
  list.set_verification_id(passed.verification_id());
  auto given = consents.List(hall_, list, Soon());
  ASSERT_TRUE(given.ok()) << given.status().detail();
  ASSERT_THAT(given->consents(), SizeIs(3));
  EXPECT_FALSE(given->consents(0).text().zh().empty()) << "word for word";
  EXPECT_EQ(given->consents(0).legal_basis(), v1::LEGAL_BASIS_LEGAL_OBLIGATION);
  EXPECT_EQ(consents.List(shop_, list, Soon()).status().code(), StatusCode::kNotFound);

  v1::WithdrawConsentRequest withdraw;
  withdraw.set_request_id(Uuid());
  withdraw.set_verification_id(passed.verification_id());
  withdraw.set_notice_id("face-information");
  EXPECT_EQ(consents.Withdraw(hall_, withdraw, Soon()).status().reason(), "NOT_ON_CONSENT");
  withdraw.set_notice_id("marketing");
  EXPECT_EQ(consents.Withdraw(hall_, withdraw, Soon()).status().reason(), "NO_SUCH_CONSENT");
  withdraw.set_notice_id("face-reference");
  auto stored = registry_.GetApplication(hall_.scope, passed.verification_id(), Soon());
  ASSERT_TRUE(stored.ok());
  EXPECT_TRUE(stored->parties[0].live_portrait.evidence.has_value());
  for (int call = 0; call < 2; ++call) {
    auto withdrawn = consents.Withdraw(hall_, withdraw, Soon());
    ASSERT_TRUE(withdrawn.ok()) << withdrawn.status().reason() << withdrawn.status().detail();
    EXPECT_TRUE(withdrawn->consents(2).has_withdraw_time());
    EXPECT_FALSE(withdrawn->consents(0).has_withdraw_time());
  }
  stored = registry_.GetApplication(hall_.scope, passed.verification_id(), Soon());
  ASSERT_TRUE(stored.ok());
  EXPECT_FALSE(stored->parties[0].live_portrait.evidence.has_value()) << "the template is gone";
  EXPECT_FALSE(stored->parties[0].live_portrait.bytes.empty()) << "the picture is the duty's";
  EXPECT_EQ(Seen(hall_, passed.verification_id()).verdict(), v1::VERDICT_PASS) << "nothing else stopped";
}

TEST_F(PartiesTest, WhoDoesNotAgreeIsServedAndNoTemplateIsKept) {
  auto request = Application(shop_);
  request.mutable_consents()->RemoveLast();
  const auto passed = Submitted(shop_, request);
  EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
  auto stored = registry_.GetApplication(shop_.scope, passed.verification_id(), Soon());
  ASSERT_TRUE(stored.ok());
  EXPECT_FALSE(stored->live_portrait.evidence.has_value());
}

TEST_F(PartiesTest, AMissingNoticeIsGivenAndTheApplicationGoesOn) {
  auto request = Application(shop_);
  request.mutable_consents(0)->set_version("0");
  const auto retry = Submitted(shop_, request);
  ASSERT_THAT(Codes(retry), ElementsAre(v1::CNS_NOTICE_MISSING));
  ASSERT_THAT(retry.retry_items(), ElementsAre(v1::EVIDENCE_ITEM_CONSENT));
  v1::ResubmitEvidenceRequest more;
  more.set_request_id(Uuid());
  more.set_verification_id(retry.verification_id());
  more.add_items()->set_item(v1::EVIDENCE_ITEM_CONSENT);
  *more.mutable_items(0)->add_consents() = request.consents(0);
  more.mutable_items(0)->mutable_consents(0)->set_version("1");
  auto again = Resubmit(shop_, more);
  ASSERT_TRUE(again.ok()) << again.status().reason();
  EXPECT_EQ(again->verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(*again));
}

TEST_F(PartiesTest, ARepeatedCallWritesNothing) {
  const auto request = OfEnterprise();
  const auto first = Submitted(hall_, request);
  EXPECT_EQ(Submitted(hall_, request).verification_id(), first.verification_id());
}

}  // namespace
}  // namespace realname::testing
