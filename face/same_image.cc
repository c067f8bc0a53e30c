// SPDX-License-Identifier: Apache-2.0
#include "face/same_image.h"

#include <algorithm>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace realname::face {
namespace {

// Landmarks move a little with scale and compression: by up to this many pixels of a thumbnail, and by the scales and
// angles below.
constexpr int kShift = 4;

cv::Mat Picture(std::string_view bytes) {
  cv::Mat picture(kThumbnailSide, kThumbnailSide, CV_8UC1);
  std::copy(bytes.begin(), bytes.end(), picture.ptr<char>());
  return picture;
}

}  // namespace

std::string Thumbnail(const cv::Mat& aligned) {
  cv::Mat grey;
  cv::cvtColor(aligned, grey, cv::COLOR_BGR2GRAY);
  cv::resize(grey, grey, cv::Size(kThumbnailSide, kThumbnailSide), 0, 0, cv::INTER_AREA);
  return std::string(grey.ptr<char>(), grey.total());
}

float ImageCorrelation(std::string_view first, std::string_view second) {
  constexpr std::size_t kBytes = static_cast<std::size_t>(kThumbnailSide) * kThumbnailSide;
  if (first.size() != kBytes || second.size() != kBytes) return 0;
  // The corners are background, which cropping changes: compare the face's inner part.
  const cv::Rect inner(8, 10, kThumbnailSide - 16, kThumbnailSide - 14);
  const cv::Mat where = Picture(first);
  const cv::Mat upright = Picture(second);
  cv::Mat mirrored;
  cv::flip(upright, mirrored, 1);
  const cv::Rect area =
      cv::Rect(inner.x - kShift, inner.y - kShift, inner.width + 2 * kShift, inner.height + 2 * kShift) &
      cv::Rect(0, 0, kThumbnailSide, kThumbnailSide);
  const cv::Point2f centre(kThumbnailSide / 2.0F, kThumbnailSide / 2.0F);
  float highest = -1;
  for (const cv::Mat& candidate : {upright, mirrored}) {
    for (const double scale : {1.0, 0.95, 1.05}) {
      for (const double degrees : {0.0, -3.0, 3.0}) {
        cv::Mat turned;
        cv::warpAffine(candidate, turned, cv::getRotationMatrix2D(centre, degrees, scale), candidate.size(),
                       cv::INTER_LINEAR, cv::BORDER_REPLICATE);
        const cv::Mat part = turned(inner);
        cv::Scalar mean;
        cv::Scalar deviation;
        cv::meanStdDev(part, mean, deviation);
        if (deviation[0] < 1) return 0;
        cv::Mat scores;
        cv::matchTemplate(where(area), part, scores, cv::TM_CCOEFF_NORMED);
        double best = 0;
        cv::minMaxLoc(scores, nullptr, &best);
        highest = std::max(highest, static_cast<float>(best));
      }
    }
  }
  return std::clamp(highest, -1.0F, 1.0F);
}

}  // namespace realname::face
