// SPDX-License-Identifier: Apache-2.0
#include "face/networks/embedder.h"

#include <cmath>
#include <utility>

#include <opencv2/core.hpp>

namespace realname::face {
namespace {

std::vector<float> ToUnitLength(std::vector<float> row) {
  double square = 0;
  for (const float value : row) square += static_cast<double>(value) * value;
  CV_Assert(square > 1e-12);
  const auto norm = static_cast<float>(std::sqrt(square));
  for (float& value : row) value /= norm;
  return row;
}

}  // namespace

Embedder::Embedder(const Bundle& bundle)
    : network_(bundle.manifest.embedder(), bundle.files.at(bundle.manifest.embedder().file())),
      length_(bundle.manifest.template_length()),
      mirror_averaged_(bundle.manifest.mirror_averaged()) {}

std::vector<float> Embedder::Embed(const cv::Mat& aligned) {
  const std::vector<float> upright = EmbedOnce(aligned);
  if (!mirror_averaged_) return upright;
  cv::Mat mirrored;
  cv::flip(aligned, mirrored, 1);
  std::vector<float> mean = EmbedOnce(mirrored);
  for (std::size_t i = 0; i < length_; ++i) mean[i] += upright[i];
  return ToUnitLength(std::move(mean));
}

std::vector<float> Embedder::EmbedOnce(const cv::Mat& aligned) {
  std::vector<float> row = network_.Run(aligned).at(0);
  CV_Assert(row.size() == length_);
  return ToUnitLength(std::move(row));
}

}  // namespace realname::face
