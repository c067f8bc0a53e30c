// SPDX-License-Identifier: Apache-2.0
#include "face/subject.h"

#include <cmath>

namespace realname::face {
namespace {

// 0 at the picture's centre, 1 at the middle of an edge.
float OffCentre(const Box& box, int width, int height) {
  const float dx = (box.CentreX() / static_cast<float>(width) - 0.5F) * 2;
  const float dy = (box.CentreY() / static_cast<float>(height) - 0.5F) * 2;
  return std::hypot(dx, dy);
}

// Side of the face in pixels, halved at the edge of the picture.
float Prominence(const Box& box, int width, int height) {
  return std::sqrt(box.Area()) * (1 - 0.5F * std::min(OffCentre(box, width, height), 1.0F));
}

}  // namespace

SubjectChoice ChooseSubject(const std::vector<Box>& boxes, int width, int height) {
  SubjectChoice choice;
  float highest = 0;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const float prominence = Prominence(boxes[i], width, height);
    if (prominence <= highest) continue;
    highest = prominence;
    choice.index = i;
    choice.status = v1::FACE_STATUS_OK;
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (i == choice.index) continue;
    if (boxes[i].score < kClearScore && boxes[choice.index].score >= kClearScore) continue;
    if (Prominence(boxes[i], width, height) >= kComparableSide * highest) choice.status = v1::FACE_STATUS_SEVERAL_FACES;
  }
  return choice;
}

SubjectChoice ChooseNearestCentre(const std::vector<Box>& boxes, int width, int height) {
  SubjectChoice choice;
  float nearest = 0;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const float distance = OffCentre(boxes[i], width, height);
    if (choice.status == v1::FACE_STATUS_OK && distance >= nearest) continue;
    nearest = distance;
    choice.index = i;
    choice.status = v1::FACE_STATUS_OK;
  }
  return choice;
}

}  // namespace realname::face
