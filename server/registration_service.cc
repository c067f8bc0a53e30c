// SPDX-License-Identifier: Apache-2.0
#include "server/registration_service.h"

#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "verification/precheck.h"

namespace realname::server {
namespace {

constexpr std::string_view kService = "realname.v1.RegistrationService.";

std::string Method(std::string_view name) { return std::string(kService) + std::string(name); }

// Far above any valid request to watch, and little enough to be read on gRPC's own thread.
constexpr size_t kMaxWatchBytes = 4096;

// A stream that was refused before it began.
class RefusedWatch final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit RefusedWatch(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

// One open stream: events from the hub wait in a queue, one is being written at a time.
class OpenWatch final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  OpenWatch(EventHub& hub, OpenWatches& open_watches, RequestPool& pool, CallRecord record)
      : hub_(hub), open_watches_(open_watches), pool_(pool), record_(std::move(record)) {}

  void Begin(const Scope& scope, const std::string& verification_id, const std::string& resume_token) {
    watch_ = hub_.Watch(scope, verification_id, resume_token,
                        [this](const Status& status, std::vector<v1::VerificationEvent> events) {
                          const std::lock_guard lock(mutex_);
                          if (!status.ok() || events.empty()) return FinishLocked(status);
                          for (auto& event : events) queue_.push_back(std::move(event));
                          WriteNextLocked();
                        });
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) return FinishLocked({});
    const bool last = EndsTheStory(queue_.front().state(), queue_.front().verdict());
    queue_.pop_front();
    if (last && queue_.empty()) return FinishLocked({});
    WriteNextLocked();
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    if (!writing_) FinishLocked({});
  }
  // Comes after the reactor was handed to gRPC, hence after Begin. The hub may be calling the listener just now: leave
  // it on a thread that may wait.
  void OnDone() override { LeaveHub(); }

 private:
  void WriteNextLocked() {
    if (writing_ || finished_ || queue_.empty()) return;
    writing_ = true;
    bytes_ = ToBytes(queue_.front());
    StartWrite(&bytes_);
  }
  void FinishLocked(const Status& status) {
    if (finished_) return;
    finished_ = true;
    Finish(record_.Finish(status));
  }
  void LeaveHub() {
    const auto leave = [this](bool) {
      hub_.Unwatch(watch_);
      OpenWatches& open = open_watches_;
      delete this;
      open.Leave();
    };
    const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    if (!pool_.Submit(0, soon, leave).ok()) std::thread([leave] { leave(false); }).detach();
  }

  EventHub& hub_;
  OpenWatches& open_watches_;
  RequestPool& pool_;
  const CallRecord record_;
  uint64_t watch_ = 0;
  std::mutex mutex_;
  std::deque<v1::VerificationEvent> queue_;
  grpc::ByteBuffer bytes_;  // of the event that is being written
  bool writing_ = false;
  bool finished_ = false;
};

}  // namespace

bool OpenWatches::Enter() {
  const std::lock_guard lock(mutex_);
  if (count_ >= limit_) return false;
  ++count_;
  return true;
}

void OpenWatches::Leave() {
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) none_.notify_all();
}

void OpenWatches::WaitForNone() {
  std::unique_lock lock(mutex_);
  none_.wait(lock, [this] { return count_ == 0; });
}

RegistrationServiceImpl::RegistrationServiceImpl(const Admission& admission, Registration& registration,
                                                 Sessions& sessions, Verifications& verifications, Consents& consents,
                                                 Registry& registry, PolicyArchive& policies, const Clock& clock,
                                                 EventHub& events, size_t watch_streams)
    : admission_(admission),
      registration_(registration),
      sessions_(sessions),
      verifications_(verifications),
      consents_(consents),
      registry_(registry),
      policies_(policies),
      clock_(clock),
      events_(events),
      open_watches_(watch_streams) {}

