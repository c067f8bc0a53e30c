// SPDX-License-Identifier: Apache-2.0
// The entry door's use case, against the registry in memory and faces that say what they are told to.
#include "verification/registration.h"

#include <functional>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/sample_facts.h"
#include "tests/verification/fake_registry.h"
#include "tests/verification/no_galleries.h"
#include "tests/verification/told_faces.h"
#include "tests/verification/told_sources.h"
#include "verification/answer.h"
#include "verification/precheck.h"
#include "verification/verifications.h"

namespace realname::testing {
namespace {

using ::testing::ElementsAre;

class SetClock final : public Clock {
 public:
  TimePoint Now() const override { return now; }
  TimePoint now = FromTimestamp([] {
    google::protobuf::Timestamp noon;
    noon.set_seconds(kNoon);
    return noon;
  }());
};

// A review desk without cases.
class NoCases final : public ReviewStore {
 public:
  Result<std::vector<StoredCase>> ListCases(const Reviewer&, uint32_t, TimePoint, Deadline) override { return None(); }
  Result<StoredCase> Claim(const Reviewer&, const std::string&, TimePoint, TimePoint, Deadline) override {
    return None();
  }
  Result<StoredCase> GetHeld(const Reviewer&, const std::string&, TimePoint, Deadline) override { return None(); }
  Status Release(const Reviewer&, const std::string&, bool, TimePoint, Deadline) override { return None(); }
  Result<bool> Vote(const VoteCommit&, Deadline) override { return None(); }
  Result<StoredCase> Get(const std::string&, const std::string&, Deadline) override { return None(); }
  Result<std::string> RecordToLink(const std::string&, const std::string&, Deadline) override { return None(); }
  Result<v1::CountContestsResponse> CountContests(const std::string&, TimePoint, TimePoint, Deadline) override {
    return None();
  }
  Result<uint64_t> CasesBefore(const std::string&, const std::string&, TimePoint, Deadline) override { return None(); }

 private:
  static Status None() { return Status(StatusCode::kNotFound, "NO_SUCH_CASE", "none"); }
};

class RegistrationTest : public ::testing::Test {
 protected:
  // Not a real digest: the use case only hands it on.
  static std::string Named(std::string_view bytes) { return "digest of " + std::string(bytes); }
  static Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }

  v1::SubmitRegistrationRequest Application(int number = 1) {
    v1::SubmitRegistrationRequest request;
    request.set_request_id("request-" + std::to_string(number));
    request.set_entry_type(v1::ENTRY_TYPE_OPEN);
    request.set_customer_kind(v1::CUSTOMER_KIND_INDIVIDUAL);
    request.set_msisdn("+8613900000" + std::to_string(100 + number));
    request.set_product("prepaid");
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_AGENT_STORE);
    v1::Party& party = *request.add_parties();
    party.set_role(v1::PARTY_ROLE_SUBSCRIBER);
    *party.mutable_document() = SampleDocument();
    party.mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
    party.mutable_capture()->mutable_time()->set_seconds(kNoon - 60);
    party.mutable_capture()->set_device_id("reader-1");
    party.mutable_capture()->mutable_signature()->set_counter(static_cast<uint64_t>(number));
    party.mutable_capture()->mutable_signature()->set_signature("signed");
    party.set_id_photo("the holder");
    party.set_live_portrait("the holder, live");
    AddConsents(request);
    return request;
  }
  v1::ResubmitEvidenceRequest Again(const v1::Verification& answer, v1::EvidenceItem item, const std::string& photo) {
    v1::ResubmitEvidenceRequest request;
    request.set_request_id("again-" + std::to_string(++resubmissions_));
    request.set_verification_id(answer.verification_id());
    request.add_items()->set_item(item);
    request.mutable_items(0)->set_photo(photo);
    v1::Capture& capture = *request.mutable_picture_capture();
    capture.set_method(v1::CAPTURE_METHOD_CHIP_READ);
    capture.set_device_id("reader-1");
    *capture.mutable_time() = ToTimestamp(clock_.now);
    capture.mutable_signature()->set_counter(static_cast<uint64_t>(1000 + ++captures_));
    capture.mutable_signature()->set_signature("signed");
    return request;
  }
  // Not real signatures: the use case only asks what they are worth.
  static bool IsSigned(std::string_view, std::string_view, std::string_view signature) { return signature == "signed"; }
  v1::Verification Submitted(const v1::SubmitRegistrationRequest& request) {
    auto answer = registration_.Submit(retail_, request, Soon());
    EXPECT_TRUE(answer.ok()) << answer.status().message();
    return answer.ok() ? *answer : v1::Verification();
  }
  static std::vector<int> Codes(const v1::Verification& answer) {
    std::vector<int> codes;
    for (const auto& reason : answer.reasons()) codes.push_back(reason.code());
    return codes;
  }
  size_t StoredRows() { return registry_.List({{"op", {}, {}}, v1::STATE_UNSPECIFIED, "", 100}, Soon())->size(); }

