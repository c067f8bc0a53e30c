// SPDX-License-Identifier: Apache-2.0
// Quality of a portrait, in the spirit of ISO/IEC 29794-5: components, each measured on its own, and a unified score.
// What each component means and its range is in face_evidence.proto. Pure; thread-safe. Throws cv::Exception.
#pragma once

#include <opencv2/core/mat.hpp>

#include "face/box.h"
#include "face/points.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

// Sharpness compares two bands of detail with each other (differences of Gaussians), not detail with contrast: light,
// hair and noise move it little, and resolution moves it less than the variance of a Laplacian does. All three are
// taken on the luminance of the inner part of the aligned face: hair, ears and background are left out.
struct FaceTone {
  float sharpness = 0;
  float brightness = 0;
  float contrast = 0;
};

// `aligned` is CV_8UC3, as the aligner makes it.
FaceTone MeasureTone(const cv::Mat& aligned);

// Gap between the inner lips over the inner width of the mouth.
float MouthOpen(const Points68& points);

// Distance in chroma (ITU-R BT.601) between the skin under the eyes and the lower cheeks and chin. `aligned` as above.
float LowerFaceDifference(const cv::Mat& aligned);

// Share of pixels with a strong gradient beside and above the head, in a copy of the picture in which the box is 64
// pixels wide. 0 if the head fills the picture.
float BackgroundClutter(const cv::Mat& bgr, const Box& box);

// The worst component that was measured, each mapped from unusable (0) to good (100). The scales are this project's
// own.
float UnifiedScore(const v1::FaceEvidence& evidence);

}  // namespace realname::face
