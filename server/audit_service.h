// SPDX-License-Identifier: Apache-2.0
// AuditService over gRPC's callback API.
#pragma once

#include "realname/v1/audit_service.grpc.pb.h"
#include "server/call.h"
#include "verification/replays.h"

namespace realname::server {

// Requests and replies as bytes (see call.h).
using RawAuditService = v1::AuditService::WithRawCallbackMethod_ReplayDecision<v1::AuditService::Service>;

class AuditServiceImpl final : public RawAuditService {
 public:
  // Both outlive the service.
  AuditServiceImpl(const Admission& admission, Replays& replays) : admission_(admission), replays_(replays) {}

  grpc::ServerUnaryReactor* ReplayDecision(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override {
    return Unary<v1::ReplayDecisionRequest, v1::ReplayDecisionResponse>(
        admission_, context, request, response, "realname.v1.AuditService.ReplayDecision",
        [this](const auto& caller, const auto& asked, Deadline d) { return replays_.Replay(caller, asked, d); });
  }

 private:
  const Admission& admission_;
  Replays& replays_;
};

}  // namespace realname::server
