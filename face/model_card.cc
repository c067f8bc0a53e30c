// SPDX-License-Identifier: Apache-2.0
#include "face/model_card.h"

#include <utility>

namespace realname::face {

v1::ModelCard MakeModelCard(const Bundle& bundle, const Calibration& calibration, const v1::PolicyPack& policy) {
  const v1::FaceBundle& manifest = bundle.manifest;
  const v1::FaceCalibration& measured = calibration.message();
  v1::ModelCard card;
  card.set_bundle_name(manifest.name());
  card.set_bundle_digest(bundle.digest);
  card.set_licence(manifest.licence());
  card.set_provenance(manifest.provenance());
  const std::pair<const char*, const v1::Network*> networks[] = {
      {"face detection", &manifest.detector()}, {"68 landmarks", &manifest.landmarks()},
      {"face template", &manifest.embedder()},  {"presentation attack detection", &manifest.liveness()},
      {"head pose", &manifest.pose()},          {"open or closed eyes", &manifest.eye()}};
  for (const auto& [purpose, network] : networks) {
    if (network->file().empty()) continue;
    v1::NetworkCard* entry = card.add_networks();
    entry->set_purpose(purpose);
    entry->set_sha256(network->sha256());
  }
  if (!manifest.has_pose()) card.add_networks()->set_purpose("yaw and roll of the head, estimated from five points");
  card.mutable_not_measured()->CopyFrom(NotMeasured(manifest));
  card.set_calibration_digest(calibration.digest());
  card.set_calibration_date(measured.date());
  *card.mutable_sign_off() = measured.sign_off();
  card.set_match_fmr(policy.face().match_fmr());
  card.set_review_fmr(policy.face().review_fmr());
  card.set_lowest_fmr(calibration.LowestFmr());
  const Result<double> match = calibration.CutFor(policy.face().match_fmr());
  const Result<double> review = calibration.CutFor(policy.face().review_fmr());
  if (match.ok()) card.set_match_similarity(static_cast<float>(*match));
  if (review.ok()) card.set_review_similarity(static_cast<float>(*review));
  const double live_score = policy.liveness().live_score_fail();
  card.set_liveness_bpcer(calibration.Bpcer(live_score));
  for (int i = 0; i < measured.groups_size(); ++i) {
    const v1::CalibrationGroup& group = measured.groups(i);
    v1::GroupCard* entry = card.add_groups();
    entry->set_name(group.name());
    entry->set_photos(group.photos());
    entry->set_people(group.subjects());
    entry->set_failed_to_acquire(group.failed_to_acquire());
    entry->set_in_population(calibration.InPopulation(i));
    entry->set_genuine_pairs(group.genuine_pairs());
    entry->set_impostor_pairs(group.impostor_pairs());
    entry->set_bpcer(calibration.GroupBpcer(i, live_score));
    if (!match.ok()) continue;
    entry->set_fmr(calibration.GroupFmrAt(i, *match));
    entry->set_fnmr(calibration.GroupFnmrAt(i, *match));
    entry->mutable_fmr_interval()->set_value(entry->fmr());
    entry->mutable_fmr_interval()->set_lower(calibration.GroupFmrLower(i, *match));
    entry->mutable_fmr_interval()->set_upper(calibration.GroupFmrUpper(i, *match));
  }
  if (measured.has_outcomes()) *card.mutable_outcomes() = measured.outcomes();
  for (const std::string& attack : manifest.not_countered()) card.add_not_countered(attack);
  return card;
}

}  // namespace realname::face
