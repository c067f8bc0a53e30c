// SPDX-License-Identifier: Apache-2.0
// LoadedNetwork: one cv::dnn network with the preprocessing that its manifest entry describes:
// input = (pixel - mean) * scale per channel, in the entry's colour order, size width x height.
// Throws cv::Exception (a file OpenCV cannot read, an output that is not there). NOT thread-safe: one per worker.
#pragma once

#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>
#include <opencv2/dnn/dnn.hpp>

#include "realname/v1/face_bundle.pb.h"

namespace realname::face {

class LoadedNetwork {
 public:
  LoadedNetwork(const v1::Network& entry, const std::string& bytes);

  // Resizes `crop` (CV_8UC3 BGR, or CV_8UC1) to the input and runs the network. Each output is flattened to one row.
  std::vector<std::vector<float>> Run(const cv::Mat& crop);

  const v1::Network& entry() const { return entry_; }

 private:
  v1::Network entry_;
  cv::dnn::Net net_;
  std::vector<std::string> outputs_;
};

// Softmax of a row of logits; of a row of probabilities, the row itself.
std::vector<float> Probabilities(const v1::Network& entry, std::vector<float> row);

// The class that the manifest calls `index`. Throws cv::Exception if the row has no such class.
float ClassProbability(const v1::Network& entry, const std::vector<float>& probabilities, int index);

}  // namespace realname::face
