// SPDX-License-Identifier: Apache-2.0
// PictureWorker: examines one picture at a time. Two kinds: AnalyzerWorker in this process, WorkerProcess in a
// sandboxed process of its own. NOT thread-safe: everything is called by one thread, which lives as long as the worker
// is used (the kernel ends a worker process with the thread that started it).
#pragma once

#include <string_view>

#include "base/result.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

class PictureWorker {
 public:
  virtual ~PictureWorker() = default;

  // Loads and warms the networks, at first and again after the worker was lost; takes about a second.
  // Errors: FAILED_PRECONDITION naming what has to be mended first; UNAVAILABLE (FACE_ENGINE_UNAVAILABLE).
  virtual Status Start() = 0;

  // Whether the worker can take a picture. Cheap.
  virtual bool Ready() = 0;

  // Requires Ready. The evidence has image_sha256, computed in this process.
  // Errors: UNAVAILABLE (FACE_ENGINE_UNAVAILABLE). If the worker is lost with it, Ready is false from then on.
  virtual Result<v1::FaceEvidence> Examine(std::string_view picture) = 0;
};

}  // namespace realname::face
