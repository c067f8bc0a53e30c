// SPDX-License-Identifier: Apache-2.0
// A counter and a review desk on a real PostgreSQL, with faces that say what they are told to. Each test has an
// operator of its own.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/made_up_person.h"
#include "rules/decide.h"
#include "tests/db/private_database.h"
#include "tests/verification/told_faces.h"
#include "tests/verification/told_sources.h"
#include "vault/digest.h"
#include "vault/signature.h"
#include "verification/answer.h"
#include "verification/policy_archive.h"
#include "verification/registration.h"
#include "verification/reviews.h"
#include "verification/verifications.h"

namespace realname::testing {

class CounterClock final : public Clock {
 public:
  TimePoint Now() const override { return now; }
  TimePoint now = TimePoint(std::chrono::seconds(kNoon));
};

inline Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }
inline std::string Uuid() { return TimeOrderedUuid(TimePoint(std::chrono::seconds(kNoon))); }

inline std::vector<int> Codes(const v1::Verification& answer) {
  std::vector<int> codes;
  for (const auto& reason : answer.reasons()) codes.push_back(reason.code());
  return codes;
}

class CounterTest : public ::testing::Test {
 protected:
  CounterTest() {
    v1::Seller agent;
    agent.set_agent_id("agent1");
    agent.set_status(v1::SELLER_STATUS_ACTIVE);
    agent.set_contract_from("2025-01-01");
    agent.set_contract_to("2027-12-31");
    agent.set_trained_until("2027-12-31");
    SetSeller(agent);
    for (const char* of : {"agent1", "agent2", ""}) SetDevice(Device(of));
  }
  void SetSeller(const v1::Seller& seller) {
    const Status status =
        PrivateDatabase::Instance().sellers().Set(operator_, seller, "a reason", "urn:admin", clock_.now, Soon());
    EXPECT_TRUE(status.ok()) << status.detail();
  }
  // The made-up device of an agent, wherever it stands.
  v1::CaptureDevice Device(const std::string& agent) {
    v1::CaptureDevice device;
    device.set_device_id(cli::MadeUpDeviceId(agent));
    device.set_agent_id(agent);
    device.set_status(v1::SELLER_STATUS_ACTIVE);
    device.set_public_key(cli::MadeUpDeviceKey());
    return device;
  }
  void SetDevice(const v1::CaptureDevice& device) {
    const Status status = PrivateDatabase::Instance().capture_devices().Set(operator_, device, "a reason", "urn:admin",
                                                                            clock_.now, Soon());
    EXPECT_TRUE(status.ok()) << status.detail();
  }
  Caller Seller(const std::string& agent, const std::string& outlet, const std::string& staff = "seller") const {
    Caller caller;
    caller.principal =
        "urn:realname:operator:" + operator_ + ":role:retail:agent:" + agent + ":outlet:" + outlet + ":staff:" + staff;
    caller.role = v1::ROLE_RETAIL;
    caller.staff_id = staff;
    caller.owner = {operator_, agent, outlet};
    caller.scope = {operator_, agent, outlet};
    return caller;
  }
  Caller Staff(v1::Role role, const std::string& staff, const std::string& agent = "") const {
    Caller caller;
    caller.principal = "urn:realname:operator:" + operator_ + ":role:" + v1::Role_Name(role) + ":staff:" + staff;
    caller.role = role;
    caller.staff_id = staff;
    caller.owner = {operator_, agent, ""};
    caller.scope = {operator_, std::nullopt, std::nullopt};
    return caller;
  }

