// SPDX-License-Identifier: Apache-2.0
// Lies: what a worker process might say in the place of honest evidence, one of each kind. For realname-lying-worker.
#pragma once

#include <string>
#include <vector>

#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

struct Lie {
  std::string name;
  // For realname-lying-worker: how it goes on, then the bytes that it says.
  std::string picture;
};

// A frame of kind kEvidence around a body, and the "picture" that makes the lying worker say it and wait.
std::string EvidenceFrame(const std::string& body);
std::string SaidAndWaits(const std::string& bytes);

// Evidence that differs from `honest` (status OK) in one thing that cannot be: for each number of the message NaN, both
// infinities, and a value beyond either end of its range; and every other kind of fault.
std::vector<std::pair<std::string, v1::FaceEvidence>> ImpossibleEvidence(const v1::FaceEvidence& honest);

// All of the above as answers, and answers that are no evidence: oversized lengths, garbage, half messages, an end,
// another kind of frame, two answers at once.
std::vector<Lie> Lies(const v1::FaceEvidence& honest);

}  // namespace realname::face
