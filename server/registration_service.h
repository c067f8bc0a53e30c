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

class RegistrationServiceImpl final : public v1::RegistrationService::CallbackService {
 public:
  // All outlive the service. At most `watch_streams` watches are open at once.
  RegistrationServiceImpl(const Admission& admission, Registration& registration, Verifications& verifications,
                          Registry& registry, PolicyArchive& policies, const Clock& clock, EventHub& events,
                          size_t watch_streams);

  grpc::ServerUnaryReactor* PrecheckEligibility(grpc::CallbackServerContext* context,
                                                const v1::PrecheckEligibilityRequest* request,
                                                v1::PrecheckEligibilityResponse* response) override;
  grpc::ServerUnaryReactor* SubmitRegistration(grpc::CallbackServerContext* context,
                                               const v1::SubmitRegistrationRequest* request,
                                               v1::Verification* response) override;
  grpc::ServerUnaryReactor* ResubmitEvidence(grpc::CallbackServerContext* context,
                                             const v1::ResubmitEvidenceRequest* request,
                                             v1::Verification* response) override;
  grpc::ServerUnaryReactor* GetVerification(grpc::CallbackServerContext* context,
                                            const v1::GetVerificationRequest* request,
                                            v1::Verification* response) override;
  grpc::ServerUnaryReactor* ListVerifications(grpc::CallbackServerContext* context,
                                              const v1::ListVerificationsRequest* request,
                                              v1::ListVerificationsResponse* response) override;
  grpc::ServerWriteReactor<v1::VerificationEvent>* WatchVerification(
      grpc::CallbackServerContext* context, const v1::WatchVerificationRequest* request) override;
  grpc::ServerUnaryReactor* ConfirmActivation(grpc::CallbackServerContext* context,
                                              const v1::ConfirmActivationRequest* request,
                                              v1::Verification* response) override;
  grpc::ServerUnaryReactor* CancelVerification(grpc::CallbackServerContext* context,
                                               const v1::CancelVerificationRequest* request,
                                               v1::Verification* response) override;

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
