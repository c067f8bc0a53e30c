// SPDX-License-Identifier: Apache-2.0
// HostilePictures: pictures that no honest camera makes, and honest ones of every unusual kind: bombs, truncations,
// polyglots, metadata gone wrong. All made here from a picture of the caller's; deterministic.
#pragma once

#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

struct HostilePicture {
  std::string name;
  std::string bytes;
  // What the decoder says; any of them. OK: it is decoded, to a picture of the same content if `same`.
  std::vector<v1::FaceStatus> expected;
  bool same = false;
};

// `picture` is CV_8UC3, at least 64 pixels on each side. Some of the bombs are as large as an upload may be (4 MiB).
std::vector<HostilePicture> HostilePictures(const cv::Mat& picture);

}  // namespace realname::face
