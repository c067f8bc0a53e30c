// SPDX-License-Identifier: Apache-2.0
#include "face/networks/embedder.h"

#include <cmath>

#include <opencv2/core.hpp>

namespace realname::face {

Embedder::Embedder(const Bundle& bundle)
    : network_(bundle.manifest.embedder(), bundle.files.at(bundle.manifest.embedder().file())),
      length_(bundle.manifest.template_length()) {}

std::vector<float> Embedder::Embed(const cv::Mat& aligned) {
  std::vector<float> row = network_.Run(aligned).at(0);
  CV_Assert(row.size() == length_);
  double square = 0;
  for (const float value : row) square += static_cast<double>(value) * value;
  CV_Assert(square > 1e-12);
  const auto norm = static_cast<float>(std::sqrt(square));
  for (float& value : row) value /= norm;
  return row;
}

}  // namespace realname::face
