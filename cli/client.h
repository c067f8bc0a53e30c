// SPDX-License-Identifier: Apache-2.0
// A connection to the service, and what every call of the command line shares: deadline, retries, errors in words.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "realname/v1/accountability_service.grpc.pb.h"
#include "realname/v1/audit_service.grpc.pb.h"
#include "realname/v1/face_service.grpc.pb.h"
#include "realname/v1/policy_service.grpc.pb.h"
#include "realname/v1/registration_service.grpc.pb.h"
#include "realname/v1/review_service.grpc.pb.h"
#include "realname/v1/subscriber_service.grpc.pb.h"

namespace realname::cli {

struct ConnectionOptions {
  std::string server = "127.0.0.1:7443";
  std::string ca_file;           // CA of the server's certificate
  std::string certificate_file;  // the caller's
  std::string key_file;
  std::string identity;     // plaintext development servers only: the caller's URI
  std::string server_name;  // name in the server's certificate, if it differs from the address
  std::chrono::milliseconds timeout{30000};
  // Told of each failure after which a call is repeated.
  std::function<void(const grpc::Status&)> on_repeat;
};

// A channel with the caller's identity. Throws std::runtime_error with a message for the user if a file cannot be read.
std::shared_ptr<grpc::Channel> MakeChannel(const ConnectionOptions& options);

class Client {
 public:
  // Throws as MakeChannel does.
  explicit Client(ConnectionOptions options);

  v1::RegistrationService::Stub& registration() { return *registration_; }
  v1::ReviewService::Stub& review() { return *review_; }
  v1::FaceService::Stub& face() { return *face_; }
  v1::AccountabilityService::Stub& accountability() { return *accountability_; }
  v1::SubscriberService::Stub& subscriber() { return *subscriber_; }
  v1::PolicyService::Stub& policy() { return *policy_; }
  v1::AuditService::Stub& audit() { return *audit_; }

  // Calls with a deadline and identity. Repeats a call that was overloaded, contended or found the database down,
  // waiting as the server says, until the timeout: the request_id makes it the same call.
  grpc::Status Call(const std::function<grpc::Status(grpc::ClientContext&)>& call);

  // Prepares the context of a call that is not repeated (streams).
  void Prepare(grpc::ClientContext& context) const;

 private:
  const ConnectionOptions options_;
  std::unique_ptr<v1::RegistrationService::Stub> registration_;
  std::unique_ptr<v1::ReviewService::Stub> review_;
  std::unique_ptr<v1::FaceService::Stub> face_;
  std::unique_ptr<v1::AccountabilityService::Stub> accountability_;
  std::unique_ptr<v1::SubscriberService::Stub> subscriber_;
  std::unique_ptr<v1::PolicyService::Stub> policy_;
  std::unique_ptr<v1::AuditService::Stub> audit_;
};

// Reason word of a failed call, or empty.
std::string ErrorReasonOf(const grpc::Status& status);

// A failed call in words for a person.
std::string Describe(const grpc::Status& status);

// A whole file. Throws std::runtime_error naming it.
std::string ReadFileOrThrow(const std::string& path);

// A random UUID.
std::string NewUuid();

}  // namespace realname::cli
