// SPDX-License-Identifier: Apache-2.0
// EvidenceFault: whether evidence that came out of a worker process can be what its networks say of a picture.
//
// A worker that a picture has taken over says what it likes; it can lie within these bounds and no further: the status
// is known, only the fields that the status allows are filled, every number is finite and in the range of its comment
// in face_evidence.proto, sizes are those that are decoded, the template has the bundle's length and unit length, the
// bundle is the engine's, and nothing unknown is carried along. image_sha256 has to be empty: whoever received the
// picture computes it. A field without a row in the check's table is a fault when it is filled.
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

struct ExpectedEvidence {
  // Digest of the engine's bundle, in hex.
  std::string bundle_digest;
  // Numbers in a template.
  std::size_t template_length = 0;
  // What the bundle does not measure (v1::FaceComponent): said of each picture that was measured, and of no other.
  std::vector<int> not_measured;
};

// Empty if the evidence is possible, else the name of the field at fault and what is wrong with it.
std::string EvidenceFault(const v1::FaceEvidence& evidence, const ExpectedEvidence& expected);

}  // namespace realname::face
