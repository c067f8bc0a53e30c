// SPDX-License-Identifier: Apache-2.0
// realname.v1.FaceService on gRPC's callback API. Thread-safe, as gRPC asks.
#pragma once

#include "realname/v1/face_service.grpc.pb.h"
#include "rules/policy.h"
#include "server/call.h"
#include "verification/face_examiner.h"

namespace realname::server {

class FaceServiceImpl final : public v1::FaceService::CallbackService {
 public:
  // All outlive the service.
  FaceServiceImpl(const Admission& admission, FaceExaminer& faces, const rules::Policy& policy)
      : admission_(admission), faces_(faces), policy_(policy) {}

  grpc::ServerUnaryReactor* CompareFaces(grpc::CallbackServerContext* context, const v1::CompareFacesRequest* request,
                                         v1::CompareFacesResponse* response) override;
  grpc::ServerUnaryReactor* GetModelCard(grpc::CallbackServerContext* context, const v1::GetModelCardRequest* request,
                                         v1::ModelCard* response) override;

 private:
  const Admission& admission_;
  FaceExaminer& faces_;
  const rules::Policy& policy_;
};

}  // namespace realname::server
