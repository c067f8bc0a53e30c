// SPDX-License-Identifier: Apache-2.0
#include "face/quality.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace realname::face {
namespace {

// Variance below which a patch is flat: a fraction of a grey level squared. Keeps the quotient finite.
constexpr double kFlat = 1.0;

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

  // A light smoothing first, so that noise and JPEG blocks do not pass for detail.
  cv::Mat smooth;
  cv::GaussianBlur(grey, smooth, cv::Size(0, 0), 0.8);
  cv::Mat laplacian;
  cv::Laplacian(smooth, laplacian, CV_32F);

  FaceQuality quality;
  const double variance = deviation[0] * deviation[0];
  quality.sharpness = static_cast<float>(Variance(laplacian) / (variance + kFlat));
  quality.brightness = static_cast<float>(mean[0] / 255.0);
  quality.contrast = static_cast<float>(deviation[0] / 255.0);
  return quality;
}

}  // namespace realname::face
