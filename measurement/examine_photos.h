// SPDX-License-Identifier: Apache-2.0
// ExaminePhotos: many files through the face engine's stages, on every core, with a line of progress. NOT for use while
// a FaceEngine runs in the same process (it takes all cores).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "face/bundle.h"
#include "face/subject.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::measurement {

struct ExamineOptions {
  face::SubjectRule subject = face::SubjectRule::kNearestCentre;
  // Template only: no pose, eyes or liveness.
  bool template_only = true;
  // Examine what this makes of each photograph's bytes instead, e.g. ChipPhoto. Where it makes nothing of them the
  // photograph itself is left to the engine to refuse. Called from any thread, several at a time.
  std::function<std::optional<std::string>(std::string_view)> change;
  // Threads; 0: one per core.
  unsigned threads = 0;
};

// Called now and then, from any thread, one call at a time.
using Progress = std::function<void(std::size_t done, std::size_t all)>;

// Evidence in the order of `files`. Errors: FAILED_PRECONDITION naming a file that cannot be read; UNAVAILABLE if
// OpenCV fails. A photograph that cannot be used is evidence, not an error.
Result<std::vector<v1::FaceEvidence>> ExaminePhotos(const face::Bundle& bundle,
                                                    const std::vector<std::filesystem::path>& files,
                                                    const ExamineOptions& options, const Progress& progress);

// Draws a bar on standard error: redrawn in place on a terminal, a line every tenth otherwise. `what` names the things.
Progress ProgressBar(std::string what);

}  // namespace realname::measurement
