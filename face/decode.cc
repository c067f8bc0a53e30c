// SPDX-License-Identifier: Apache-2.0
#include "face/decode.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <png.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "face/exif_orientation.h"

// jpeglib.h needs size_t and FILE first.
#include <jerror.h>
#include <jpeglib.h>

namespace realname::face {
namespace {

using std::string_view;

constexpr string_view kJpegMagic("\xFF\xD8\xFF", 3);
constexpr string_view kPngMagic("\x89PNG\r\n\x1A\n", 8);
constexpr string_view kExifHeader("Exif\0\0", 6);
// Coefficients of the largest progressive picture that is accepted, with some room.
constexpr long kJpegMemory = 96L << 20;

// Turns a picture so that it stands upright (EXIF orientation 1..8: what row 0 and column 0 of the stored picture
// show).
cv::Mat Upright(const cv::Mat& stored, int orientation) {
  cv::Mat turned = stored;
  if (orientation >= 5) cv::transpose(stored, turned);
  cv::Mat out = turned;
  switch (orientation) {
    case 2:
      cv::flip(turned, out, 1);
      break;
    case 3:
      cv::flip(turned, out, -1);
      break;
    case 4:
      cv::flip(turned, out, 0);
      break;
    case 6:
      cv::flip(turned, out, 1);
      break;
    case 7:
      cv::flip(turned, out, -1);
      break;
    case 8:
      cv::flip(turned, out, 0);
      break;
    default:
      break;
  }
  return out;
}

void SetStoredSize(int width, int height, int orientation, DecodedPicture& picture) {
  picture.stored_width = orientation >= 5 ? height : width;
  picture.stored_height = orientation >= 5 ? width : height;
}

// The size alone: OK, too small or too large.
v1::FaceStatus CheckSize(std::int64_t width, std::int64_t height, std::int64_t max_pixels, const DecodeLimits& limits) {
  if (width > limits.max_side || height > limits.max_side || width * height > max_pixels) {
    return v1::FACE_STATUS_IMAGE_TOO_LARGE;
  }
  return std::min(width, height) < limits.min_side ? v1::FACE_STATUS_IMAGE_TOO_SMALL : v1::FACE_STATUS_OK;
}

// The largest of 1, 2, 4, 8 by which the longer side can be divided without falling below `working_side`.
int Reduction(int width, int height, int working_side) {
  int divisor = 1;
  while (divisor < 8 && std::max(width, height) / (divisor * 2) >= working_side) divisor *= 2;
  return divisor;
}

// ---------------------------------------------------------------------------------------------------------------- JPEG

// Of the first Exif block before the first scan; 1 if there is none. Not left to the library, which keeps every APP1
// segment in a list and walks the list for each: a million empty ones would take it hours.
int JpegOrientation(string_view bytes) {
  constexpr unsigned char kStartOfScan = 0xDA;
  constexpr unsigned char kExifSegment = 0xE1;
  std::size_t at = kJpegMagic.size() - 1;
  while (true) {
    // As the library does, over whatever stands before the next marker.
    at = bytes.find('\xFF', at);
    if (at == string_view::npos) return 1;
    at = bytes.find_first_not_of('\xFF', at);
    if (at == string_view::npos) return 1;
    const auto marker = static_cast<unsigned char>(bytes[at++]);
    const bool alone = marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
    if (alone) continue;
    if (marker == kStartOfScan || at + 2 > bytes.size()) return 1;
    const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                                        static_cast<unsigned char>(bytes[at + 1]));
    if (length < 2 || at + length > bytes.size()) return 1;
    const string_view data = bytes.substr(at + 2, length - 2);
    if (marker == kExifSegment && data.substr(0, kExifHeader.size()) == kExifHeader) {
      return ExifOrientation(data.substr(kExifHeader.size()));
    }
    at += length;
  }
}

// libjpeg reports an error by a function that must not return. Each function below that calls setjmp holds nothing with
// a destructor, so the jump crosses none.
struct JpegState {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf on_error;
  bool too_large;
  int max_scans;
  std::int64_t max_scan_pixels;
};

[[noreturn]] void JpegFail(j_common_ptr info) { std::longjmp(static_cast<JpegState*>(info->client_data)->on_error, 1); }

// Level below 0 is a warning: the data are corrupt or end early. Only those that lose no part of the picture are let
// by.
void JpegMessage(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
      return;
    default:
      JpegFail(info);
  }
}

