// SPDX-License-Identifier: Apache-2.0
// EngineGallery: a gallery of the engine's templates that is asked in false match rates.
#pragma once

#include "face/calibration.h"
#include "face/gallery.h"
#include "verification/face_examiner.h"

namespace realname::face {

class EngineGallery final : public FaceGallery {
 public:
  // For templates of `length` values; `calibration` outlives it.
  EngineGallery(const Calibration& calibration, std::size_t length);

  bool Add(uint64_t id, std::string_view face_template) override;
  bool Remove(uint64_t id) override { return gallery_.Remove(id); }
  size_t size() const override { return gallery_.size(); }
  // Nothing at a rate that the calibration's data do not support.
  std::vector<FaceCandidate> Search(const v1::FaceEvidence& portrait, double fmr, size_t most) const override;

 private:
  const Calibration& calibration_;
  Gallery gallery_;
};

}  // namespace realname::face
