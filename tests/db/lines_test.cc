// SPDX-License-Identifier: Apache-2.0
// The life of a number, on a real PostgreSQL: another SIM, another holder, an end, a record that changes, and what is
// in whose name.
#include <thread>

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include "rules/decide.h"
#include "tests/db/counter_test.h"
#include "verification/subscribers.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LinesTest : public CounterTest {
 protected:
  // The person of another application, at the hall, with another entry.
  v1::SubmitRegistrationRequest As(const v1::SubmitRegistrationRequest& person, v1::EntryType entry,
                                   const std::string& msisdn = "") {
    auto request = Application(hall_);
    *request.mutable_parties(0)->mutable_document() = person.parties(0).document();
    request.set_entry_type(entry);
    request.set_msisdn(msisdn);
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    return request;
  }
  // Takes over what `out` gives.
  v1::SubmitRegistrationRequest TakeOver(const v1::SubmitRegistrationRequest& taker, const std::string& msisdn,
                                         const v1::Verification& out) {
    auto request = As(taker, v1::ENTRY_TYPE_TRANSFER_IN, msisdn);
    request.set_transfer_reference_number(out.reference_number());
    return request;
  }
  v1::Verification Confirmed(const Caller& by, const v1::Verification& passed) {
    v1::ConfirmActivationRequest request;
    request.set_request_id(Uuid());
    request.set_verification_id(passed.verification_id());
    auto confirmed = verifications_.Confirm(by, request, Soon());
    EXPECT_TRUE(confirmed.ok()) << confirmed.status().reason() << " " << confirmed.status().detail();
    return confirmed.ok() ? *confirmed : v1::Verification();
  }
  std::string ConfirmReason(const Caller& by, const v1::Verification& passed) {
    v1::ConfirmActivationRequest request;
    request.set_request_id(Uuid());
    request.set_verification_id(passed.verification_id());
    return verifications_.Confirm(by, request, Soon()).status().reason();
  }
  // An activated line.
  v1::Verification Line(const v1::SubmitRegistrationRequest& request) {
    const auto passed = Submitted(hall_, request);
    EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
    return Confirmed(hall_, passed);
  }
  v1::SubmitRegistrationRequest New() { return As(Application(hall_), v1::ENTRY_TYPE_OPEN, NewNumber()); }
  std::string NewNumber() { return Application(hall_).msisdn(); }
  v1::Verification Passed(const v1::SubmitRegistrationRequest& request) {
    const auto passed = Submitted(hall_, request);
    EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
    return passed;
  }
  uint32_t Held(const v1::SubmitRegistrationRequest& person) {
    ObserveQuery query;
    query.request = {"urn:nobody", Uuid(), "a question"};
    query.operator_id = operator_;
    const rules::PersonKey key = rules::PersonOf(*policy_, person.parties(0).document(), clock_.now);
    query.document_type = key.type;
    query.document_number = Redacted(key.number);
    query.quota = "operator";
    query.now = clock_.now;
    auto observed = registry_.Observe(query, Soon());
    EXPECT_TRUE(observed.ok());
    return observed.ok() ? observed->facts.numbers_held() : 99;
  }
  v1::ListNumbersResponse Numbers(const Caller& by, const v1::Verification& inquiry) {
    v1::ListNumbersRequest request;
    request.set_verification_id(inquiry.verification_id());
    auto numbers = subscribers_.ListNumbers(by, request, Soon());
    EXPECT_TRUE(numbers.ok()) << numbers.status().reason();
    return numbers.ok() ? *numbers : v1::ListNumbersResponse();
  }
  std::string NumbersReason(const Caller& by, const v1::Verification& inquiry) {
    v1::ListNumbersRequest request;
    request.set_verification_id(inquiry.verification_id());
    return subscribers_.ListNumbers(by, request, Soon()).status().reason();
  }
  Result<v1::Dispute> Raise(const v1::Verification& inquiry, const std::string& line) {
    v1::RaiseDisputeRequest request;
    request.set_verification_id(inquiry.verification_id());
    request.set_line_id(line);
    request.set_statement("never seen it");
    return subscribers_.Raise(hall_, request, Soon());
  }
  Result<v1::Dispute> Resolve(const Caller& by, const std::string& id, v1::DisputeState state) {
    v1::ResolveDisputeRequest request;
    request.set_dispute_id(id);
    request.set_state(state);
    request.set_explanation("looked into it");
    return subscribers_.Resolve(by, request, Soon());
  }

  Subscribers subscribers_{PrivateDatabase::Instance().subscribers(), registry_, policies_, clock_};
};

