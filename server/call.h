// SPDX-License-Identifier: Apache-2.0
// What every call goes through before its use case: who is calling, may they, is there a deadline, is the message well
// formed, is there room. The reaction does only that; the work happens in the request pool.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "base/result.h"
#include "server/grpc_status.h"
#include "server/request_pool.h"
#include "verification/caller.h"
#include "verification/validate_request.h"

namespace realname::server {

// How calls are admitted. Thread-safe.
class Admission {
 public:
  Admission(RequestPool& pool, bool plaintext, std::chrono::seconds max_deadline)
      : pool_(pool), plaintext_(plaintext), max_deadline_(max_deadline) {}

  // The caller, if it may call `method`. UNAUTHENTICATED, PERMISSION_DENIED.
  Result<Caller> Admit(const grpc::CallbackServerContext& context, std::string_view method) const;

  // The call's deadline. INVALID_ARGUMENT (DEADLINE_REQUIRED) if there is none or it is too far away.
  Result<Deadline> DeadlineOf(const grpc::CallbackServerContext& context) const;

  RequestPool& pool() const { return pool_; }

 private:
  RequestPool& pool_;
  const bool plaintext_;
  const std::chrono::seconds max_deadline_;
};

// Writes one line about a finished call: method, principal, code, reason, milliseconds; the detail for defects.
void LogCall(std::string_view method, std::string_view principal, const Status& status,
             std::chrono::steady_clock::time_point start);

// Runs a unary call. `work` is called in the pool with a validated request.
template <typename Request, typename Response, typename Work>
grpc::ServerUnaryReactor* Unary(const Admission& admission, grpc::CallbackServerContext* context,
                                const Request* request, Response* response, std::string_view method, Work work) {
  const auto start = std::chrono::steady_clock::now();
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto refuse = [&](std::string_view principal, const Status& status) {
    LogCall(method, principal, status, start);
    reactor->Finish(ToGrpc(status));
    return reactor;
  };
  auto caller = admission.Admit(*context, method);
  if (!caller.ok()) return refuse("", caller.status());
  auto deadline = admission.DeadlineOf(*context);
  if (!deadline.ok()) return refuse(caller->principal, deadline.status());
  if (Status status = Validate(*request, *caller); !status.ok()) return refuse(caller->principal, status);

  const Status taken = admission.pool().Submit(
      request->ByteSizeLong(), *deadline,
      [=, caller = *caller, deadline = *deadline, work = std::move(work)](bool expired) {
        Status status;
        if (expired || context->IsCancelled()) {
          status = Status(StatusCode::kDeadlineExceeded, "DEADLINE_PASSED",
                          "the deadline passed before the work began; retry with the same request_id");
        } else {
          Result<Response> result = work(caller, *request, deadline);
          status = result.status();
          if (result.ok()) *response = *std::move(result);
        }
        LogCall(method, caller.principal, status, start);
        reactor->Finish(ToGrpc(status));
      });
  if (!taken.ok()) return refuse(caller->principal, taken);
  return reactor;
}

}  // namespace realname::server
