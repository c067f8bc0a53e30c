// SPDX-License-Identifier: Apache-2.0
#include "face/comparison.h"

#include <algorithm>
#include <vector>

#include "face/opencv_guard.h"
#include "face/same_image.h"
#include "face/template_bytes.h"

namespace realname::face {
namespace {

// Empty if the evidence holds no template of this kind.
std::vector<float> TemplateOf(const TemplateKind& kind, const v1::FaceEvidence& evidence) {
  if (evidence.status() != v1::FACE_STATUS_OK || evidence.bundle_digest() != kind.bundle_digest) return {};
  std::vector<float> values = TemplateFromBytes(evidence.template_());
  if (values.size() != kind.length) values.clear();
  return values;
}

Status NoTemplate(const std::string& which) {
  return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", which + " picture has no template of this bundle");
}

}  // namespace

Result<v1::FaceComparison> CompareFaces(const TemplateKind& kind, const Calibration& calibration,
                                        std::span<const v1::FaceEvidence* const> references,
                                        const v1::FaceEvidence& portrait) {
  const std::vector<float> probe = TemplateOf(kind, portrait);
  double best = -2;
  v1::FaceComparison comparison;
  for (std::size_t i = 0; i < references.size(); ++i) {
    const std::vector<float> reference = TemplateOf(kind, *references[i]);
    if (reference.empty()) return NoTemplate(references.size() == 1 ? "the first" : "a reference");
    if (probe.empty()) continue;
    const double similarity = Cosine(reference, probe);
    if (similarity <= best) continue;
    best = similarity;
    comparison.set_best_reference(static_cast<unsigned>(i));
  }
  if (references.empty()) return NoTemplate("the first");
  if (probe.empty()) return NoTemplate("the second");
  const FalseMatchRate fmr = calibration.FmrAt(best, static_cast<int>(references.size()));
  comparison.set_similarity(static_cast<float>(best));
  comparison.set_fmr_at_similarity(fmr.rate);
  comparison.set_fmr_upper(fmr.upper);
  comparison.set_calibration_digest(calibration.digest());
  comparison.set_references(static_cast<unsigned>(references.size()));
  const Status compared = GuardOpenCv([&] {
    float highest = -1;
    for (const v1::FaceEvidence* reference : references) {
      highest = std::max(highest, ImageCorrelation(reference->face_thumbnail(), portrait.face_thumbnail()));
    }
    comparison.set_image_correlation(highest);
    return Status();
  });
  if (!compared.ok()) return compared;
  return comparison;
}

}  // namespace realname::face
