// SPDX-License-Identifier: Apache-2.0
#include "verification/compare_faces.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rules/quality_gate.h"

namespace realname {
namespace {

std::vector<v1::ReasonCode> Faults(const v1::FaceEvidence& evidence, const v1::QualityPolicy& limits) {
  std::vector<v1::ReasonCode> codes = rules::DetectionFaults(evidence);
  if (!codes.empty()) return codes;
  for (const v1::Finding& fault : rules::QualityFaults(evidence, limits)) codes.push_back(fault.code());
  return codes;
}

void AddNames(const std::vector<v1::ReasonCode>& codes, google::protobuf::RepeatedPtrField<std::string>& names) {
  for (const v1::ReasonCode code : codes) names.Add(std::string(v1::ReasonCode_Name(code)));
}

// What may leave the house: neither template nor thumbnail.
v1::FaceEvidence ForAnswer(v1::FaceEvidence evidence) {
  evidence.clear_template_();
  evidence.clear_face_thumbnail();
  return evidence;
}

}  // namespace

Result<v1::CompareFacesResponse> CompareFaces(FaceExaminer& faces, const rules::Policy& policy,
                                              const v1::CompareFacesRequest& request, Deadline deadline) {
  std::vector<std::string_view> pictures = {request.second(), request.first()};
  pictures.insert(pictures.end(), request.more_references().begin(), request.more_references().end());
  auto evidence = faces.Examine(pictures, deadline);
  if (!evidence.ok()) return evidence.status();
  const v1::FaceEvidence& portrait = evidence->front();

  v1::CompareFacesResponse response;
  response.set_match_fmr(policy.pack.face().match_fmr());
  response.set_review_fmr(policy.pack.face().review_fmr());
  AddNames(Faults((*evidence)[1], policy.pack.id_photo()), *response.mutable_first_reasons());
  AddNames(Faults(portrait, policy.pack.live_portrait()), *response.mutable_second_reasons());
  std::vector<const v1::FaceEvidence*> references;
  std::vector<unsigned> numbers;
  for (std::size_t i = 1; i < evidence->size(); ++i) {
    if (!Faults((*evidence)[i], policy.pack.id_photo()).empty()) continue;
    references.push_back(&(*evidence)[i]);
    numbers.push_back(static_cast<unsigned>(i - 1));
  }
  if (!references.empty() && response.second_reasons().empty()) {
    auto comparison = faces.Compare(references, portrait);
    if (!comparison.ok()) return comparison.status();
    // Counted as the caller counts: `first`, then more_references.
    comparison->set_best_reference(numbers[comparison->best_reference()]);
    const double fmr = comparison->fmr_at_similarity();
    response.set_band(fmr <= response.match_fmr()    ? v1::MATCH_BAND_MATCH
                      : fmr <= response.review_fmr() ? v1::MATCH_BAND_GREY
                                                     : v1::MATCH_BAND_MISMATCH);
    *response.mutable_comparison() = *std::move(comparison);
  }
  *response.mutable_second() = ForAnswer(portrait);
  *response.mutable_first() = ForAnswer((*evidence)[1]);
  for (std::size_t i = 2; i < evidence->size(); ++i) *response.add_more_references() = ForAnswer((*evidence)[i]);
  return response;
}

}  // namespace realname
