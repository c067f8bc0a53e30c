// SPDX-License-Identifier: Apache-2.0
// SubscriberService over gRPC's callback API.
#pragma once

#include "realname/v1/subscriber_service.grpc.pb.h"
#include "server/call.h"
#include "verification/subscribers.h"

namespace realname::server {

// Requests and replies as bytes (see call.h).
using RawSubscriberService = v1::SubscriberService::WithRawCallbackMethod_ListNumbers<
    v1::SubscriberService::WithRawCallbackMethod_TerminateService<
        v1::SubscriberService::WithRawCallbackMethod_RaiseDispute<
            v1::SubscriberService::WithRawCallbackMethod_GetDispute<
                v1::SubscriberService::WithRawCallbackMethod_ListDisputes<
                    v1::SubscriberService::WithRawCallbackMethod_ResolveDispute<
                        v1::SubscriberService::WithRawCallbackMethod_ListLinks<
                            v1::SubscriberService::WithRawCallbackMethod_Unlink<
                                v1::SubscriberService::WithRawCallbackMethod_EraseFaceTemplates<
                                    v1::SubscriberService::Service>>>>>>>>>;

class SubscriberServiceImpl final : public RawSubscriberService {
 public:
  // Both outlive the service.
  SubscriberServiceImpl(const Admission& admission, Subscribers& subscribers)
      : admission_(admission), subscribers_(subscribers) {}

  grpc::ServerUnaryReactor* ListNumbers(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override {
    return Unary<v1::ListNumbersRequest, v1::ListNumbersResponse>(
        admission_, context, request, response, "realname.v1.SubscriberService.ListNumbers",
        [this](const auto& caller, const auto& asked, Deadline d) {
          return subscribers_.ListNumbers(caller, asked, d);
        });
  }
  grpc::ServerUnaryReactor* TerminateService(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override {
    return Unary<v1::TerminateServiceRequest, v1::Verification>(
        admission_, context, request, response, "realname.v1.SubscriberService.TerminateService",
        [this](const auto& caller, const auto& asked, Deadline d) { return subscribers_.Terminate(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* RaiseDispute(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override {
    return Unary<v1::RaiseDisputeRequest, v1::Dispute>(
        admission_, context, request, response, "realname.v1.SubscriberService.RaiseDispute",
        [this](const auto& caller, const auto& asked, Deadline d) { return subscribers_.Raise(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* GetDispute(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override {
    return Unary<v1::GetDisputeRequest, v1::Dispute>(
        admission_, context, request, response, "realname.v1.SubscriberService.GetDispute",
        [this](const auto& caller, const auto& asked, Deadline d) { return subscribers_.Get(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* ListDisputes(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override {
    return Unary<v1::ListDisputesRequest, v1::ListDisputesResponse>(
        admission_, context, request, response, "realname.v1.SubscriberService.ListDisputes",
        [this](const auto& caller, const auto& asked, Deadline d) { return subscribers_.List(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* ResolveDispute(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override {
    return Unary<v1::ResolveDisputeRequest, v1::Dispute>(
        admission_, context, request, response, "realname.v1.SubscriberService.ResolveDispute",
        [this](const auto& caller, const auto& asked, Deadline d) { return subscribers_.Resolve(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* ListLinks(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override {
    return Unary<v1::ListLinksRequest, v1::ListLinksResponse>(
        admission_, context, request, response, "realname.v1.SubscriberService.ListLinks",
        [this](const auto& caller, const auto& asked, Deadline d) { return subscribers_.Links(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* Unlink(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override {
    return Unary<v1::UnlinkRequest, v1::Link>(
        admission_, context, request, response, "realname.v1.SubscriberService.Unlink",
        [this](const auto& caller, const auto& asked, Deadline d) { return subscribers_.Unlink(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* EraseFaceTemplates(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override {
    return Unary<v1::EraseFaceTemplatesRequest, v1::EraseFaceTemplatesResponse>(
        admission_, context, request, response, "realname.v1.SubscriberService.EraseFaceTemplates",
        [this](const auto& caller, const auto& asked, Deadline d) {
          return subscribers_.EraseFaces(caller, asked, d);
        });
  }

 private:
  const Admission& admission_;
  Subscribers& subscribers_;
};

}  // namespace realname::server
