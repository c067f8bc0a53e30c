// SPDX-License-Identifier: Apache-2.0
// ServePictures: the life of a worker process (realname-face-worker): load and check the bundle, build and warm the
// networks, enter the sandbox, say that it is ready, and only then read the first picture; then one picture after
// another until the parent closes the socket.
//
// The parent has made the socket descriptor kWorkerSocket (worker_child.h) and speaks frames (frame.h).
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "face/bundle.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

// May throw what OpenCV throws: the picture is then answered with a fault, and the worker goes on.
using ExaminePicture = std::function<v1::FaceEvidence(std::string_view picture)>;

// Builds, before the sandbox, what examines pictures in it. Files may still be opened, nothing else; what it throws is
// a start that failed. The bundle's bytes are freed when it returns.
using PrepareExaminer = std::function<ExaminePicture(const Bundle& bundle)>;

// Of the analyzer: what realname-face-worker does.
ExaminePicture PrepareAnalyzer(const Bundle& bundle);

// Returns the process's exit status: 0 when the parent was done, 1 if it could not start (it has told the parent why),
// 2 if it was not started by a parent. Ends the process with the thread that started it. Call it once, from main.
int ServePictures(const std::filesystem::path& bundle_dir, const PrepareExaminer& prepare);

}  // namespace realname::face
