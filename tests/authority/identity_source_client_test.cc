// SPDX-License-Identifier: Apache-2.0
// The client against the simulator, over a real connection on loopback.
#include "authority/identity_source_client.h"

#include <fstream>
#include <mutex>
#include <unistd.h>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "authority/simulated_identity_source.h"
#include "vault/digest.h"

namespace realname::authority {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SetClock final : public Clock {
 public:
  TimePoint Now() const override { return now; }
  TimePoint now{std::chrono::seconds(1772337600)};
};

class IdentitySourceClientTest : public ::testing::Test {
 protected:
  IdentitySourceClientTest() { Script({}); }
  ~IdentitySourceClientTest() override {
    client_.reset();
    Stop();
  }
  void Script(v1::SimulatedSource script) {
    const std::lock_guard lock(mutex_);
    script_ = std::make_shared<const v1::SimulatedSource>(std::move(script));
  }
  void Start() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&source_);
    server_ = builder.BuildAndStart();
    ASSERT_TRUE(server_);
  }
  void Stop() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }
  void Connect(uint32_t timeout_milliseconds = 10000, uint32_t in_flight = 64) {
    v1::IdentitySourceEndpoint endpoint;
    endpoint.set_name("national");
    endpoint.set_address("127.0.0.1:" + std::to_string(port_));
    endpoint.set_plaintext_loopback(true);
    endpoint.set_timeout_milliseconds(timeout_milliseconds);
    endpoint.set_in_flight(in_flight);
    auto client = IdentitySourceClient::Make({endpoint}, clock_, [this](std::string_view, std::string_view what) {
      const std::lock_guard lock(mutex_);
      troubles_.emplace_back(what);
    });
    ASSERT_TRUE(client.ok()) << client.status().message();
    client_ = *std::move(client);
  }
  static IdentityQuestion Question(const std::string& number = "360426199101010071") {
    IdentityQuestion question;
    question.source = "national";
    question.query_id = RandomUuid();
    question.operator_id = "op";
    question.document_type = v1::DOCUMENT_TYPE_RESIDENT_ID;
    question.number = Redacted(number);
    question.name = Redacted(std::string("测试甲"));
    question.sex = v1::SEX_MALE;
    question.birth_date = Redacted(std::string("1991-01-01"));
    return question;
  }
  IdentityAnswer Ask(const IdentityQuestion& question, std::chrono::milliseconds within = std::chrono::seconds(30)) {
    return client_->Ask(question, std::chrono::steady_clock::now() + within).get();
  }
  static v1::SimulatedSource Records() {
    v1::SimulatedSource script;
    v1::SimulatedRecord& record = *script.add_records();
    record.set_number("360426199101010071");
    record.set_name("测试甲");
    record.set_sex(v1::SEX_MALE);
    record.set_birth_date("1991-01-01");
    return script;
  }
  std::vector<std::string> Troubles() {
    const std::lock_guard lock(mutex_);
    return troubles_;
  }

  SetClock clock_;
  std::mutex mutex_;
  std::shared_ptr<const v1::SimulatedSource> script_;
  std::vector<std::string> troubles_;
  SimulatedIdentitySource source_{[this] {
    const std::lock_guard lock(mutex_);
    return script_;
  }};
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<IdentitySourceClient> client_;
};

TEST_F(IdentitySourceClientTest, AnswersFieldByField) {
  Script(Records());
  Start();
  Connect();
  const IdentityAnswer match = Ask(Question());
  EXPECT_EQ(match.answer, v1::AUTHORITY_ANSWER_MATCH);
  EXPECT_EQ(match.answer_time, clock_.now);
  EXPECT_FALSE(match.reference.empty());
  EXPECT_EQ(match.photo_state, v1::AUTHORITY_PHOTO_UNSPECIFIED);
  IdentityQuestion other = Question();
  other.name = Redacted(std::string("别人"));
  other.birth_date = Redacted(std::string("1991-01-02"));
  const IdentityAnswer mismatch = Ask(other);
  EXPECT_EQ(mismatch.answer, v1::AUTHORITY_ANSWER_MISMATCH);
  EXPECT_THAT(mismatch.mismatches, ElementsAre(v1::IDENTITY_FIELD_NAME, v1::IDENTITY_FIELD_BIRTH_DATE));
  EXPECT_EQ(Ask(Question("120103198806018241")).answer, v1::AUTHORITY_ANSWER_NO_RECORD);
  other = Question();
  other.source = "another";
  EXPECT_EQ(Ask(other).answer, v1::AUTHORITY_ANSWER_UNAVAILABLE);
}

TEST_F(IdentitySourceClientTest, AsksForThePhotograph) {
  const std::string file = ::testing::TempDir() + "photo-" + std::to_string(getpid());
  std::ofstream(file) << "a photograph";
  v1::SimulatedSource script = Records();
  script.mutable_records(0)->set_photo_file(file);
  Script(script);
  Start();
  Connect();
  IdentityQuestion question = Question();
  question.photo = true;
  const IdentityAnswer answer = Ask(question);
  EXPECT_EQ(answer.photo_state, v1::AUTHORITY_PHOTO_ATTACHED);
  EXPECT_EQ(answer.photo, "a photograph");
  std::remove(file.c_str());
  EXPECT_EQ(Ask(question).photo_state, v1::AUTHORITY_PHOTO_NONE);
}

