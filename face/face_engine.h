// SPDX-License-Identifier: Apache-2.0
// FaceEngine: the face examiner that runs a bundle's networks in this process.
//
// A fixed pool of threads, each with its own set of networks (cv::dnn::Net is not thread-safe), takes one picture at a
// time from a bounded queue. A call is turned away at once (RESOURCE_EXHAUSTED, OVERLOADED, with a time to come back)
// if the queue is full or if, at the pace of the last pictures, the work ahead of it would take until its deadline;
// work whose deadline has passed is dropped, not done. OpenCV's own threads and OpenCL are switched off for the
// process.
//
// Thread-safe. Destroy it only after all calls have returned.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "face/calibration.h"
#include "verification/face_examiner.h"

namespace realname {

struct FaceEngineOptions {
  // Folder with manifest.textproto and the networks.
  std::filesystem::path bundle_dir;
  // The calibration that fits the bundle.
  std::filesystem::path calibration_file;
  // Threads. 0: one per core.
  unsigned workers = 0;
  // Pictures that may wait. 0: 32 for each worker.
  unsigned queue_length = 0;
};

class FaceEngine final : public FaceExaminer {
 public:
  // Loads and checks everything and runs every network once; takes about a second.
  // Errors: FAILED_PRECONDITION naming the file or field at fault (missing, altered, of another bundle or
  // preprocessing); UNAVAILABLE if OpenCV cannot run a network.
  static Result<std::unique_ptr<FaceEngine>> Create(const FaceEngineOptions& options);
  ~FaceEngine() override;

  Result<std::vector<v1::FaceEvidence>> Examine(std::span<const std::string_view> pictures, Deadline deadline) override;
  Result<v1::FaceComparison> Compare(const v1::FaceEvidence& first, const v1::FaceEvidence& second) const override;
  // The cuts and the groups' rates stay 0 if the calibration does not support the FMR: see SupportsFmr.
  v1::ModelCard ModelCard(double match_fmr, double review_fmr) const override;

  // Errors: FAILED_PRECONDITION if the calibration's data do not support this target; the message names the lowest that
  // they do. For start-up, once for each target of the policy.
  Status SupportsFmr(double target) const;

  const Calibration& calibration() const;

 private:
  class Pool;
  struct Parts;

  explicit FaceEngine(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace realname
