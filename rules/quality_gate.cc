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

namespace {

// Calls at_most for the turn of the head that lies furthest beyond its limit, if any does.
template <typename AtMost>
void Turns(const v1::FaceEvidence& evidence, const v1::QualityPolicy& limits, const AtMost& at_most) {
  const struct {
    const char* component;
    double value;
    double limit;
    v1::FaceComponent measured;
  } turns[] = {
      {"yaw_degrees", std::fabs(evidence.yaw_degrees()), limits.max_yaw_degrees(), v1::FACE_COMPONENT_UNSPECIFIED},
      {"pitch_degrees", std::fabs(evidence.pitch_degrees()), limits.max_pitch_degrees(), v1::FACE_COMPONENT_PITCH},
      {"roll_degrees", std::fabs(evidence.roll_degrees()), limits.max_roll_degrees(), v1::FACE_COMPONENT_UNSPECIFIED}};
  const auto* worst = &turns[0];
  const auto beyond = [&](const auto& turn) {
    if (turn.limit <= 0) return -1.0;
    // What is no number is the worst.
    if (std::isnan(turn.value) || !Measured(evidence, turn.measured)) return HUGE_VAL;
    return turn.value - turn.limit;
  };
  for (const auto& turn : turns) {
    if (beyond(turn) > beyond(*worst)) worst = &turn;
  }
  at_most(v1::IMG_POSE, worst->component, worst->value, worst->limit, worst->measured);
}

}  // namespace

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

std::vector<v1::Finding> QualityFaults(const v1::FaceEvidence& evidence, const v1::QualityPolicy& limits) {
  std::vector<v1::Finding> faults;
  const auto missed = [&](v1::ReasonCode code, const char* component, double value, double limit) {
    v1::Finding& fault = faults.emplace_back();
    fault.set_code(code);
    fault.set_component(component);
    fault.set_value(value);
    fault.set_limit(limit);
  };
  // Negated comparisons, so that a value that is no number fails.
  const auto at_least = [&](v1::ReasonCode code, const char* component, double value, double limit) {
    if (!(value >= limit)) missed(code, component, value, limit);
  };
  // A limit of 0 is no limit; one on what was not measured is not met.
  const auto at_most = [&](v1::ReasonCode code, const char* component, double value, double limit,
                           v1::FaceComponent measured = v1::FACE_COMPONENT_UNSPECIFIED) {
    if (limit > 0 && !(value <= limit && Measured(evidence, measured))) missed(code, component, value, limit);
  };
  const bool wide = evidence.image_width() > evidence.image_height();
  at_least(v1::IMG_TOO_SMALL, wide ? "image_height" : "image_width",
           std::min(evidence.image_width(), evidence.image_height()), limits.min_side_px());
  at_least(v1::FACE_TOO_SMALL, "eye_distance_px", evidence.eye_distance_px(), limits.min_eye_distance_px());
  at_least(v1::IMG_DARK, "brightness", evidence.brightness(), limits.min_brightness());
  at_most(v1::IMG_BRIGHT, "brightness", evidence.brightness(), limits.max_brightness());
  at_least(v1::IMG_BLUR, "sharpness", evidence.sharpness(), limits.min_sharpness());
  Turns(evidence, limits, at_most);
  // One eye behind hair or a reflection costs no accuracy; two shut eyes say that nobody is looking.
  const bool left = !(evidence.left_eye_open() <= evidence.right_eye_open());
  const double open = left ? evidence.left_eye_open() : evidence.right_eye_open();
  if (limits.min_eye_open() > 0 &&
      !(open >= limits.min_eye_open() && Measured(evidence, v1::FACE_COMPONENT_EYES_OPEN))) {
    missed(v1::IMG_OCCLUDED, left ? "left_eye_open" : "right_eye_open", open, limits.min_eye_open());
  }
  at_least(v1::IMG_LOW_CONTRAST, "contrast", evidence.contrast(), limits.min_contrast());
  at_most(v1::IMG_MASK, "lower_face_difference", evidence.lower_face_difference(), limits.max_lower_face_difference());
  at_most(v1::IMG_MOUTH, "mouth_open", evidence.mouth_open(), limits.max_mouth_open(), v1::FACE_COMPONENT_MOUTH_OPEN);
  at_most(v1::IMG_BACKGROUND, "background_clutter", evidence.background_clutter(), limits.max_background_clutter());
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