TEST_F(IdentitySourceClientTest, WhatFailsNowAndThenIsAskedAgain) {
  v1::SimulatedSource script = Records();
  script.set_failing_percent(5);
  Script(script);
  Start();
  Connect();
  for (int i = 0; i < 60; ++i) EXPECT_EQ(Ask(Question()).answer, v1::AUTHORITY_ANSWER_MATCH) << i;
  EXPECT_GT(source_.asked(), 60u) << "some were repeated";
}

TEST_F(IdentitySourceClientTest, OneThatFailsIsLeftAloneAndRecoversByItself) {
  v1::SimulatedSource script = Records();
  script.set_failing_percent(100);
  Script(script);
  Start();
  Connect();
  EXPECT_TRUE(client_->Reachable());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Ask(Question()).answer, v1::AUTHORITY_ANSWER_UNAVAILABLE);
  EXPECT_FALSE(client_->Reachable());
  EXPECT_EQ(Troubles().size(), 1u);
  const uint64_t before = source_.asked();
  EXPECT_LE(before, 15u) << "repetitions have a budget";
  for (int i = 0; i < 200; ++i) EXPECT_EQ(Ask(Question()).answer, v1::AUTHORITY_ANSWER_UNAVAILABLE);
  EXPECT_LE(source_.asked(), before + 3) << "two hundred more, and at most a trial came";
  Script(Records());
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (Ask(Question()).answer != v1::AUTHORITY_ANSWER_MATCH && std::chrono::steady_clock::now() < limit) {
    std::this_thread::yield();
  }
  EXPECT_EQ(Ask(Question()).answer, v1::AUTHORITY_ANSWER_MATCH);
  EXPECT_THAT(Troubles(), ::testing::Contains("answers again"));
}

TEST_F(IdentitySourceClientTest, OneThatIsSlowTimesOutAndNobodyElseWaits) {
  v1::SimulatedSource script = Records();
  script.set_latency_milliseconds(60000);
  Script(script);
  Start();
  Connect(50, 3);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::vector<std::future<IdentityAnswer>> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(client_->Ask(Question(), deadline));
  EXPECT_EQ(client_->Ask(Question(), deadline).get().answer, v1::AUTHORITY_ANSWER_UNAVAILABLE)
      << "as many are under way as may be";
  for (auto& answer : answers) EXPECT_EQ(answer.get().answer, v1::AUTHORITY_ANSWER_TIMEOUT);
}

TEST_F(IdentitySourceClientTest, ACallerInAHurrySaysNothingAboutTheSource) {
  v1::SimulatedSource script = Records();
  script.set_latency_milliseconds(60000);
  Script(script);
  Start();
  Connect();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Ask(Question(), std::chrono::milliseconds(20)).answer, v1::AUTHORITY_ANSWER_TIMEOUT);
  }
  EXPECT_TRUE(client_->Reachable());
  EXPECT_EQ(Ask(Question(), std::chrono::milliseconds(-1)).answer, v1::AUTHORITY_ANSWER_TIMEOUT);
}

TEST_F(IdentitySourceClientTest, ALieIsNoAnswer) {
  v1::SimulatedSource script = Records();
  script.set_lying_percent(100);
  Script(script);
  Start();
  Connect();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Ask(Question()).answer, v1::AUTHORITY_ANSWER_UNAVAILABLE) << i;
  EXPECT_EQ(Troubles().size(), 4u);
  EXPECT_EQ(Ask(Question()).answer, v1::AUTHORITY_ANSWER_UNAVAILABLE);
  EXPECT_FALSE(client_->Reachable()) << "who lies is left alone, too";
}

TEST_F(IdentitySourceClientTest, AMatchIsUsedAgainForAsLongAsThePolicySays) {
  Script(Records());
  Start();
  Connect();
  IdentityQuestion question = Question();
  question.max_age = std::chrono::minutes(10);
  const IdentityAnswer first = Ask(question);
  clock_.now += std::chrono::minutes(10);
  EXPECT_EQ(Ask(question).reference, first.reference);
  EXPECT_EQ(source_.asked(), 1u);
  clock_.now += std::chrono::seconds(1);
  EXPECT_NE(Ask(question).reference, first.reference);
  EXPECT_EQ(source_.asked(), 2u);
  IdentityQuestion another_name = question;
  another_name.name = Redacted(std::string("别人"));
  EXPECT_EQ(Ask(another_name).answer, v1::AUTHORITY_ANSWER_MISMATCH);
  EXPECT_EQ(Ask(another_name).answer, v1::AUTHORITY_ANSWER_MISMATCH);
  EXPECT_EQ(source_.asked(), 4u) << "only matches are used again";
  question.max_age = std::chrono::minutes(0);
  (void)Ask(question);
  EXPECT_EQ(source_.asked(), 5u);
}

TEST_F(IdentitySourceClientTest, OneThatIsNotThereIsUnavailable) {
  Start();
  Stop();
  Connect();
  EXPECT_EQ(Ask(Question()).answer, v1::AUTHORITY_ANSWER_UNAVAILABLE);
  EXPECT_THAT(Troubles(), IsEmpty());
}

TEST_F(IdentitySourceClientTest, CertificatesThatCannotBeReadAreNamed) {
  v1::IdentitySourceEndpoint endpoint;
  endpoint.set_name("national");
  endpoint.set_address("127.0.0.1:1");
  endpoint.set_ca_file("/nowhere/ca.crt");
  auto client = IdentitySourceClient::Make({endpoint}, clock_, [](auto, auto) {});
  ASSERT_FALSE(client.ok());
  EXPECT_THAT(client.status().message(), ::testing::HasSubstr("/nowhere/ca.crt"));
}

}  // namespace
}  // namespace realname::authority