grpc::ServerUnaryReactor* RegistrationServiceImpl::PrecheckEligibility(grpc::CallbackServerContext* context,
                                                                       const grpc::ByteBuffer* request,
                                                                       grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("PrecheckEligibility");
  return Unary<v1::PrecheckEligibilityRequest, v1::PrecheckEligibilityResponse>(
      admission_, context, request, response, kMethod, [this](const auto& caller, const auto& asked, Deadline d) {
        return Precheck(registry_, policies_, clock_, caller, asked, d);
      });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::StartSession(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* request,
                                                                grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("StartSession");
  return Unary<v1::StartSessionRequest, v1::Session>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return sessions_.Start(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::SubmitChallengeFrame(grpc::CallbackServerContext* context,
                                                                        const grpc::ByteBuffer* request,
                                                                        grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("SubmitChallengeFrame");
  return Unary<v1::SubmitChallengeFrameRequest, v1::Session>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return sessions_.SubmitFrame(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::GetSession(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* request,
                                                              grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("GetSession");
  return Unary<v1::GetSessionRequest, v1::Session>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return sessions_.Get(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::ExtendSession(grpc::CallbackServerContext* context,
                                                                 const grpc::ByteBuffer* request,
                                                                 grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("ExtendSession");
  return Unary<v1::ExtendSessionRequest, v1::Session>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return sessions_.Extend(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::SubmitRegistration(grpc::CallbackServerContext* context,
                                                                      const grpc::ByteBuffer* request,
                                                                      grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("SubmitRegistration");
  return Unary<v1::SubmitRegistrationRequest, v1::Verification>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return registration_.Submit(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::ResubmitEvidence(grpc::CallbackServerContext* context,
                                                                    const grpc::ByteBuffer* request,
                                                                    grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("ResubmitEvidence");
  return Unary<v1::ResubmitEvidenceRequest, v1::Verification>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return registration_.Resubmit(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::GetVerification(grpc::CallbackServerContext* context,
                                                                   const grpc::ByteBuffer* request,
                                                                   grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("GetVerification");
  return Unary<v1::GetVerificationRequest, v1::Verification>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return verifications_.Get(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::ListVerifications(grpc::CallbackServerContext* context,
                                                                     const grpc::ByteBuffer* request,
                                                                     grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("ListVerifications");
  return Unary<v1::ListVerificationsRequest, v1::ListVerificationsResponse>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return verifications_.List(caller, asked, d); });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* RegistrationServiceImpl::WatchVerification(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  static const std::string kMethod = Method("WatchVerification");
  CallRecord record(kMethod);
  const auto refuse = [&](const Status& status) { return new RefusedWatch(record.Finish(status)); };
  auto caller = admission_.Identify(*context);
  if (!caller.ok()) return refuse(caller.status());
  record.SetPrincipal(caller->principal);
  if (Status status = CheckAccess(*caller, kMethod); !status.ok()) return refuse(status);
  if (context->deadline() == std::chrono::system_clock::time_point::max()) {
    return refuse(Status(StatusCode::kInvalidArgument, "DEADLINE_REQUIRED", "set a deadline"));
  }
  if (request->Length() > kMaxWatchBytes) {
    return refuse(Status(StatusCode::kInvalidArgument, "TOO_LARGE", "the request is larger than any valid one"));
  }
  const auto asked = Parse<v1::WatchVerificationRequest>(*request);
  if (!asked.ok()) return refuse(asked.status());
  if (Status status = Validate(*asked, *caller); !status.ok()) return refuse(status);
  if (!open_watches_.Enter()) {
    return refuse(Status(StatusCode::kResourceExhausted, "OVERLOADED", "too many open watches")
                      .WithRetryAfter(std::chrono::seconds(5)));
  }
  auto* watch = new OpenWatch(events_, open_watches_, admission_.pool(), std::move(record));
  watch->Begin(caller->scope, asked->verification_id(), asked->resume_token());
  return watch;
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::ConfirmActivation(grpc::CallbackServerContext* context,
                                                                     const grpc::ByteBuffer* request,
                                                                     grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("ConfirmActivation");
  return Unary<v1::ConfirmActivationRequest, v1::Verification>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return verifications_.Confirm(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::CancelVerification(grpc::CallbackServerContext* context,
                                                                      const grpc::ByteBuffer* request,
                                                                      grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("CancelVerification");
  return Unary<v1::CancelVerificationRequest, v1::Verification>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return verifications_.Cancel(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::RequestReview(grpc::CallbackServerContext* context,
                                                                 const grpc::ByteBuffer* request,
                                                                 grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("RequestReview");
  return Unary<v1::RequestReviewRequest, v1::Verification>(admission_, context, request, response, kMethod,
                                                           [this](const auto& caller, const auto& asked, Deadline d) {
                                                             return registration_.RequestReview(caller, asked, d);
                                                           });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::ListConsents(grpc::CallbackServerContext* context,
                                                                const grpc::ByteBuffer* request,
                                                                grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("ListConsents");
  return Unary<v1::ListConsentsRequest, v1::ListConsentsResponse>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return consents_.List(caller, asked, d); });
}

grpc::ServerUnaryReactor* RegistrationServiceImpl::WithdrawConsent(grpc::CallbackServerContext* context,
                                                                   const grpc::ByteBuffer* request,
                                                                   grpc::ByteBuffer* response) {
  static const std::string kMethod = Method("WithdrawConsent");
  return Unary<v1::WithdrawConsentRequest, v1::ListConsentsResponse>(
      admission_, context, request, response, kMethod,
      [this](const auto& caller, const auto& asked, Deadline d) { return consents_.Withdraw(caller, asked, d); });
}

}  // namespace realname::server