TEST_F(LinesTest, TheHolderGetsAnotherSimAndNobodyElse) {
  const auto holder = New();
  const auto line = Line(holder);
  const auto sim = Passed(As(holder, v1::ENTRY_TYPE_SIM_REPLACEMENT, holder.msisdn()));
  EXPECT_EQ(sim.next_action(), v1::NEXT_ACTION_CARRY_OUT);
  EXPECT_EQ(Held(holder), 1u) << "no other line";
  clock_.now += std::chrono::minutes(1);
  const auto done = Confirmed(hall_, sim);
  EXPECT_EQ(done.state(), v1::STATE_COMPLETED);
  EXPECT_EQ(done.next_action(), v1::NEXT_ACTION_DONE);
  EXPECT_THAT(done.ways_out(), IsEmpty());
  EXPECT_EQ(Confirmed(hall_, sim).sequence(), done.sequence()) << "repeating is harmless";
  EXPECT_EQ(Seen(hall_, line.verification_id()).state(), v1::STATE_ACTIVATED);

  const auto thief = Submitted(hall_, As(New(), v1::ENTRY_TYPE_SIM_REPLACEMENT, holder.msisdn()));
  EXPECT_EQ(thief.verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(Codes(thief), ElementsAre(v1::REC_NUMBER_NOT_HELD));
  EXPECT_THAT(Codes(Submitted(hall_, As(holder, v1::ENTRY_TYPE_SIM_REPLACEMENT, NewNumber()))),
              ElementsAre(v1::REC_NUMBER_NOT_HELD));
}

TEST_F(LinesTest, WhatIsOnlyReservedIsNobodysYet) {
  const auto holder = New();
  Passed(holder);
  EXPECT_THAT(Codes(Submitted(hall_, As(holder, v1::ENTRY_TYPE_TERMINATION, holder.msisdn()))),
              ElementsAre(v1::REC_NUMBER_NOT_HELD));
}

TEST_F(LinesTest, AnEndGivesPlaceAndNumberBackAndTiesNobody) {
  for (const v1::EntryType entry : {v1::ENTRY_TYPE_TERMINATION, v1::ENTRY_TYPE_PORT_OUT}) {
    const auto holder = New();
    const auto line = Line(holder);
    const auto end = Passed(As(holder, entry, holder.msisdn()));
    EXPECT_EQ(Held(holder), 1u) << "until it is carried out";
    EXPECT_EQ(Confirmed(hall_, end).state(), v1::STATE_COMPLETED);
    const auto ended = Seen(hall_, line.verification_id());
    EXPECT_EQ(ended.state(), v1::STATE_TERMINATED);
    EXPECT_EQ(ended.next_action(), v1::NEXT_ACTION_NONE);
    EXPECT_THAT(ended.next_reverification_date(), IsEmpty());
    EXPECT_EQ(Held(holder), 0u);
    EXPECT_EQ(ConfirmReason(hall_, line), "WRONG_STATE") << "what has ended does not begin again";
    // Given to somebody else, it has nothing to do with who had it.
    const auto next = As(New(), v1::ENTRY_TYPE_OPEN, holder.msisdn());
    Line(next);
    EXPECT_THAT(Codes(Submitted(hall_, As(holder, v1::ENTRY_TYPE_SIM_REPLACEMENT, holder.msisdn()))),
                ElementsAre(v1::REC_NUMBER_NOT_HELD));
    EXPECT_THAT(Numbers(hall_, Passed(As(holder, v1::ENTRY_TYPE_INQUIRY))).numbers(), IsEmpty());
  }
}

TEST_F(LinesTest, TwoEndsAtOnceEndItOnce) {
  const auto holder = New();
  const auto line = Line(holder);
  const auto first = Passed(As(holder, v1::ENTRY_TYPE_TERMINATION, holder.msisdn()));
  const auto second = Passed(As(holder, v1::ENTRY_TYPE_PORT_OUT, holder.msisdn()));
  std::atomic<int> done = 0, refused = 0;
  std::vector<std::thread> threads;
  for (const auto& each : {first, second}) {
    threads.emplace_back([&, each] {
      v1::ConfirmActivationRequest request;
      request.set_request_id(Uuid());
      request.set_verification_id(each.verification_id());
      auto confirmed = verifications_.Confirm(hall_, request, Soon());
      if (confirmed.ok()) {
        ++done;
      } else {
        EXPECT_EQ(confirmed.status().reason(), "WRONG_STATE");
        ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(Held(holder), 0u);
}

TEST_F(LinesTest, ATransferMovesTheNumberWithBothPeoplesWord) {
  const auto holder = New();
  const auto line = Line(holder);
  const auto taker = New();
  EXPECT_THAT(Codes(Submitted(hall_, TakeOver(taker, holder.msisdn(), line))), ElementsAre(v1::REC_NUMBER_NOT_GIVEN));
  const auto out = Passed(As(holder, v1::ENTRY_TYPE_TRANSFER_OUT, holder.msisdn()));
  EXPECT_EQ(out.next_action(), v1::NEXT_ACTION_TRANSFER_IN);
  EXPECT_EQ(ConfirmReason(hall_, out), "WRONG_STATE") << "it is carried out by who takes the number over";
  const auto in = Passed(TakeOver(taker, holder.msisdn(), out));
  EXPECT_EQ(Held(holder), 1u);
  EXPECT_EQ(Held(taker), 1u) << "the place is reserved";
  const auto moved = Confirmed(hall_, in);
  EXPECT_EQ(moved.state(), v1::STATE_ACTIVATED);
  EXPECT_EQ(Held(holder), 0u);
  EXPECT_EQ(Held(taker), 1u);
  EXPECT_EQ(Seen(hall_, line.verification_id()).state(), v1::STATE_TERMINATED);
  EXPECT_EQ(Seen(hall_, out.verification_id()).state(), v1::STATE_COMPLETED);
  Passed(As(taker, v1::ENTRY_TYPE_SIM_REPLACEMENT, holder.msisdn()));
  EXPECT_THAT(Codes(Submitted(hall_, As(holder, v1::ENTRY_TYPE_SIM_REPLACEMENT, holder.msisdn()))),
              ElementsAre(v1::REC_NUMBER_NOT_HELD));
}

TEST_F(LinesTest, AStrangerDoesNotGetWhatWasGivenToAnother) {
  const auto holder = New();
  Line(holder);
  const auto elsewhere = New();
  Line(elsewhere);
  const auto out = Passed(As(holder, v1::ENTRY_TYPE_TRANSFER_OUT, holder.msisdn()));
  const auto other_out = Passed(As(elsewhere, v1::ENTRY_TYPE_TRANSFER_OUT, elsewhere.msisdn()));
  const auto stranger = New();
  const auto own = Passed(stranger);
  for (const v1::Verification& wrong : {other_out, own}) {
    EXPECT_THAT(Codes(Submitted(hall_, TakeOver(stranger, holder.msisdn(), wrong))),
                ElementsAre(v1::REC_NUMBER_NOT_GIVEN));
  }
  // Written down by hand.
  auto friendly = TakeOver(New(), holder.msisdn(), out);
  std::string typed;
  for (const char c : out.reference_number()) {
    if (c != '-') typed.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  friendly.set_transfer_reference_number(typed);
  const auto in = Passed(friendly);
  EXPECT_EQ(Confirmed(hall_, in).state(), v1::STATE_ACTIVATED);
  EXPECT_EQ(Seen(hall_, out.verification_id()).state(), v1::STATE_COMPLETED);
  EXPECT_EQ(Seen(hall_, other_out.verification_id()).state(), v1::STATE_DECIDED);
}

TEST_F(LinesTest, AHoldersWordRunsOutOrIsTakenBack) {
  const auto holder = New();
  Line(holder);
  const auto taker = New();
  const auto out = Passed(As(holder, v1::ENTRY_TYPE_TRANSFER_OUT, holder.msisdn()));
  const auto in = Passed(TakeOver(taker, holder.msisdn(), out));
  v1::CancelVerificationRequest cancel;
  cancel.set_request_id(Uuid());
  cancel.set_verification_id(out.verification_id());
  ASSERT_TRUE(verifications_.Cancel(hall_, cancel, Soon()).ok());
  EXPECT_EQ(ConfirmReason(hall_, in), "RESERVATION_EXPIRED");
  EXPECT_THAT(Codes(Submitted(hall_, TakeOver(taker, holder.msisdn(), out))), ElementsAre(v1::REC_NUMBER_NOT_GIVEN));
  EXPECT_EQ(Held(holder), 1u);
}

TEST_F(LinesTest, WhoHasAsManyAsMayBeTakesNoneOver) {
  const auto holder = New();
  Line(holder);
  const auto rich = New();
  Line(rich);
  for (int i = 0; i < 4; ++i) {
    clock_.now += std::chrono::hours(25);
    Line(As(rich, v1::ENTRY_TYPE_OPEN, NewNumber()));
  }
  const auto out = Passed(As(holder, v1::ENTRY_TYPE_TRANSFER_OUT, holder.msisdn()));
  EXPECT_THAT(Codes(Submitted(hall_, TakeOver(rich, holder.msisdn(), out))), Contains(v1::QTA_OPERATOR_LIMIT));
}

TEST_F(LinesTest, AnUpdateMendsTheNameAndAllLinesAtOnce) {
  const auto holder = New();
  const auto first = Line(holder);
  const auto second = Line(As(holder, v1::ENTRY_TYPE_OPEN, NewNumber()));
  clock_.now += std::chrono::hours(24 * 30);
  auto renamed = holder;
  renamed.mutable_parties(0)->mutable_document()->set_name("测试改名");
  const auto differs = Submitted(hall_, As(renamed, v1::ENTRY_TYPE_OPEN, NewNumber()));
  EXPECT_THAT(StaffCodes(differs), Contains(v1::REC_NAME));
  const auto update = Submitted(hall_, As(renamed, v1::ENTRY_TYPE_UPDATE));
  EXPECT_EQ(update.verdict(), v1::VERDICT_REVIEW) << "a new name is for a person to see the proof of";
  EXPECT_EQ(Decided(ann_, update.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).state(), v1::STATE_COMPLETED);
  Passed(As(renamed, v1::ENTRY_TYPE_OPEN, NewNumber()));
  EXPECT_THAT(StaffCodes(Submitted(hall_, As(holder, v1::ENTRY_TYPE_OPEN, NewNumber()))), Contains(v1::REC_NAME))
      << "the old name is no longer the registered one";
  auto application = registry_.GetApplication(hall_.scope, first.verification_id(), Soon());
  ASSERT_TRUE(application.ok());
  EXPECT_EQ(application->record.subject().document().name(), holder.parties(0).document().name())
      << "the old value is kept";
  // Another visit, nothing new: passes by itself, and moves every line's date.
  EXPECT_EQ(Passed(As(renamed, v1::ENTRY_TYPE_UPDATE)).state(), v1::STATE_COMPLETED);
  pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
  pqxx::nontransaction transaction(connection);
  const auto due =
      transaction.exec("select count(distinct next_due), min(next_due) > '" + first.next_reverification_date() +
                       "' from realname.verification where state = 6 and verification_id in ('" +
                       first.verification_id() + "', '" + second.verification_id() + "')");
  EXPECT_EQ(due[0][0].as<int>(), 1);
  EXPECT_TRUE(due[0][1].as<bool>());
}

TEST_F(LinesTest, NumbersAreToldToWhomTheInquiryIdentified) {
  const auto holder = New();
  const auto first = Line(holder);
  clock_.now += std::chrono::minutes(1);
  const auto other = As(holder, v1::ENTRY_TYPE_OPEN, NewNumber());
  Line(other);
  Passed(As(holder, v1::ENTRY_TYPE_OPEN, NewNumber()));  // reserved only
  const auto inquiry = Passed(As(holder, v1::ENTRY_TYPE_INQUIRY));
  EXPECT_EQ(inquiry.state(), v1::STATE_COMPLETED);
  EXPECT_FALSE(inquiry.has_reservation_expire_time());
  const auto numbers = Numbers(hall_, inquiry);
  ASSERT_THAT(numbers.numbers(), SizeIs(2));
  EXPECT_EQ(numbers.numbers(0).line_id(), first.verification_id());
  const std::string& masked = numbers.numbers(0).masked_number();
  EXPECT_EQ(masked.size(), holder.msisdn().size());
  EXPECT_EQ(masked.substr(masked.size() - 4), holder.msisdn().substr(holder.msisdn().size() - 4));
  EXPECT_NE(masked, holder.msisdn());
  EXPECT_EQ(numbers.numbers(0).product(), holder.product());

  EXPECT_EQ(NumbersReason(hall_, first), "NOT_IDENTIFIED") << "another entry identifies nobody for this";
  EXPECT_EQ(NumbersReason(Seller("", "hall2"), inquiry), "NO_SUCH_VERIFICATION") << "another place";
  EXPECT_EQ(NumbersReason(chief_, inquiry), "NO_SUCH_VERIFICATION") << "staff have no customer before them";
  auto stranger = As(holder, v1::ENTRY_TYPE_INQUIRY);
  stranger.mutable_parties(0)->set_live_portrait("a stranger");
  EXPECT_EQ(NumbersReason(hall_, Submitted(hall_, stranger)), "NOT_IDENTIFIED");
  clock_.now += std::chrono::minutes(30);
  EXPECT_EQ(NumbersReason(hall_, inquiry), "NOT_IDENTIFIED") << "too long ago";
  EXPECT_THAT(Numbers(hall_, Passed(As(New(), v1::ENTRY_TYPE_INQUIRY))).numbers(), IsEmpty())
      << "who has none is told so";
}

TEST_F(LinesTest, ADisputeFreezesNewLinesUntilAPersonDecides) {
  const auto holder = New();
  const auto line = Line(holder);
  const auto inquiry = Passed(As(holder, v1::ENTRY_TYPE_INQUIRY));
  EXPECT_EQ(Raise(inquiry, Uuid()).status().reason(), "NO_SUCH_VERIFICATION") << "none of theirs";
  EXPECT_EQ(Raise(inquiry, Line(New()).verification_id()).status().reason(), "NO_SUCH_VERIFICATION");
  auto raised = Raise(inquiry, line.verification_id());
  ASSERT_TRUE(raised.ok()) << raised.status().reason() << raised.status().detail();
  EXPECT_EQ(raised->state(), v1::DISPUTE_STATE_OPEN);
  EXPECT_THAT(raised->statement(), IsEmpty()) << "what they said is for who decides";
  EXPECT_EQ(Raise(inquiry, line.verification_id())->dispute_id(), raised->dispute_id()) << "one a line";
  EXPECT_TRUE(Numbers(hall_, inquiry).numbers(0).disputed());

  const auto frozen = Submitted(hall_, As(holder, v1::ENTRY_TYPE_OPEN, NewNumber()));
  EXPECT_EQ(frozen.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(StaffCodes(frozen), Contains(v1::LST_DISPUTED));
  EXPECT_EQ(Passed(As(holder, v1::ENTRY_TYPE_INQUIRY)).state(), v1::STATE_COMPLETED) << "asking is free";

  v1::GetDisputeRequest get;
  get.set_dispute_id(raised->dispute_id());
  EXPECT_EQ(subscribers_.Get(Seller("agent1", "outlet1"), get, Soon()).status().reason(), "NO_SUCH_DISPUTE");
  EXPECT_EQ(subscribers_.Get(chief_, get, Soon())->statement(), "never seen it");
  v1::ListDisputesRequest list;
  list.set_state(v1::DISPUTE_STATE_OPEN);
  EXPECT_THAT(subscribers_.List(chief_, list, Soon())->disputes(), SizeIs(1));

  Caller nobody = ann_;
  nobody.staff_id.clear();
  EXPECT_EQ(Resolve(nobody, raised->dispute_id(), v1::DISPUTE_STATE_UPHELD).status().reason(), "STAFF_REQUIRED");
  EXPECT_EQ(Resolve(ann_, Uuid(), v1::DISPUTE_STATE_UPHELD).status().reason(), "NO_SUCH_DISPUTE");
  auto upheld = Resolve(ann_, raised->dispute_id(), v1::DISPUTE_STATE_UPHELD);
  ASSERT_TRUE(upheld.ok()) << upheld.status().reason() << upheld.status().detail();
  EXPECT_EQ(upheld->state(), v1::DISPUTE_STATE_UPHELD);
  EXPECT_TRUE(Resolve(ann_, raised->dispute_id(), v1::DISPUTE_STATE_UPHELD).ok()) << "repeating is harmless";
  EXPECT_EQ(Resolve(ben_, raised->dispute_id(), v1::DISPUTE_STATE_DISMISSED).status().reason(), "WRONG_STATE");
  EXPECT_EQ(Seen(hall_, line.verification_id()).state(), v1::STATE_TERMINATED);
  EXPECT_EQ(subscribers_.Get(hall_, get, Soon())->explanation(), "looked into it") << "the person is told";
  EXPECT_THAT(Numbers(hall_, inquiry).numbers(), IsEmpty());
  Passed(As(holder, v1::ENTRY_TYPE_OPEN, NewNumber()));
}

TEST_F(LinesTest, ADismissedDisputeLeavesTheLine) {
  const auto holder = New();
  const auto line = Line(holder);
  const auto inquiry = Passed(As(holder, v1::ENTRY_TYPE_INQUIRY));
  const auto raised = *Raise(inquiry, line.verification_id());
  ASSERT_TRUE(Resolve(ann_, raised.dispute_id(), v1::DISPUTE_STATE_DISMISSED).ok());
  EXPECT_EQ(Seen(hall_, line.verification_id()).state(), v1::STATE_ACTIVATED);
  Passed(As(holder, v1::ENTRY_TYPE_OPEN, NewNumber()));
  EXPECT_NE(Raise(inquiry, line.verification_id())->dispute_id(), raised.dispute_id()) << "it may be raised again";
}

TEST_F(LinesTest, TheOperatorEndsALineAndSaysWhy) {
  const auto holder = New();
  const auto line = Line(holder);
  v1::TerminateServiceRequest request;
  request.set_request_id(Uuid());
  request.set_verification_id(line.verification_id());
  request.set_reason("ported out");
  auto ended = subscribers_.Terminate(chief_, request, Soon());
  ASSERT_TRUE(ended.ok()) << ended.status().reason() << ended.status().detail();
  EXPECT_EQ(ended->state(), v1::STATE_TERMINATED);
  EXPECT_EQ(subscribers_.Terminate(chief_, request, Soon())->sequence(), ended->sequence());
  EXPECT_EQ(Held(holder), 0u);
  request.set_request_id(Uuid());
  request.set_verification_id(Passed(New()).verification_id());
  EXPECT_EQ(subscribers_.Terminate(chief_, request, Soon()).status().reason(), "WRONG_STATE") << "only reserved";
  pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
  pqxx::nontransaction transaction(connection);
  EXPECT_EQ(
      transaction
          .exec("select reason from realname.line_end where verification_id = '" + line.verification_id() + "'")[0][0]
          .as<std::string>(),
      "ported out");
}

TEST_F(LinesTest, ARefusedHolderContestsAndTheDecisionHoldsForTheLine) {
  const auto holder = New();
  Line(holder);
  auto typed = As(holder, v1::ENTRY_TYPE_TERMINATION, holder.msisdn());
  typed.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
  const auto refused = Submitted(hall_, typed);
  ASSERT_EQ(refused.verdict(), v1::VERDICT_REJECT);
  auto contest = Contest(refused, typed);
  contest.set_msisdn(holder.msisdn());
  const auto contested = Contested(contest);
  ASSERT_EQ(contested.verdict(), v1::VERDICT_REVIEW) << ::testing::PrintToString(Codes(contested));
  const auto decided = Decided(ben_, contested.verification_id(), v1::REVIEW_CONCLUSION_APPROVE);
  EXPECT_EQ(decided.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(Confirmed(hall_, decided).state(), v1::STATE_COMPLETED);
  EXPECT_EQ(Held(holder), 0u);
}

}  // namespace
}  // namespace realname::testing
