// SPDX-License-Identifier: Apache-2.0
// What a capture is worth: who vouches for it, and whether it was made during the visit. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "realname/v1/facts.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// A chip holds what the issuer wrote.
bool IsChipRead(v1::CaptureMethod method);

// A registered device that may be used here signed what came, for this application.
bool IsSigned(const v1::SignatureFacts& signature);

// How a capture counts: where the channel asks for signatures, what no device signed was typed by somebody.
v1::CaptureMethod CountedMethod(const v1::ChannelPolicy* channel, v1::CaptureMethod method,
                                const v1::SignatureFacts& signature);

// `time` and `now` in seconds since the Unix epoch; a capture that names no time is stale. A signed one may be older,
// where the channel allows for devices without a connection.
bool CapturedInTime(const Policy& policy, const v1::ChannelPolicy* channel, const v1::SignatureFacts& signature,
                    bool has_time, int64_t time, int64_t now);

// What is wrong with a signature, of those reasons that a missing one does not have: the device, a second use, the
// place.
std::vector<v1::ReasonCode> SignatureFaults(const v1::ChannelPolicy* channel, const v1::SignatureFacts& signature);

// The document was there: a registered device read its chip.
bool DocumentProved(const v1::Facts& facts);

// Metres between two places, along the Earth's surface (haversine; a sphere, so within 0.6 %).
double DistanceMetres(const v1::Place& first, const v1::Place& second);

}  // namespace realname::rules
