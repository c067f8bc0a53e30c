// SPDX-License-Identifier: Apache-2.0
#include "face/networks/liveness.h"

#include "face/networks/crop.h"

namespace realname::face {

Liveness::Liveness(const Bundle& bundle)
    : network_(bundle.manifest.liveness(), bundle.files.at(bundle.manifest.liveness().file())) {}

LivenessScores Liveness::Judge(const cv::Mat& bgr, const Box& box) {
  const v1::Network& entry = network_.entry();
  const float scale = entry.crop_scale() > 0 ? entry.crop_scale() : 1.0F;
  const std::vector<float> p = Probabilities(entry, network_.Run(bgr(MovedCrop(box, scale, bgr.size()))).at(0));
  return {ClassProbability(entry, p, 0), ClassProbability(entry, p, 1), ClassProbability(entry, p, 2)};
}

}  // namespace realname::face
