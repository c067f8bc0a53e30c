// SPDX-License-Identifier: Apache-2.0
// Registering capture devices.
#pragma once

#include <functional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/accountability_service.pb.h"
#include "verification/caller.h"
#include "verification/capture_device_store.h"

namespace realname {

// Thread-safe.
class CaptureDevices {
 public:
  // Store and clock outlive this object; `is_key` tells whether bytes are a public key that signatures can be held
  // against.
  CaptureDevices(CaptureDeviceStore& store, const Clock& clock, std::function<bool(std::string_view)> is_key)
      : store_(store), clock_(clock), is_key_(std::move(is_key)) {}

  // INVALID_ARGUMENT where the key is none.
  Result<v1::CaptureDevice> Set(const Caller& caller, const v1::SetCaptureDeviceRequest& request, Deadline deadline);
  Result<v1::ListCaptureDevicesResponse> List(const Caller& caller, const v1::ListCaptureDevicesRequest& request,
                                              Deadline deadline);
  Result<v1::ListCaptureDeviceChangesResponse> Changes(const Caller& caller,
                                                       const v1::ListCaptureDeviceChangesRequest& request,
                                                       Deadline deadline);

 private:
  CaptureDeviceStore& store_;
  const Clock& clock_;
  const std::function<bool(std::string_view)> is_key_;
};

}  // namespace realname
