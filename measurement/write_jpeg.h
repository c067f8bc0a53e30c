// SPDX-License-Identifier: Apache-2.0
// WriteJpeg: pixels -> JPEG by libjpeg-turbo, for measurements that need a picture processed again. Pure; thread-safe.
#pragma once

#include <string>

#include <opencv2/core/mat.hpp>

namespace realname::measurement {

// `bgr` is CV_8UC3, `quality` 1 to 100; colour at half resolution. Throws std::bad_alloc.
std::string WriteJpeg(const cv::Mat& bgr, int quality);

}  // namespace realname::measurement
