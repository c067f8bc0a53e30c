// SPDX-License-Identifier: Apache-2.0
// realname.v1.FaceService on gRPC's callback API. Thread-safe, as gRPC asks.
#pragma once

#include "realname/v1/face_service.grpc.pb.h"
#include "rules/policy.h"
#include "server/call.h"
#include "verification/face_examiner.h"
#include "verification/policy_archive.h"

namespace realname::server {

// Requests and replies as bytes (see call.h).
using RawFaceService = v1::FaceService::WithRawCallbackMethod_CompareFaces<
    v1::FaceService::WithRawCallbackMethod_GetModelCard<v1::FaceService::Service>>;

class FaceServiceImpl final : public RawFaceService {
 public:
  // All outlive the service.
  FaceServiceImpl(const Admission& admission, FaceExaminer& faces, const PolicyArchive& policies)
      : admission_(admission), faces_(faces), policies_(policies) {}

  grpc::ServerUnaryReactor* CompareFaces(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetModelCard(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;

 private:
  const Admission& admission_;
  FaceExaminer& faces_;
  const PolicyArchive& policies_;
};

}  // namespace realname::server
