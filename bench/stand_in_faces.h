// SPDX-License-Identifier: Apache-2.0
// Face evidence without a face engine, for proofs that need thousands of registrations. Linked into
// realname-proof-server only; a test shows that the shipped server has no such thing.
#pragma once

#include <string>

#include "verification/face_examiner.h"

namespace realname {

// Every picture shows one clear live face, every pair is one person. Thread-safe.
class StandInFaces final : public FaceExaminer {
 public:
  Result<std::vector<v1::FaceEvidence>> Examine(std::span<const std::string_view> pictures, Deadline) override {
    v1::FaceEvidence face;
    face.set_status(v1::FACE_STATUS_OK);
    face.set_image_width(640);
    face.set_image_height(480);
    face.set_face_count(1);
    face.set_eye_distance_px(80);
    face.set_sharpness(0.5f);
    face.set_brightness(0.5f);
    face.set_contrast(0.2f);
    face.set_left_eye_open(1);
    face.set_right_eye_open(1);
    face.set_live_score(1);
    face.set_bundle_digest(digest_);
    return std::vector<v1::FaceEvidence>(pictures.size(), face);
  }
  Result<v1::FaceComparison> Compare(std::span<const v1::FaceEvidence* const>, const v1::FaceEvidence&) const override {
    v1::FaceComparison comparison;
    comparison.set_similarity(0.9f);
    comparison.set_fmr_at_similarity(1e-7);
    comparison.set_fmr_upper(1e-6);
    comparison.set_calibration_digest("stand-in");
    return comparison;
  }
  const std::string& BundleDigest() const override { return digest_; }
  double LivenessBpcer(double) const override { return 0; }
  v1::ModelCard ModelCard(const v1::PolicyPack&) const override {
    v1::ModelCard card;
    card.set_bundle_name("stand-in: proves nothing about faces");
    return card;
  }

 private:
  const std::string digest_ = "stand-in";
};

}  // namespace realname
