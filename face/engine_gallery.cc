// SPDX-License-Identifier: Apache-2.0
#include "face/engine_gallery.h"

#include <cmath>

#include <openssl/crypto.h>

#include "face/template_bytes.h"

namespace realname::face {
namespace {

// Galleries of agents and devices are many and small.
constexpr std::size_t kRowsAtATime = 64;

}  // namespace

EngineGallery::EngineGallery(const Calibration& calibration, std::size_t length)
    : calibration_(calibration), gallery_(length, kRowsAtATime) {}

bool EngineGallery::Add(uint64_t id, std::string_view face_template) {
  std::vector<float> values = TemplateFromBytes(face_template);
  double length = 0;
  for (const float value : values) length += static_cast<double>(value) * static_cast<double>(value);
  const bool good = values.size() == gallery_.length() && std::abs(length - 1) <= 1e-3;
  const bool added = good && gallery_.Add(id, values);
  OPENSSL_cleanse(values.data(), values.size() * sizeof(float));
  return added;
}

std::vector<FaceCandidate> EngineGallery::Search(const v1::FaceEvidence& portrait, double fmr, size_t most) const {
  const auto cut = calibration_.CutFor(fmr);
  if (!cut.ok()) return {};
  std::vector<FaceCandidate> found;
  for (const GalleryHit& hit :
       gallery_.Search(TemplateFromBytes(portrait.template_()), static_cast<float>(*cut), most)) {
    const double rate = calibration_.FmrAt(static_cast<double>(hit.similarity)).rate;
    // The cut as float32 may lie a little below.
    if (rate <= fmr) found.push_back({hit.id, rate});
  }
  return found;
}

}  // namespace realname::face
