// SPDX-License-Identifier: Apache-2.0
// AccountabilityService over gRPC's callback API.
#pragma once

#include "realname/v1/accountability_service.grpc.pb.h"
#include "server/call.h"
#include "verification/capture_devices.h"
#include "verification/lists.h"
#include "verification/sellers.h"

namespace realname::server {

// Requests and replies as bytes (see call.h).
using RawAccountabilityService = v1::AccountabilityService::WithRawCallbackMethod_SetSeller<
    v1::AccountabilityService::WithRawCallbackMethod_ListSellers<
        v1::AccountabilityService::WithRawCallbackMethod_ListSellerChanges<
            v1::AccountabilityService::WithRawCallbackMethod_SetCaptureDevice<
                v1::AccountabilityService::WithRawCallbackMethod_ListCaptureDevices<
                    v1::AccountabilityService::WithRawCallbackMethod_ListCaptureDeviceChanges<
                        v1::AccountabilityService::WithRawCallbackMethod_ImportListEntries<
                            v1::AccountabilityService::WithRawCallbackMethod_ChangeListEntry<
                                v1::AccountabilityService::WithRawCallbackMethod_ListListEntries<
                                    v1::AccountabilityService::Service>>>>>>>>>;

class AccountabilityServiceImpl final : public RawAccountabilityService {
 public:
  // All outlive the service.
  AccountabilityServiceImpl(const Admission& admission, Sellers& sellers, CaptureDevices& devices, Lists& lists)
      : admission_(admission), sellers_(sellers), devices_(devices), lists_(lists) {}

  grpc::ServerUnaryReactor* SetSeller(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListSellers(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListSellerChanges(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SetCaptureDevice(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListCaptureDevices(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListCaptureDeviceChanges(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ImportListEntries(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ChangeListEntry(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListListEntries(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;

 private:
  const Admission& admission_;
  Sellers& sellers_;
  CaptureDevices& devices_;
  Lists& lists_;
};

}  // namespace realname::server
