// SPDX-License-Identifier: Apache-2.0
#include "server/grpc_status.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace realname::server {

grpc::Status ToGrpc(const Status& status, const std::string& call_id) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(status.code()));
  rich.set_message(status.message());
  google::rpc::ErrorInfo info;
  info.set_reason(status.reason());
  info.set_domain("realname");
  if (!call_id.empty()) (*info.mutable_metadata())["call_id"] = call_id;
  rich.add_details()->PackFrom(info);
  if (!status.violations().empty()) {
    google::rpc::BadRequest bad;
    for (const FieldViolation& violation : status.violations()) {
      auto* entry = bad.add_field_violations();
      entry->set_field(violation.field);
      entry->set_description(violation.description);
    }
    rich.add_details()->PackFrom(bad);
  }
  if (status.retry_after()) {
    google::rpc::RetryInfo retry;
    const auto delay = *status.retry_after();
    retry.mutable_retry_delay()->set_seconds(delay.count() / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(delay.count() % 1000) * 1000000);
    rich.add_details()->PackFrom(retry);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), status.message(), rich.SerializeAsString());
}

}  // namespace realname::server
