// SPDX-License-Identifier: Apache-2.0
#include "verification/capture_devices.h"

#include <algorithm>

namespace realname {

Result<v1::CaptureDevice> CaptureDevices::Set(const Caller& caller, const v1::SetCaptureDeviceRequest& request,
                                              Deadline deadline) {
  if (!is_key_(request.device().public_key())) {
    return Status::InvalidField("device.public_key",
                                "must be an Ed25519 or P-256 public key: SubjectPublicKeyInfo in DER");
  }
  if (Status status = store_.Set(caller.scope.operator_id, request.device(), request.reason(), caller.principal,
                                 clock_.Now(), deadline);
      !status.ok()) {
    return status;
  }
  return request.device();
}

// A token is the name of the last row.
Result<v1::ListCaptureDevicesResponse> CaptureDevices::List(const Caller& caller,
                                                            const v1::ListCaptureDevicesRequest& request,
                                                            Deadline deadline) {
  const uint32_t page_size = request.page_size() == 0 ? 50 : static_cast<uint32_t>(request.page_size());
  auto rows = store_.List(caller.scope.operator_id, request.agent_id(), request.page_token(), page_size + 1, deadline);
  if (!rows.ok()) return rows.status();
  v1::ListCaptureDevicesResponse response;
  for (size_t i = 0; i < std::min<size_t>(rows->size(), page_size); ++i) {
    *response.add_devices() = std::move((*rows)[i]);
  }
  if (rows->size() > page_size) response.set_next_page_token(response.devices().rbegin()->device_id());
  return response;
}

Result<v1::ListCaptureDeviceChangesResponse> CaptureDevices::Changes(const Caller& caller,
                                                                     const v1::ListCaptureDeviceChangesRequest& request,
                                                                     Deadline deadline) {
  auto rows = store_.Changes(caller.scope.operator_id, request.device_id(), 500, deadline);
  if (!rows.ok()) return rows.status();
  v1::ListCaptureDeviceChangesResponse response;
  for (v1::CaptureDeviceChange& row : *rows) *response.add_changes() = std::move(row);
  return response;
}

}  // namespace realname
