// SPDX-License-Identifier: Apache-2.0
// Comparison: evidence from a person's references and from a portrait -> similarity, its false match rate, and whether
// the portrait is one of the references again. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"
#include "face/calibration.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

// Which evidence can be compared: that of one bundle.
struct TemplateKind {
  // SHA-256 of the bundle's manifest, in hex.
  std::string bundle_digest;
  // Values in a template.
  std::size_t length = 0;
};

// The best of the comparisons of `portrait` with each of `references` (one or more, not null).
// Errors: FAILED_PRECONDITION naming the picture that has no template of this kind; UNAVAILABLE if OpenCV fails.
Result<v1::FaceComparison> CompareFaces(const TemplateKind& kind, const Calibration& calibration,
                                        std::span<const v1::FaceEvidence* const> references,
                                        const v1::FaceEvidence& portrait);

}  // namespace realname::face
