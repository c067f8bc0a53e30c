// SPDX-License-Identifier: Apache-2.0
// The whole service, through mutual TLS: the real networks on real photographs, a real PostgreSQL.
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "authority/simulated_identity_source.h"
#include "cli/blurred.h"
#include "cli/client.h"
#include "cli/made_up_person.h"
#include "face/face_engine.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/config.h"
#include "server/server.h"
#include "tests/db/private_database.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Photo(const std::string& name) {
  return cli::ReadFileOrThrow(std::string(REALNAME_SOURCE_DIR "/.assets/photos/") + name + ".jpg");
}

// The wall clock, moved at will.
class ManualClock final : public Clock {
 public:
  TimePoint Now() const override { return SystemClock().Now() + offset_.load(); }
  void Advance(std::chrono::seconds by) { offset_ = offset_.load() + by; }

 private:
  std::atomic<std::chrono::seconds> offset_{std::chrono::seconds(0)};
};

// One server for all tests of this program; people and request ids differ from test to test.
class Service {
 public:
  static Service& Instance() {
    static Service service;
    return service;
  }

  // With another policy, or more in the configuration.
  explicit Service(const std::string& policy_more = "", const std::string& config_more = "",
                   bool with_galleries = false)
      : folder_(MakeTemporaryDirectory()) {
    std::string policy = cli::ReadFileOrThrow(REALNAME_SOURCE_DIR "/deploy/policy.textproto");
    // These tests have a few faces for many people.
    const std::string galleries = "\ngalleries {";
    for (size_t at = policy.find(galleries); !with_galleries && at != std::string::npos; at = policy.find(galleries)) {
      policy.erase(at, policy.find("\n}", at) + 2 - at);
    }
    std::ofstream(folder_ + "/policy.textproto") << policy << policy_more;
    const std::string certs = folder_ + "/certs";
    const std::string make = std::string(REALNAME_SOURCE_DIR "/script/dev-certs ") + certs;
    Must(std::system(make.c_str()) == 0);
    for (const char* more : {"foreign_operator urn:realname:operator:other:role:retail:agent:agent1:outlet:outlet1",
                             "foreign_agent urn:realname:operator:demo:role:retail:agent:agent2:outlet:outlet1",
                             "foreign_outlet urn:realname:operator:demo:role:retail:agent:agent1:outlet:outlet2",
                             "nobody urn:other:thing"}) {
      Must(std::system((make + " " + more).c_str()) == 0);
    }
    std::ofstream(folder_ + "/config.textproto")
        << "listen_address: '127.0.0.1:0' data_dir: 'data' policy_file: 'policy.textproto' bundle_dir: "
           "'" REALNAME_SOURCE_DIR "/.assets/bundles/faceplugin' calibration_file: '" REALNAME_SOURCE_DIR
           "/face/bundles/faceplugin/calibration.textproto' log_level: 'error' tls { certificate_file: "
           "'certs/server.crt' private_key_file: 'certs/server.key' client_ca_file: 'certs/ca.crt' }"
        << config_more;
    auto config = server::LoadConfig(folder_ + "/config.textproto");
    Must(config.ok());
    auto started = server::Server::Start(
        *config,
        [](const v1::ServerConfig& c, const rules::Policy&) -> Result<std::unique_ptr<FaceExaminer>> {
          FaceEngineOptions options;
          options.bundle_dir = c.bundle_dir();
          options.calibration_file = c.calibration_file();
          options.workers = 2;
          options.worker_program = c.face_worker_program();
          options.picture_time_limit = std::chrono::seconds(30);
          auto engine = FaceEngine::Create(options);
          if (!engine.ok()) return engine.status();
          return std::unique_ptr<FaceExaminer>(*std::move(engine));
        },
        clock_);
    if (!started.ok()) throw std::runtime_error(started.status().message() + " (run script/bootstrap first?)");
    server_ = *std::move(started);
    cli::Client admin = As("admin");
    v1::SetSellerRequest agent;
    agent.mutable_seller()->set_agent_id("agent1");
    agent.mutable_seller()->set_status(v1::SELLER_STATUS_ACTIVE);
    agent.mutable_seller()->set_contract_from("2020-01-01");
    agent.mutable_seller()->set_contract_to("2099-12-31");
    agent.mutable_seller()->set_trained_until("2099-12-31");
    agent.set_reason("a test");
    v1::Seller set;
    Must(admin.Call([&](grpc::ClientContext& c) { return admin.accountability().SetSeller(&c, agent, &set); }).ok());
    v1::SetCaptureDeviceRequest device;
    device.mutable_device()->set_device_id(cli::MadeUpDeviceId("agent1"));
    device.mutable_device()->set_agent_id("agent1");
    device.mutable_device()->set_status(v1::SELLER_STATUS_ACTIVE);
    device.mutable_device()->set_public_key(cli::MadeUpDeviceKey());
    device.set_reason("a test");
    v1::CaptureDevice set_device;
    Must(admin
             .Call([&](grpc::ClientContext& c) {
               return admin.accountability().SetCaptureDevice(&c, device, &set_device);
             })
             .ok());
  }
  ~Service() {
    server_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  ManualClock& clock() { return clock_; }

  std::string address() const { return "localhost:" + std::to_string(server_->port()); }

  cli::Client As(const std::string& certificate) const {
    cli::ConnectionOptions options;
    options.server = address();
    options.ca_file = folder_ + "/certs/ca.crt";
    options.certificate_file = folder_ + "/certs/" + certificate + ".crt";
    options.key_file = folder_ + "/certs/" + certificate + ".key";
    options.timeout = std::chrono::seconds(60);
    return cli::Client(options);
  }

  std::shared_ptr<grpc::Channel> Channel(const std::string& certificate) const {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = cli::ReadFileOrThrow(folder_ + "/certs/ca.crt");
    if (!certificate.empty()) {
      tls.pem_cert_chain = cli::ReadFileOrThrow(folder_ + "/certs/" + certificate + ".crt");
      tls.pem_private_key = cli::ReadFileOrThrow(folder_ + "/certs/" + certificate + ".key");
    }
    return grpc::CreateChannel(address(), grpc::SslCredentials(tls));
  }

 private:
  static void Must(bool holds) {
    if (!holds) throw std::runtime_error("the service under test cannot be set up");
  }
  const std::string folder_;
  ManualClock clock_;
  std::unique_ptr<server::Server> server_;
};

class EndToEnd : public ::testing::Test {
 protected:
  explicit EndToEnd(Service& service = Service::Instance())
      : retail_(service.As("retail")), auditor_(service.As("auditor")) {}