  SetClock clock_;
  FakeSessionStore session_store_;
  FakeRegistry registry_{session_store_};
  ToldFaces faces_;
  ToldSources sources_;
  std::shared_ptr<const rules::Policy> policy_ = std::make_shared<const rules::Policy>(ShippedPolicy());
  PolicyArchive policies_{registry_, policy_};
  int made_ = 0;
  NoGalleries galleries_;
  FaceSearch search_{galleries_, faces_, clock_};
  Registration registration_{
      registry_, session_store_, faces_, search_,
      sources_,  policies_,      clock_, [this] { return "verification-" + std::to_string(1000 + made_++); },
      Named,     IsSigned};
  NoCases cases_;
  Verifications verifications_{registry_, cases_, policies_, clock_};
  const Caller retail_{"urn:retail", v1::ROLE_RETAIL, {"op", "a1", "o1"}, {"op", "a1", "o1"}};
  const Caller auditor_{"urn:auditor", v1::ROLE_AUDITOR, {"op", "", ""}, {"op", {}, {}}};
  int resubmissions_ = 0;
  int captures_ = 0;
};

TEST_F(RegistrationTest, APassReservesAndTemplatesAreDropped) {
  const auto answer = Submitted(Application());
  EXPECT_EQ(answer.verdict(), v1::VERDICT_PASS);
  EXPECT_TRUE(answer.has_reservation_expire_time());
  EXPECT_FALSE(answer.has_comparison());
  const auto facts = registry_.GetFacts(retail_.scope, answer.verification_id(), Soon());
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(facts->subject().id_photo().template_().empty());
  EXPECT_TRUE(facts->subject().live_portrait().template_().empty());
  EXPECT_TRUE(facts->subject().has_comparison());
}

TEST_F(RegistrationTest, ARepeatedRequestGetsThePresentDecisionWithoutAnotherLook) {
  const auto first = Submitted(Application());
  const auto second = Submitted(Application());
  EXPECT_EQ(second.verification_id(), first.verification_id());
  EXPECT_EQ(faces_.examinations, 1);
  auto changed = Application();
  changed.set_product("another");
  EXPECT_EQ(registration_.Submit(retail_, changed, Soon()).status().reason(), "REQUEST_ID_REUSED");
}

