// SPDX-License-Identifier: Apache-2.0
// A policy and facts that end in PASS, for tests to spoil one thing at a time.
#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "realname/v1/facts.pb.h"
#include "realname/v1/registration_service.pb.h"
#include "rules/policy.h"

namespace realname::testing {

// 2026-03-01 12:00 in China.
inline constexpr int64_t kNoon = 1772337600;

inline std::string ShippedPolicyText() {
  std::ifstream file(REALNAME_SOURCE_DIR "/deploy/policy.textproto");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline rules::Policy ShippedPolicy() {
  auto policy = rules::ReadPolicy(ShippedPolicyText(), "policy-digest");
  if (!policy.ok()) throw std::runtime_error(policy.status().message());
  return *policy;
}

// A made-up man of 35 with a valid number.
inline v1::Document SampleDocument() {
  v1::Document document;
  document.set_type(v1::DOCUMENT_TYPE_RESIDENT_ID);
  document.set_number("360426199101010071");
  document.set_name("测试甲");
  document.set_sex(v1::SEX_MALE);
  document.set_birth_date("1991-01-01");
  document.set_address("测试省测试市测试路1号");
  document.set_valid_from("2020-05-01");
  document.set_valid_to("2040-05-01");
  return document;
}

inline v1::FaceEvidence GoodFace() {
  v1::FaceEvidence face;
  face.set_status(v1::FACE_STATUS_OK);
  face.set_image_width(640);
  face.set_image_height(480);
  face.set_face_count(1);
  face.set_detection_score(0.99f);
  face.set_eye_distance_px(80);
  face.set_sharpness(0.5f);
  face.set_brightness(0.5f);
  face.set_contrast(0.2f);
  face.set_left_eye_open(0.99f);
  face.set_right_eye_open(0.99f);
  face.set_live_score(0.99f);
  face.set_print_score(0.005f);
  face.set_screen_score(0.005f);
  return face;
}

// Of a registered device that stands where it should.
inline v1::SignatureFacts GoodSignature() {
  v1::SignatureFacts signature;
  signature.set_device_id("reader-1");
  signature.set_known(true);
  signature.set_status(v1::SELLER_STATUS_ACTIVE);
  signature.set_good(true);
  return signature;
}

inline v1::Facts SampleFacts() {
  v1::Facts facts;
  facts.mutable_observe_time()->set_seconds(kNoon);
  auto* application = facts.mutable_application();
  application->set_entry_type(v1::ENTRY_TYPE_OPEN);
  application->set_customer_kind(v1::CUSTOMER_KIND_INDIVIDUAL);
  application->set_channel_type(v1::CHANNEL_TYPE_AGENT_STORE);
  application->set_product("prepaid");
  application->set_capture_method(v1::CAPTURE_METHOD_CHIP_READ);
  application->mutable_capture_time()->set_seconds(kNoon - 60);
  *application->mutable_signature() = GoodSignature();
  *facts.mutable_subject()->mutable_document() = SampleDocument();
  *facts.mutable_subject()->mutable_id_photo() = GoodFace();
  *facts.mutable_subject()->mutable_live_portrait() = GoodFace();
  auto* comparison = facts.mutable_subject()->mutable_comparison();
  comparison->set_similarity(0.8f);
  comparison->set_fmr_at_similarity(1e-6);
  v1::SellerFacts& agent = *facts.mutable_channel()->mutable_agent();
  agent.set_known(true);
  agent.set_status(v1::SELLER_STATUS_ACTIVE);
  agent.set_contract_from("2025-01-01");
  agent.set_contract_to("2027-12-31");
  agent.set_trained_until("2026-12-31");
  for (const char* notice : {"face-information", "number-use"}) {
    v1::ConsentFacts& given = *facts.add_consents();
    given.set_notice_id(notice);
    given.set_version("1");
    given.mutable_time()->set_seconds(kNoon - 120);
    given.set_evidence(v1::CONSENT_EVIDENCE_TICKED);
  }
  facts.set_attempt(1);
  return facts;
}

// That the shipped policy's notices were shown and ticked, with consent to keep the face reference.
inline void AddConsents(v1::SubmitRegistrationRequest& request) {
  for (const char* notice : {"face-information", "number-use", "face-reference"}) {
    v1::Consent& consent = *request.add_consents();
    consent.set_notice_id(notice);
    consent.set_version("1");
    consent.mutable_time()->set_seconds(kNoon - 120);
    consent.set_evidence(v1::CONSENT_EVIDENCE_TICKED);
  }
}

// How tests write what a picture shows.
inline const std::map<std::string, v1::ChallengeAction>& ActionWords() {
  static const std::map<std::string, v1::ChallengeAction> words = {
      {"front", v1::CHALLENGE_ACTION_FACE_CAMERA}, {"left", v1::CHALLENGE_ACTION_TURN_LEFT},
      {"right", v1::CHALLENGE_ACTION_TURN_RIGHT},  {"up", v1::CHALLENGE_ACTION_LOOK_UP},
      {"blink", v1::CHALLENGE_ACTION_BLINK},       {"mouth", v1::CHALLENGE_ACTION_OPEN_MOUTH}};
  return words;
}

// What a willing person shows next in a session.
inline std::string Shown(const v1::Session& session, const std::string& who) {
  const auto action = session.steps(static_cast<int>(session.next_step()) - 1).action();
  const auto word = std::find_if(ActionWords().begin(), ActionWords().end(),
                                 [&](const auto& entry) { return entry.second == action; });
  return who + " " + word->first;
}

// A frame that shows the action, beside a first frame that is GoodFace().
inline v1::ChallengeFrame GoodFrame(v1::ChallengeAction action) {
  v1::ChallengeFrame frame;
  frame.set_action(action);
  v1::FaceEvidence& face = *frame.mutable_evidence();
  face = GoodFace();
  switch (action) {
    case v1::CHALLENGE_ACTION_TURN_LEFT:
      face.set_yaw_degrees(-25);
      break;
    case v1::CHALLENGE_ACTION_TURN_RIGHT:
      face.set_yaw_degrees(25);
      break;
    case v1::CHALLENGE_ACTION_LOOK_UP:
      face.set_pitch_degrees(20);
      break;
    case v1::CHALLENGE_ACTION_BLINK:
      face.set_left_eye_open(0.01f);
      face.set_right_eye_open(0.02f);
      break;
    case v1::CHALLENGE_ACTION_OPEN_MOUTH:
      face.set_mouth_open(0.4f);
      break;
    default:
      break;
  }
  if (action != v1::CHALLENGE_ACTION_FACE_CAMERA) {
    frame.mutable_to_first()->set_fmr_at_similarity(1e-5);
    frame.set_highest_correlation(0.8f);
  }
  frame.mutable_to_portrait()->set_fmr_at_similarity(1e-5);
  frame.set_id_photo_correlation(0.6f);
  return frame;
}

// An application from an app whose session was passed.
inline v1::Facts SampleOnlineFacts() {
  v1::Facts facts = SampleFacts();
  facts.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_APP);
  facts.mutable_application()->set_capture_method(v1::CAPTURE_METHOD_OCR);
  v1::SessionFacts& session = *facts.mutable_session();
  session.set_session_id("00000000-0000-4000-8000-000000000001");
  session.set_channel_type(v1::CHANNEL_TYPE_OWN_APP);
  session.mutable_expire_time()->set_seconds(kNoon + 60);
  for (const v1::ChallengeAction action : {v1::CHALLENGE_ACTION_FACE_CAMERA, v1::CHALLENGE_ACTION_TURN_LEFT,
                                           v1::CHALLENGE_ACTION_BLINK, v1::CHALLENGE_ACTION_OPEN_MOUTH}) {
    session.add_actions(action);
    *facts.mutable_subject()->add_challenge_frames() = GoodFrame(action);
  }
  return facts;
}

}  // namespace realname::testing