  v1::SubmitRegistrationRequest Application(const Caller& by) {
    ++people_;
    v1::SubmitRegistrationRequest request =
        cli::MadeUpApplication(people_, people_, by.owner.agent_id, by.owner.outlet_id, "the holder", "live");
    request.set_request_id(Uuid());
    cli::SetTimes(request,
                  std::chrono::duration_cast<std::chrono::seconds>(clock_.now.time_since_epoch()).count() - 60);
    return request;
  }
  v1::Party Person(v1::PartyRole role, int number, bool pictures = false) {
    v1::Party party;
    party.set_role(role);
    *party.mutable_document() = cli::MadeUpDocument(static_cast<uint64_t>(number));
    party.mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
    *party.mutable_capture()->mutable_time() = ToTimestamp(clock_.now);
    if (pictures) {
      party.set_id_photo("card of " + std::to_string(number));
      party.set_live_portrait("face of " + std::to_string(number));
    }
    return party;
  }
  // An enterprise's line: handler with a letter, and who will use it.
  v1::SubmitRegistrationRequest OfEnterprise() {
    auto request = Application(hall_);
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    request.set_customer_kind(v1::CUSTOMER_KIND_ORG_ORDINARY);
    v1::Party& subscriber = *request.mutable_parties(0);
    subscriber.clear_id_photo();
    subscriber.clear_live_portrait();
    v1::Document& licence = *subscriber.mutable_document();
    licence.Clear();
    licence.set_type(v1::DOCUMENT_TYPE_BUSINESS_LICENCE);
    licence.set_number("91350100M000100Y43");
    licence.set_name("测试有限公司");
    licence.set_address("测试省测试市测试路2号");
    licence.set_valid_from("2015-01-01");
    licence.set_valid_long_term(true);
    subscriber.mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
    const int handler = ++people_;
    *request.add_parties() = Person(v1::PARTY_ROLE_HANDLER, handler, true);
    v1::Power& power = *request.mutable_parties(1)->mutable_power();
    v1::Document& letter = *power.mutable_letter();
    letter.set_type(v1::DOCUMENT_TYPE_AUTHORITY_LETTER);
    letter.set_name(request.parties(1).document().name());
    letter.set_valid_from("2026-02-01");
    letter.set_valid_to("2026-12-31");
    power.set_principal_number(licence.number());
    power.set_scan("scan of the letter");
    *request.add_parties() = Person(v1::PARTY_ROLE_ACTUAL_USER, ++people_);
    return request;
  }
  v1::SubmitRegistrationRequest OfMinor() {
    auto request = Application(hall_);
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    v1::Party& child = *request.mutable_parties(0);
    child.clear_id_photo();
    child.clear_live_portrait();
    v1::Document& page = *child.mutable_document();
    page.set_type(v1::DOCUMENT_TYPE_HOUSEHOLD_REGISTER);
    const std::string digits = "36042620140101007";
    for (const char c : std::string("0123456789X")) {
      page.set_number(digits + c);
      if (!rules::PersonOf(*policy_, page, clock_.now).number.empty()) break;
    }
    page.set_name("样本童");
    page.set_birth_date("2014-01-01");
    page.set_sex(v1::SEX_MALE);
    page.clear_valid_from();
    page.clear_valid_to();
    child.mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
    *request.add_parties() = Person(v1::PARTY_ROLE_GUARDIAN, ++people_, true);
    return request;
  }
  // What no vote lifts: typed data.
  v1::SubmitRegistrationRequest Typed(const Caller& by) {
    auto request = Application(by);
    request.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
    return request;
  }
  // Signed as it is now.
  v1::Verification Submitted(const Caller& by, const v1::SubmitRegistrationRequest& request) {
    auto answer = Submit(by, request);
    EXPECT_TRUE(answer.ok()) << answer.status().reason() << " " << answer.status().detail();
    return answer.ok() ? *answer : v1::Verification();
  }
  Result<v1::Verification> Submit(const Caller& by, v1::SubmitRegistrationRequest request) {
    cli::SignMadeUp(request);
    return registration_.Submit(by, request, Soon());
  }
  Result<v1::Verification> Resubmit(const Caller& by, v1::ResubmitEvidenceRequest request) {
    cli::SignMadeUp(request, by.owner.agent_id,
                    std::chrono::duration_cast<std::chrono::seconds>(clock_.now.time_since_epoch()).count());
    return registration_.Resubmit(by, request, Soon());
  }
  Result<v1::Verification> RequestReview(const Caller& by, v1::RequestReviewRequest request) {
    cli::SignMadeUp(request);
    return registration_.RequestReview(by, request, Soon());
  }
  // In an own hall, with the chip read now.
  v1::RequestReviewRequest Contest(const v1::Verification& refused, const v1::SubmitRegistrationRequest& application) {
    v1::RequestReviewRequest request;
    request.set_request_id(Uuid());
    request.set_reference_number(refused.reference_number());
    *request.mutable_document() = application.parties(0).document();
    request.mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
    *request.mutable_capture()->mutable_time() = ToTimestamp(clock_.now);
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    request.mutable_channel()->set_outlet_id(hall_.owner.outlet_id);
    request.set_statement("this is my card");
    return request;
  }
  v1::Verification Contested(const v1::RequestReviewRequest& request) {
    auto answer = RequestReview(hall_, request);
    EXPECT_TRUE(answer.ok()) << answer.status().reason() << " " << answer.status().detail();
    return answer.ok() ? *answer : v1::Verification();
  }
  std::string Reason(const v1::RequestReviewRequest& request) {
    return RequestReview(hall_, request).status().reason();
  }
  v1::ReviewCase Claimed(const Caller& caller, const std::string& id) {
    v1::ClaimCaseRequest request;
    request.set_verification_id(id);
    auto claimed = reviews_.Claim(caller, request, Soon());
    EXPECT_TRUE(claimed.ok()) << claimed.status().reason() << " " << claimed.status().detail();
    return claimed.ok() ? *claimed : v1::ReviewCase();
  }
  std::string ClaimReason(const Caller& caller, const std::string& id) {
    v1::ClaimCaseRequest request;
    request.set_verification_id(id);
    return reviews_.Claim(caller, request, Soon()).status().reason();
  }
  // Every check that found something, one way.
  static v1::DecideCaseRequest Vote(const v1::ReviewCase& held, v1::ReviewConclusion conclusion) {
    v1::DecideCaseRequest request;
    request.set_request_id(Uuid());
    request.set_verification_id(held.verification().verification_id());
    request.set_sequence(held.verification().sequence());
    request.set_conclusion(conclusion);
    for (const auto& check : held.verification().checks()) {
      if (check.outcome() == v1::OUTCOME_PASSED || check.outcome() == v1::OUTCOME_SKIPPED) continue;
      v1::CheckVote& vote = *request.add_checks();
      vote.set_check(check.check());
      vote.set_outcome(conclusion == v1::REVIEW_CONCLUSION_APPROVE ? v1::OUTCOME_PASSED : v1::OUTCOME_FAILED);
    }
    request.set_note("looked");
    return request;
  }
  v1::Verification Decided(const Caller& caller, const std::string& id, v1::ReviewConclusion conclusion) {
    auto decided = reviews_.Decide(caller, Vote(Claimed(caller, id), conclusion), Soon());
    EXPECT_TRUE(decided.ok()) << decided.status().reason() << " " << decided.status().message();
    return decided.ok() ? decided->verification() : v1::Verification();
  }
  v1::Verification Seen(const Caller& caller, const std::string& id) {
    v1::GetVerificationRequest get;
    get.set_verification_id(id);
    auto seen = verifications_.Get(caller, get, Soon());
    EXPECT_TRUE(seen.ok()) << seen.status().reason();
    return seen.ok() ? *seen : v1::Verification();
  }
  std::vector<int> StaffCodes(const v1::Verification& answer) { return Codes(Seen(chief_, answer.verification_id())); }
  std::vector<v1::ContestCount> Counts() {
    auto counts = reviews_.CountContests(Staff(v1::ROLE_AUDITOR, "aud"), {}, Soon());
    EXPECT_TRUE(counts.ok()) << counts.status().detail();
    return {counts->counts().begin(), counts->counts().end()};
  }

