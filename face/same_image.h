// SPDX-License-Identifier: Apache-2.0
// SameImage: whether a portrait is the ID photo again, re-scaled, re-compressed, cropped or mirrored. Aligned faces of
// one picture lie on each other whatever was done to the rest of it, so their correlation tells; two takes of one
// person differ in expression, light and pose. Pure; thread-safe. Throws cv::Exception.
#pragma once

#include <string>
#include <string_view>

#include <opencv2/core/mat.hpp>

namespace realname::face {

inline constexpr int kThumbnailSide = 56;

// Luminance of an aligned face (CV_8UC3), kThumbnailSide squared bytes.
std::string Thumbnail(const cv::Mat& aligned);

// Highest normalised cross-correlation of two thumbnails over small shifts, scales and turns, the second mirrored or
// not: -1 to 1; 0 if either is of another size or flat.
float ImageCorrelation(std::string_view first, std::string_view second);

}  // namespace realname::face
