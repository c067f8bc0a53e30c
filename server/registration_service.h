// SPDX-License-Identifier: Apache-2.0
// realname.v1.RegistrationService on gRPC's callback API. Thread-safe, as gRPC asks.
#pragma once

#include <condition_variable>
#include <mutex>

#include "realname/v1/registration_service.grpc.pb.h"
#include "server/call.h"
#include "server/event_hub.h"
#include "verification/consents.h"
#include "verification/registration.h"
#include "verification/sessions.h"
#include "verification/verifications.h"

namespace realname::server {

// Streams that are open, counted. Thread-safe.
class OpenWatches {
 public:
  explicit OpenWatches(size_t limit) : limit_(limit) {}
  // False if as many are open as may be.
  bool Enter();
  void Leave();
  void WaitForNone();

 private:
  const size_t limit_;
  std::mutex mutex_;
  std::condition_variable none_;
  size_t count_ = 0;
};

// Requests and replies as bytes (see call.h).
using RawConsentMethods = v1::RegistrationService::WithRawCallbackMethod_ListConsents<
    v1::RegistrationService::WithRawCallbackMethod_WithdrawConsent<v1::RegistrationService::Service>>;
using RawSessionMethods = v1::RegistrationService::WithRawCallbackMethod_StartSession<
    v1::RegistrationService::WithRawCallbackMethod_SubmitChallengeFrame<
        v1::RegistrationService::WithRawCallbackMethod_GetSession<
            v1::RegistrationService::WithRawCallbackMethod_ExtendSession<RawConsentMethods>>>>;
using RawRegistrationService = v1::RegistrationService::WithRawCallbackMethod_PrecheckEligibility<
    v1::RegistrationService::WithRawCallbackMethod_SubmitRegistration<
        v1::RegistrationService::WithRawCallbackMethod_ResubmitEvidence<
            v1::RegistrationService::WithRawCallbackMethod_GetVerification<
                v1::RegistrationService::WithRawCallbackMethod_ListVerifications<
                    v1::RegistrationService::WithRawCallbackMethod_WatchVerification<
                        v1::RegistrationService::WithRawCallbackMethod_ConfirmActivation<
                            v1::RegistrationService::WithRawCallbackMethod_CancelVerification<
                                v1::RegistrationService::WithRawCallbackMethod_RequestReview<RawSessionMethods>>>>>>>>>;

class RegistrationServiceImpl final : public RawRegistrationService {
 public:
  // All outlive the service. At most `watch_streams` watches are open at once.
  RegistrationServiceImpl(const Admission& admission, Registration& registration, Sessions& sessions,
                          Verifications& verifications, Consents& consents, Registry& registry, PolicyArchive& policies,
                          const Clock& clock, EventHub& events, size_t watch_streams);

  grpc::ServerUnaryReactor* PrecheckEligibility(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* StartSession(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SubmitChallengeFrame(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetSession(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ExtendSession(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
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
  grpc::ServerUnaryReactor* RequestReview(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListConsents(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* WithdrawConsent(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;

  // Returns when no stream uses this service any more; after gRPC was shut down, and before anything goes.
  void WaitForWatches() { open_watches_.WaitForNone(); }

 private:
  const Admission& admission_;
  Registration& registration_;
  Sessions& sessions_;
  Verifications& verifications_;
  Consents& consents_;
  Registry& registry_;
  PolicyArchive& policies_;
  const Clock& clock_;
  EventHub& events_;
  OpenWatches open_watches_;
};

}  // namespace realname::server
