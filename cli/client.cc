// SPDX-License-Identifier: Apache-2.0
#include "cli/client.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace realname::cli {
namespace {

template <typename Detail>
bool FindDetail(const grpc::Status& status, Detail* detail) {
  google::rpc::Status rich;
  if (!rich.ParseFromString(status.error_details())) return false;
  for (const auto& any : rich.details()) {
    if (any.UnpackTo(detail)) return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const ConnectionOptions& options) {
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  if (!options.identity.empty()) {
    credentials = grpc::InsecureChannelCredentials();
  } else {
    grpc::SslCredentialsOptions tls;
    if (options.ca_file.empty() || options.certificate_file.empty() || options.key_file.empty()) {
      throw std::runtime_error("--ca, --cert and --key are needed (or --identity for a plaintext development server)");
    }
    tls.pem_root_certs = ReadFileOrThrow(options.ca_file);
    tls.pem_cert_chain = ReadFileOrThrow(options.certificate_file);
    tls.pem_private_key = ReadFileOrThrow(options.key_file);
    credentials = grpc::SslCredentials(tls);
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(32 << 20);  // a contested case has four pictures
  if (!options.server_name.empty()) arguments.SetSslTargetNameOverride(options.server_name);
  return grpc::CreateCustomChannel(options.server, credentials, arguments);
}

Client::Client(ConnectionOptions options) : options_(std::move(options)) {
  const auto channel = MakeChannel(options_);
  registration_ = v1::RegistrationService::NewStub(channel);
  review_ = v1::ReviewService::NewStub(channel);
  face_ = v1::FaceService::NewStub(channel);
  accountability_ = v1::AccountabilityService::NewStub(channel);
  subscriber_ = v1::SubscriberService::NewStub(channel);
  policy_ = v1::PolicyService::NewStub(channel);
  audit_ = v1::AuditService::NewStub(channel);
}

void Client::Prepare(grpc::ClientContext& context) const {
  context.set_deadline(std::chrono::system_clock::now() + options_.timeout);
  if (!options_.identity.empty()) context.AddMetadata("realname-identity", options_.identity);
}

grpc::Status Client::Call(const std::function<grpc::Status(grpc::ClientContext&)>& call) {
  const auto end = std::chrono::steady_clock::now() + options_.timeout;
  while (true) {
    grpc::ClientContext context;
    Prepare(context);
    const grpc::Status status = call(context);
    const bool repeatable = status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ||
                            status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                            status.error_code() == grpc::StatusCode::ABORTED;
    const std::string reason = ErrorReasonOf(status);
    // Without a reason it is gRPC that refuses a message for its size, now and later.
    const bool too_large = status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED && reason.empty();
    if (status.ok() || !repeatable || too_large || reason == "PRECHECK_LIMIT") return status;
    if (options_.on_repeat) options_.on_repeat(status);
    auto wait = std::chrono::milliseconds(500);
    google::rpc::RetryInfo retry;
    if (FindDetail(status, &retry)) {
      wait = std::chrono::milliseconds(retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1000000);
    }
    if (std::chrono::steady_clock::now() + wait >= end) return status;
    std::this_thread::sleep_for(wait);
  }
}

std::string ErrorReasonOf(const grpc::Status& status) {
  google::rpc::ErrorInfo info;
  return FindDetail(status, &info) ? info.reason() : "";
}

std::string Describe(const grpc::Status& status) {
  static constexpr const char* kCodes[] = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  std::string text = kCodes[std::clamp(static_cast<int>(status.error_code()), 0, 16)];
  const std::string reason = ErrorReasonOf(status);
  if (!reason.empty()) text += " " + reason;
  text += ": " + status.error_message();
  google::rpc::ErrorInfo info;
  if (FindDetail(status, &info) && info.metadata().contains("call_id")) {
    text += " (call " + info.metadata().at("call_id") + ")";
  }
  return text;
}

std::string ReadFileOrThrow(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error("cannot read " + path);
  return text.str();
}

std::string NewUuid() {
  std::random_device random;
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%08x%04x", random(), random() & 0xffffu, random() & 0xfffu,
                0x8000u | (random() & 0x3fffu), random(), random() & 0xffffu);
  return text;
}

}  // namespace realname::cli