  static inline std::atomic<int> people_ = 70000;
  CounterClock clock_;
  const std::string operator_ = "op-" + Uuid();
  db::PostgresRegistry& registry_ = PrivateDatabase::Instance().registry();
  ToldFaces faces_;
  ToldSources sources_;
  std::shared_ptr<const rules::Policy> policy_ = std::make_shared<const rules::Policy>(ShippedPolicy());
  PolicyArchive policies_{registry_, policy_};
  FaceSearch search_{PrivateDatabase::Instance().galleries(), faces_, clock_};
  Registration registration_{registry_, PrivateDatabase::Instance().sessions(),
                             faces_,    search_,
                             sources_,  policies_,
                             clock_,    Uuid,
                             Sha256,    VerifySignature};
  Reviews reviews_{PrivateDatabase::Instance().reviews(), registry_, PrivateDatabase::Instance().galleries(), policies_,
                   clock_};
  Verifications verifications_{registry_, PrivateDatabase::Instance().reviews(), policies_, clock_};
  Caller shop_ = Seller("agent1", "outlet1");
  Caller hall_ = Seller("", "hall1", "host");
  Caller ann_ = Staff(v1::ROLE_REVIEWER, "ann");
  Caller ben_ = Staff(v1::ROLE_REVIEWER, "ben");
  Caller chief_ = Staff(v1::ROLE_ADMIN, "chief");
};

}  // namespace realname::testing