  v1::SubmitRegistrationRequest Application(const std::string& id_photo, const std::string& portrait) {
    static uint64_t person = 1000;
    ++person;
    return cli::MadeUpApplication(person, person, "agent1", "outlet1", Photo(id_photo), Photo(portrait));
  }
  template <typename Request, typename Response>
  grpc::Status Call(cli::Client& client,
                    grpc::Status (v1::RegistrationService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                          Response*),
                    const Request& request, Response* response) {
    return client.Call([&](grpc::ClientContext& c) { return (client.registration().*method)(&c, request, response); });
  }
  v1::Verification Submit(const v1::SubmitRegistrationRequest& request) {
    v1::Verification answer;
    const auto status = Call(retail_, &v1::RegistrationService::Stub::SubmitRegistration, request, &answer);
    EXPECT_TRUE(status.ok()) << cli::Describe(status);
    return answer;
  }
  v1::Verification Get(cli::Client& client, const std::string& id) {
    v1::GetVerificationRequest request;
    request.set_verification_id(id);
    v1::Verification answer;
    const auto status = Call(client, &v1::RegistrationService::Stub::GetVerification, request, &answer);
    EXPECT_TRUE(status.ok()) << cli::Describe(status);
    return answer;
  }
  static std::vector<v1::ReasonCode> Codes(const v1::Verification& answer) {
    std::vector<v1::ReasonCode> codes;
    for (const auto& reason : answer.reasons()) codes.push_back(reason.code());
    return codes;
  }

