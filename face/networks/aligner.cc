// SPDX-License-Identifier: Apache-2.0
#include "face/networks/aligner.h"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace realname::face {
namespace {

// The side for which manifests state the alignment points.
constexpr float kStatedSide = 112.0F;

cv::Mat Warp(const cv::Mat& bgr, cv::Matx23d map, cv::Size size) {
  cv::Mat source = bgr;
  const double scale = std::hypot(map(0, 0), map(1, 0));
  CV_Assert(scale > 1e-4);
  const int shrink = static_cast<int>(std::min(1.0 / scale, 16.0));
  if (shrink >= 2) {
    // Bilinear sampling of a much larger face would pick single pixels: average first.
    cv::resize(bgr, source, cv::Size(std::max(bgr.cols / shrink, 1), std::max(bgr.rows / shrink, 1)), 0, 0,
               cv::INTER_AREA);
    const double kx = static_cast<double>(bgr.cols) / source.cols;
    const double ky = static_cast<double>(bgr.rows) / source.rows;
    // Pixel centres: x = (x' + 0.5) * kx - 0.5.
    for (int row = 0; row < 2; ++row) {
      map(row, 2) += map(row, 0) * (0.5 * kx - 0.5) + map(row, 1) * (0.5 * ky - 0.5);
      map(row, 0) *= kx;
      map(row, 1) *= ky;
    }
  }
  cv::Mat aligned;
  cv::warpAffine(source, aligned, map, size, cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar());
  return aligned;
}

}  // namespace

cv::Matx23d LeastSquaresSimilarity(const Points5& from, const Points5& to) {
  cv::Point2d from_mean;
  cv::Point2d to_mean;
  for (std::size_t i = 0; i < from.size(); ++i) {
    from_mean += cv::Point2d(from[i]) * (1.0 / 5);
    to_mean += cv::Point2d(to[i]) * (1.0 / 5);
  }
  double along = 0;
  double across = 0;
  double spread = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const cv::Point2d p = cv::Point2d(from[i]) - from_mean;
    const cv::Point2d q = cv::Point2d(to[i]) - to_mean;
    along += p.dot(q);
    across += p.cross(q);
    spread += p.dot(p);
  }
  CV_Assert(spread > 1e-6);
  const double a = along / spread;
  const double b = across / spread;
  return cv::Matx23d(a, -b, to_mean.x - a * from_mean.x + b * from_mean.y,  //
                     b, a, to_mean.y - b * from_mean.x - a * from_mean.y);
}

Aligner::Aligner(const Bundle& bundle)
    : size_(static_cast<int>(bundle.manifest.embedder().width()),
            static_cast<int>(bundle.manifest.embedder().height())) {
  for (int i = 0; i < 5; ++i) {
    stated_[i].x = bundle.manifest.alignment_points(2 * i);
    stated_[i].y = bundle.manifest.alignment_points(2 * i + 1);
    target_[i].x = bundle.manifest.alignment_points(2 * i) * static_cast<float>(size_.width) / kStatedSide;
    target_[i].y = bundle.manifest.alignment_points(2 * i + 1) * static_cast<float>(size_.height) / kStatedSide;
  }
}

cv::Mat Aligner::Align(const cv::Mat& bgr, const Points5& points) const {
  return Warp(bgr, LeastSquaresSimilarity(points, target_), size_);
}

cv::Mat Aligner::AlignForQuality(const cv::Mat& bgr, const Points5& points, const cv::Mat& aligned) const {
  const cv::Size stated(static_cast<int>(kStatedSide), static_cast<int>(kStatedSide));
  if (aligned.size() == stated) return aligned;
  return Warp(bgr, LeastSquaresSimilarity(points, stated_), stated);
}

}  // namespace realname::face
