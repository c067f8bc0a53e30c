// SPDX-License-Identifier: Apache-2.0
#include "measurement/chip_photo.h"

#include <algorithm>
#include <memory>
#include <new>
#include <turbojpeg.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "face/decode.h"

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
  const std::unique_ptr<void, int (*)(tjhandle)> writer(tjInitCompress(), tjDestroy);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  if (!writer || tjCompress2(writer.get(), small.data, small.cols, static_cast<int>(small.step), small.rows, TJPF_BGR,
                             &out, &size, TJSAMP_420, kChipJpegQuality, 0) != 0) {
    tjFree(out);
    throw std::bad_alloc();
  }
  std::string jpeg(reinterpret_cast<const char*>(out), size);
  tjFree(out);
  return jpeg;
}

}  // namespace realname::measurement
