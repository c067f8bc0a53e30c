// SPDX-License-Identifier: Apache-2.0
// Whether a source's answer makes sense. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "realname/v1/identity_source.pb.h"

namespace realname::authority {

inline constexpr size_t kMaxPhotoBytes = 2 << 20;
inline constexpr size_t kMaxReferenceBytes = 64;

// What is wrong with the answer, for a log: it answers another question, contradicts itself, or says what was not
// asked. Empty if nothing is. An answer with which anything is wrong says nothing about anybody.
std::string AnswerFault(const v1::CheckIdentityRequest& request, const v1::CheckIdentityResponse& response);

}  // namespace realname::authority
