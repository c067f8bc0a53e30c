// SPDX-License-Identifier: Apache-2.0
// What every call goes through before its use case: who is calling, may they, is there a deadline, is it small enough,
// is there room, is the message well formed. The reaction does only the first five; the rest and the work happen in the
// request pool.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "base/result.h"
#include "server/grpc_status.h"
#include "server/request_pool.h"
#include "verification/caller.h"
#include "verification/validate_request.h"

namespace realname::server {

// Two pictures of 4 MiB and the rest of the message.
inline constexpr size_t kMaxRequestBytes = (8 << 20) + (256 << 10);

// How calls are admitted. Thread-safe.
class Admission {
 public:
  Admission(RequestPool& pool, bool plaintext, std::chrono::seconds max_deadline)
      : pool_(pool), plaintext_(plaintext), max_deadline_(max_deadline) {}

  // Who calls. UNAUTHENTICATED (NO_IDENTITY).
  Result<Caller> Identify(const grpc::CallbackServerContext& context) const;

  // The call's deadline. INVALID_ARGUMENT (DEADLINE_REQUIRED) if there is none or it is too far away.
  Result<Deadline> DeadlineOf(const grpc::CallbackServerContext& context) const;

  RequestPool& pool() const { return pool_; }

 private:
  RequestPool& pool_;
  const bool plaintext_;
  const std::chrono::seconds max_deadline_;
};

// A call under way, from its start to the one line that is logged of it. Copies are the same call.
class CallRecord {
 public:
  explicit CallRecord(std::string_view method);

  void SetPrincipal(std::string_view principal) { principal_ = principal; }

  // Writes the line: id, method, principal, code, reason, milliseconds; the detail for defects. Returns what gRPC
  // answers; a failure carries the call's id, so that who quotes it can be helped.
  grpc::Status Finish(const Status& status) const;

 private:
  std::string id_;
  std::string_view method_;
  std::string principal_;
  std::chrono::steady_clock::time_point start_;
};

// PERMISSION_DENIED (ROLE_NOT_ALLOWED) unless the table of access lets the caller call `method`.
Status CheckAccess(const Caller& caller, std::string_view method);

// Requests and replies are bytes to gRPC: it answers a request that it cannot parse with UNIMPLEMENTED, and parses on a
// thread that serves all calls. INVALID_ARGUMENT (UNREADABLE) if the bytes are no such message, or a text in them is
// not UTF-8.
template <typename Request>
Result<Request> Parse(const grpc::ByteBuffer& bytes) {
  Request request;
  grpc::ByteBuffer parsed(bytes);
  if (grpc::SerializationTraits<Request>::Deserialize(&parsed, &request).ok()) return request;
  return Status(StatusCode::kInvalidArgument, "UNREADABLE",
                "the request is no " + Request::descriptor()->full_name() + ", or a text in it is not UTF-8");
}

template <typename Message>
grpc::ByteBuffer ToBytes(const Message& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  (void)grpc::SerializationTraits<Message>::Serialize(message, &bytes, &own);
  return bytes;
}

// Runs a unary call. `work` is called in the pool with a validated request.
template <typename Request, typename Response, typename Work>
grpc::ServerUnaryReactor* Unary(const Admission& admission, grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* bytes, grpc::ByteBuffer* response, std::string_view method,
                                Work work) {
  CallRecord record(method);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto refuse = [&](const Status& status) {
    reactor->Finish(record.Finish(status));
    return reactor;
  };
  auto caller = admission.Identify(*context);
  if (!caller.ok()) return refuse(caller.status());
  record.SetPrincipal(caller->principal);
  if (Status status = CheckAccess(*caller, method); !status.ok()) return refuse(status);
  auto deadline = admission.DeadlineOf(*context);
  if (!deadline.ok()) return refuse(deadline.status());
  if (bytes->Length() > kMaxRequestBytes) {
    return refuse(Status(StatusCode::kInvalidArgument, "TOO_LARGE",
                         "the request is larger than " + std::to_string(kMaxRequestBytes) + " bytes"));
  }
  const auto answer = [=, caller = *caller, deadline = *deadline, work = std::move(work)](bool expired) -> Status {
    if (expired || context->IsCancelled()) {
      return Status(StatusCode::kDeadlineExceeded, "DEADLINE_PASSED",
                    "the deadline passed before the work began; retry with the same request_id");
    }
    auto request = Parse<Request>(*bytes);
    if (!request.ok()) return request.status();
    if (Status status = Validate(*request, caller); !status.ok()) return status;
    Result<Response> result = work(caller, *request, deadline);
    if (result.ok()) *response = ToBytes(*result);
    return result.status();
  };
  // The bytes stay with gRPC until the call ends, and are there again as a message meanwhile.
  const Status taken = admission.pool().Submit(2 * bytes->Length(), *deadline,
                                               [=](bool expired) { reactor->Finish(record.Finish(answer(expired))); });
  if (!taken.ok()) return refuse(taken);
  return reactor;
}

}  // namespace realname::server
