// SPDX-License-Identifier: Apache-2.0
#include "server/call.h"

#include <string>

#include "server/access.h"
#include "server/identity.h"
#include "server/log.h"

namespace realname::server {
namespace {

// Names of gRPC's authentication properties.
constexpr char kPeerUri[] = "peer_uri";
constexpr char kIdentityMetadata[] = "realname-identity";

}  // namespace

Result<Caller> Admission::Admit(const grpc::CallbackServerContext& context, std::string_view method) const {
  std::string uri;
  if (plaintext_) {
    const auto range = context.client_metadata().equal_range(kIdentityMetadata);
    if (range.first != range.second) uri.assign(range.first->second.data(), range.first->second.size());
  } else {
    // A certificate may hold several URIs; only one may be ours.
    for (const grpc::string_ref& found : context.auth_context()->FindPropertyValues(kPeerUri)) {
      const std::string text(found.data(), found.size());
      if (text.rfind("urn:realname:", 0) != 0) continue;
      if (!uri.empty())
        return Status(StatusCode::kUnauthenticated, "NO_IDENTITY", "the certificate has two identities");
      uri = text;
    }
  }
  auto caller = ReadIdentity(uri);
  if (caller.ok() && !MayCall(caller->role, method)) {
    return Status(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED", "this role may not call this method");
  }
  return caller;
}

Result<Deadline> Admission::DeadlineOf(const grpc::CallbackServerContext& context) const {
  const auto left = context.deadline() - std::chrono::system_clock::now();
  if (context.deadline() == std::chrono::system_clock::time_point::max() || left > max_deadline_) {
    return Status(StatusCode::kInvalidArgument, "DEADLINE_REQUIRED",
                  "set a deadline of at most " + std::to_string(max_deadline_.count()) + " seconds");
  }
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(left);
}

void LogCall(std::string_view method, std::string_view principal, const Status& status,
             std::chrono::steady_clock::time_point start) {
  const double milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  const bool defect = status.code() == StatusCode::kInternal || status.code() == StatusCode::kUnavailable;
  Log(defect ? LogLevel::kError : LogLevel::kInfo, "call",
      {{"method", method},
       {"principal", principal},
       {"code", static_cast<int64_t>(status.code())},
       {"reason", std::string_view(status.reason())},
       {"detail", std::string_view(status.detail())},
       {"ms", milliseconds}});
}

}  // namespace realname::server
