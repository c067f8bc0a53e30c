// SPDX-License-Identifier: Apache-2.0
#include "face/networks/crop.h"

#include <algorithm>
#include <cmath>

namespace realname::face {
namespace {

cv::Rect Inside(float left, float top, float right, float bottom, cv::Size picture) {
  const auto limit = [](float value, int high) { return std::clamp(static_cast<int>(std::lround(value)), 0, high); };
  const int x = limit(std::clamp(left, -1e6F, 1e6F), picture.width - 1);
  const int y = limit(std::clamp(top, -1e6F, 1e6F), picture.height - 1);
  const int x_end = std::max(limit(std::clamp(right, -1e6F, 1e6F), picture.width), x + 1);
  const int y_end = std::max(limit(std::clamp(bottom, -1e6F, 1e6F), picture.height), y + 1);
  return cv::Rect(x, y, x_end - x, y_end - y);
}

}  // namespace

cv::Rect CutCrop(const Box& box, float scale, cv::Size picture) {
  const float w = box.width * scale;
  const float h = box.height * scale;
  return Inside(box.CentreX() - w / 2, box.CentreY() - h / 2, box.CentreX() + w / 2, box.CentreY() + h / 2, picture);
}

cv::Rect MovedCrop(const Box& box, float scale, cv::Size picture) {
  const auto width = static_cast<float>(picture.width);
  const auto height = static_cast<float>(picture.height);
  const float fits = std::min({scale, width / box.width, height / box.height});
  const float w = box.width * fits;
  const float h = box.height * fits;
  const float left = std::clamp(box.CentreX() - w / 2, 0.0F, std::max(0.0F, width - w));
  const float top = std::clamp(box.CentreY() - h / 2, 0.0F, std::max(0.0F, height - h));
  return Inside(left, top, left + w, top + h, picture);
}

}  // namespace realname::face
