// SPDX-License-Identifier: Apache-2.0
// The one function that turns a Status into gRPC's, with ErrorInfo{reason, domain "realname"}, BadRequest and
// RetryInfo.
#pragma once

#include <grpcpp/support/status.h>

#include "base/status.h"

namespace realname::server {

grpc::Status ToGrpc(const Status& status);

}  // namespace realname::server
