// SPDX-License-Identifier: Apache-2.0
// GuardOpenCv: the one place where exceptions of OpenCV (and lack of memory) become a Status.
// Runs `work`. Errors: UNAVAILABLE (FACE_ENGINE_UNAVAILABLE), with the exception's words as detail for the log.
#pragma once

#include <exception>
#include <utility>

#include "base/status.h"

namespace realname::face {

template <typename Work>
Status GuardOpenCv(Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const std::exception& error) {  // cv::Exception, std::bad_alloc
    return Status(StatusCode::kUnavailable, "FACE_ENGINE_UNAVAILABLE", "the face engine cannot do this now",
                  error.what());
  }
}

}  // namespace realname::face
