// SPDX-License-Identifier: Apache-2.0
// Face evidence without a face engine, for proofs that need thousands of registrations. Linked into
// realname-proof-server only; a test shows that the shipped server has no such thing.
#pragma once

#include <algorithm>
#include <string>

#include "bench/marked_gallery.h"
#include "verification/face_examiner.h"

namespace realname {

// Every picture shows one clear live face, every pair is one person. In galleries those are alike whose pictures end
// with the same mark (MarkFace); a picture without one is searched for nowhere. Thread-safe.
class StandInFaces final : public FaceExaminer {
 public:
  // Puts whose face it is behind the picture's own bytes.
  static std::string MarkFace(std::string picture, const std::string& whose) {
    return picture + std::string(kMark) + whose;
  }
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
    std::vector<v1::FaceEvidence> evidence(pictures.size(), face);
    for (size_t i = 0; i < pictures.size(); ++i) {
      const size_t mark = pictures[i].rfind(kMark);
      if (mark == std::string_view::npos) continue;
      // As long as a real one.
      std::string whose(pictures[i].substr(mark));
      whose.resize(std::max(whose.size(), size_t{2048}), ' ');
      evidence[i].set_template_(std::move(whose));
    }
    return evidence;
  }
  std::unique_ptr<FaceGallery> NewGallery() const override {
    return std::make_unique<MarkedGallery>([](std::string_view face_template) { return std::string(face_template); });
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
  static constexpr std::string_view kMark = "\nthe face of ";

  const std::string digest_ = "stand-in";
};

}  // namespace realname
