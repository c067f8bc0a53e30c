// SPDX-License-Identifier: Apache-2.0
#include "rules/capture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace realname::rules {

bool IsChipRead(v1::CaptureMethod method) {
  return method == v1::CAPTURE_METHOD_CHIP_READ || method == v1::CAPTURE_METHOD_NFC;
}

bool IsSigned(const v1::SignatureFacts& signature) {
  return signature.known() && signature.status() == v1::SELLER_STATUS_ACTIVE && !signature.elsewhere() &&
         signature.good() && !signature.replayed();
}

v1::CaptureMethod CountedMethod(const v1::ChannelPolicy* channel, v1::CaptureMethod method,
                                const v1::SignatureFacts& signature) {
  return channel != nullptr && channel->signed_capture() && !IsSigned(signature) ? v1::CAPTURE_METHOD_MANUAL : method;
}

bool CapturedInTime(const Policy& policy, const v1::ChannelPolicy* channel, const v1::SignatureFacts& signature,
                    bool has_time, int64_t time, int64_t now) {
  const int64_t age = now - time;
  const auto& limits = policy.pack.document();
  int64_t longest = int64_t{60} * limits.max_capture_age_minutes();
  if (channel != nullptr && IsSigned(signature)) longest = std::max(longest, int64_t{3600} * channel->offline_hours());
  return has_time && age <= longest && age >= -int64_t{60} * limits.max_clock_skew_minutes();
}

std::vector<v1::ReasonCode> SignatureFaults(const v1::ChannelPolicy* channel, const v1::SignatureFacts& signature) {
  std::vector<v1::ReasonCode> faults;
  if (signature.device_id().empty()) return faults;
  if (!signature.known() || signature.status() != v1::SELLER_STATUS_ACTIVE || signature.elsewhere()) {
    faults.push_back(v1::CHN_DEVICE_UNREGISTERED);
  }
  if (signature.replayed()) faults.push_back(v1::CAP_REPLAYED);
  if (channel != nullptr && channel->max_distance_m() > 0 && signature.has_distance_m() &&
      signature.distance_m() > channel->max_distance_m()) {
    faults.push_back(v1::CAP_GEO_MISMATCH);
  }
  return faults;
}

bool DocumentProved(const v1::Facts& facts) {
  return IsSigned(facts.application().signature()) && IsChipRead(facts.application().capture_method());
}

double DistanceMetres(const v1::Place& first, const v1::Place& second) {
  constexpr double kEarthRadius = 6371008.8;  // mean, IUGG
  const auto radians = [](int32_t e7) { return e7 * 1e-7 * std::numbers::pi / 180; };
  const double a = radians(first.latitude_e7());
  const double b = radians(second.latitude_e7());
  const double north = std::sin((b - a) / 2);
  const double east = std::sin((radians(second.longitude_e7()) - radians(first.longitude_e7())) / 2);
  const double h = north * north + std::cos(a) * std::cos(b) * east * east;
  return 2 * kEarthRadius * std::asin(std::sqrt(std::min(1.0, h)));
}

}  // namespace realname::rules
