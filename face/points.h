// SPDX-License-Identifier: Apache-2.0
// Points of a face, in pixels of the picture. Left and right are those of the picture. Values.
#pragma once

#include <array>

#include <opencv2/core/types.hpp>

namespace realname::face {

// Numbered from 0 as in the iBUG 300-W mark-up.
using Points68 = std::array<cv::Point2f, 68>;
// Left eye, right eye, nose, left and right corner of the mouth.
using Points5 = std::array<cv::Point2f, 5>;

}  // namespace realname::face
