// SPDX-License-Identifier: Apache-2.0
#include "server/call.h"

#include <cinttypes>
#include <cstdio>
#include <random>
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

Result<Caller> Admission::Identify(const grpc::CallbackServerContext& context) const {
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
  return ReadIdentity(uri);
}

Result<Deadline> Admission::DeadlineOf(const grpc::CallbackServerContext& context) const {
  const auto left = context.deadline() - std::chrono::system_clock::now();
  if (context.deadline() == std::chrono::system_clock::time_point::max() || left > max_deadline_) {
    return Status(StatusCode::kInvalidArgument, "DEADLINE_REQUIRED",
                  "set a deadline of at most " + std::to_string(max_deadline_.count()) + " seconds");
  }
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(left);
}

CallRecord::CallRecord(std::string_view method) : method_(method), start_(std::chrono::steady_clock::now()) {
  static thread_local std::mt19937_64 random{std::random_device()()};
  char id[17];
  std::snprintf(id, sizeof id, "%016" PRIx64, random());
  id_ = id;
}

grpc::Status CallRecord::Finish(const Status& status) const {
  const double milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
  const bool defect = status.code() == StatusCode::kInternal || status.code() == StatusCode::kUnavailable;
  Log(defect ? LogLevel::kError : LogLevel::kInfo, "call",
      {{"call_id", std::string_view(id_)},
       {"method", method_},
       {"principal", std::string_view(principal_)},
       {"code", static_cast<int64_t>(status.code())},
       {"reason", std::string_view(status.reason())},
       {"detail", std::string_view(status.detail())},
       {"ms", milliseconds}});
  return ToGrpc(status, id_);
}

Status CheckAccess(const Caller& caller, std::string_view method) {
  if (MayCall(caller.role, method)) return {};
  return Status(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED", "this role may not call this method");
}

}  // namespace realname::server
