// SPDX-License-Identifier: Apache-2.0
#include "face/face_engine.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/core/ocl.hpp>

#include "face/analyzer_worker.h"
#include "face/bundle.h"
#include "face/opencv_guard.h"
#include "face/same_image.h"
#include "face/template_bytes.h"
#include "face/worker/worker_process.h"
#include "face/worker_pool.h"

namespace realname {
namespace {

constexpr unsigned kQueuePerWorker = 32;

}  // namespace

struct FaceEngine::Parts {
  face::Bundle bundle;
  Calibration calibration;
  std::unique_ptr<face::WorkerPool> pool;
};

FaceEngine::FaceEngine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
FaceEngine::~FaceEngine() = default;

Result<std::unique_ptr<FaceEngine>> FaceEngine::Create(const FaceEngineOptions& options) {
  Result<face::Bundle> bundle = face::LoadBundle(options.bundle_dir);
  if (!bundle.ok()) return bundle.status();
  Result<Calibration> calibration =
      Calibration::Load(options.calibration_file, bundle->digest, face::kPreprocessingVersion);
  if (!calibration.ok()) return calibration.status();

  cv::setNumThreads(1);
  cv::ocl::setUseOpenCL(false);
  face::Bundle kept{bundle->manifest, bundle->digest, {}};
  const unsigned count = options.workers > 0 ? options.workers : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<face::PictureWorker>> workers;
  if (options.worker_program.empty()) {
    const auto shared = std::make_shared<const face::Bundle>(*std::move(bundle));
    for (unsigned i = 0; i < count; ++i) workers.push_back(std::make_unique<face::AnalyzerWorker>(shared));
  } else {
    face::WorkerProcessOptions process;
    process.program = options.worker_program;
    process.bundle_dir = options.bundle_dir;
    const auto not_measured = face::NotMeasured(kept.manifest);
    process.expected = {kept.digest, kept.manifest.template_length(), {not_measured.begin(), not_measured.end()}};
    process.picture_time_limit = options.picture_time_limit;
    process.on_lost = options.on_worker_lost;
    for (unsigned i = 0; i < count; ++i) workers.push_back(std::make_unique<face::WorkerProcess>(process));
  }
  auto pool = face::WorkerPool::Start(std::move(workers),
                                      options.queue_length > 0 ? options.queue_length : count * kQueuePerWorker);
  if (!pool.ok()) return pool.status();
  std::unique_ptr<Parts> parts(new Parts{std::move(kept), *std::move(calibration), *std::move(pool)});
  return std::unique_ptr<FaceEngine>(new FaceEngine(std::move(parts)));
}

Result<std::vector<v1::FaceEvidence>> FaceEngine::Examine(std::span<const std::string_view> pictures,
                                                          Deadline deadline) {
  if (pictures.empty()) return std::vector<v1::FaceEvidence>();
  return parts_->pool->Run(pictures, deadline);
}

Result<v1::FaceComparison> FaceEngine::Compare(const v1::FaceEvidence& first, const v1::FaceEvidence& second) const {
  const std::size_t length = parts_->bundle.manifest.template_length();
  std::vector<float> templates[2];
  const v1::FaceEvidence* evidence[] = {&first, &second};
  for (int i = 0; i < 2; ++i) {
    templates[i] = face::TemplateFromBytes(evidence[i]->template_());
    if (evidence[i]->status() != v1::FACE_STATUS_OK || evidence[i]->bundle_digest() != parts_->bundle.digest ||
        templates[i].size() != length) {
      return Status(StatusCode::kFailedPrecondition, "WRONG_STATE",
                    std::string(i == 0 ? "the first" : "the second") + " picture has no template of this bundle");
    }
  }
  const double similarity = face::Cosine(templates[0], templates[1]);
  const FalseMatchRate fmr = parts_->calibration.FmrAt(similarity);
  v1::FaceComparison comparison;
  comparison.set_similarity(static_cast<float>(similarity));
  comparison.set_fmr_at_similarity(fmr.rate);
  comparison.set_fmr_upper(fmr.upper);
  comparison.set_calibration_digest(parts_->calibration.digest());
  const Status compared = face::GuardOpenCv([&] {
    comparison.set_image_correlation(face::ImageCorrelation(first.face_thumbnail(), second.face_thumbnail()));
    return Status();
  });
  if (!compared.ok()) return compared;
  return comparison;
}

v1::ModelCard FaceEngine::ModelCard(double match_fmr, double review_fmr) const {
  const v1::FaceBundle& manifest = parts_->bundle.manifest;
  const Calibration& calibration = parts_->calibration;
  v1::ModelCard card;
  card.set_bundle_name(manifest.name());
  card.set_bundle_digest(parts_->bundle.digest);
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
  card.mutable_not_measured()->CopyFrom(face::NotMeasured(manifest));
  card.set_calibration_digest(calibration.digest());
  card.set_calibration_date(calibration.message().date());
  const Result<double> match = calibration.CutFor(match_fmr);
  const Result<double> review = calibration.CutFor(review_fmr);
  if (match.ok()) card.set_match_similarity(static_cast<float>(*match));
  if (review.ok()) card.set_review_similarity(static_cast<float>(*review));
  for (int i = 0; i < calibration.message().groups_size(); ++i) {
    const v1::CalibrationGroup& group = calibration.message().groups(i);
    v1::GroupCard* entry = card.add_groups();
    entry->set_name(group.name());
    entry->set_photos(group.photos());
    entry->set_genuine_pairs(group.genuine_pairs());
    entry->set_impostor_pairs(group.impostor_pairs());
    if (!match.ok()) continue;
    entry->set_fmr(calibration.GroupFmrAt(i, *match));
    entry->set_fnmr(calibration.GroupFnmrAt(i, *match));
  }
  for (const std::string& attack : manifest.not_countered()) card.add_not_countered(attack);
  return card;
}

Status FaceEngine::SupportsFmr(double target) const { return parts_->calibration.SupportsFmr(target); }

const Calibration& FaceEngine::calibration() const { return parts_->calibration; }

}  // namespace realname
