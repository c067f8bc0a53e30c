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
#include "face/comparison.h"
#include "face/engine_gallery.h"
#include "face/model_card.h"
#include "face/opencv_guard.h"
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

Result<v1::FaceComparison> FaceEngine::Compare(std::span<const v1::FaceEvidence* const> references,
                                               const v1::FaceEvidence& portrait) const {
  const face::TemplateKind kind{parts_->bundle.digest, parts_->bundle.manifest.template_length()};
  return face::CompareFaces(kind, parts_->calibration, references, portrait);
}

std::unique_ptr<FaceGallery> FaceEngine::NewGallery() const {
  return std::make_unique<face::EngineGallery>(parts_->calibration, parts_->bundle.manifest.template_length());
}

const std::string& FaceEngine::BundleDigest() const { return parts_->bundle.digest; }

double FaceEngine::LivenessBpcer(double live_score) const { return parts_->calibration.Bpcer(live_score); }

v1::ModelCard FaceEngine::ModelCard(const v1::PolicyPack& policy) const {
  return face::MakeModelCard(parts_->bundle, parts_->calibration, policy);
}

Status FaceEngine::SupportsFmr(double target) const { return parts_->calibration.SupportsFmr(target); }

const Calibration& FaceEngine::calibration() const { return parts_->calibration; }

}  // namespace realname