void JpegSilent(j_common_ptr) {}

void JpegProgress(j_common_ptr info) {
  auto* state = static_cast<JpegState*>(info->client_data);
  const auto scans = static_cast<std::int64_t>(state->info.input_scan_number);
  const std::int64_t pixels = static_cast<std::int64_t>(state->info.image_width) * state->info.image_height;
  if (scans > state->max_scans || scans * pixels > state->max_scan_pixels) {
    state->too_large = true;
    JpegFail(info);
  }
}

bool JpegReadHeader(JpegState* state, const unsigned char* bytes, std::size_t size) {
  if (setjmp(state->on_error)) return false;
  jpeg_create_decompress(&state->info);
  state->info.client_data = state;
  state->info.progress = &state->progress;
  state->info.mem->max_memory_to_use = kJpegMemory;
  jpeg_mem_src(&state->info, bytes, static_cast<unsigned long>(size));
  return jpeg_read_header(&state->info, TRUE) == JPEG_HEADER_OK;
}

bool JpegStart(JpegState* state, int divisor) {
  if (setjmp(state->on_error)) return false;
  const J_COLOR_SPACE stored = state->info.jpeg_color_space;
  state->info.out_color_space = stored == JCS_CMYK || stored == JCS_YCCK ? JCS_CMYK : JCS_EXT_BGR;
  state->info.scale_num = 1;
  state->info.scale_denom = static_cast<unsigned>(divisor);
  return jpeg_start_decompress(&state->info) == TRUE;
}

bool JpegReadRows(JpegState* state, unsigned char* rows, std::size_t stride) {
  if (setjmp(state->on_error)) return false;
  while (state->info.output_scanline < state->info.output_height) {
    JSAMPROW row = rows + stride * state->info.output_scanline;
    jpeg_read_scanlines(&state->info, &row, 1);
  }
  // Reads on to the end-of-image marker; without one the file was cut.
  return jpeg_finish_decompress(&state->info) == TRUE;
}

// Ink to light. Files with Adobe's marker store the complement of the ink, as nearly all CMYK JPEGs do.
cv::Mat CmykToBgr(const cv::Mat& cmyk, bool complement) {
  cv::Mat bgr(cmyk.size(), CV_8UC3);
  const int flip = complement ? 0 : 255;
  for (int y = 0; y < cmyk.rows; ++y) {
    const auto* from = cmyk.ptr<cv::Vec4b>(y);
    auto* to = bgr.ptr<cv::Vec3b>(y);
    for (int x = 0; x < cmyk.cols; ++x) {
      const int key = from[x][3] ^ flip;
      for (int c = 0; c < 3; ++c) to[x][c] = static_cast<unsigned char>((from[x][2 - c] ^ flip) * key / 255);
    }
  }
  return bgr;
}

class JpegDecoder {
 public:
  explicit JpegDecoder(const DecodeLimits& limits) : limits_(limits) {
    std::memset(&state_, 0, sizeof(state_));
    state_.info.err = jpeg_std_error(&state_.errors);
    state_.info.client_data = &state_;
    state_.errors.error_exit = JpegFail;
    state_.errors.emit_message = JpegMessage;
    state_.errors.output_message = JpegSilent;
    state_.progress.progress_monitor = JpegProgress;
    state_.max_scans = limits.max_scans;
    state_.max_scan_pixels = limits.max_scan_pixels;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&state_.info); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  DecodedPicture Decode(string_view bytes) {
    DecodedPicture picture;
    if (!JpegReadHeader(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size())) return picture;
    const auto width = static_cast<int>(state_.info.image_width);
    const auto height = static_cast<int>(state_.info.image_height);
    const int orientation = JpegOrientation(bytes);
    SetStoredSize(width, height, orientation, picture);
    picture.status = CheckSize(width, height, limits_.max_jpeg_pixels, limits_);
    if (picture.status != v1::FACE_STATUS_OK) return picture;

    // Cameras and browsers do not write it, and a few bytes of it stand for any number of pixels.
    if (state_.info.arith_code) {
      picture.status = v1::FACE_STATUS_DECODE_FAILED;
      return picture;
    }
    if (jpeg_has_multiple_scans(&state_.info) && std::int64_t{width} * height > limits_.max_progressive_pixels) {
      picture.status = v1::FACE_STATUS_IMAGE_TOO_LARGE;
      return picture;
    }

    picture.status = v1::FACE_STATUS_DECODE_FAILED;
    if (!JpegStart(&state_, Reduction(width, height, limits_.working_side))) return Failed(picture);
    const int channels = state_.info.output_components;
    if (channels != 3 && channels != 4) return picture;
    cv::Mat pixels(static_cast<int>(state_.info.output_height), static_cast<int>(state_.info.output_width),
                   CV_8UC(channels));
    if (!JpegReadRows(&state_, pixels.data, pixels.step)) return Failed(picture);
    if (channels == 4) pixels = CmykToBgr(pixels, state_.info.saw_Adobe_marker == TRUE);
    picture.bgr = Upright(pixels, orientation);
    picture.status = v1::FACE_STATUS_OK;
    return picture;
  }

