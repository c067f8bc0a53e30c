// SPDX-License-Identifier: Apache-2.0
// Analyzer: bytes of a picture -> evidence: decode, detect, choose the subject, landmarks, align, measure, template.
// What the bundle has no network for is left at 0 and named in FaceEvidence.not_measured.
// Throws cv::Exception and std::bad_alloc (see opencv_guard.h). NOT thread-safe: one per worker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "face/bundle.h"
#include "face/networks/aligner.h"
#include "face/networks/detector.h"
#include "face/networks/embedder.h"
#include "face/networks/eyes.h"
#include "face/networks/landmarks.h"
#include "face/networks/liveness.h"
#include "face/networks/pose.h"
#include "face/subject.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

class Analyzer {
 public:
  explicit Analyzer(const Bundle& bundle);

  // image_sha256 is left to the caller: a worker process must not be believed about it.
  v1::FaceEvidence Analyze(std::string_view bytes, SubjectRule rule = SubjectRule::kClear);

  // Decodes and embeds only: no pose, eyes or liveness. For calibration, where thousands of pictures need no more.
  v1::FaceEvidence AnalyzeForTemplate(std::string_view bytes, SubjectRule rule);

  // Runs every network on made-up pictures. Throws cv::Exception if an output has the wrong shape or does not depend on
  // the input.
  void SelfTest();

 private:
  v1::FaceEvidence Run(std::string_view bytes, SubjectRule rule, bool measure);

  std::string bundle_digest_;
  google::protobuf::RepeatedField<int> not_measured_;
  std::unique_ptr<Detector> detector_;
  std::optional<Landmarks> landmarks_;
  Aligner aligner_;
  Embedder embedder_;
  Liveness liveness_;
  std::optional<Pose> pose_;
  std::optional<Eyes> eyes_;
};

}  // namespace realname::face
