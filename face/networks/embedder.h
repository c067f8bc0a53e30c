// SPDX-License-Identifier: Apache-2.0
// Embedder: aligned face -> template of unit length. Two templates are compared by their cosine.
// Throws cv::Exception. One per worker.
#pragma once

#include <vector>

#include "face/bundle.h"
#include "face/networks/network.h"

namespace realname::face {

class Embedder {
 public:
  explicit Embedder(const Bundle& bundle);
  std::vector<float> Embed(const cv::Mat& aligned);

 private:
  LoadedNetwork network_;
  std::size_t length_;
};

}  // namespace realname::face
