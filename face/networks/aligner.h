// SPDX-License-Identifier: Apache-2.0
// Aligner: turns, scales and moves a face so that its five points lie where the embedder expects them.
// Source: S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns", IEEE PAMI
// 13(4), 1991; in the plane and without reflection the least-squares solution has the closed form used here.
// Throws cv::Exception for points that coincide. Thread-safe.
#pragma once

#include <opencv2/core/mat.hpp>
#include <opencv2/core/matx.hpp>

#include "face/bundle.h"
#include "face/points.h"

namespace realname::face {

// The similarity (rotation, uniform scale, translation) that maps `from` onto `to` with the least sum of squares.
cv::Matx23d LeastSquaresSimilarity(const Points5& from, const Points5& to);

class Aligner {
 public:
  explicit Aligner(const Bundle& bundle);
  // CV_8UC3 of the embedder's input size; what lies outside the picture is black.
  cv::Mat Align(const cv::Mat& bgr, const Points5& points) const;
  // The same face at 112 x 112, for which the measures of quality are made, whatever the embedder takes; `aligned`,
  // what Align gave, if that is its size.
  cv::Mat AlignForQuality(const cv::Mat& bgr, const Points5& points, const cv::Mat& aligned) const;

 private:
  // Where the points lie in 112 x 112, and in the embedder's input.
  Points5 stated_;
  Points5 target_;
  cv::Size size_;
};

}  // namespace realname::face
