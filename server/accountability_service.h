// SPDX-License-Identifier: Apache-2.0
// AccountabilityService over gRPC's callback API.
#pragma once

#include "realname/v1/accountability_service.grpc.pb.h"
#include "server/call.h"
#include "verification/sellers.h"

namespace realname::server {

// Requests and replies as bytes (see call.h).
using RawAccountabilityService = v1::AccountabilityService::WithRawCallbackMethod_SetSeller<
    v1::AccountabilityService::WithRawCallbackMethod_ListSellers<
        v1::AccountabilityService::WithRawCallbackMethod_ListSellerChanges<v1::AccountabilityService::Service>>>;

class AccountabilityServiceImpl final : public RawAccountabilityService {
 public:
  // Both outlive the service.
  AccountabilityServiceImpl(const Admission& admission, Sellers& sellers) : admission_(admission), sellers_(sellers) {}

  grpc::ServerUnaryReactor* SetSeller(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListSellers(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListSellerChanges(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;

 private:
  const Admission& admission_;
  Sellers& sellers_;
};

}  // namespace realname::server
