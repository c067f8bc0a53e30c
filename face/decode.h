// SPDX-License-Identifier: Apache-2.0
// Decode: the bytes of a JPEG or PNG file, told by magic number, to an upright BGR picture of 8 bits a channel.
//
// Everything is bounded before it is paid for: bytes, side, pixels, scans, and scans times pixels (a small progressive
// JPEG can ask for hours of work). What exceeds a bound is IMAGE_TOO_LARGE; what is incomplete, corrupt or of another
// format is DECODE_FAILED, a JPEG that merely ends early or is arithmetic-coded included. Of metadata only the
// orientation is read, in one pass. Large JPEGs are decoded at 1/2, 1/4 or 1/8 by the library's scaled DCT, large PNGs
// are averaged down, so the picture is never smaller than `working_side` on its longer side unless it was stored so.
// Transparent pixels are laid on white. EXIF orientation 1 to 8 is undone.
//
// Nothing is thrown but std::bad_alloc and cv::Exception; the C libraries' longjmp crosses no C++ destructor.
// Thread-safe: no state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <opencv2/core/mat.hpp>

#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

struct DecodeLimits {
  std::size_t max_bytes = 4u << 20;
  int max_side = 20'000;
  std::int64_t max_jpeg_pixels = 50'000'000;
  // A progressive JPEG is held whole, as six bytes of coefficients a pixel, however small it is then decoded.
  std::int64_t max_progressive_pixels = 13'000'000;
  // A PNG cannot be decoded scaled, so that each stored byte is paid for; a photograph of this many does not fit into 4
  // MiB anyhow, an A4 page scanned at 300 dots an inch has 8.7 million pixels.
  std::int64_t max_png_pixels = 9'000'000;
  std::int64_t max_png_bytes = 27'000'000;
  int max_scans = 64;
  // Ten scans are usual; refining next to nothing costs as much as refining a photograph.
  std::int64_t max_scan_pixels = 180'000'000;
  // Shorter side below which the detector has nothing to work on.
  int min_side = 32;
  // Longer side that decoding at a reduced size keeps at least: a phone's 12 megapixels are examined as 1000 x 750,
  // where colour need not be decoded at a finer size than it is shown.
  int working_side = 1000;
};

struct DecodedPicture {
  // OK, DECODE_FAILED, IMAGE_TOO_SMALL or IMAGE_TOO_LARGE.
  v1::FaceStatus status = v1::FACE_STATUS_DECODE_FAILED;
  // Upright size as stored, in pixels; 0 if it could not be read.
  int stored_width = 0;
  int stored_height = 0;
  // CV_8UC3, upright; empty unless status is OK.
  cv::Mat bgr;

  // Stored pixels per decoded pixel, at least 1.
  double StoredPixelsPerPixel() const {
    return bgr.empty() ? 1.0 : static_cast<double>(stored_width) / static_cast<double>(bgr.cols);
  }
};

DecodedPicture Decode(std::string_view bytes, const DecodeLimits& limits = DecodeLimits());

}  // namespace realname::face
