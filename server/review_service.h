// SPDX-License-Identifier: Apache-2.0
// realname.v1.ReviewService on gRPC's callback API. Thread-safe, as gRPC asks.
#pragma once

#include "realname/v1/review_service.grpc.pb.h"
#include "server/call.h"
#include "verification/reviews.h"

namespace realname::server {

// Requests and replies as bytes (see call.h).
using RawReviewService =
    v1::ReviewService::WithRawCallbackMethod_ListCases<v1::ReviewService::WithRawCallbackMethod_ClaimCase<
        v1::ReviewService::WithRawCallbackMethod_ExtendClaim<v1::ReviewService::WithRawCallbackMethod_DecideCase<
            v1::ReviewService::WithRawCallbackMethod_ReturnCase<v1::ReviewService::WithRawCallbackMethod_EscalateCase<
                v1::ReviewService::WithRawCallbackMethod_CountContests<
                    v1::ReviewService::WithRawCallbackMethod_ListFaceLeads<
                        v1::ReviewService::WithRawCallbackMethod_ConcludeFaceLead<v1::ReviewService::Service>>>>>>>>>;

class ReviewServiceImpl final : public RawReviewService {
 public:
  // Both outlive the service.
  ReviewServiceImpl(const Admission& admission, Reviews& reviews) : admission_(admission), reviews_(reviews) {}

  grpc::ServerUnaryReactor* ListCases(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ClaimCase(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ExtendClaim(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DecideCase(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ReturnCase(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* EscalateCase(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CountContests(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListFaceLeads(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ConcludeFaceLead(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;

 private:
  const Admission& admission_;
  Reviews& reviews_;
};

}  // namespace realname::server
