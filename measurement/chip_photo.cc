// SPDX-License-Identifier: Apache-2.0
#include "measurement/chip_photo.h"

#include <algorithm>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "face/decode.h"
#include "measurement/write_jpeg.h"

namespace realname::measurement {

std::optional<std::string> ChipPhoto(std::string_view bytes) {
  const face::DecodedPicture picture = face::Decode(bytes);
  if (picture.status != v1::FACE_STATUS_OK) return std::nullopt;
  const cv::Mat& bgr = picture.bgr;
  const int width = std::max(1, std::min(bgr.cols, bgr.rows * kChipWidth / kChipHeight));
  const int height = std::max(1, std::min(bgr.rows, bgr.cols * kChipHeight / kChipWidth));
  cv::Mat small;
  cv::resize(bgr(cv::Rect((bgr.cols - width) / 2, (bgr.rows - height) / 2, width, height)), small,
             cv::Size(kChipWidth, kChipHeight), 0, 0, cv::INTER_AREA);
  return WriteJpeg(small, kChipJpegQuality);
}

}  // namespace realname::measurement