TEST_F(RegistrationTest, WhatMovedIsObservedAndDecidedAgainWithTheSameFaces) {
  registry_.MoveNext(5);
  EXPECT_EQ(Submitted(Application()).verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(faces_.examinations, 1);
}

TEST_F(RegistrationTest, ARecordThatNeverRestsIsAbortedAndMayBeRetried) {
  registry_.MoveNext(Registration::kMaxRounds);
  const auto refused = registration_.Submit(retail_, Application(), Soon());
  EXPECT_EQ(refused.status().code(), StatusCode::kAborted);
  EXPECT_EQ(refused.status().reason(), "RECORD_CONTENDED");
  EXPECT_TRUE(refused.status().retry_after().has_value());
  EXPECT_EQ(StoredRows(), 0u);
  EXPECT_EQ(Submitted(Application()).verdict(), v1::VERDICT_PASS);
}

TEST_F(RegistrationTest, APlaceThatWasTakenMeanwhileIsSeenBeforeTheCommit) {
  for (int i = 1; i <= 4; ++i) Submitted(Application(i));
  // While the faces are looked at, somebody else takes the fifth place.
  faces_.on_examine = [this] {
    faces_.on_examine = nullptr;
    EXPECT_EQ(Submitted(Application(5)).verdict(), v1::VERDICT_PASS);
  };
  const auto answer = Submitted(Application(6));
  EXPECT_EQ(answer.verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(Codes(answer), ElementsAre(v1::QTA_OPERATOR_LIMIT));
}

TEST_F(RegistrationTest, WhatIsTooLateCommitsNothing) {
  const auto late = registration_.Submit(retail_, Application(), std::chrono::steady_clock::now());
  EXPECT_EQ(late.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(StoredRows(), 0u);
  EXPECT_EQ(Submitted(Application()).verdict(), v1::VERDICT_PASS) << "the same id, in time";
}

TEST_F(RegistrationTest, FailuresOfTheEngineAndTheDatabaseAreNoDecisions) {
  faces_.failure = Status(StatusCode::kResourceExhausted, "OVERLOADED", "busy");
  EXPECT_EQ(registration_.Submit(retail_, Application(), Soon()).status().reason(), "OVERLOADED");
  faces_.failure = {};
  registry_.FailWith(Status(StatusCode::kUnavailable, "DATABASE_UNAVAILABLE", "down"));
  EXPECT_EQ(registration_.Submit(retail_, Application(), Soon()).status().reason(), "DATABASE_UNAVAILABLE");
  registry_.FailWith({});
  EXPECT_EQ(StoredRows(), 0u);
  EXPECT_EQ(Submitted(Application()).verdict(), v1::VERDICT_PASS);
}

TEST_F(RegistrationTest, EvidenceSentAgainIsTheSameVerificationAndPlace) {
  auto request = Application();
  request.mutable_parties(0)->set_live_portrait("nobody");
  const auto first = Submitted(request);
  ASSERT_EQ(first.verdict(), v1::VERDICT_RETRY);
  ASSERT_THAT(first.retry_items(), ElementsAre(v1::EVIDENCE_ITEM_LIVE_PORTRAIT));
  EXPECT_EQ(
      registration_.Resubmit(retail_, Again(first, v1::EVIDENCE_ITEM_ID_PHOTO, "the holder"), Soon()).status().reason(),
      "ITEM_NOT_REQUESTED");
  const auto request_again = Again(first, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, "the holder, live");
  const auto second = registration_.Resubmit(retail_, request_again, Soon());
  ASSERT_TRUE(second.ok()) << second.status().message();
  EXPECT_EQ(second->verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(second->verification_id(), first.verification_id());
  EXPECT_EQ(second->attempt(), 2u);
  const auto repeated = registration_.Resubmit(retail_, request_again, Soon());
  ASSERT_TRUE(repeated.ok());
  EXPECT_EQ(repeated->sequence(), second->sequence());
  EXPECT_EQ(registration_.Resubmit(retail_, Again(first, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, "the holder, live"), Soon())
                .status()
                .reason(),
            "WRONG_STATE");
  ObserveQuery query;
  query.operator_id = "op";
  query.document_type = v1::DOCUMENT_TYPE_RESIDENT_ID;
  query.document_number = Redacted(std::string(SampleDocument().number()));
  query.now = clock_.now;
  query.quota = "operator";
  EXPECT_EQ(registry_.Observe(query, Soon())->facts.numbers_held(), 1u);
}

TEST_F(RegistrationTest, AStoredPictureIsNotExaminedAgainByTheSameBundle) {
  std::function<void()> meanwhile = [] {};
  int number = 0;
  const auto examined_again = [&] {
    auto request = Application(++number);
    request.mutable_parties(0)->set_live_portrait("nobody");
    const auto first = Submitted(request);
    faces_.examined.clear();
    meanwhile();
    const auto second =
        registration_.Resubmit(retail_, Again(first, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, "the holder, live"), Soon());
    EXPECT_TRUE(second.ok()) << second.status().message();
    EXPECT_EQ(second.ok() ? second->verdict() : v1::VERDICT_UNSPECIFIED, v1::VERDICT_PASS);
    return faces_.examined;
  };
  EXPECT_THAT(examined_again(), ElementsAre("the holder, live"));
  meanwhile = [this] { faces_.bundle = "another"; };
  EXPECT_THAT(examined_again(), ElementsAre("the holder", "the holder, live"))
      << "a template of another bundle compares with nothing";
}

TEST_F(RegistrationTest, ABetterPictureDoesNotHideWhatWantedAPersonsEyes) {
  // A liveness check that errs too often asks for review at once.
  faces_.bpcer = 0.5;
  auto request = Application();
  request.mutable_parties(0)->set_id_photo("nobody");
  request.mutable_parties(0)->set_live_portrait("doubtful");
  const auto first = Submitted(request);
  ASSERT_EQ(first.verdict(), v1::VERDICT_RETRY);
  ASSERT_THAT(first.retry_items(), ElementsAre(v1::EVIDENCE_ITEM_ID_PHOTO));
  const auto again = Again(first, v1::EVIDENCE_ITEM_ID_PHOTO, "the holder");
  const auto second = registration_.Resubmit(retail_, again, Soon());
  ASSERT_TRUE(second.ok()) << second.status().message();
  EXPECT_EQ(second->verdict(), v1::VERDICT_REVIEW);
}

TEST_F(RegistrationTest, ADocumentReadAgainIsJudgedByWhatItSaysNow) {
  // The number belongs to SampleDocument's name.
  ASSERT_EQ(Submitted(Application(1)).verdict(), v1::VERDICT_PASS);
  const auto resubmit = [&](const v1::Verification& answer, const std::string& name) {
    v1::ResubmitEvidenceRequest again;
    again.set_request_id("again-" + std::to_string(++resubmissions_));
    again.set_verification_id(answer.verification_id());
    again.add_items()->set_item(v1::EVIDENCE_ITEM_DOCUMENT);
    *again.mutable_items(0)->mutable_document() = SampleDocument();
    again.mutable_items(0)->mutable_document()->set_name(name);
    again.mutable_items(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
    again.mutable_items(0)->mutable_capture()->mutable_time()->set_seconds(kNoon);
    again.mutable_items(0)->mutable_capture()->set_device_id("reader-1");
    again.mutable_items(0)->mutable_capture()->mutable_signature()->set_counter(
        static_cast<uint64_t>(1000 + ++captures_));
    again.mutable_items(0)->mutable_capture()->mutable_signature()->set_signature("signed");
    for (const v1::EvidenceItem item : {v1::EVIDENCE_ITEM_ID_PHOTO, v1::EVIDENCE_ITEM_LIVE_PORTRAIT}) {
      v1::Evidence& picture = *again.add_items();
      picture.set_item(item);
      picture.set_photo(item == v1::EVIDENCE_ITEM_ID_PHOTO ? "the holder" : "the holder, live");
    }
    v1::Capture& pictures = *again.mutable_picture_capture();
    pictures = again.items(0).capture();
    pictures.mutable_signature()->set_counter(static_cast<uint64_t>(1000 + ++captures_));
    auto decided = registration_.Resubmit(retail_, again, Soon());
    EXPECT_TRUE(decided.ok()) << decided.status().message();
    return decided.ok() ? *decided : v1::Verification();
  };
  auto stale = Application(2);
  stale.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(kNoon - 2 * 86400);
  const auto first = Submitted(stale);
  ASSERT_THAT(first.retry_items(),
              ElementsAre(v1::EVIDENCE_ITEM_ID_PHOTO, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, v1::EVIDENCE_ITEM_DOCUMENT))
      << "its signature vouched for the pictures, too";
  EXPECT_EQ(resubmit(first, "别人").verdict(), v1::VERDICT_REVIEW) << "another name on a known number";

  auto misread = Application(3);
  misread.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(kNoon - 2 * 86400);
  misread.mutable_parties(0)->mutable_document()->set_name("测试申");
  const auto second = Submitted(misread);
  ASSERT_EQ(second.retry_items_size(), 3);
  EXPECT_EQ(resubmit(second, SampleDocument().name()).verdict(), v1::VERDICT_PASS) << "a misreading put right";
}

TEST_F(RegistrationTest, UsedUpAttemptsAreNotForgottenWithTheNextPicture) {
  auto request = Application();
  request.mutable_parties(0)->set_live_portrait("printed");
  const auto first = Submitted(request);
  ASSERT_EQ(first.verdict(), v1::VERDICT_RETRY);
  // A second print is for a person's eyes, and so it stays, though a mismatch asks for one more picture.
  auto again = Again(first, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, "printed stranger");
  const auto second = registration_.Resubmit(retail_, again, Soon());
  ASSERT_TRUE(second.ok()) << second.status().message();
  ASSERT_EQ(second->verdict(), v1::VERDICT_RETRY);
  const auto third =
      registration_.Resubmit(retail_, Again(*second, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, "the holder, live"), Soon());
  ASSERT_TRUE(third.ok()) << third.status().message();
  EXPECT_EQ(third->verdict(), v1::VERDICT_REVIEW);
}

TEST_F(RegistrationTest, EvidenceThatComesAfterTheReservationIsRefused) {
  auto request = Application();
  request.mutable_parties(0)->set_live_portrait("stranger");
  const auto first = Submitted(request);
  ASSERT_EQ(first.verdict(), v1::VERDICT_RETRY);
  clock_.now = FromTimestamp(first.reservation_expire_time());
  EXPECT_EQ(registration_.Resubmit(retail_, Again(first, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, "the holder, live"), Soon())
                .status()
                .reason(),
            "RESERVATION_EXPIRED");
}

TEST_F(RegistrationTest, OneLifelongNumberIsOnePersonOnEveryDocumentThatBearsIt) {
  const auto open = [&](int number, v1::DocumentType type, const std::string& document_number, const char* from,
                        const char* to, v1::CaptureMethod method) {
    auto request = Application(number);
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    v1::Document& document = *request.mutable_parties(0)->mutable_document();
    document.set_type(type);
    document.set_number(document_number);
    document.set_valid_from(from);
    document.set_valid_to(to);
    request.mutable_parties(0)->mutable_capture()->set_method(method);
    return Submitted(request);
  };
  const std::string citizen = SampleDocument().number();
  for (int i = 1; i <= 4; ++i) Submitted(Application(i));
  EXPECT_EQ(open(5, v1::DOCUMENT_TYPE_TEMP_RESIDENT_ID, citizen, "2026-02-01", "2026-05-01", v1::CAPTURE_METHOD_OCR)
                .verdict(),
            v1::VERDICT_PASS);
  EXPECT_THAT(
      Codes(open(6, v1::DOCUMENT_TYPE_TEMP_RESIDENT_ID, citizen, "2026-02-01", "2026-05-01", v1::CAPTURE_METHOD_OCR)),
      ElementsAre(v1::QTA_OPERATOR_LIMIT));
  const auto permit = [&](int number, const char* card) {
    return open(number, v1::DOCUMENT_TYPE_HK_MACAO_TRAVEL_PERMIT, card, "2020-05-01", "2030-04-30",
                v1::CAPTURE_METHOD_CHIP_READ);
  };
  for (int i = 7; i <= 11; ++i) EXPECT_EQ(permit(i, i % 2 ? "H12345678" : "H1234567801").verdict(), v1::VERDICT_PASS);
  EXPECT_THAT(Codes(permit(12, "H1234567802")), ElementsAre(v1::QTA_OPERATOR_LIMIT));
  EXPECT_EQ(permit(13, "H12345679").verdict(), v1::VERDICT_PASS) << "somebody else";
}

TEST_F(RegistrationTest, SomebodyElsesVerificationIsNotFound) {
  auto request = Application();
  request.mutable_parties(0)->set_live_portrait("nobody");
  const auto first = Submitted(request);
  const Caller stranger{"urn:other", v1::ROLE_RETAIL, {"op", "a2", "o1"}, {"op", "a2", "o1"}};
  EXPECT_EQ(registration_.Resubmit(stranger, Again(first, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, "the holder, live"), Soon())
                .status()
                .code(),
            StatusCode::kNotFound);
}

TEST_F(RegistrationTest, SimilaritiesAreForThoseWhoMaySeeThem) {
  const auto answer = Submitted(Application());
  v1::GetVerificationRequest get;
  get.set_verification_id(answer.verification_id());
  EXPECT_FALSE(verifications_.Get(retail_, get, Soon())->has_comparison());
  EXPECT_TRUE(verifications_.Get(auditor_, get, Soon())->has_comparison());
}

TEST_F(RegistrationTest, PrechecksAreCountedByTheHourAndSayNoMoreThanNeeded) {
  v1::PrecheckEligibilityRequest request;
  request.set_entry_type(v1::ENTRY_TYPE_OPEN);
  request.set_customer_kind(v1::CUSTOMER_KIND_INDIVIDUAL);
  request.mutable_channel()->set_type(v1::CHANNEL_TYPE_AGENT_STORE);
  *request.mutable_document() = SampleDocument();
  const auto ask = [&] { return Precheck(registry_, policies_, clock_, retail_, request, Soon()); };
  EXPECT_EQ(ask()->eligibility(), v1::ELIGIBILITY_YES);
  for (int i = 1; i <= 5; ++i) Submitted(Application(i));
  EXPECT_EQ(ask()->eligibility(), v1::ELIGIBILITY_NO);
  for (uint32_t i = 2; i < policy_->pack.precheck().per_caller_and_hour(); ++i) EXPECT_TRUE(ask().ok());
  const auto refused = ask();
  EXPECT_EQ(refused.status().reason(), "PRECHECK_LIMIT");
  ASSERT_TRUE(refused.status().retry_after().has_value());
  clock_.now += *refused.status().retry_after();
  EXPECT_TRUE(ask().ok()) << "a new hour";
}

}  // namespace
}  // namespace realname::testing
