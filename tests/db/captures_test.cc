// SPDX-License-Identifier: Apache-2.0
// Devices that sign what they capture, captures that come twice, and how often it may be tried: on a real PostgreSQL.
#include <thread>

#include <gmock/gmock.h>

#include "cli/signing_device.h"
#include "tests/db/counter_test.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class CapturesTest : public CounterTest {
 protected:
  v1::Verification AsIs(const Caller& by, const v1::SubmitRegistrationRequest& request) {
    auto answer = registration_.Submit(by, request, Soon());
    EXPECT_TRUE(answer.ok()) << answer.status().reason() << " " << answer.status().detail();
    return answer.ok() ? *answer : v1::Verification();
  }
  v1::CaptureSignature& SignatureIn(v1::SubmitRegistrationRequest& request) {
    return *request.mutable_parties(0)->mutable_capture()->mutable_signature();
  }
  v1::Outcome Provenance(const v1::Verification& answer) {
    return Seen(chief_, answer.verification_id()).checks(v1::CHECK_CAPTURE_PROVENANCE - 1).outcome();
  }
  void UsePolicy(void (*change)(v1::PolicyPack&)) {
    auto changed = std::make_shared<rules::Policy>(*policy_);
    change(changed->pack);
    changed_ = changed;
    policies_changed_ = std::make_unique<PolicyArchive>(registry_, changed_);
    changed_registration_ = std::make_unique<Registration>(
        registry_, PrivateDatabase::Instance().sessions(), faces_, search_, sources_, *policies_changed_, clock_,
        [this] { return TimeOrderedUuid(clock_.now); }, Sha256, VerifySignature);
  }
  v1::Verification SubmittedThen(const Caller& by, v1::SubmitRegistrationRequest request) {
    cli::SignMadeUp(request);
    auto answer = changed_registration_->Submit(by, request, Soon());
    EXPECT_TRUE(answer.ok()) << answer.status().reason() << " " << answer.status().detail();
    return answer.ok() ? *answer : v1::Verification();
  }
  v1::SubmitRegistrationRequest Of(v1::SubmitRegistrationRequest request, const v1::SubmitRegistrationRequest& person) {
    *request.mutable_parties(0)->mutable_document() = person.parties(0).document();
    return request;
  }

  std::shared_ptr<const rules::Policy> changed_;
  std::unique_ptr<PolicyArchive> policies_changed_;
  std::unique_ptr<Registration> changed_registration_;
};

