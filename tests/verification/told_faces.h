// SPDX-License-Identifier: Apache-2.0
// Faces that say what they are told to, for tests of the use cases.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "bench/marked_gallery.h"
#include "tests/rules/sample_facts.h"
#include "verification/face_examiner.h"

namespace realname::testing {

// One clear live face in every picture but those that Spoil names, doing what its last word says (ActionWords). Who has
// "stranger" in the name is one person and all others another; of a "look-alike" it cannot be told; a "copy" is the
// picture "the holder" again.
class ToldFaces final : public FaceExaminer {
 public:
  Result<std::vector<v1::FaceEvidence>> Examine(std::span<const std::string_view> pictures, Deadline) override {
    ++examinations;
    if (on_examine) on_examine();
    const std::lock_guard lock(mutex_);
    if (!failure.ok()) return failure;
    std::vector<v1::FaceEvidence> out;
    for (const std::string_view picture : pictures) {
      v1::FaceEvidence face = GoodFace();
      Spoil(picture, face);
      face.set_template_(std::string(picture));
      face.set_bundle_digest(bundle);
      out.push_back(face);
      examined.emplace_back(picture);
    }
    return out;
  }
  Result<v1::FaceComparison> Compare(std::span<const v1::FaceEvidence* const> references,
                                     const v1::FaceEvidence& portrait) const override {
    const std::string& reference = references.front()->template_();
    const bool stranger = Says(reference, "stranger") != Says(portrait.template_(), "stranger");
    v1::FaceComparison comparison;
    const bool alike = portrait.template_().ends_with("look-alike");
    comparison.set_similarity(stranger ? 0.1f : alike ? 0.4f : 0.8f);
    comparison.set_fmr_at_similarity(stranger ? 0.5 : alike ? 3e-3 : 1e-6);
    if (reference == "the holder" && Says(portrait.template_(), "copy")) comparison.set_image_correlation(0.999f);
    return comparison;
  }
  // In galleries those look alike that are "the face of" the same somebody; all others like nobody.
  std::unique_ptr<FaceGallery> NewGallery() const override {
    return std::make_unique<MarkedGallery>([](std::string_view face_template) {
      const size_t whose = face_template.find("the face of ");
      return whose == std::string_view::npos ? std::string() : std::string(face_template.substr(whose));
    });
  }
  static void Spoil(std::string_view picture, v1::FaceEvidence& face) {
    for (const auto& [word, action] : ActionWords()) {
      if (picture.ends_with(" " + word)) face = GoodFrame(action).evidence();
    }
    if (picture == "cluttered") face.set_background_clutter(0.9f);
    if (picture == "nobody") face.set_status(v1::FACE_STATUS_NO_FACE);
    if (picture == "a crowd") face.set_status(v1::FACE_STATUS_SEVERAL_FACES);
    if (picture == "broken") face.set_status(v1::FACE_STATUS_DECODE_FAILED);
    if (picture == "huge") face.set_status(v1::FACE_STATUS_IMAGE_TOO_LARGE);
    if (picture == "tiny") face.set_image_height(100);
    if (picture == "far away") face.set_eye_distance_px(10);
    if (picture == "blurred") face.set_sharpness(0.01f);
    if (picture == "dark") face.set_brightness(0.05f);
    if (picture == "bright") face.set_brightness(0.97f);
    if (picture == "flat") face.set_contrast(0.01f);
    if (picture == "turned") face.set_yaw_degrees(70);
    if (picture == "asleep") {
      face.set_left_eye_open(0.001f);
      face.set_right_eye_open(0.001f);
    }
    if (picture == "laughing") face.set_mouth_open(0.9f);
    if (picture == "masked") face.set_lower_face_difference(60);
    if (picture == "doubtful") face.set_live_score(0.6f);
    if (picture.starts_with("printed")) {
      face.set_live_score(0.01f);
      face.set_print_score(0.98f);
    }
    if (picture == "on a screen") {
      face.set_live_score(0.01f);
      face.set_screen_score(0.98f);
    }
    if (picture == "an attack") {  // of a bundle that does not tell kinds apart
      face.set_live_score(0.01f);
      face.add_not_measured(v1::FACE_COMPONENT_ATTACK_KIND);
    }
  }
  const std::string& BundleDigest() const override { return bundle; }
  double LivenessBpcer(double) const override { return bpcer; }
  v1::ModelCard ModelCard(const v1::PolicyPack&) const override { return {}; }

  std::atomic<int> examinations = 0;
  std::vector<std::string> examined;
  std::string bundle = "bundle";
  double bpcer = 0;
  Status failure;
  std::function<void()> on_examine;

 private:
  static bool Says(std::string_view picture, std::string_view word) {
    return picture.find(word) != std::string_view::npos;
  }
  std::mutex mutex_;
};

}  // namespace realname::testing
