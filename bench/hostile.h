// SPDX-License-Identifier: Apache-2.0
// Requests that no honest client sends, made from a good one.
#pragma once

#include <string>
#include <vector>

#include "realname/v1/registration_service.pb.h"

namespace realname {

struct HostilePicture {
  std::string what;
  std::string bytes;
};

// Corrupt, truncated, oversized claims, bombs, and things that are no picture. `jpeg` is a good photograph.
std::vector<HostilePicture> HostilePictures(const std::string& jpeg);

enum class CallDeadline { kOrdinary, kNone, kNextYear };

struct HostileForm {
  std::string what;
  void (*spoil)(v1::SubmitRegistrationRequest&);
  CallDeadline deadline = CallDeadline::kOrdinary;
};

// Missing, malformed and unknown fields and values, bytes that are no message, calls without a deadline. Each is
// INVALID_ARGUMENT.
const std::vector<HostileForm>& HostileForms();

}  // namespace realname
