// SPDX-License-Identifier: Apache-2.0
// FaceEngine: the face examiner that runs a bundle's networks, in sandboxed worker processes or, for tests and
// comparison, in this process.
//
// Each worker has its own set of networks (cv::dnn::Net is not thread-safe) and takes one picture at a time from a
// bounded queue: see worker_pool.h for what is turned away, dropped and tried again. What comes out of a worker process
// is checked (evidence_check.h); templates are compared here. OpenCV's own threads and OpenCL are switched off for the
// process.
//
// Thread-safe. Destroy it only after all calls have returned.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "face/calibration.h"
#include "verification/face_examiner.h"

namespace realname {

struct FaceEngineOptions {
  // Folder with manifest.textproto and the networks.
  std::filesystem::path bundle_dir;
  // The calibration that fits the bundle.
  std::filesystem::path calibration_file;
  // Workers. 0: one per core.
  unsigned workers = 0;
  // Pictures that may wait. 0: 32 for each worker.
  unsigned queue_length = 0;
  // realname-face-worker: the pictures are examined in processes of their own. Empty: in this one, without a sandbox.
  std::filesystem::path worker_program;
  // A worker process that takes longer over one picture is killed.
  std::chrono::milliseconds picture_time_limit{2000};
  // Told of each worker process that was lost, in words for the log; from any thread. May be empty.
  std::function<void(const std::string&)> on_worker_lost;
};

class FaceEngine final : public FaceExaminer {
 public:
  // Loads and checks everything and runs every network once; takes about a second.
  // Errors: FAILED_PRECONDITION naming the file or field at fault (missing, altered, of another bundle or
  // preprocessing, a worker program that is not there); UNAVAILABLE if OpenCV cannot run a network, or a worker process
  // does not become ready.
  static Result<std::unique_ptr<FaceEngine>> Create(const FaceEngineOptions& options);
  ~FaceEngine() override;

  Result<std::vector<v1::FaceEvidence>> Examine(std::span<const std::string_view> pictures, Deadline deadline) override;
  using FaceExaminer::Compare;
  Result<v1::FaceComparison> Compare(std::span<const v1::FaceEvidence* const> references,
                                     const v1::FaceEvidence& portrait) const override;
  std::unique_ptr<FaceGallery> NewGallery() const override;
  const std::string& BundleDigest() const override;
  double LivenessBpcer(double live_score) const override;
  // The cuts and the groups' rates stay 0 if the calibration does not support the FMR: see SupportsFmr.
  v1::ModelCard ModelCard(const v1::PolicyPack& policy) const override;

  // Errors: FAILED_PRECONDITION if the calibration's data do not support this target; the message names the lowest that
  // they do. For start-up, once for each target of the policy.
  Status SupportsFmr(double target) const;

  const Calibration& calibration() const;

 private:
  struct Parts;

  explicit FaceEngine(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace realname
