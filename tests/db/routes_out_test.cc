// SPDX-License-Identifier: Apache-2.0
// For each refusing reason: a person who was refused although all is well with them gets their number by every way out
// that the answer named. On a real PostgreSQL; faces say what they are told to.
#include <iostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "rules/decide.h"
#include "tests/db/counter_test.h"

namespace realname::testing {
namespace {

using ::testing::Contains;

// How a good application came to be refused.
struct Refusal {
  v1::ReasonCode code;
  void (*spoil)(v1::SubmitRegistrationRequest& request);
};

v1::Document& DocumentOf(v1::SubmitRegistrationRequest& r) { return *r.mutable_parties(0)->mutable_document(); }

const Refusal kRefusals[] = {
    {v1::DOC_NOT_PRESENTED, [](auto& r) { DocumentOf(r).clear_number(); }},
    {v1::DOC_TYPE_NOT_ALLOWED,
     [](auto& r) {
       DocumentOf(r).set_type(v1::DOCUMENT_TYPE_TEMP_RESIDENT_ID);
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::DOC_EXPIRED,
     [](auto& r) {
       DocumentOf(r).set_valid_from("2006-01-01");
       DocumentOf(r).set_valid_to("2026-01-01");
     }},
    {v1::DOC_NOT_YET_VALID,
     [](auto& r) {
       DocumentOf(r).set_valid_from("2026-04-01");
       DocumentOf(r).set_valid_to("2046-04-01");
     }},
    {v1::CAP_MANUAL_ENTRY_FORBIDDEN,
     [](auto& r) { r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL); }},
    {v1::CAP_READER_REQUIRED,
     [](auto& r) { r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR); }},
    {v1::CAP_STALE, [](auto& r) { r.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(0); }},
    {v1::IDN_SEX_MISMATCH,
     [](auto& r) {
       DocumentOf(r).set_sex(v1::SEX_FEMALE);
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::IDN_CHECKSUM,
     [](auto& r) {
       std::string& number = *DocumentOf(r).mutable_number();
       number.back() = number.back() == '1' ? '2' : '1';
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::FACE_NONE, [](auto& r) { r.mutable_parties(0)->set_live_portrait("nobody"); }},
    {v1::FACE_MISMATCH, [](auto& r) { r.mutable_parties(0)->set_live_portrait("a stranger"); }},
    {v1::PAD_PRINT, [](auto& r) { r.mutable_parties(0)->set_live_portrait("printed"); }},
    {v1::PAD_UNCERTAIN, [](auto& r) { r.mutable_parties(0)->set_live_portrait("doubtful"); }},
    {v1::CNS_NOTICE_MISSING, [](auto& r) { r.clear_consents(); }},
    {v1::CHN_AGENT_SUSPENDED, [](auto& r) { r.mutable_channel()->set_staff_id("dismissed"); }},
};

class RoutesOutTest : public CounterTest, public ::testing::WithParamInterface<Refusal> {
 protected:
  v1::SubmitRegistrationRequest InHall(v1::SubmitRegistrationRequest good) {
    good.set_request_id(Uuid());
    good.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
    good.mutable_channel()->Clear();
    good.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    good.mutable_channel()->set_outlet_id(hall_.owner.outlet_id);
    return good;
  }
  v1::Verification Resubmitted(const Caller& by, v1::Verification answer, const v1::SubmitRegistrationRequest& good) {
    v1::ResubmitEvidenceRequest more;
    more.set_request_id(Uuid());
    more.set_verification_id(answer.verification_id());
    for (const int asked : answer.retry_items()) {
      v1::Evidence& item = *more.add_items();
      item.set_item(static_cast<v1::EvidenceItem>(asked));
      switch (asked) {
        case v1::EVIDENCE_ITEM_ID_PHOTO:
          item.set_photo(good.parties(0).id_photo());
          break;
        case v1::EVIDENCE_ITEM_LIVE_PORTRAIT:
          item.set_photo(good.parties(0).live_portrait());
          break;
        case v1::EVIDENCE_ITEM_DOCUMENT:
          *item.mutable_document() = good.parties(0).document();
          *item.mutable_capture() = good.parties(0).capture();
          break;
        case v1::EVIDENCE_ITEM_CONSENT:
          *item.mutable_consents() = good.consents();
          break;
        default:
          break;
      }
    }
    auto again = registration_.Resubmit(by, more, Soon());
    EXPECT_TRUE(again.ok()) << again.status().reason() << " " << again.status().message();
    return again.ok() ? *again : v1::Verification();
  }
  v1::Verification Reviewed(v1::Verification answer) {
    for (const Caller* reviewer : {&ann_, &ben_}) {
      if (answer.state() == v1::STATE_IN_REVIEW) {
        answer = Decided(*reviewer, answer.verification_id(), v1::REVIEW_CONCLUSION_APPROVE);
      }
    }
    return answer;
  }
  // Goes a way as somebody with whom all is well.
  v1::Verification Gone(v1::WayOut way, const v1::Verification& refused, v1::SubmitRegistrationRequest good) {
    switch (way) {
      case v1::WAY_OUT_RESUBMIT:
        return Reviewed(Resubmitted(shop_, refused, good));
      case v1::WAY_OUT_WAIT_FOR_REVIEW:
        return Reviewed(refused);
      case v1::WAY_OUT_SUBMIT_AGAIN:
        good.set_request_id(Uuid());
        good.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
        return Submitted(shop_, good);
      case v1::WAY_OUT_OWN_HALL:
        return Submitted(hall_, InHall(good));
      case v1::WAY_OUT_OWN_HALL_WITHOUT_FACE: {
        auto request = InHall(good);
        v1::AlternativeIdentification& alternative = *request.mutable_parties(0)->mutable_alternative();
        v1::Document& second = *alternative.mutable_second_document();
        second.set_type(v1::DOCUMENT_TYPE_PASSPORT);
        second.set_number("E" + std::to_string(10000000 + people_));
        second.set_nationality("CHN");
        second.set_name(request.parties(0).document().name());
        second.set_valid_to("2030-01-01");
        alternative.mutable_second_capture()->set_method(v1::CAPTURE_METHOD_OCR);
        *alternative.mutable_second_capture()->mutable_time() = ToTimestamp(clock_.now);
        return Resubmitted(Seller("", "hall1", "colleague"), Submitted(hall_, request), request);
      }
      case v1::WAY_OUT_REQUEST_REVIEW: {
        auto contest = Contest(refused, good);
        contest.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
        contest.set_live_portrait(good.parties(0).live_portrait());
        *contest.mutable_consents() = good.consents();
        return Reviewed(Contested(contest));
      }
      default:
        ADD_FAILURE() << v1::WayOut_Name(way) << " leads nowhere here";
        return {};
    }
  }
};

TEST_P(RoutesOutTest, EveryWayThatWasNamedLeadsToTheNumber) {
  v1::Seller dismissed;
  dismissed.set_agent_id("agent1");
  dismissed.set_outlet_id("outlet1");
  dismissed.set_staff_id("dismissed");
  dismissed.set_status(v1::SELLER_STATUS_ENDED);
  SetSeller(dismissed);
  // The outlet says who serves.
  shop_.staff_id.clear();

  // A person of their own for each way: a number is the measure.
  int gone = 0;
  for (size_t i = 0;; ++i) {
    const auto good = Application(shop_);
    auto spoiled = good;
    GetParam().spoil(spoiled);
    const auto refused = Submitted(shop_, spoiled);
    if (i == 0) {
      ASSERT_NE(refused.verdict(), v1::VERDICT_PASS);
      auto stored = registry_.Get(shop_.scope, refused.verification_id(), Soon());
      ASSERT_TRUE(stored.ok());
      std::vector<int> codes;
      for (const auto& check : stored->decision.checks()) {
        codes.insert(codes.end(), check.reasons().begin(), check.reasons().end());
      }
      ASSERT_THAT(codes, Contains(int{GetParam().code}));
      ASSERT_FALSE(refused.ways_out().empty()) << "no way out is named";
    }
    if (i == static_cast<size_t>(refused.ways_out_size())) break;
    const auto way = refused.ways_out(static_cast<int>(i));
    const auto answer = Gone(way, refused, good);
    EXPECT_EQ(answer.verdict(), v1::VERDICT_PASS)
        << v1::WayOut_Name(way) << ": " << ::testing::PrintToString(Codes(answer));
    if (answer.verdict() != v1::VERDICT_PASS) continue;
    ++gone;
    const bool in_hall =
        way == v1::WAY_OUT_OWN_HALL || way == v1::WAY_OUT_OWN_HALL_WITHOUT_FACE || way == v1::WAY_OUT_REQUEST_REVIEW;
    auto active = registry_.Confirm((in_hall ? hall_ : shop_).scope, {hall_.principal, Uuid(), "confirm"},
                                    answer.verification_id(), clock_.now, Soon());
    EXPECT_TRUE(active.ok()) << active.status().reason();
    std::cout << "route: " << v1::ReasonCode_Name(GetParam().code) << " -> " << v1::WayOut_Name(way).substr(8)
              << " -> ACTIVATED\n";
  }
  EXPECT_GT(gone, 0);
}

INSTANTIATE_TEST_SUITE_P(Refusals, RoutesOutTest, ::testing::ValuesIn(kRefusals),
                         [](const auto& each) { return v1::ReasonCode_Name(each.param.code); });

}  // namespace
}  // namespace realname::testing
