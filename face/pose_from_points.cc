// SPDX-License-Identifier: Apache-2.0
#include "face/pose_from_points.h"

#include <cmath>

#include <opencv2/core.hpp>

namespace realname::face {
namespace {

// An average adult's face in millimetres: right in the picture, down, towards the camera; in the order of Points5. The
// depth of the nose is the one at which turns come out as large as a pose network sees them.
constexpr double kModel[5][3] = {{-31.5, 0, 0}, {31.5, 0, 0}, {0, 36, 40}, {-26, 73, 0}, {26, 73, 0}};
constexpr double kDegrees = 57.29577951308232;

}  // namespace

HeadPose PoseFromPoints(const Points5& points) {
  cv::Matx<double, 5, 4> model;
  cv::Matx<double, 5, 2> seen;
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 3; ++j) model(i, j) = kModel[i][j];
    model(i, 3) = 1;
    seen(i, 0) = points[static_cast<std::size_t>(i)].x;
    seen(i, 1) = points[static_cast<std::size_t>(i)].y;
  }
  // Rows of the rotation, each times the scale; the fourth row is the translation.
  const cv::Matx<double, 4, 2> fitted = (model.t() * model).inv() * model.t() * seen;
  cv::Vec3d right(fitted(0, 0), fitted(1, 0), fitted(2, 0));
  cv::Vec3d down(fitted(0, 1), fitted(1, 1), fitted(2, 1));
  if (!(cv::norm(right) > 1e-9) || !(cv::norm(down) > 1e-9)) return {};
  right /= cv::norm(right);
  down /= cv::norm(down);
  cv::Vec3d forward = right.cross(down);
  if (!(cv::norm(forward) > 1e-9)) return {};
  forward /= cv::norm(forward);
  // The tilt is that of the line of the eyes; the turn is how far the face looks along that line.
  const double roll = std::atan2(down[0], right[0]);
  const double aside = std::cos(roll) * right[2] + std::sin(roll) * down[2];
  HeadPose pose;
  pose.yaw = static_cast<float>(kDegrees * std::atan2(-aside, forward[2]));
  pose.roll = static_cast<float>(kDegrees * roll);
  return pose;
}

}  // namespace realname::face
