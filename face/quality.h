// SPDX-License-Identifier: Apache-2.0
// Quality: sharpness, brightness and contrast of an aligned face, on the luminance of its inner part (hair, ears and
// background left out). What each means and its range is in face_evidence.proto.
// Sharpness compares two bands of detail with each other (differences of Gaussians), not detail with contrast: light,
// hair and noise move it little, and resolution moves it less than the variance of a Laplacian does. Pure; thread-safe.
#pragma once

#include <opencv2/core/mat.hpp>

namespace realname::face {

struct FaceQuality {
  float sharpness = 0;
  float brightness = 0;
  float contrast = 0;
};

// `aligned` is CV_8UC3, as the aligner makes it.
FaceQuality MeasureQuality(const cv::Mat& aligned);

}  // namespace realname::face
