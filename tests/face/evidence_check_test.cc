// SPDX-License-Identifier: Apache-2.0
#include "face/evidence_check.h"

#include <cstddef>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include "face/same_image.h"
#include "face/template_bytes.h"
#include "tests/face/lies.h"

namespace realname::face {
namespace {

const ExpectedEvidence kExpected{std::string(64, 'b'), 4, {v1::FACE_COMPONENT_PITCH}};

// What an analyzer might say of a portrait, each measurement filled.
v1::FaceEvidence Honest() {
  v1::FaceEvidence e;
  e.set_status(v1::FACE_STATUS_OK);
  e.set_bundle_digest(kExpected.bundle_digest);
  e.set_image_width(102);
  e.set_image_height(126);
  e.set_face_count(1);
  e.set_detection_score(0.99F);
  e.set_eye_distance_px(48);
  e.set_sharpness(0.3F);
  e.set_brightness(0.5F);
  e.set_contrast(0.2F);
  e.set_yaw_degrees(-4);
  e.set_pitch_degrees(3);
  e.set_roll_degrees(1);
  e.set_left_eye_open(0.9F);
  e.set_right_eye_open(1);
  e.set_live_score(0.8F);
  e.set_print_score(0.1F);
  e.set_screen_score(0.1F);
  e.set_mouth_open(0.05F);
  e.set_lower_face_difference(4);
  e.set_background_clutter(0.1F);
  e.set_quality_score(80);
  e.set_liveness_context(1);
  e.add_not_measured(v1::FACE_COMPONENT_PITCH);
  e.set_template_(TemplateToBytes({0.5F, -0.5F, 0.5F, -0.5F}));
  e.set_face_thumbnail(std::string(static_cast<std::size_t>(kThumbnailSide) * kThumbnailSide, 'x'));
  return e;
}

TEST(EvidenceCheck, LetsHonestEvidencePass) {
  EXPECT_EQ(EvidenceFault(Honest(), kExpected), "");
  v1::FaceEvidence e;
  e.set_bundle_digest(kExpected.bundle_digest);
  e.set_status(v1::FACE_STATUS_DECODE_FAILED);
  EXPECT_EQ(EvidenceFault(e, kExpected), "");
  e.set_status(v1::FACE_STATUS_IMAGE_TOO_LARGE);
  e.set_image_width(65500);
  e.set_image_height(65500);
  EXPECT_EQ(EvidenceFault(e, kExpected), "");
  e.set_status(v1::FACE_STATUS_IMAGE_TOO_SMALL);
  e.set_image_width(1);
  e.set_image_height(20000);
  EXPECT_EQ(EvidenceFault(e, kExpected), "");
  e.set_status(v1::FACE_STATUS_NO_FACE);
  e.set_image_width(640);
  e.set_image_height(480);
  EXPECT_EQ(EvidenceFault(e, kExpected), "");
  // The landmarks fell together: see the analyzer.
  e.set_face_count(1);
  e.set_detection_score(0.7F);
  e.set_eye_distance_px(1);
  EXPECT_EQ(EvidenceFault(e, kExpected), "");
  e.clear_detection_score();
  e.clear_eye_distance_px();
  e.set_status(v1::FACE_STATUS_SEVERAL_FACES);
  e.set_face_count(2);
  EXPECT_EQ(EvidenceFault(e, kExpected), "");
}

TEST(EvidenceCheck, LetsTheEndsOfTheRangesPass) {
  v1::FaceEvidence e = Honest();
  for (const float value : {0.0F, 1.0F}) {
    e.set_live_score(value);
    e.set_left_eye_open(value);
    e.set_brightness(value);
    e.set_liveness_context(value);
    e.set_contrast(value / 2);
    e.set_quality_score(value * 100);
    EXPECT_EQ(EvidenceFault(e, kExpected), "") << value;
  }
}

// A field that the check does not know could carry anything.
TEST(EvidenceCheck, KnowsEveryField) {
  const auto* descriptor = v1::FaceEvidence::descriptor();
  const v1::FaceEvidence honest = Honest();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    if (field->name() == "image_sha256" || field->name() == "not_measured") continue;
    ASSERT_FALSE(field->is_repeated()) << field->name() << " needs its bounds in evidence_check.cc, and a value here";
    EXPECT_TRUE(honest.GetReflection()->HasField(honest, field))
        << field->name() << " needs its bounds in evidence_check.cc, and a value here";
  }
}

TEST(EvidenceCheck, RefusesWhatCannotBe) {
  const auto all = ImpossibleEvidence(Honest());
  EXPECT_GT(all.size(), 100U);
  for (const auto& [name, evidence] : all) EXPECT_NE(EvidenceFault(evidence, kExpected), "") << name;
}

TEST(EvidenceCheck, NamesTheField) {
  v1::FaceEvidence e = Honest();
  e.set_live_score(7);
  EXPECT_EQ(EvidenceFault(e, kExpected), "live_score is out of range");
}

}  // namespace
}  // namespace realname::face
