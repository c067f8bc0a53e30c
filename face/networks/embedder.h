// SPDX-License-Identifier: Apache-2.0
// Embedder: aligned face -> template of unit length, averaged with that of its mirror image if the manifest says so.
// Two templates are compared by their cosine. Throws cv::Exception. One per worker.
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
  std::vector<float> EmbedOnce(const cv::Mat& aligned);

  LoadedNetwork network_;
  std::size_t length_;
  bool mirror_averaged_;
};

}  // namespace realname::face
