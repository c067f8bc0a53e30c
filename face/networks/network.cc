// SPDX-License-Identifier: Apache-2.0
#include "face/networks/network.h"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace realname::face {
namespace {

float PerChannel(const google::protobuf::RepeatedField<float>& values, int channel) {
  return values.Get(values.size() == 1 ? 0 : channel);
}

}  // namespace

LoadedNetwork::LoadedNetwork(const v1::Network& entry, const std::string& bytes)
    : entry_(entry), net_(cv::dnn::readNetFromONNX(bytes.data(), bytes.size())) {
  net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  net_.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  outputs_.assign(entry.outputs().begin(), entry.outputs().end());
  if (outputs_.empty()) outputs_ = net_.getUnconnectedOutLayersNames();
}

std::vector<std::vector<float>> LoadedNetwork::Run(const cv::Mat& crop) {
  const cv::Size size(static_cast<int>(entry_.width()), static_cast<int>(entry_.height()));
  // `crop` is a view of the picture: a conversion must not write into it.
  cv::Mat pixels;
  if (entry_.colour() == v1::COLOUR_ORDER_GREY && crop.channels() == 3) {
    cv::cvtColor(crop, pixels, cv::COLOR_BGR2GRAY);
  } else if (entry_.colour() == v1::COLOUR_ORDER_RGB) {
    cv::cvtColor(crop, pixels, cv::COLOR_BGR2RGB);
  } else {
    pixels = crop;
  }
  if (pixels.size() != size) {
    // Averaging when it shrinks a lot keeps fine texture from turning into noise.
    const bool shrinks = pixels.cols >= 2 * size.width && pixels.rows >= 2 * size.height;
    cv::Mat resized;
    cv::resize(pixels, resized, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    pixels = resized;
  }
  const int channels = pixels.channels();
  const int shape[] = {1, channels, size.height, size.width};
  cv::Mat blob(4, shape, CV_32F);
  for (int c = 0; c < channels; ++c) {
    const float mean = PerChannel(entry_.mean(), c);
    const float scale = PerChannel(entry_.scale(), c);
    float* out = blob.ptr<float>(0, c);
    for (int y = 0; y < size.height; ++y) {
      const unsigned char* row = pixels.ptr<unsigned char>(y) + c;
      for (int x = 0; x < size.width; ++x) *out++ = (static_cast<float>(row[x * channels]) - mean) * scale;
    }
  }
  net_.setInput(blob);
  std::vector<cv::Mat> mats;
  net_.forward(mats, outputs_);
  std::vector<std::vector<float>> rows;
  for (const cv::Mat& mat : mats) {
    CV_Assert(mat.type() == CV_32F && mat.isContinuous());
    rows.emplace_back(mat.ptr<float>(), mat.ptr<float>() + mat.total());
    for (const float value : rows.back()) CV_Assert(std::isfinite(value));
  }
  return rows;
}

std::vector<float> Probabilities(const v1::Network& entry, std::vector<float> row) {
  if (!entry.logits() || row.empty()) return row;
  const float highest = *std::max_element(row.begin(), row.end());
  float sum = 0;
  for (float& value : row) {
    value = std::exp(value - highest);
    sum += value;
  }
  for (float& value : row) value /= sum;
  return row;
}

float ClassProbability(const v1::Network& entry, const std::vector<float>& probabilities, int index) {
  const std::size_t at = entry.class_order_size() == 0 ? static_cast<std::size_t>(index) : entry.class_order(index);
  CV_Assert(at < probabilities.size());
  return probabilities[at];
}

}  // namespace realname::face
