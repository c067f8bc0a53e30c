// SPDX-License-Identifier: Apache-2.0
// Subject: which of the faces in a picture the picture is of. The subject is the one clear, large, central face; people
// in the background do not matter, but a second face of comparable size means that it cannot be said. Pure;
// thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "face/box.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

// A face whose side (root of its area, weighted by how central it is) is at least this share of the subject's is no
// bystander.
inline constexpr float kComparableSide = 0.6F;
// Below this detector score a face counts as bystander whatever its size, if the subject's own score is above.
inline constexpr float kClearScore = 0.85F;

// How to treat a picture with several faces.
enum class SubjectRule {
  kClear,          // as registrations are treated: see ChooseSubject
  kNearestCentre,  // as labelled sets are measured: see ChooseNearestCentre
};

struct SubjectChoice {
  // OK, NO_FACE or SEVERAL_FACES.
  v1::FaceStatus status = v1::FACE_STATUS_NO_FACE;
  // Index into the boxes; only if status is OK.
  std::size_t index = 0;
};

// `width` and `height` are the picture's, in the unit of the boxes.
SubjectChoice ChooseSubject(const std::vector<Box>& boxes, int width, int height);

// The box nearest the picture's centre, however many there are: for labelled sets in which the labelled person is in
// the middle. OK or NO_FACE.
SubjectChoice ChooseNearestCentre(const std::vector<Box>& boxes, int width, int height);

}  // namespace realname::face
