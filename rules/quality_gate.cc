// SPDX-License-Identifier: Apache-2.0
#include "rules/quality_gate.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace realname::rules {

bool Measured(const v1::FaceEvidence& evidence, v1::FaceComponent component) {
  const auto& missing = evidence.not_measured();
  return std::find(missing.begin(), missing.end(), component) == missing.end();
}

v1::ReasonCode KindOfAttack(const v1::FaceEvidence& evidence) {
  if (!Measured(evidence, v1::FACE_COMPONENT_ATTACK_KIND)) return v1::PAD_ATTACK;
  return evidence.screen_score() > evidence.print_score() ? v1::PAD_SCREEN : v1::PAD_PRINT;
}

std::vector<v1::ReasonCode> DetectionFaults(const v1::FaceEvidence& evidence) {
  switch (evidence.status()) {
    case v1::FACE_STATUS_OK:
      return {};
    case v1::FACE_STATUS_IMAGE_TOO_SMALL:
      return {v1::IMG_TOO_SMALL};
    case v1::FACE_STATUS_IMAGE_TOO_LARGE:
      return {v1::IMG_TOO_LARGE};
    case v1::FACE_STATUS_NO_FACE:
      return {v1::FACE_NONE};
    case v1::FACE_STATUS_SEVERAL_FACES:
      return {v1::FACE_MULTIPLE};
    default:
      return {v1::IMG_DECODE};
  }
}

std::vector<v1::ReasonCode> QualityFaults(const v1::FaceEvidence& evidence, const v1::QualityPolicy& limits) {
  std::vector<v1::ReasonCode> faults;
  // Negated comparisons, so that a value that is no number fails.
  const auto require = [&](bool holds, v1::ReasonCode code) {
    if (!holds) faults.push_back(code);
  };
  require(std::min(evidence.image_width(), evidence.image_height()) >= limits.min_side_px(), v1::IMG_TOO_SMALL);
  require(evidence.eye_distance_px() >= limits.min_eye_distance_px(), v1::FACE_TOO_SMALL);
  require(evidence.brightness() >= limits.min_brightness(), v1::IMG_DARK);
  require(evidence.brightness() <= limits.max_brightness(), v1::IMG_BRIGHT);
  require(evidence.sharpness() >= limits.min_sharpness(), v1::IMG_BLUR);
  // A limit of 0 is no limit; one on what was not measured is not met.
  const auto at_most = [&](float value, float limit, v1::FaceComponent component = v1::FACE_COMPONENT_UNSPECIFIED) {
    return limit <= 0 || (value <= limit && Measured(evidence, component));
  };
  require(at_most(std::fabs(evidence.yaw_degrees()), limits.max_yaw_degrees()) &&
              at_most(std::fabs(evidence.pitch_degrees()), limits.max_pitch_degrees(), v1::FACE_COMPONENT_PITCH) &&
              at_most(std::fabs(evidence.roll_degrees()), limits.max_roll_degrees()),
          v1::IMG_POSE);
  const bool eyes_open =
      evidence.left_eye_open() >= limits.min_eye_open() && evidence.right_eye_open() >= limits.min_eye_open();
  require(limits.min_eye_open() <= 0 || (eyes_open && Measured(evidence, v1::FACE_COMPONENT_EYES_OPEN)),
          v1::IMG_OCCLUDED);
  require(evidence.contrast() >= limits.min_contrast(), v1::IMG_LOW_CONTRAST);
  require(at_most(evidence.lower_face_difference(), limits.max_lower_face_difference()), v1::IMG_MASK);
  require(at_most(evidence.mouth_open(), limits.max_mouth_open(), v1::FACE_COMPONENT_MOUTH_OPEN), v1::IMG_MOUTH);
  require(at_most(evidence.background_clutter(), limits.max_background_clutter()), v1::IMG_BACKGROUND);
  return faults;
}

bool PassesGate(const v1::FaceEvidence& evidence, const v1::QualityPolicy& limits) {
  return evidence.status() == v1::FACE_STATUS_OK && QualityFaults(evidence, limits).empty();
}

std::string LimitOnUnmeasured(const v1::PolicyPack& pack, const google::protobuf::RepeatedField<int>& not_measured) {
  const std::pair<const char*, const v1::QualityPolicy&> kinds[] = {{"id_photo", pack.id_photo()},
                                                                    {"live_portrait", pack.live_portrait()}};
  for (const auto& [name, limits] : kinds) {
    for (const int component : not_measured) {
      if (component == v1::FACE_COMPONENT_EYES_OPEN && limits.min_eye_open() > 0) {
        return std::string(name) + ".min_eye_open";
      }
      if (component == v1::FACE_COMPONENT_PITCH && limits.max_pitch_degrees() > 0) {
        return std::string(name) + ".max_pitch_degrees";
      }
      if (component == v1::FACE_COMPONENT_MOUTH_OPEN && limits.max_mouth_open() > 0) {
        return std::string(name) + ".max_mouth_open";
      }
    }
  }
  return "";
}

}  // namespace realname::rules
