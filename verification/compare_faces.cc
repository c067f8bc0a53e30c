// SPDX-License-Identifier: Apache-2.0
#include "verification/compare_faces.h"

#include <array>

#include "rules/quality_gate.h"

namespace realname {
namespace {

void AddFaults(const v1::FaceEvidence& evidence, const v1::QualityPolicy& limits,
               google::protobuf::RepeatedPtrField<std::string>& names) {
  for (const v1::ReasonCode code : rules::DetectionFaults(evidence)) names.Add(std::string(v1::ReasonCode_Name(code)));
  if (evidence.status() != v1::FACE_STATUS_OK) return;
  for (const v1::ReasonCode code : rules::QualityFaults(evidence, limits)) {
    names.Add(std::string(v1::ReasonCode_Name(code)));
  }
}

}  // namespace

Result<v1::CompareFacesResponse> CompareFaces(FaceExaminer& faces, const rules::Policy& policy,
                                              const v1::CompareFacesRequest& request, Deadline deadline) {
  const std::array<std::string_view, 2> pictures = {request.first(), request.second()};
  auto evidence = faces.Examine(pictures, deadline);
  if (!evidence.ok()) return evidence.status();
  v1::FaceEvidence& first = (*evidence)[0];
  v1::FaceEvidence& second = (*evidence)[1];

  v1::CompareFacesResponse response;
  response.set_match_fmr(policy.pack.face().match_fmr());
  response.set_review_fmr(policy.pack.face().review_fmr());
  AddFaults(first, policy.pack.id_photo(), *response.mutable_first_reasons());
  AddFaults(second, policy.pack.live_portrait(), *response.mutable_second_reasons());
  if (response.first_reasons().empty() && response.second_reasons().empty()) {
    auto comparison = faces.Compare(first, second);
    if (!comparison.ok()) return comparison.status();
    const double fmr = comparison->fmr_at_similarity();
    response.set_band(fmr <= response.match_fmr()    ? v1::MATCH_BAND_MATCH
                      : fmr <= response.review_fmr() ? v1::MATCH_BAND_GREY
                                                     : v1::MATCH_BAND_MISMATCH);
    *response.mutable_comparison() = *std::move(comparison);
  }
  first.clear_template_();
  first.clear_face_thumbnail();
  second.clear_template_();
  second.clear_face_thumbnail();
  *response.mutable_first() = std::move(first);
  *response.mutable_second() = std::move(second);
  return response;
}

}  // namespace realname
