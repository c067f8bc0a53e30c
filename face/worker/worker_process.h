// SPDX-License-Identifier: Apache-2.0
// WorkerProcess: a PictureWorker that examines its pictures in a sandboxed process (see serve_pictures.h). What the
// process says is checked (evidence_check.h), never believed; one that dies, takes longer than its time, speaks out of
// turn or says what cannot be is killed, and its picture's call is UNAVAILABLE.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "face/evidence_check.h"
#include "face/picture_worker.h"
#include "face/worker/worker_child.h"

namespace realname::face {

struct WorkerProcessOptions {
  std::filesystem::path program;
  std::filesystem::path bundle_dir;
  ExpectedEvidence expected;
  // For one picture, from its first byte sent to its evidence.
  std::chrono::milliseconds picture_time_limit{2000};
  // For the start, until it says that it is ready.
  std::chrono::milliseconds start_time_limit{30'000};
  // Told, for the log, of each worker that was lost: its process id, why, and how it ended. May be empty.
  std::function<void(const std::string&)> on_lost;
};

class WorkerProcess final : public PictureWorker {
 public:
  explicit WorkerProcess(WorkerProcessOptions options);

  Status Start() override;
  bool Ready() override;
  Result<v1::FaceEvidence> Examine(std::string_view picture) override;

 private:
  // Ends the process. UNAVAILABLE with `why` as detail.
  Status Lose(const std::string& why);

  const WorkerProcessOptions options_;
  std::optional<WorkerChild> child_;
};

}  // namespace realname::face
