// SPDX-License-Identifier: Apache-2.0
// The one function that turns a Status into gRPC's, with ErrorInfo{reason, domain "realname"}, BadRequest and
// RetryInfo.
#pragma once

#include <string>

#include <grpcpp/support/status.h>

#include "base/status.h"

namespace realname::server {

// `call_id`, if not empty, goes into ErrorInfo's metadata as "call_id".
grpc::Status ToGrpc(const Status& status, const std::string& call_id = "");

}  // namespace realname::server
