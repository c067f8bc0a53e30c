// SPDX-License-Identifier: Apache-2.0
// Crops of a picture round a face box, in pixels, always inside the picture and at least one pixel. Pure.
#pragma once

#include <opencv2/core/types.hpp>

#include "face/box.h"

namespace realname::face {

// The box enlarged about its centre by `scale` and cut at the picture's edges.
cv::Rect CutCrop(const Box& box, float scale, cv::Size picture);

// The box enlarged by `scale`, or by as much as the picture allows if that is less, and moved inside: its proportions
// stay those of the box. Liveness networks are trained on such crops.
cv::Rect MovedCrop(const Box& box, float scale, cv::Size picture);

}  // namespace realname::face