 private:
  DecodedPicture Failed(DecodedPicture picture) const {
    if (state_.too_large) picture.status = v1::FACE_STATUS_IMAGE_TOO_LARGE;
    return picture;
  }

  const DecodeLimits limits_;
  JpegState state_;
};

// ----------------------------------------------------------------------------------------------------------------- PNG

// As for JPEG: the functions that call setjmp hold nothing with a destructor.
struct PngState {
  png_structp png;
  png_infop info;
  const unsigned char* bytes;
  std::size_t left;
  std::jmp_buf on_error;
};

[[noreturn]] void PngFail(png_structp png, png_const_charp) {
  std::longjmp(static_cast<PngState*>(png_get_error_ptr(png))->on_error, 1);
}

void PngWarn(png_structp, png_const_charp) {}

void PngRead(png_structp png, png_bytep out, std::size_t size) {
  auto* state = static_cast<PngState*>(png_get_io_ptr(png));
  if (size > state->left) png_error(png, "end of data");
  std::memcpy(out, state->bytes, size);
  state->bytes += size;
  state->left -= size;
}

// Chunks with compressed or long texts and profiles: of no use here, and they can be made to expand.
constexpr png_byte kIgnoredChunks[] = {'i', 'C',  'C', 'P', '\0', 'z', 'T',  'X', 't', '\0', 'i', 'T', 'X',
                                       't', '\0', 't', 'E', 'X',  't', '\0', 's', 'P', 'L',  'T', '\0'};

bool PngStart(PngState* state) {
  state->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, state, PngFail, PngWarn);
  if (state->png == nullptr) return false;
  if (setjmp(state->on_error)) return false;
  state->info = png_create_info_struct(state->png);
  if (state->info == nullptr) return false;
  png_set_read_fn(state->png, state, PngRead);
  png_set_chunk_malloc_max(state->png, 1u << 20);
  png_set_keep_unknown_chunks(state->png, PNG_HANDLE_CHUNK_NEVER, kIgnoredChunks, sizeof(kIgnoredChunks) / 5);
  png_read_info(state->png, state->info);
  // Whatever is stored becomes 8-bit BGR, with alpha last where there is any.
  png_set_scale_16(state->png);
  png_set_expand(state->png);
  png_set_gray_to_rgb(state->png);
  png_set_bgr(state->png);
  png_set_interlace_handling(state->png);
  png_read_update_info(state->png, state->info);
  return true;
}

bool PngReadRows(PngState* state, int passes, unsigned char* rows, std::size_t stride, int height) {
  if (setjmp(state->on_error)) return false;
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < height; ++y) png_read_row(state->png, rows + stride * static_cast<std::size_t>(y), nullptr);
  }
  png_read_end(state->png, nullptr);
  return true;
}

bool PngExif(PngState* state, png_uint_32* size, png_bytep* exif) {
  if (setjmp(state->on_error)) return false;
  return png_get_eXIf_1(state->png, state->info, size, exif) != 0;
}

cv::Mat OnWhite(const cv::Mat& bgra) {
  cv::Mat bgr(bgra.size(), CV_8UC3);
  for (int y = 0; y < bgra.rows; ++y) {
    const auto* from = bgra.ptr<cv::Vec4b>(y);
    auto* to = bgr.ptr<cv::Vec3b>(y);
    for (int x = 0; x < bgra.cols; ++x) {
      const int alpha = from[x][3];
      if (alpha == 255) {
        to[x] = cv::Vec3b(from[x][0], from[x][1], from[x][2]);
        continue;
      }
      for (int c = 0; c < 3; ++c) {
        to[x][c] = static_cast<unsigned char>((from[x][c] * alpha + 255 * (255 - alpha) + 127) / 255);
      }
    }
  }
  return bgr;
}

