// SPDX-License-Identifier: Apache-2.0
// realname.v1.RegistrationService on gRPC's callback API. Thread-safe, as gRPC asks.
#pragma once

#include <atomic>

#include "realname/v1/registration_service.grpc.pb.h"
#include "server/call.h"
#include "server/event_hub.h"
#include "verification/registration.h"
#include "verification/verifications.h"

namespace realname::server {

// Requests and replies as bytes (see call.h).
using RawRegistrationService = v1::RegistrationService::WithRawCallbackMethod_PrecheckEligibility<
    v1::RegistrationService::WithRawCallbackMethod_SubmitRegistration<
        v1::RegistrationService::WithRawCallbackMethod_ResubmitEvidence<
            v1::RegistrationService::WithRawCallbackMethod_GetVerification<
                v1::RegistrationService::WithRawCallbackMethod_ListVerifications<
                    v1::RegistrationService::WithRawCallbackMethod_WatchVerification<
                        v1::RegistrationService::WithRawCallbackMethod_ConfirmActivation<
                            v1::RegistrationService::WithRawCallbackMethod_CancelVerification<
                                v1::RegistrationService::Service>>>>>>>>;

class RegistrationServiceImpl final : public RawRegistrationService {
 public:
  // All outlive the service. At most `watch_streams` watches are open at once.
  RegistrationServiceImpl(const Admission& admission, Registration& registration, Verifications& verifications,
                          Registry& registry, PolicyArchive& policies, const Clock& clock, EventHub& events,
                          size_t watch_streams);

  grpc::ServerUnaryReactor* PrecheckEligibility(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SubmitRegistration(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ResubmitEvidence(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetVerification(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListVerifications(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchVerification(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* ConfirmActivation(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CancelVerification(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override;

 private:
  const Admission& admission_;
  Registration& registration_;
  Verifications& verifications_;
  Registry& registry_;
  PolicyArchive& policies_;
  const Clock& clock_;
  EventHub& events_;
  const size_t watch_streams_;
  std::atomic<size_t> open_watches_ = 0;
};

}  // namespace realname::server