TEST_F(CapturesTest, WhatADeviceSignedIsProved) {
  const auto answer = Submitted(shop_, Application(shop_));
  ASSERT_EQ(answer.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(answer.checks(v1::CHECK_CAPTURE_PROVENANCE - 1).assurance(), v1::ASSURANCE_PROVED);
}

TEST_F(CapturesTest, WhatNoDeviceSignedCountsAsTyped) {
  auto request = Application(shop_);
  request.mutable_parties(0)->mutable_capture()->clear_signature();
  auto answer = AsIs(shop_, request);
  EXPECT_EQ(answer.verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(Codes(answer), ElementsAre(v1::CAP_MANUAL_ENTRY_FORBIDDEN));
  EXPECT_EQ(answer.checks(v1::CHECK_CAPTURE_PROVENANCE - 1).assurance(), v1::ASSURANCE_ASSERTED);

  // Whatever was changed after it was signed counts as typed, too.
  void (*const spoils[])(v1::SubmitRegistrationRequest&) = {
      [](auto& r) { r.mutable_parties(0)->mutable_document()->set_address("elsewhere"); },
      [](auto& r) { r.mutable_parties(0)->set_live_portrait("somebody else"); },
      [](auto& r) { r.mutable_parties(0)->set_id_photo("somebody else"); },
      [](auto& r) { r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_NFC); },
      [](auto& r) { r.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(kNoon - 30); },
      [](auto& r) {
        auto& signature = *r.mutable_parties(0)->mutable_capture()->mutable_signature();
        signature.set_counter(signature.counter() + 1);
      },
      [](auto& r) {
        r.mutable_parties(0)->mutable_capture()->mutable_signature()->mutable_place()->set_latitude_e7(1);
      },
  };
  for (const auto spoil : spoils) {
    auto spoiled = Application(shop_);
    spoil(spoiled);
    answer = AsIs(shop_, spoiled);
    EXPECT_EQ(answer.verdict(), v1::VERDICT_REJECT);
    EXPECT_THAT(Codes(answer), Contains(v1::CAP_MANUAL_ENTRY_FORBIDDEN));
  }
}

TEST_F(CapturesTest, ADeviceThatMayNotBeUsedHereIsRefused) {
  const auto codes = [&] { return Codes(Submitted(shop_, Application(shop_))); };
  v1::CaptureDevice device = Device("agent1");
  device.set_outlet_id("outlet2");
  SetDevice(device);
  EXPECT_THAT(codes(), Contains(v1::CHN_DEVICE_UNREGISTERED)) << "it stands elsewhere";
  device.set_outlet_id("outlet1");
  SetDevice(device);
  EXPECT_THAT(codes(), IsEmpty());
  device.set_status(v1::SELLER_STATUS_SUSPENDED);
  SetDevice(device);
  EXPECT_THAT(codes(), Contains(v1::CHN_DEVICE_UNREGISTERED));
  device.set_status(v1::SELLER_STATUS_ACTIVE);
  device.set_agent_id("agent2");
  SetDevice(device);
  EXPECT_THAT(codes(), Contains(v1::CHN_DEVICE_UNREGISTERED)) << "it is another agent's";
  auto request = Application(shop_);
  request.mutable_parties(0)->mutable_capture()->set_device_id("nobody-knows-it");
  EXPECT_THAT(Codes(AsIs(shop_, request)), Contains(v1::CHN_DEVICE_UNREGISTERED));
}

TEST_F(CapturesTest, ACaptureServesOneApplication) {
  const auto request = Application(shop_);
  ASSERT_EQ(AsIs(shop_, request).verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(AsIs(shop_, request).verdict(), v1::VERDICT_PASS) << "the same call again";
  auto again = request;
  again.set_request_id(Uuid());
  again.set_msisdn("+8613811112222");
  const auto replayed = AsIs(shop_, again);
  EXPECT_EQ(replayed.verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(Codes(replayed), Contains(v1::CAP_REPLAYED));
  EXPECT_EQ(Provenance(replayed), v1::OUTCOME_FAILED);
}

TEST_F(CapturesTest, ACounterServesOnceAlsoWithinAnApplication) {
  auto request = Application(shop_);
  request.mutable_parties(0)->set_live_portrait("nobody");
  cli::SignMadeUp(request);
  const auto retried = AsIs(shop_, request);
  ASSERT_EQ(retried.verdict(), v1::VERDICT_RETRY);
  v1::ResubmitEvidenceRequest more;
  more.set_request_id(Uuid());
  more.set_verification_id(retried.verification_id());
  more.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  more.mutable_items(0)->set_photo("live");
  *more.mutable_picture_capture() = request.parties(0).capture();
  const cli::SigningDevice device(
      cli::MadeUpDeviceId("agent1"),
      std::make_shared<const SigningKey>(SigningKey::FromSeed("realname: a device for everybody")));
  device.Sign(more, request.parties(0).capture().signature().counter());
  const auto again = registration_.Resubmit(shop_, more, Soon());
  ASSERT_TRUE(again.ok()) << again.status().reason();
  EXPECT_THAT(Codes(*again), Contains(v1::CAP_REPLAYED));
}

TEST_F(CapturesTest, OldPicturesAreNotMadeYoungByReadingTheDocumentAgain) {
  auto old = Application(shop_);
  old.mutable_channel()->set_type(v1::CHANNEL_TYPE_PARTNER_STORE);
  old.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(kNoon - 7 * 86400);
  const auto stale = Submitted(shop_, old);
  EXPECT_THAT(stale.retry_items(),
              ElementsAre(v1::EVIDENCE_ITEM_ID_PHOTO, v1::EVIDENCE_ITEM_LIVE_PORTRAIT, v1::EVIDENCE_ITEM_DOCUMENT));
  // Pictures that are too old when they are sent again are asked for once more.
  auto request = Application(shop_);
  request.mutable_parties(0)->set_live_portrait("nobody");
  const auto retried = Submitted(shop_, request);
  v1::ResubmitEvidenceRequest more;
  more.set_request_id(Uuid());
  more.set_verification_id(retried.verification_id());
  more.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  more.mutable_items(0)->set_photo("live");
  cli::SignMadeUp(more, "agent1", kNoon - 7 * 86400);
  const auto too_old = registration_.Resubmit(shop_, more, Soon());
  ASSERT_TRUE(too_old.ok());
  EXPECT_THAT(Codes(*too_old), ElementsAre(v1::CAP_STALE));
  EXPECT_THAT(too_old->retry_items(), ElementsAre(v1::EVIDENCE_ITEM_ID_PHOTO, v1::EVIDENCE_ITEM_LIVE_PORTRAIT));
}

TEST_F(CapturesTest, NobodyCountsAgainstAnothersDevice) {
  UsePolicy([](v1::PolicyPack& pack) { pack.mutable_attempts()->set_per_device_day(2); });
  const Caller rival = Seller("agent2", "outlet2");
  for (int i = 0; i < 4; ++i) {
    auto request = Application(rival);
    request.mutable_parties(0)->mutable_capture()->set_device_id(cli::MadeUpDeviceId("agent1"));
    request.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
    ASSERT_TRUE(changed_registration_->Submit(rival, request, Soon()).ok());
  }
  auto typed = Application(shop_);
  typed.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
  EXPECT_THAT(Codes(SubmittedThen(shop_, typed)), Not(Contains(v1::RATE_ATTEMPTS_EXCEEDED)));
}

TEST_F(CapturesTest, ADeviceKeepsItsKey) {
  v1::CaptureDevice device = Device("agent1");
  device.set_public_key(SigningKey::FromSeed(std::string(32, '\x05')).PublicKey());
  const Status status =
      PrivateDatabase::Instance().capture_devices().Set(operator_, device, "a reason", "urn:admin", clock_.now, Soon());
  EXPECT_EQ(status.reason(), "WRONG_STATE") << status.detail();
  EXPECT_EQ(Submitted(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS);
}

TEST_F(CapturesTest, OfTwoApplicationsAtOnceWithOneCaptureOnePasses) {
  std::atomic<int> passed{0}, replayed{0};
  const auto request = Application(shop_);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    auto mine = request;
    mine.set_request_id(Uuid());
    mine.set_msisdn("+861381111333" + std::to_string(i));
    threads.emplace_back([this, mine, &passed, &replayed] {
      const auto answer = AsIs(shop_, mine);
      passed += answer.verdict() == v1::VERDICT_PASS;
      const auto codes = Codes(answer);
      replayed += std::count(codes.begin(), codes.end(), v1::CAP_REPLAYED) > 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(passed, 1);
  EXPECT_EQ(replayed, 7);
}

TEST_F(CapturesTest, ANonceIsGoodForItsSessionOnly) {
  auto request = Application(shop_);
  SignatureIn(request).set_session_nonce(std::string(64, 'a'));
  SignatureIn(request).clear_counter();
  cli::SignMadeUp(request);
  EXPECT_THAT(Codes(AsIs(shop_, request)), Contains(v1::CAP_REPLAYED)) << "no session has that nonce";
}

TEST_F(CapturesTest, WhatWasCapturedWithoutAConnectionMayBeHoursOld) {
  const auto hours_old = [&](v1::ChannelType channel, int hours) {
    auto request = Application(shop_);
    request.mutable_channel()->set_type(channel);
    request.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(kNoon - 3600 * hours);
    return Codes(Submitted(shop_, request));
  };
  EXPECT_THAT(hours_old(v1::CHANNEL_TYPE_AGENT_STORE, 23), IsEmpty());
  EXPECT_THAT(hours_old(v1::CHANNEL_TYPE_AGENT_STORE, 25), Contains(v1::CAP_STALE));
  EXPECT_THAT(hours_old(v1::CHANNEL_TYPE_PARTNER_STORE, 23), Contains(v1::CAP_STALE)) << "no offline work there";
  auto unsigned_one = Application(shop_);
  unsigned_one.mutable_parties(0)->mutable_capture()->clear_signature();
  unsigned_one.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(kNoon - 3600 * 23);
  EXPECT_THAT(Codes(AsIs(shop_, unsigned_one)), Contains(v1::CAP_STALE)) << "its time is anybody's claim";
}

TEST_F(CapturesTest, FarFromTheOutletAPersonLooks) {
  v1::Seller outlet;
  outlet.set_agent_id("agent1");
  outlet.set_outlet_id("outlet1");
  outlet.set_status(v1::SELLER_STATUS_ACTIVE);
  *outlet.mutable_place() = cli::ReadPlace("31.2304,121.4737");
  SetSeller(outlet);
  const auto at = [&](const char* place) {
    auto request = Application(shop_);
    *SignatureIn(request).mutable_place() = cli::ReadPlace(place);
    return Submitted(shop_, request);
  };
  EXPECT_EQ(at("31.2310,121.4740").verdict(), v1::VERDICT_PASS);
  const auto far = at("39.9042,116.4074");
  EXPECT_EQ(far.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(StaffCodes(far), ElementsAre(v1::CAP_GEO_MISMATCH));
  EXPECT_THAT(Codes(far), ElementsAre(0)) << "the counter is not told why";
  EXPECT_EQ(Provenance(far), v1::OUTCOME_UNCERTAIN);
}

TEST_F(CapturesTest, PicturesThatAreSentAgainNeedASignatureOfTheirOwn) {
  auto request = Application(shop_);
  request.mutable_parties(0)->set_live_portrait("nobody");
  const auto retried = Submitted(shop_, request);
  ASSERT_EQ(retried.verdict(), v1::VERDICT_RETRY);
  v1::ResubmitEvidenceRequest more;
  more.set_request_id(Uuid());
  more.set_verification_id(retried.verification_id());
  more.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  more.mutable_items(0)->set_photo("live");
  auto typed = registration_.Resubmit(shop_, more, Soon());
  ASSERT_TRUE(typed.ok());
  EXPECT_EQ(typed->verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(Codes(*typed), Contains(v1::CAP_MANUAL_ENTRY_FORBIDDEN));

  request = Application(shop_);
  request.mutable_parties(0)->set_live_portrait("nobody");
  const auto again = Submitted(shop_, request);
  more.set_request_id(Uuid());
  more.set_verification_id(again.verification_id());
  auto passed = Resubmit(shop_, more);
  ASSERT_TRUE(passed.ok()) << passed.status().detail();
  EXPECT_EQ(passed->verdict(), v1::VERDICT_PASS);
}

TEST_F(CapturesTest, WhoIsSignedInOnTheDeviceIsOnRecord) {
  Caller shared = shop_;
  shared.staff_id.clear();
  auto request = Application(shared);
  request.mutable_channel()->set_staff_id("clerk7");
  const auto said = Submitted(shared, request);
  auto stored = registry_.GetApplication(chief_.scope, said.verification_id(), Soon());
  ASSERT_TRUE(stored.ok());
  EXPECT_FALSE(stored->record.staff_signed_in()) << "the outlet only says so";
  EXPECT_EQ(stored->record.subject().signed_captures_size(), 1);
  EXPECT_FALSE(stored->record.capture().has_signature()) << "it says where somebody was";
  request = Application(shared);
  request.mutable_channel()->set_staff_id("clerk7");
  SignatureIn(request).set_staff_id("clerk7");
  const auto signed_in = Submitted(shared, request);
  stored = registry_.GetApplication(chief_.scope, signed_in.verification_id(), Soon());
  ASSERT_TRUE(stored.ok());
  EXPECT_TRUE(stored->record.staff_signed_in());
}

TEST_F(CapturesTest, AnIdentityIsTriedSoOftenAndStillServedInAHall) {
  UsePolicy([](v1::PolicyPack& pack) {
    pack.mutable_attempts()->set_per_identity_minute(3);
    pack.mutable_attempts()->set_per_identity_day(5);
  });
  const auto person = Application(shop_);
  const auto attempt = [&](const Caller& by) {
    auto request = Of(Application(by), person);
    request.mutable_parties(0)->set_live_portrait("a stranger");
    if (by.owner.agent_id.empty()) request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    return SubmittedThen(by, request);
  };
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Codes(attempt(shop_)), Not(Contains(v1::RATE_ATTEMPTS_EXCEEDED)));
  const auto examined = faces_.examined;
  const auto refused = attempt(shop_);
  EXPECT_EQ(refused.verdict(), v1::VERDICT_RETRY);
  EXPECT_EQ(refused.next_action(), v1::NEXT_ACTION_TRY_LATER);
  EXPECT_THAT(Codes(refused), ElementsAre(v1::RATE_ATTEMPTS_EXCEEDED));
  EXPECT_THAT(refused.ways_out(), Contains(v1::WAY_OUT_OWN_HALL));
  EXPECT_EQ(faces_.examined, examined) << "nobody looked at the pictures";
  EXPECT_THAT(Codes(attempt(hall_)), Not(Contains(v1::RATE_ATTEMPTS_EXCEEDED)));
  clock_.now += std::chrono::seconds(61);
  EXPECT_THAT(Codes(attempt(shop_)), Not(Contains(v1::RATE_ATTEMPTS_EXCEEDED)));
  EXPECT_THAT(Codes(attempt(shop_)), Contains(v1::RATE_ATTEMPTS_EXCEEDED)) << "five in a day";
  clock_.now += std::chrono::hours(24);
  EXPECT_THAT(Codes(attempt(shop_)), Not(Contains(v1::RATE_ATTEMPTS_EXCEEDED)));
}

TEST_F(CapturesTest, WhoHasNotGotTheDocumentLocksNobodyOut) {
  UsePolicy([](v1::PolicyPack& pack) {
    pack.mutable_attempts()->set_per_identity_minute(3);
    pack.mutable_attempts()->set_per_device_day(4);
    pack.mutable_attempts()->set_per_agent_day(5);
  });
  const auto person = Application(shop_);
  const auto typed = [&](const std::string& agent, bool by_device) {
    const Caller by = Seller(agent, "outlet1");
    auto request = Of(Application(by), person);
    request.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
    cli::SignMadeUp(request);
    if (!by_device) request.mutable_parties(0)->mutable_capture()->clear_signature();
    auto answer = changed_registration_->Submit(by, request, Soon());
    EXPECT_TRUE(answer.ok());
    return answer.ok() ? Codes(*answer) : std::vector<int>();
  };
  for (int i = 0; i < 4; ++i) EXPECT_THAT(typed("agent1", true), Contains(v1::CAP_MANUAL_ENTRY_FORBIDDEN));
  EXPECT_THAT(typed("agent1", true), ElementsAre(v1::RATE_ATTEMPTS_EXCEEDED)) << "by the device";
  EXPECT_THAT(typed("agent1", false), Contains(v1::CAP_MANUAL_ENTRY_FORBIDDEN));
  EXPECT_THAT(typed("agent1", false), ElementsAre(v1::RATE_ATTEMPTS_EXCEEDED)) << "by the agent";
  EXPECT_THAT(Codes(SubmittedThen(hall_,
                                  [&] {
                                    auto request = Of(Application(hall_), person);
                                    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
                                    return request;
                                  }())),
              IsEmpty());
  EXPECT_THAT(typed("agent2", false), Contains(v1::CAP_MANUAL_ENTRY_FORBIDDEN)) << "another agent is not limited";
  EXPECT_EQ(SubmittedThen(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS)
      << "whose document is there pays for nobody";
  // Refusals do not keep the limit up: a day later it is over.
  clock_.now += std::chrono::hours(23);
  EXPECT_THAT(typed("agent1", false), ElementsAre(v1::RATE_ATTEMPTS_EXCEEDED));
  clock_.now += std::chrono::hours(2);
  EXPECT_THAT(typed("agent1", false), Contains(v1::CAP_MANUAL_ENTRY_FORBIDDEN));
}

TEST_F(CapturesTest, WhatIsOutOfTheOrdinaryIsForAPersonToLookAt) {
  UsePolicy([](v1::PolicyPack& pack) {
    pack.mutable_velocity()->set_device_people(3);
    pack.mutable_velocity()->set_address_people(0);
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(SubmittedThen(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS);
  }
  auto fourth = SubmittedThen(shop_, Application(shop_));
  EXPECT_EQ(fourth.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(StaffCodes(fourth), ElementsAre(v1::RSK_ABNORMAL_APPLICATION));
  clock_.now += std::chrono::hours(24);
  EXPECT_EQ(SubmittedThen(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS) << "those were yesterday";

  UsePolicy([](v1::PolicyPack& pack) { pack.mutable_velocity()->set_address_people(2); });
  const std::string address = "宿舍 " + Uuid();
  const auto from_address = [&] {
    auto request = Application(hall_);
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    request.mutable_parties(0)->mutable_document()->set_address(address);
    return SubmittedThen(hall_, request);
  };
  EXPECT_EQ(from_address().verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(from_address().verdict(), v1::VERDICT_PASS);
  EXPECT_THAT(StaffCodes(from_address()), ElementsAre(v1::RSK_ABNORMAL_APPLICATION));

  UsePolicy([](v1::PolicyPack& pack) {
    pack.mutable_velocity()->set_night_applications(2);
    pack.mutable_velocity()->set_night_from_hour(11);
    pack.mutable_velocity()->set_night_to_hour(13);
  });
  const Caller night_shop = Seller("agent1", "night");
  EXPECT_EQ(SubmittedThen(night_shop, Application(night_shop)).verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(SubmittedThen(night_shop, Application(night_shop)).verdict(), v1::VERDICT_PASS);
  EXPECT_THAT(StaffCodes(SubmittedThen(night_shop, Application(night_shop))),
              ElementsAre(v1::RSK_ABNORMAL_APPLICATION));
}

TEST_F(CapturesTest, SeveralNumbersInADayAreForAPersonToLookAt) {
  const auto person = Application(shop_);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Submitted(shop_, Of(Application(shop_), person)).verdict(), v1::VERDICT_PASS);
  const auto fourth = Submitted(shop_, Of(Application(shop_), person));
  EXPECT_EQ(fourth.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(Codes(fourth), ElementsAre(v1::QTA_VELOCITY));
  clock_.now += std::chrono::hours(24);
  EXPECT_EQ(Submitted(shop_, Of(Application(shop_), person)).verdict(), v1::VERDICT_PASS);
}

TEST_F(CapturesTest, DevicesAreListedWithTheirChanges) {
  auto& devices = PrivateDatabase::Instance().capture_devices();
  v1::CaptureDevice device = Device("agent1");
  device.set_description("reader, model 7");
  clock_.now += std::chrono::seconds(1);
  SetDevice(device);
  auto listed = devices.List(operator_, "agent1", "", 10, Soon());
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ((*listed)[0].SerializeAsString(), device.SerializeAsString());
  auto changes = devices.Changes(operator_, device.device_id(), 10, Soon());
  ASSERT_TRUE(changes.ok());
  ASSERT_EQ(changes->size(), 2u);
  EXPECT_EQ((*changes)[0].device().description(), "reader, model 7");
  EXPECT_EQ((*changes)[1].device().description(), "");
  EXPECT_TRUE(devices.List("nobody", "", "", 10, Soon())->empty());
}

TEST_F(CapturesTest, AttemptsAreForgotten) {
  ASSERT_EQ(Submitted(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS);
  EXPECT_TRUE(registry_.ForgetAttempts(clock_.now - std::chrono::hours(1), 10, Soon()).ok());
  auto forgotten = registry_.ForgetAttempts(clock_.now + std::chrono::seconds(1), 1000000, Soon());
  ASSERT_TRUE(forgotten.ok());
  EXPECT_GE(*forgotten, 1u);
}

}  // namespace
}  // namespace realname::testing
