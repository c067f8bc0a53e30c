// SPDX-License-Identifier: Apache-2.0
// Encoders for pictures that tests make up: JPEG by libjpeg, PNG by libpng. Throw std::runtime_error.
#pragma once

#include <string>
#include <string_view>

#include <opencv2/core/mat.hpp>

namespace realname::face {

struct JpegOptions {
  int quality = 95;
  bool progressive = false;
  // 1 to 8; 0: no Exif block.
  int exif_orientation = 0;
  // Arithmetic instead of Huffman coding.
  bool arithmetic = false;
  // CMYK is stored as YCCK.
  bool ycck = false;
  // MCUs from one restart marker to the next; 0: none.
  unsigned restart_interval = 0;
};

// CV_8UC3 (BGR), CV_8UC1 (grey) or CV_8UC4 (CMYK or YCCK, stored complemented with Adobe's marker).
std::string EncodeJpeg(const cv::Mat& picture, const JpegOptions& options = JpegOptions());

enum class PngKind { kRgb8, kRgb16, kRgba8, kGrey8, kPalette };

// CV_8UC3 (BGR). kPalette keeps the upper two bits of each channel; kRgba8 makes the left half transparent.
std::string EncodePng(const cv::Mat& picture, PngKind kind, bool interlaced = false);

// A little-endian Exif block, from its TIFF header on.
std::string ExifBlock(int orientation);

}  // namespace realname::face
