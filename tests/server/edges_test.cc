// SPDX-License-Identifier: Apache-2.0
// The server's edges without a network: identities, error details, configuration, the bounded pool, request forms.
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/config.h"
#include "server/grpc_status.h"
#include "server/identity.h"
#include "server/request_pool.h"
#include "server/server.h"
#include "vault/digest.h"
#include "verification/canonical_payload.h"
#include "verification/validate_request.h"

namespace realname::server {
namespace {

using ::testing::HasSubstr;

TEST(IdentityTest, ReadsOperatorRoleAgentOutlet) {
  const auto caller = ReadIdentity("urn:realname:operator:op1:role:retail:agent:a1:outlet:o1");
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->role, v1::ROLE_RETAIL);
  EXPECT_EQ(caller->scope.operator_id, "op1");
  EXPECT_EQ(caller->scope.agent_id, "a1");
  EXPECT_EQ(caller->scope.outlet_id, "o1");
  EXPECT_EQ(caller->owner.outlet_id, "o1");
  const auto hall = ReadIdentity("urn:realname:operator:op1:role:retail:outlet:hall1");
  ASSERT_TRUE(hall.ok());
  EXPECT_EQ(hall->owner.agent_id, "");
  EXPECT_EQ(hall->scope.agent_id, "") << "a hall without an agent sees rows without, not everybody's";
  EXPECT_EQ(hall->scope.outlet_id, "hall1");
  const auto auditor = ReadIdentity("urn:realname:operator:op1:role:auditor");
  ASSERT_TRUE(auditor.ok());
  EXPECT_FALSE(auditor->scope.agent_id.has_value());
  EXPECT_EQ(ReadIdentity("urn:realname:operator:op1:role:regulator_ro")->role, v1::ROLE_REGULATOR_RO);
  const auto reviewer = ReadIdentity("urn:realname:operator:op1:role:reviewer:outlet:hall1:staff:s-7");
  ASSERT_TRUE(reviewer.ok());
  EXPECT_EQ(reviewer->staff_id, "s-7");
  EXPECT_EQ(reviewer->owner.outlet_id, "hall1");
  EXPECT_FALSE(reviewer->scope.outlet_id.has_value()) << "where somebody works is not what they see";
  EXPECT_EQ(ReadIdentity("urn:realname:operator:op1:role:retail:agent:a1:staff:s-8")->staff_id, "s-8");
}

TEST(IdentityTest, RefusesEverythingElse) {
  for (const char* uri :
       {"", "urn:realname", "urn:realname:operator::role:retail", "urn:realname:operator:op:role:king",
        "urn:realname:operator:op:role:unspecified",
        "urn:realname:operator:op:role:retail:agent:", "urn:realname:operator:op:role:retail:outlet:o1:agent:a",
        "urn:realname:operator:op:role:retail:agent:a:agent:b", "urn:realname:role:retail:operator:op",
        "urn:realname:operator:op:agent:a", "urn:realname:operator:op:role:auditor:agent:a1",
        "urn:realname:operator:o p:role:retail", "urn:realname:operator:op:role:retail:agent:a:outlet:o:extra:x",
        "urn:other:operator:op:role:retail"}) {
    const auto caller = ReadIdentity(uri);
    ASSERT_FALSE(caller.ok()) << uri;
    EXPECT_EQ(caller.status().code(), StatusCode::kUnauthenticated);
  }
}

TEST(GrpcStatusTest, CarriesReasonViolationsAndRetry) {
  const auto status = ToGrpc(Status::InvalidField("msisdn", "bad"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  google::rpc::Status rich;
  ASSERT_TRUE(rich.ParseFromString(status.error_details()));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(rich.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "INVALID_FIELD");
  EXPECT_EQ(info.domain(), "realname");
  google::rpc::BadRequest bad;
  ASSERT_TRUE(rich.details(1).UnpackTo(&bad));
  EXPECT_EQ(bad.field_violations(0).field(), "msisdn");

  const auto named = ToGrpc(Status::InvalidField("msisdn", "bad"), "00ff");
  ASSERT_TRUE(rich.ParseFromString(named.error_details()));
  ASSERT_TRUE(rich.details(0).UnpackTo(&info));
  EXPECT_EQ(info.metadata().at("call_id"), "00ff");

  const auto busy = ToGrpc(Status(StatusCode::kResourceExhausted, "OVERLOADED", "busy", "secret detail")
                               .WithRetryAfter(std::chrono::milliseconds(1250)));
  EXPECT_THAT(busy.error_message(), ::testing::Not(HasSubstr("secret")));
  ASSERT_TRUE(rich.ParseFromString(busy.error_details()));
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(rich.details(1).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 250000000);
}

TEST(RequestPoolTest, RefusesWhatItCannotHold) {
  RequestPool pool(1, 1, 100);
  const auto later = std::chrono::steady_clock::now() + std::chrono::hours(1);
  std::promise<void> started, release;
  ASSERT_TRUE(pool.Submit(10, later,
                          [&](bool) {
                            started.set_value();
                            release.get_future().wait();
                          })
                  .ok());
  started.get_future().wait();
  EXPECT_EQ(pool.Submit(91, later, [](bool) {}).reason(), "OVERLOADED") << "bytes";
  std::promise<bool> second;
  ASSERT_TRUE(pool.Submit(10, later, [&](bool expired) { second.set_value(expired); }).ok());
  const Status full = pool.Submit(1, later, [](bool) {});
  EXPECT_EQ(full.reason(), "OVERLOADED") << "queue";
  EXPECT_TRUE(full.retry_after().has_value());
  release.set_value();
  EXPECT_FALSE(second.get_future().get());
  std::promise<bool> late;
  ASSERT_TRUE(pool.Submit(1, std::chrono::steady_clock::now(), [&](bool expired) { late.set_value(expired); }).ok());
  EXPECT_TRUE(late.get_future().get());
  pool.Stop();
  EXPECT_EQ(pool.Submit(1, later, [](bool) {}).reason(), "SHUTTING_DOWN");
}

class ConfigTest : public ::testing::Test {
 protected:
  std::string Complaint(const std::string& text) {
    std::ofstream(path_) << text;
    const auto config = LoadConfig(path_);
    return config.ok() ? "" : config.status().message();
  }
  const std::string path_ = ::testing::TempDir() + "/config_" + std::to_string(getpid()) + ".textproto";
};

TEST_F(ConfigTest, NamesWhatIsWrong) {
  EXPECT_THAT(Complaint("listen_adress: 'x'"), HasSubstr("line 1"));
  EXPECT_THAT(Complaint("plaintext_loopback: true"), HasSubstr("policy_file is required"));
  const std::string files = "policy_file: 'p' bundle_dir: 'b' calibration_file: 'c' ";
  EXPECT_THAT(Complaint(files), HasSubstr("tls.certificate_file"));
  EXPECT_THAT(Complaint(files + "plaintext_loopback: true listen_address: '0.0.0.0:1'"), HasSubstr("loopback"));
  EXPECT_THAT(Complaint(files + "plaintext_loopback: true database_dsn: 'x'"), HasSubstr("go together"));
  EXPECT_EQ(Complaint(files + "plaintext_loopback: true"), "");
}

// A face examiner of a bundle without an eye network.
class NoEyes final : public FaceExaminer {
 public:
  Result<std::vector<v1::FaceEvidence>> Examine(std::span<const std::string_view>, Deadline) override {
    return Status(StatusCode::kUnavailable, "FACE_ENGINE_UNAVAILABLE", "not asked here");
  }
  Result<v1::FaceComparison> Compare(std::span<const v1::FaceEvidence* const>, const v1::FaceEvidence&) const override {
    return Status(StatusCode::kUnavailable, "FACE_ENGINE_UNAVAILABLE", "not asked here");
  }
  std::unique_ptr<FaceGallery> NewGallery() const override { return nullptr; }
  const std::string& BundleDigest() const override { return digest_; }
  double LivenessBpcer(double) const override { return 1; }
  v1::ModelCard ModelCard(const v1::PolicyPack&) const override {
    v1::ModelCard card;
    card.set_bundle_name("no eyes");
    card.add_not_measured(v1::FACE_COMPONENT_EYES_OPEN);
    return card;
  }

 private:
  const std::string digest_ = "no eyes";
};

TEST_F(ConfigTest, APolicyThatLimitsWhatTheBundleDoesNotMeasureIsRefused) {
  v1::ServerConfig config;
  config.set_policy_file(REALNAME_SOURCE_DIR "/deploy/policy.textproto");
  const SystemClock clock;
  const auto started = Server::Start(
      config,
      [](const v1::ServerConfig&, const rules::Policy&) -> Result<std::unique_ptr<FaceExaminer>> {
        return std::unique_ptr<FaceExaminer>(std::make_unique<NoEyes>());
      },
      clock);
  EXPECT_EQ(started.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(started.status().message(), HasSubstr("id_photo.min_eye_open"));
  EXPECT_THAT(started.status().message(), HasSubstr("no eyes"));
}

TEST_F(ConfigTest, ResolvesPathsAndHidesSecrets) {
  std::ofstream(path_) << "policy_file: 'p' bundle_dir: 'b' calibration_file: 'c' plaintext_loopback: true "
                          "database_dsn: 'password=hush' key_store_dsn: 'password=hush'";
  const auto config = LoadConfig(path_);
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->policy_file(), std::filesystem::path(::testing::TempDir() + "/p").lexically_normal().string());
  EXPECT_EQ(config->limits().request_threads(), 32u);
  EXPECT_THAT(PrintableConfig(*config), ::testing::Not(HasSubstr("hush")));
}

v1::SubmitRegistrationRequest GoodRequest() {
  v1::SubmitRegistrationRequest request;
  request.set_request_id("0190b6a0-0000-7000-8000-000000000001");
  request.set_entry_type(v1::ENTRY_TYPE_OPEN);
  request.set_customer_kind(v1::CUSTOMER_KIND_INDIVIDUAL);
  request.set_msisdn("+8613900000001");
  request.set_product("prepaid");
  auto* party = request.add_parties();
  party->set_role(v1::PARTY_ROLE_SUBSCRIBER);
  party->mutable_document()->set_type(v1::DOCUMENT_TYPE_RESIDENT_ID);
  party->mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
  party->set_id_photo("x");
  party->set_live_portrait("y");
  request.mutable_channel()->set_type(v1::CHANNEL_TYPE_AGENT_STORE);
  request.mutable_channel()->set_agent_id("a1");
  request.mutable_channel()->set_outlet_id("o1");
  return request;
}

const Caller kCaller = {"urn:test", v1::ROLE_RETAIL, {"op1", "a1", "o1"}, {"op1", "a1", "o1"}};

struct FormFault {
  const char* name;
  void (*spoil)(v1::SubmitRegistrationRequest&);
  const char* field;
};

void PrintTo(const FormFault& fault, std::ostream* out) { *out << fault.name; }
const FormFault kFormFaults[] = {
    {"NoId", [](auto& r) { r.clear_request_id(); }, "request_id"},
    {"BadId", [](auto& r) { r.set_request_id("7"); }, "request_id"},
    {"NoEntryType", [](auto& r) { r.clear_entry_type(); }, "entry_type"},
    {"UnknownEntryType", [](auto& r) { r.set_entry_type(static_cast<v1::EntryType>(99)); }, "entry_type"},
    {"NoKind", [](auto& r) { r.clear_customer_kind(); }, "customer_kind"},
    {"NationalNumber", [](auto& r) { r.set_msisdn("13900000001"); }, "msisdn"},
    {"ShortNumber", [](auto& r) { r.set_msisdn("+86139"); }, "msisdn"},
    {"NoProduct", [](auto& r) { r.clear_product(); }, "product"},
    {"OddProduct", [](auto& r) { r.set_product("a b"); }, "product"},
    {"NoParty", [](auto& r) { r.clear_parties(); }, "parties"},
    {"TwoSubscribers", [](auto& r) { *r.add_parties() = r.parties(0); }, "parties[0].role"},
    {"RoleOfAnotherKind", [](auto& r) { r.add_parties()->set_role(v1::PARTY_ROLE_HANDLER); }, "parties[1].role"},
    {"NoRole", [](auto& r) { r.mutable_parties(0)->clear_role(); }, "parties[0].role"},
    {"NoIdPhoto", [](auto& r) { r.mutable_parties(0)->clear_id_photo(); }, "parties[0].id_photo"},
    {"HugePortrait", [](auto& r) { r.mutable_parties(0)->set_live_portrait(std::string((4 << 20) + 1, 'x')); },
     "parties[0].live_portrait"},
    {"NoCapture", [](auto& r) { r.mutable_parties(0)->clear_capture(); }, "parties[0].capture.method"},
    {"OddTime", [](auto& r) { r.mutable_parties(0)->mutable_capture()->mutable_time()->set_nanos(-1); },
     "parties[0].capture.time"},
    {"ControlCharacters", [](auto& r) { r.mutable_parties(0)->mutable_document()->set_name("a\nb"); },
     "parties[0].document.name"},
    {"NoChannel", [](auto& r) { r.mutable_channel()->clear_type(); }, "channel.type"},
};

class RequestForm : public ::testing::TestWithParam<FormFault> {};
TEST_P(RequestForm, NamesTheField) {
  auto request = GoodRequest();
  GetParam().spoil(request);
  const Status status = Validate(request, kCaller);
  ASSERT_EQ(status.code(), StatusCode::kInvalidArgument);
  ASSERT_FALSE(status.violations().empty());
  EXPECT_EQ(status.violations()[0].field, GetParam().field);
}
INSTANTIATE_TEST_SUITE_P(Faults, RequestForm, ::testing::ValuesIn(kFormFaults),
                         [](const auto& fault) { return std::string(fault.param.name); });

TEST(RequestFormTest, AGoodRequestIsTaken) { EXPECT_TRUE(Validate(GoodRequest(), kCaller).ok()); }

TEST(RequestFormTest, UnknownFieldsAreRefused) {
  auto request = GoodRequest();
  request.mutable_parties(0)
      ->mutable_document()
      ->GetReflection()
      ->MutableUnknownFields(request.mutable_parties(0)->mutable_document())
      ->AddVarint(999, 1);
  const Status status = Validate(request, kCaller);
  EXPECT_EQ(status.reason(), "UNKNOWN_FIELD");
  EXPECT_THAT(status.message(), HasSubstr("parties[0].document"));
}

TEST(RequestFormTest, AnothersOutletIsRefused) {
  auto request = GoodRequest();
  request.mutable_channel()->set_outlet_id("o2");
  EXPECT_EQ(Validate(request, kCaller).reason(), "NOT_YOUR_OUTLET");
}

TEST(CanonicalPayloadTest, TellsPayloadsApartButNotRetries) {
  const auto payload_of = [](const v1::SubmitRegistrationRequest& request) {
    PictureDigests digests(Sha256);
    return CanonicalPayload(request, digests);
  };
  const auto request = GoodRequest();
  const std::string payload = payload_of(request);
  auto retry = request;
  retry.set_request_id("0190b6a0-0000-7000-8000-000000000002");
  retry.mutable_client_time()->set_seconds(5);
  EXPECT_EQ(payload_of(retry), payload);
  for (const FormFault& fault : kFormFaults) {
    auto other = request;
    fault.spoil(other);
    if (std::string(fault.field) == "request_id") continue;
    EXPECT_NE(payload_of(other), payload) << fault.name;
  }
  auto moved = request;
  moved.mutable_parties(0)->set_id_photo("xy");
  moved.mutable_parties(0)->set_live_portrait("");
  EXPECT_NE(payload_of(moved), payload) << "fields must not run into each other";
}

}  // namespace
}  // namespace realname::server
