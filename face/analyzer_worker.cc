// SPDX-License-Identifier: Apache-2.0
#include "face/analyzer_worker.h"

#include <utility>

#include "face/opencv_guard.h"
#include "face/sha256.h"

namespace realname::face {

AnalyzerWorker::AnalyzerWorker(std::shared_ptr<const Bundle> bundle) : bundle_(std::move(bundle)) {}

Status AnalyzerWorker::Start() {
  const Status built = GuardOpenCv([&] {
    analyzer_.emplace(*bundle_);
    analyzer_->SelfTest();
    return Status();
  });
  // Once built it is never lost.
  if (built.ok()) bundle_.reset();
  return built;
}

bool AnalyzerWorker::Ready() { return bundle_ == nullptr; }

Result<v1::FaceEvidence> AnalyzerWorker::Examine(std::string_view picture) {
  v1::FaceEvidence evidence;
  const Status status = GuardOpenCv([&] {
    evidence = analyzer_->Analyze(picture);
    evidence.set_image_sha256(Sha256(picture));
    return Status();
  });
  if (!status.ok()) return status;
  return evidence;
}

}  // namespace realname::face