  cli::Client retail_;
  cli::Client auditor_;
};

TEST_F(EndToEnd, AGenuinePairPassesAndIsActivated) {
  const auto request = Application("franck_01829", "franck_02045");
  const auto answer = Submit(request);
  EXPECT_EQ(answer.verdict(), v1::VERDICT_PASS);
  EXPECT_TRUE(answer.has_reservation_expire_time());
  EXPECT_FALSE(answer.has_comparison()) << "a counter never sees scores";

  const auto again = Submit(request);
  EXPECT_EQ(again.verification_id(), answer.verification_id());
  auto other = request;
  other.set_product("another");
  v1::Verification refused;
  EXPECT_EQ(cli::ErrorReasonOf(Call(retail_, &v1::RegistrationService::Stub::SubmitRegistration, other, &refused)),
            "REQUEST_ID_REUSED");

  const auto seen = Get(auditor_, answer.verification_id());
  EXPECT_NEAR(seen.comparison().similarity(), 0.94, 0.03);
  EXPECT_LE(seen.comparison().fmr_at_similarity(), 1e-3);

  v1::ConfirmActivationRequest confirm;
  confirm.set_request_id(cli::NewUuid());
  confirm.set_verification_id(answer.verification_id());
  v1::Verification activated;
  ASSERT_TRUE(Call(retail_, &v1::RegistrationService::Stub::ConfirmActivation, confirm, &activated).ok());
  EXPECT_EQ(activated.state(), v1::STATE_ACTIVATED);

  // Watching a finished story: all events, then the end.
  grpc::ClientContext context;
  retail_.Prepare(context);
  v1::WatchVerificationRequest watch;
  watch.set_verification_id(answer.verification_id());
  auto stream = retail_.registration().WatchVerification(&context, watch);
  v1::VerificationEvent event;
  std::vector<uint64_t> sequences;
  std::string first_token;
  while (stream->Read(&event)) {
    if (sequences.empty()) first_token = event.resume_token();
    sequences.push_back(event.sequence());
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_THAT(sequences, ::testing::ElementsAre(1, 2));
  grpc::ClientContext resumed;
  retail_.Prepare(resumed);
  watch.set_resume_token(first_token);
  stream = retail_.registration().WatchVerification(&resumed, watch);
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.sequence(), 2u);
  EXPECT_FALSE(stream->Read(&event));
  EXPECT_TRUE(stream->Finish().ok());
  // Resumed after its last event, it is over at once.
  grpc::ClientContext after_the_end;
  retail_.Prepare(after_the_end);
  watch.set_resume_token(event.resume_token());
  stream = retail_.registration().WatchVerification(&after_the_end, watch);
  EXPECT_FALSE(stream->Read(&event));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(EndToEnd, AWatchHearsWhatHappensLater) {
  const auto answer = Submit(Application("franck_01829", "franck_02045"));
  grpc::ClientContext context;
  retail_.Prepare(context);
  v1::WatchVerificationRequest watch;
  watch.set_verification_id(answer.verification_id());
  auto stream = retail_.registration().WatchVerification(&context, watch);
  v1::VerificationEvent event;
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.verdict(), v1::VERDICT_PASS);
  v1::CancelVerificationRequest cancel;
  cancel.set_request_id(cli::NewUuid());
  cancel.set_verification_id(answer.verification_id());
  v1::Verification cancelled;
  ASSERT_TRUE(Call(retail_, &v1::RegistrationService::Stub::CancelVerification, cancel, &cancelled).ok());
  EXPECT_EQ(cancelled.verdict(), v1::VERDICT_UNSPECIFIED);
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.state(), v1::STATE_CANCELLED);
  EXPECT_FALSE(stream->Read(&event));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(EndToEnd, TwoPeopleNeverPass) {
  const auto answer = Submit(Application("franck_01829", "cage"));
  EXPECT_EQ(answer.verdict(), v1::VERDICT_RETRY);
  EXPECT_THAT(Codes(answer), Contains(v1::FACE_MISMATCH));
}

TEST_F(EndToEnd, APoorPictureIsSentAgain) {
  const auto answer = Submit(Application("franck_01829", "ironman"));
  EXPECT_THAT(Codes(answer), Contains(v1::FACE_NONE));
  ASSERT_EQ(answer.next_action(), v1::NEXT_ACTION_RESUBMIT);
  v1::ResubmitEvidenceRequest request;
  request.set_request_id(cli::NewUuid());
  request.set_verification_id(answer.verification_id());
  auto* item = request.add_items();
  item->set_item(v1::EVIDENCE_ITEM_ID_PHOTO);
  item->set_photo(Photo("franck_02045"));
  cli::SignMadeUp(request, "agent1", std::time(nullptr));
  v1::Verification second;
  EXPECT_EQ(cli::ErrorReasonOf(Call(retail_, &v1::RegistrationService::Stub::ResubmitEvidence, request, &second)),
            "ITEM_NOT_REQUESTED");
  item->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  cli::SignMadeUp(request, "agent1", std::time(nullptr));
  const auto status = Call(retail_, &v1::RegistrationService::Stub::ResubmitEvidence, request, &second);
  ASSERT_TRUE(status.ok()) << cli::Describe(status);
  EXPECT_EQ(second.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(second.attempt(), 2u);
  EXPECT_EQ(second.verification_id(), answer.verification_id());
  v1::Verification repeated;
  ASSERT_TRUE(Call(retail_, &v1::RegistrationService::Stub::ResubmitEvidence, request, &repeated).ok());
  EXPECT_EQ(repeated.sequence(), second.sequence());
}

TEST_F(EndToEnd, LivenessIsNotForTheCounter) {
  // The face on a banknote is a print.
  const auto answer = Submit(Application("franck_02045", "queen20_crop"));
  EXPECT_NE(answer.verdict(), v1::VERDICT_PASS);
  EXPECT_THAT(Codes(answer), Contains(v1::REASON_CODE_UNSPECIFIED));
  EXPECT_THAT(Codes(Get(auditor_, answer.verification_id())), Contains(v1::PAD_PRINT));
}

TEST_F(EndToEnd, ThePortraitIsNotTheIdPhotoAgain) {
  const auto answer = Submit(Application("franck_02045", "franck_02045"));
  EXPECT_EQ(answer.verdict(), v1::VERDICT_REJECT);
  EXPECT_EQ(answer.next_action(), v1::NEXT_ACTION_OWN_HALL);
  EXPECT_THAT(Codes(answer), ::testing::Not(Contains(v1::FACE_SAME_IMAGE)))
      << "at the counter may be the one who did it";
  EXPECT_THAT(Codes(Get(auditor_, answer.verification_id())), Contains(v1::FACE_SAME_IMAGE));
}

// Photographs of one person who was filmed; each shows its action beside the first.
std::string PhotoOf(v1::ChallengeAction action) {
  switch (action) {
    case v1::CHALLENGE_ACTION_TURN_LEFT:
      return Photo("franck_03909");
    case v1::CHALLENGE_ACTION_TURN_RIGHT:
      return Photo("franck_04000");
    case v1::CHALLENGE_ACTION_LOOK_UP:
      return Photo("franck_01829");
    case v1::CHALLENGE_ACTION_BLINK:
      return Photo("franck_03979");
    case v1::CHALLENGE_ACTION_OPEN_MOUTH:
      return Photo("franck_04117");
    default:
      return Photo("franck_04035");
  }
}

TEST_F(EndToEnd, OnlineSignUpShowsAChallengeAndUsesItsSessionUp) {
  cli::Client online = Service::Instance().As("online");
  v1::StartSessionRequest start;
  start.set_request_id(cli::NewUuid());
  start.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
  start.mutable_channel()->set_agent_id("app");
  v1::Session session;
  auto status = Call(online, &v1::RegistrationService::Stub::StartSession, start, &session);
  ASSERT_TRUE(status.ok()) << cli::Describe(status);
  EXPECT_FALSE(session.notices().empty());
  v1::SubmitChallengeFrameRequest frame;
  frame.set_session_id(session.session_id());
  while (session.state() == v1::SESSION_STATE_AWAITING_FRAME) {
    frame.set_request_id(cli::NewUuid());
    frame.set_step(session.next_step());
    frame.set_frame(PhotoOf(session.steps(static_cast<int>(session.next_step()) - 1).action()));
    status = Call(online, &v1::RegistrationService::Stub::SubmitChallengeFrame, frame, &session);
    ASSERT_TRUE(status.ok()) << cli::Describe(status);
    ASSERT_TRUE(session.refused_frames().empty()) << session.DebugString();
  }
  ASSERT_EQ(session.state(), v1::SESSION_STATE_COMPLETE);

  auto application = Application("franck_02221", "franck_02045");
  application.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
  application.mutable_channel()->set_agent_id("app");
  application.mutable_channel()->clear_outlet_id();
  application.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
  application.mutable_parties(0)->mutable_capture()->clear_signature();
  application.set_session_nonce(session.nonce());
  v1::Verification answer;
  status = Call(online, &v1::RegistrationService::Stub::SubmitRegistration, application, &answer);
  ASSERT_TRUE(status.ok()) << cli::Describe(status);
  EXPECT_EQ(answer.verdict(), v1::VERDICT_PASS);
  const auto seen = Get(auditor_, answer.verification_id());
  EXPECT_THAT(Codes(seen), ::testing::IsEmpty());
  EXPECT_EQ(seen.checks(v1::CHECK_LIVENESS - 1).passive_outcome(), v1::OUTCOME_PASSED);
  EXPECT_EQ(seen.checks(v1::CHECK_LIVENESS - 1).active_outcome(), v1::OUTCOME_PASSED);

  v1::GetSessionRequest get;
  get.set_session_id(session.session_id());
  ASSERT_TRUE(Call(auditor_, &v1::RegistrationService::Stub::GetSession, get, &session).ok());
  EXPECT_EQ(session.verification_id(), answer.verification_id());
  EXPECT_TRUE(session.nonce().empty());
  EXPECT_EQ(Call(retail_, &v1::RegistrationService::Stub::GetSession, get, &session).error_code(),
            grpc::StatusCode::NOT_FOUND);
  application.set_request_id(cli::NewUuid());
  status = Call(online, &v1::RegistrationService::Stub::SubmitRegistration, application, &answer);
  ASSERT_TRUE(status.ok()) << cli::Describe(status);
  EXPECT_THAT(Codes(Get(auditor_, answer.verification_id())), Contains(v1::PAD_REPLAY));
}

TEST_F(EndToEnd, SessionsThatNobodyUsedAreSweptADayAfterTheirEnd) {
  v1::StartSessionRequest start;
  start.set_request_id(cli::NewUuid());
  start.mutable_channel()->set_type(v1::CHANNEL_TYPE_AGENT_STORE);
  start.mutable_channel()->set_agent_id("agent1");
  start.mutable_channel()->set_outlet_id("outlet1");
  v1::Session session;
  ASSERT_TRUE(Call(retail_, &v1::RegistrationService::Stub::StartSession, start, &session).ok());
  v1::GetSessionRequest get;
  get.set_session_id(session.session_id());
  ManualClock& clock = Service::Instance().clock();
  clock.Advance(std::chrono::hours(25));
  grpc::Status status;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  do {
    status = Call(retail_, &v1::RegistrationService::Stub::GetSession, get, &session);
  } while (status.ok() && std::chrono::steady_clock::now() < give_up);
  clock.Advance(-std::chrono::hours(25));
  EXPECT_EQ(cli::ErrorReasonOf(status), "NO_SUCH_SESSION");
}

TEST_F(EndToEnd, ForeignRowsAreNotFound) {
  const auto answer = Submit(Application("franck_01829", "franck_02045"));
  for (const char* stranger : {"foreign_operator", "foreign_agent", "foreign_outlet"}) {
    cli::Client client = Service::Instance().As(stranger);
    v1::Verification out;
    v1::GetVerificationRequest get;
    get.set_verification_id(answer.verification_id());
    EXPECT_EQ(Call(client, &v1::RegistrationService::Stub::GetVerification, get, &out).error_code(),
              grpc::StatusCode::NOT_FOUND);
    v1::ConfirmActivationRequest confirm;
    confirm.set_request_id(cli::NewUuid());
    confirm.set_verification_id(answer.verification_id());
    EXPECT_EQ(Call(client, &v1::RegistrationService::Stub::ConfirmActivation, confirm, &out).error_code(),
              grpc::StatusCode::NOT_FOUND);
    v1::CancelVerificationRequest cancel;
    cancel.set_request_id(cli::NewUuid());
    cancel.set_verification_id(answer.verification_id());
    EXPECT_EQ(Call(client, &v1::RegistrationService::Stub::CancelVerification, cancel, &out).error_code(),
              grpc::StatusCode::NOT_FOUND);
    v1::ResubmitEvidenceRequest resubmit;
    resubmit.set_request_id(cli::NewUuid());
    resubmit.set_verification_id(answer.verification_id());
    resubmit.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
    resubmit.mutable_items(0)->set_photo(Photo("franck_02045"));
    EXPECT_EQ(Call(client, &v1::RegistrationService::Stub::ResubmitEvidence, resubmit, &out).error_code(),
              grpc::StatusCode::NOT_FOUND);
    grpc::ClientContext context;
    client.Prepare(context);
    v1::WatchVerificationRequest watch;
    watch.set_verification_id(answer.verification_id());
    auto stream = client.registration().WatchVerification(&context, watch);
    v1::VerificationEvent event;
    EXPECT_FALSE(stream->Read(&event));
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
    v1::ListVerificationsResponse list;
    ASSERT_TRUE(
        Call(client, &v1::RegistrationService::Stub::ListVerifications, v1::ListVerificationsRequest(), &list).ok());
    EXPECT_TRUE(list.verifications().empty());
  }
  EXPECT_EQ(Get(retail_, answer.verification_id()).sequence(), answer.sequence());
}

TEST_F(EndToEnd, AReviewerDecidesWhatTheRulesLeaveOpen) {
  auto application = Application("SeanConnery", "sean_guru2_crop");
  application.mutable_parties(0)->set_live_portrait(cli::Blurred(Photo("sean_guru2_crop"), 3));
  cli::SignMadeUp(application);
  const auto waiting = Submit(application);
  ASSERT_EQ(waiting.verdict(), v1::VERDICT_REVIEW);
  EXPECT_TRUE(Get(retail_, waiting.verification_id()).has_review_wait());

  cli::Client reviewer = Service::Instance().As("reviewer");
  const auto review = [](cli::Client& client, auto method, const auto& request, auto* reply) {
    return client.Call(
        [&](grpc::ClientContext& context) { return (client.review().*method)(&context, request, reply); });
  };
  using Stub = v1::ReviewService::Stub;
  v1::ClaimCaseRequest claim;
  claim.set_verification_id(waiting.verification_id());
  v1::ReviewCase held;
  EXPECT_EQ(cli::ErrorReasonOf(review(retail_, &Stub::ClaimCase, claim, &held)), "ROLE_NOT_ALLOWED");
  auto status = review(reviewer, &Stub::ClaimCase, claim, &held);
  ASSERT_TRUE(status.ok()) << cli::Describe(status);
  EXPECT_EQ(held.live_portrait(), application.parties(0).live_portrait()) << "as it was received";
  EXPECT_FALSE(held.verification().has_comparison());
  EXPECT_FALSE(Get(reviewer, waiting.verification_id()).has_comparison());

  v1::DecideCaseRequest vote;
  vote.set_request_id(cli::NewUuid());
  vote.set_verification_id(waiting.verification_id());
  vote.set_sequence(held.verification().sequence());
  vote.set_conclusion(v1::REVIEW_CONCLUSION_APPROVE);
  vote.set_note("same ears");
  v1::ReviewCase decided;
  status = review(reviewer, &Stub::DecideCase, vote, &decided);
  EXPECT_EQ(cli::ErrorReasonOf(status), "INVALID_FIELD") << "each finding wants a vote";
  for (const auto& check : held.verification().checks()) {
    if (check.outcome() != v1::OUTCOME_FAILED && check.outcome() != v1::OUTCOME_UNCERTAIN) continue;
    vote.add_checks()->set_check(check.check());
    vote.mutable_checks()->rbegin()->set_outcome(v1::OUTCOME_PASSED);
  }
  status = review(reviewer, &Stub::DecideCase, vote, &decided);
  ASSERT_TRUE(status.ok()) << cli::Describe(status);
  EXPECT_TRUE(decided.verification().has_comparison());
  const auto passed = Get(retail_, waiting.verification_id());
  EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(passed.next_action(), v1::NEXT_ACTION_ACTIVATE);
}

TEST_F(EndToEnd, RolesAndCertificatesAreChecked) {
  v1::Verification out;
  EXPECT_EQ(cli::ErrorReasonOf(Call(auditor_, &v1::RegistrationService::Stub::SubmitRegistration,
                                    v1::SubmitRegistrationRequest(), &out)),
            "ROLE_NOT_ALLOWED");
  cli::Client nobody = Service::Instance().As("nobody");
  EXPECT_EQ(cli::ErrorReasonOf(
                Call(nobody, &v1::RegistrationService::Stub::GetVerification, v1::GetVerificationRequest(), &out)),
            "NO_IDENTITY");
  auto stub = v1::RegistrationService::NewStub(Service::Instance().Channel(""));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  EXPECT_EQ(stub->GetVerification(&context, v1::GetVerificationRequest(), &out).error_code(),
            grpc::StatusCode::UNAVAILABLE)
      << "no handshake without a client certificate";
}

TEST_F(EndToEnd, ADeadlineIsRequired) {
  auto stub = v1::RegistrationService::NewStub(Service::Instance().Channel("retail"));
  grpc::ClientContext context;
  v1::Verification out;
  v1::GetVerificationRequest request;
  request.set_verification_id(cli::NewUuid());
  EXPECT_EQ(cli::ErrorReasonOf(stub->GetVerification(&context, request, &out)), "DEADLINE_REQUIRED");
}

TEST_F(EndToEnd, WhoIsListedIsRefusedAndTheCounterIsNotToldWhy) {
  cli::Client liaison = Service::Instance().As("police_liaison");
  const auto request = Application("franck_01829", "franck_02045");
  v1::ImportListEntriesRequest import;
  v1::ListEntry& entry = *import.add_entries();
  entry.set_kind(v1::LIST_KIND_PUNISHED_PERSON);
  *entry.mutable_document() = request.parties(0).document();
  entry.set_authority("the bureau");
  entry.set_authority_reference(cli::NewUuid());
  entry.set_legal_basis("Joint punishment measures (2024)");
  entry.set_from_date("2020-01-01");
  entry.set_to_date("2099-01-01");
  entry.set_state(v1::LIST_STATE_ACTIVE);
  import.set_note("by letter");
  v1::ImportListEntriesResponse imported;
  EXPECT_EQ(cli::ErrorReasonOf(retail_.Call([&](grpc::ClientContext& c) {
              return retail_.accountability().ImportListEntries(&c, import, &imported);
            })),
            "ROLE_NOT_ALLOWED");
  auto status = liaison.Call(
      [&](grpc::ClientContext& c) { return liaison.accountability().ImportListEntries(&c, import, &imported); });
  ASSERT_TRUE(status.ok()) << cli::Describe(status);
  EXPECT_EQ(imported.taken(), 1u);
  const auto answer = Submit(request);
  EXPECT_EQ(answer.verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(Codes(answer), ElementsAre(0));
  EXPECT_THAT(Codes(Get(auditor_, answer.verification_id())), ElementsAre(v1::LST_PUNISHED_PERSON));
  v1::ListListEntriesResponse listed;
  status = liaison.Call([&](grpc::ClientContext& c) {
    return liaison.accountability().ListListEntries(&c, v1::ListListEntriesRequest(), &listed);
  });
  ASSERT_TRUE(status.ok()) << cli::Describe(status);
  ASSERT_EQ(listed.entries_size(), 1);
  EXPECT_THAT(listed.entries(0).document().number(), ::testing::HasSubstr("***"));
  v1::ChangeListEntryRequest change;
  change.set_entry_id(listed.entries(0).entry_id());
  change.set_state(v1::LIST_STATE_REMOVED);
  change.set_note("on appeal");
  v1::ListEntry removed;
  status = liaison.Call(
      [&](grpc::ClientContext& c) { return liaison.accountability().ChangeListEntry(&c, change, &removed); });
  ASSERT_TRUE(status.ok()) << cli::Describe(status);
  EXPECT_EQ(removed.changes_size(), 2);
}

TEST_F(EndToEnd, UnreadableAndOversizedRequestsAreNamed) {
  v1::Verification out;
  auto request = Application("franck_01829", "franck_02045");
  request.mutable_parties(0)->mutable_document()->set_name("\xb2\xe2\xca\xd4");  // GB 18030, not UTF-8
  auto status = Call(retail_, &v1::RegistrationService::Stub::SubmitRegistration, request, &out);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(cli::ErrorReasonOf(status), "UNREADABLE");
  request = Application("franck_01829", "franck_02045");
  request.mutable_parties(0)->set_id_photo(std::string(9 << 20, 'x'));
  status = Call(retail_, &v1::RegistrationService::Stub::SubmitRegistration, request, &out);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(cli::ErrorReasonOf(status), "TOO_LARGE");
  request.mutable_parties(0)->set_id_photo(std::string(17 << 20, 'x'));
  status = Call(retail_, &v1::RegistrationService::Stub::SubmitRegistration, request, &out);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << "gRPC's own, and not repeated";
}

TEST_F(EndToEnd, AReservationThatRanOutCannotBeActivated) {
  const auto answer = Submit(Application("franck_01829", "franck_02045"));
  ASSERT_EQ(answer.verdict(), v1::VERDICT_PASS);
  ManualClock& clock = Service::Instance().clock();
  const auto passed =
      std::chrono::seconds(answer.reservation_expire_time().seconds() - answer.create_time().seconds() + 1);
  clock.Advance(passed);
  v1::ConfirmActivationRequest confirm;
  confirm.set_request_id(cli::NewUuid());
  confirm.set_verification_id(answer.verification_id());
  v1::Verification out;
  EXPECT_EQ(cli::ErrorReasonOf(Call(retail_, &v1::RegistrationService::Stub::ConfirmActivation, confirm, &out)),
            "RESERVATION_EXPIRED");
  clock.Advance(-passed);
}

TEST_F(EndToEnd, PrecheckSaysYesOrNo) {
  const auto application = Application("franck_01829", "franck_02045");
  v1::PrecheckEligibilityRequest request;
  request.set_entry_type(v1::ENTRY_TYPE_OPEN);
  request.set_customer_kind(v1::CUSTOMER_KIND_INDIVIDUAL);
  *request.mutable_channel() = application.channel();
  *request.mutable_document() = application.parties(0).document();
  v1::PrecheckEligibilityResponse answer;
  ASSERT_TRUE(Call(retail_, &v1::RegistrationService::Stub::PrecheckEligibility, request, &answer).ok());
  EXPECT_EQ(answer.eligibility(), v1::ELIGIBILITY_YES);
  request.mutable_document()->set_number("360426199101010072");
  ASSERT_TRUE(Call(retail_, &v1::RegistrationService::Stub::PrecheckEligibility, request, &answer).ok());
  EXPECT_EQ(answer.eligibility(), v1::ELIGIBILITY_NO);
}

TEST_F(EndToEnd, AuditorsCompareAndReadTheModelCard) {
  v1::CompareFacesRequest request;
  request.set_first(Photo("franck_01829"));
  request.set_second(Photo("franck_02045"));
  v1::CompareFacesResponse response;
  ASSERT_TRUE(
      auditor_.Call([&](grpc::ClientContext& c) { return auditor_.face().CompareFaces(&c, request, &response); }).ok());
  EXPECT_EQ(response.band(), v1::MATCH_BAND_MATCH);
  EXPECT_TRUE(response.first().template_().empty()) << "templates never leave";
  EXPECT_EQ(retail_.Call([&](grpc::ClientContext& c) { return retail_.face().CompareFaces(&c, request, &response); })
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  v1::ModelCard card;
  ASSERT_TRUE(auditor_
                  .Call([&](grpc::ClientContext& c) {
                    return auditor_.face().GetModelCard(&c, v1::GetModelCardRequest(), &card);
                  })
                  .ok());
  EXPECT_EQ(card.groups_size(), 4);
  EXPECT_FALSE(card.not_countered().empty());
}

TEST_F(EndToEnd, HealthTellsTheTruth) {
  auto stub = grpc::health::v1::Health::NewStub(Service::Instance().Channel("retail"));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  grpc::health::v1::HealthCheckResponse response;
  ASSERT_TRUE(stub->Check(&context, grpc::health::v1::HealthCheckRequest(), &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

// A service that asks a simulated identity source, for the photograph on record, too.
class SourcedService {
 public:
  static SourcedService& Instance() {
    static SourcedService service;
    return service;
  }
  void Script(v1::SimulatedSource script) {
    const std::lock_guard lock(mutex_);
    script_ = std::make_shared<const v1::SimulatedSource>(std::move(script));
  }
  Service& service() { return *service_; }

 private:
  SourcedService() {
    Script({});
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&source_);
    server_ = builder.BuildAndStart();
    service_ = std::make_unique<Service>(
        "identity_sources { name: 'national' document_types: DOCUMENT_TYPE_RESIDENT_ID photo: true wait_minutes: 60 "
        "retry_seconds: 1 }",
        "identity_sources { name: 'national' plaintext_loopback: true timeout_milliseconds: 20000 address: "
        "'127.0.0.1:" +
            std::to_string(port) + "' }");
  }
  ~SourcedService() {
    service_.reset();
    server_->Shutdown();
  }

  std::mutex mutex_;
  std::shared_ptr<const v1::SimulatedSource> script_;
  authority::SimulatedIdentitySource source_{[this] {
    const std::lock_guard lock(mutex_);
    return script_;
  }};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Service> service_;
};

class OneFaceEndToEnd : public EndToEnd {
 protected:
  OneFaceEndToEnd() : EndToEnd(OfTheShippedPolicy()) {}
  static Service& OfTheShippedPolicy() {
    static Service service("", "", true);
    return service;
  }
};

TEST_F(OneFaceEndToEnd, IsFoundUnderAnotherDocumentByTheRealNetworks) {
  EXPECT_EQ(Submit(Application("franck_01829", "franck_02045")).verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(Submit(Application("cage", "cage2_crop")).verdict(), v1::VERDICT_PASS);
  // Another photograph of the first one's face, on another document.
  const auto again = Submit(Application("franck_01829", "franck_02221"));
  EXPECT_EQ(again.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(Codes(again), ElementsAre(v1::REASON_CODE_UNSPECIFIED)) << "not for the counter to know";
  EXPECT_THAT(Codes(Get(auditor_, again.verification_id())), ElementsAre(v1::DUP_FACE_OTHER_ID));
}

class IdentitySourceEndToEnd : public EndToEnd {
 protected:
  // The source knows the applicant, with a photograph.
  static v1::SimulatedSource Knows(const v1::SubmitRegistrationRequest& request, const std::string& photo) {
    v1::SimulatedSource script;
    v1::SimulatedRecord& record = *script.add_records();
    record.set_number(request.parties(0).document().number());
    record.set_name(request.parties(0).document().name());
    record.set_photo_file(std::string(REALNAME_SOURCE_DIR "/.assets/photos/") + photo + ".jpg");
    return script;
  }
  IdentitySourceEndToEnd() : EndToEnd(SourcedService::Instance().service()) {}

  SourcedService& sourced_ = SourcedService::Instance();
};

TEST_F(IdentitySourceEndToEnd, ThePhotographOnRecordIsComparedWithTheRealNetworks) {
  auto request = Application("franck_01829", "franck_02045");
  sourced_.Script(Knows(request, "franck_02159"));
  const auto passed = Submit(request);
  EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
  EXPECT_EQ(passed.checks(v1::CHECK_IDENTITY_AUTHORITY - 1).outcome(), v1::OUTCOME_PASSED);

  request = Application("franck_01829", "franck_02045");
  sourced_.Script(Knows(request, "audrey"));
  const auto forged = Submit(request);
  EXPECT_EQ(forged.verdict(), v1::VERDICT_REVIEW) << "document and source show two people";
}

TEST_F(IdentitySourceEndToEnd, AMismatchAndNoRecordAreForAPerson) {
  auto request = Application("franck_01829", "franck_02045");
  v1::SimulatedSource script = Knows(request, "franck_02159");
  script.mutable_records(0)->set_name("别人");
  sourced_.Script(script);
  EXPECT_THAT(Codes(Submit(request)), ElementsAre(v1::AUTH_NAME_NUMBER_MISMATCH));
  sourced_.Script({});
  EXPECT_THAT(Codes(Submit(Application("franck_01829", "franck_02045"))), ElementsAre(v1::AUTH_NO_RECORD));
}

TEST_F(IdentitySourceEndToEnd, WhatWaitsFinishesByItselfAndTheChannelHearsOfIt) {
  const auto request = Application("franck_01829", "franck_02045");
  v1::SimulatedSource script = Knows(request, "franck_02159");
  script.set_failing_percent(100);
  sourced_.Script(script);
  const auto waiting = Submit(request);
  ASSERT_EQ(waiting.verdict(), v1::VERDICT_INCONCLUSIVE) << ::testing::PrintToString(Codes(waiting));
  EXPECT_EQ(waiting.next_action(), v1::NEXT_ACTION_WAIT_FOR_SOURCE);
  grpc::ClientContext context;
  retail_.Prepare(context);
  v1::WatchVerificationRequest watch;
  watch.set_verification_id(waiting.verification_id());
  auto stream = retail_.registration().WatchVerification(&context, watch);
  v1::VerificationEvent event;
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.state(), v1::STATE_AWAITING_SOURCE);
  sourced_.Script(Knows(request, "franck_02159"));
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(event.state(), v1::STATE_DECIDED);
  context.TryCancel();
}

}  // namespace
}  // namespace realname::testing
