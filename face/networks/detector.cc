// SPDX-License-Identifier: Apache-2.0
#include "face/networks/detector.h"

#include <algorithm>

#include <opencv2/core.hpp>

namespace realname::face {
namespace {

// More candidates than this never matter, and suppression grows with their square.
constexpr std::size_t kMaxCandidates = 1000;
constexpr std::size_t kMaxFaces = 100;

}  // namespace

Detector::Detector(const Bundle& bundle)
    : network_(bundle.manifest.detector(), bundle.files.at(bundle.manifest.detector().file())),
      threshold_(bundle.manifest.detector_threshold()),
      nms_(bundle.manifest.detector_nms()) {}

std::vector<Box> Detector::Detect(const cv::Mat& bgr) {
  const std::vector<std::vector<float>> outputs = network_.Run(bgr);
  const std::vector<float>& corners = outputs.at(0);
  const std::vector<float>& scores = outputs.at(1);
  CV_Assert(corners.size() % 4 == 0 && scores.size() * 2 == corners.size());
  const auto width = static_cast<float>(bgr.cols);
  const auto height = static_cast<float>(bgr.rows);
  std::vector<Box> candidates;
  for (std::size_t i = 0; i < scores.size() / 2; ++i) {
    if (scores[2 * i + 1] < threshold_) continue;
    const float* corner = &corners[4 * i];
    Box box;
    box.x = corner[0] * width;
    box.y = corner[1] * height;
    box.width = corner[2] * width - box.x;
    box.height = corner[3] * height - box.y;
    box.score = scores[2 * i + 1];
    if (box.width >= 1 && box.height >= 1 && box.width <= 4 * width && box.height <= 4 * height) {
      candidates.push_back(box);
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Box& a, const Box& b) { return a.score > b.score; });
  if (candidates.size() > kMaxCandidates) candidates.resize(kMaxCandidates);
  std::vector<Box> faces;
  for (const Box& candidate : candidates) {
    const bool seen =
        std::any_of(faces.begin(), faces.end(), [&](const Box& face) { return Overlap(face, candidate) > nms_; });
    if (!seen && faces.size() < kMaxFaces) faces.push_back(candidate);
  }
  return faces;
}

}  // namespace realname::face
