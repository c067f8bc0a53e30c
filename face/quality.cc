// SPDX-License-Identifier: Apache-2.0
#include "face/quality.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace realname::face {
namespace {

// Band variance, in grey levels squared, that a flat patch cannot exceed by rounding alone: keeps the quotient finite.
constexpr double kFlat = 0.5;
// Standard deviations, in pixels of the aligned face, between which the fine and the middle band lie. The first also
// keeps noise and JPEG blocks from passing for detail.
constexpr double kFine = 0.8;
constexpr double kMiddle = 1.6;
constexpr double kCoarse = 3.2;

double Variance(const cv::Mat& mat) {
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(mat, mean, deviation);
  return deviation[0] * deviation[0];
}

}  // namespace

FaceQuality MeasureQuality(const cv::Mat& aligned) {
  const int w = aligned.cols;
  const int h = aligned.rows;
  const cv::Rect inner(w / 6, h / 4, w - 2 * (w / 6), h - h / 4 - h / 16);
  cv::Mat grey;
  cv::cvtColor(aligned(inner), grey, cv::COLOR_BGR2GRAY);
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(grey, mean, deviation);

  // Blurred on the whole face first, so that the inner part's edges do not count.
  cv::Mat luminance;
  cv::cvtColor(aligned, luminance, cv::COLOR_BGR2GRAY);
  luminance.convertTo(luminance, CV_32F);
  const auto blurred = [&](double sigma) {
    cv::Mat out;
    cv::GaussianBlur(luminance, out, cv::Size(), sigma);
    return out;
  };
  const cv::Mat middle = blurred(kMiddle);
  const cv::Mat fine_band = blurred(kFine) - middle;
  const cv::Mat middle_band = middle - blurred(kCoarse);

  FaceQuality quality;
  quality.sharpness = static_cast<float>(Variance(fine_band(inner)) / (Variance(middle_band(inner)) + kFlat));
  quality.brightness = static_cast<float>(mean[0] / 255.0);
  quality.contrast = static_cast<float>(deviation[0] / 255.0);
  return quality;
}

}  // namespace realname::face
