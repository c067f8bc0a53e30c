// SPDX-License-Identifier: Apache-2.0
#include "face/quality.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

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

FaceTone MeasureTone(const cv::Mat& aligned) {
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

  FaceTone quality;
  quality.sharpness = static_cast<float>(Variance(fine_band(inner)) / (Variance(middle_band(inner)) + kFlat));
  quality.brightness = static_cast<float>(mean[0] / 255.0);
  quality.contrast = static_cast<float>(deviation[0] / 255.0);
  return quality;
}

float MouthOpen(const Points68& points) {
  // Inner lips: corners 60 and 64, middle of the upper lip 62, of the lower 66.
  const float width = std::hypot(points[64].x - points[60].x, points[64].y - points[60].y);
  const float gap = std::hypot(points[66].x - points[62].x, points[66].y - points[62].y);
  return width > 1 ? gap / width : 0;
}

float LowerFaceDifference(const cv::Mat& aligned) {
  // In 112ths of the aligned face: cheeks under the eyes; cheeks beside the mouth and chin, lips left out.
  const double unit = aligned.cols / 112.0;
  const auto mean = [&](std::initializer_list<cv::Rect> parts) {
    cv::Vec3d sum;
    for (const cv::Rect& part : parts) {
      const cv::Rect scaled(static_cast<int>(part.x * unit), static_cast<int>(part.y * unit),
                            std::max(1, static_cast<int>(part.width * unit)),
                            std::max(1, static_cast<int>(part.height * unit)));
      const cv::Scalar colour = cv::mean(aligned(scaled & cv::Rect(0, 0, aligned.cols, aligned.rows)));
      sum += cv::Vec3d(colour[0], colour[1], colour[2]) / static_cast<double>(parts.size());
    }
    // ITU-R BT.601 colour differences, in 8-bit units.
    const double luma = 0.299 * sum[2] + 0.587 * sum[1] + 0.114 * sum[0];
    return cv::Point2d(0.564 * (sum[0] - luma), 0.713 * (sum[2] - luma));
  };
  const cv::Point2d upper = mean({cv::Rect(28, 60, 12, 8), cv::Rect(72, 60, 12, 8), cv::Rect(52, 50, 8, 10)});
  const cv::Point2d lower = mean({cv::Rect(30, 84, 8, 14), cv::Rect(74, 84, 8, 14), cv::Rect(46, 101, 20, 7)});
  return static_cast<float>(cv::norm(upper - lower));
}

float BackgroundClutter(const cv::Mat& bgr, const Box& box) {
  constexpr double kFaceWidth = 64;
  // Per pixel of the reduced copy, in grey levels: an edge that the eye sees as one.
  constexpr double kStrong = 24;
  const double scale = std::min(1.0, kFaceWidth / std::max(box.width, 1.0F));
  cv::Mat grey;
  cv::cvtColor(bgr, grey, cv::COLOR_BGR2GRAY);
  cv::resize(grey, grey, cv::Size(std::max(1, cvRound(bgr.cols * scale)), std::max(1, cvRound(bgr.rows * scale))), 0, 0,
             cv::INTER_AREA);
  cv::Mat dx;
  cv::Mat dy;
  cv::Sobel(grey, dx, CV_32F, 1, 0, 3, 0.25);
  cv::Sobel(grey, dy, CV_32F, 0, 1, 3, 0.25);
  cv::Mat gradient;
  cv::magnitude(dx, dy, gradient);
  // Head with hair: 1.7 boxes wide, from 0.6 boxes above the box down. What lies below the chin is body.
  const double left = (box.CentreX() - 0.85 * box.width) * scale;
  const double right = (box.CentreX() + 0.85 * box.width) * scale;
  const double top = (box.y - 0.6 * box.height) * scale;
  const double chin = (box.y + 0.9 * box.height) * scale;
  std::size_t strong = 0;
  std::size_t all = 0;
  for (int y = 1; y < gradient.rows - 1 && y < chin; ++y) {
    const float* row = gradient.ptr<float>(y);
    for (int x = 1; x < gradient.cols - 1; ++x) {
      if (y >= top && x >= left && x <= right) continue;
      ++all;
      if (row[x] > kStrong) ++strong;
    }
  }
  // A sliver of background says nothing.
  return all < 100 ? 0 : static_cast<float>(strong) / static_cast<float>(all);
}

float UnifiedScore(const v1::FaceEvidence& e) {
  const auto scale = [](float value, float unusable, float good) {
    return std::clamp((value - unusable) / (good - unusable), 0.0F, 1.0F);
  };
  const float turned =
      std::max({std::fabs(e.yaw_degrees()), std::fabs(e.pitch_degrees()), std::fabs(e.roll_degrees())});
  const auto measured = [&](v1::FaceComponent component) {
    return std::find(e.not_measured().begin(), e.not_measured().end(), component) == e.not_measured().end();
  };
  const float eyes =
      measured(v1::FACE_COMPONENT_EYES_OPEN) ? scale(std::min(e.left_eye_open(), e.right_eye_open()), 0, 0.6F) : 1.0F;
  const float mouth = measured(v1::FACE_COMPONENT_MOUTH_OPEN) ? scale(e.mouth_open(), 0.9F, 0.3F) : 1.0F;
  return 100 * std::min({scale(e.eye_distance_px(), 10, 60), scale(e.sharpness(), 0.08F, 0.30F),
                         scale(e.brightness(), 0.08F, 0.35F), scale(e.brightness(), 0.97F, 0.75F),
                         scale(e.contrast(), 0.02F, 0.10F), scale(turned, 50, 12), eyes, mouth,
                         scale(e.lower_face_difference(), 32, 12)});
}

}  // namespace realname::face