class PngDecoder {
 public:
  explicit PngDecoder(const DecodeLimits& limits) : limits_(limits) { std::memset(&state_, 0, sizeof(state_)); }
  ~PngDecoder() { png_destroy_read_struct(&state_.png, &state_.info, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  DecodedPicture Decode(string_view bytes) {
    DecodedPicture picture;
    // IHDR always comes first: its size is checked before the library sees the file.
    constexpr std::size_t kHeaderEnd = 26;
    if (bytes.size() < kHeaderEnd || bytes.substr(12, 4) != "IHDR") return picture;
    const std::int64_t width = BigEndian(bytes, 16);
    const std::int64_t height = BigEndian(bytes, 20);
    if (width == 0 || height == 0) return picture;
    picture.status = CheckSize(width, height, limits_.max_png_pixels, limits_);
    if (picture.status == v1::FACE_STATUS_IMAGE_TOO_LARGE) return picture;
    if (StoredRow(bytes, width) * height > limits_.max_png_bytes) {
      picture.status = v1::FACE_STATUS_IMAGE_TOO_LARGE;
      return picture;
    }
    const v1::FaceStatus size_status = picture.status;
    picture.status = v1::FACE_STATUS_DECODE_FAILED;

    state_.bytes = reinterpret_cast<const unsigned char*>(bytes.data());
    state_.left = bytes.size();
    if (!PngStart(&state_)) return picture;
    const int orientation = Orientation();
    SetStoredSize(static_cast<int>(width), static_cast<int>(height), orientation, picture);
    if (size_status != v1::FACE_STATUS_OK) {
      picture.status = size_status;
      return picture;
    }
    const int channels = png_get_channels(state_.png, state_.info);
    if (channels != 3 && channels != 4) return picture;
    cv::Mat pixels(static_cast<int>(height), static_cast<int>(width), CV_8UC(channels));
    const int passes = png_get_interlace_type(state_.png, state_.info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
    if (!PngReadRows(&state_, passes, pixels.data, pixels.step, pixels.rows)) return picture;
    if (channels == 4) pixels = OnWhite(pixels);
    const int divisor = Reduction(pixels.cols, pixels.rows, limits_.working_side);
    if (divisor > 1) {
      cv::Mat smaller;
      cv::resize(pixels, smaller,
                 cv::Size((pixels.cols + divisor - 1) / divisor, (pixels.rows + divisor - 1) / divisor), 0, 0,
                 cv::INTER_AREA);
      pixels = smaller;
    }
    picture.bgr = Upright(pixels, orientation);
    picture.status = v1::FACE_STATUS_OK;
    return picture;
  }

 private:
  static std::int64_t BigEndian(string_view bytes, std::size_t at) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
    return value;
  }

  // Bytes of a row before compression; 0 for a colour type that the library will refuse. Sides are within the limits.
  static std::int64_t StoredRow(string_view bytes, std::int64_t width) {
    constexpr int kChannels[] = {1, 0, 3, 1, 2, 0, 4};
    const auto bits = static_cast<unsigned char>(bytes[24]);
    const auto colour = static_cast<unsigned char>(bytes[25]);
    return colour < std::size(kChannels) ? (width * kChannels[colour] * bits + 7) / 8 : 0;
  }

  int Orientation() {
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (!PngExif(&state_, &size, &exif) || exif == nullptr) return 1;
    return ExifOrientation(string_view(reinterpret_cast<const char*>(exif), size));
  }

  const DecodeLimits limits_;
  PngState state_;
};

}  // namespace

DecodedPicture Decode(string_view bytes, const DecodeLimits& limits) {
  DecodedPicture picture;
  if (bytes.size() > limits.max_bytes) {
    picture.status = v1::FACE_STATUS_IMAGE_TOO_LARGE;
  } else if (bytes.substr(0, kJpegMagic.size()) == kJpegMagic) {
    picture = JpegDecoder(limits).Decode(bytes);
  } else if (bytes.substr(0, kPngMagic.size()) == kPngMagic) {
    picture = PngDecoder(limits).Decode(bytes);
  }
  return picture;
}

}  // namespace realname::face
