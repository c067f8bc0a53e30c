// SPDX-License-Identifier: Apache-2.0
#include "tests/face/encode.h"

#include <cstdio>
#include <cstdlib>
#include <png.h>
#include <stdexcept>
#include <vector>

// jpeglib.h needs size_t and FILE first.
#include <jpeglib.h>

namespace realname::face {
namespace {

[[noreturn]] void Refuse(j_common_ptr) { std::abort(); }

}  // namespace

std::string ExifBlock(int orientation) {
  std::string block("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 18);
  block += static_cast<char>(orientation);
  block += std::string(7, '\0');
  return block;
}

std::string EncodeJpeg(const cv::Mat& picture, const JpegOptions& options) {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  errors.error_exit = Refuse;
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<unsigned>(picture.cols);
  info.image_height = static_cast<unsigned>(picture.rows);
  info.input_components = picture.channels();
  info.in_color_space = picture.channels() == 1 ? JCS_GRAYSCALE : picture.channels() == 3 ? JCS_EXT_BGR : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, options.quality, TRUE);
  if (options.ycck) jpeg_set_colorspace(&info, JCS_YCCK);
  if (options.progressive) jpeg_simple_progression(&info);
  info.arith_code = options.arithmetic ? TRUE : FALSE;
  info.restart_interval = options.restart_interval;
  jpeg_start_compress(&info, TRUE);
  if (options.exif_orientation > 0) {
    const std::string block = std::string("Exif\0\0", 6) + ExifBlock(options.exif_orientation);
    jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(block.data()),
                      static_cast<unsigned>(block.size()));
  }
  for (int y = 0; y < picture.rows; ++y) {
    JSAMPROW row = const_cast<unsigned char*>(picture.ptr<unsigned char>(y));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return out;
}

std::string EncodePng(const cv::Mat& picture, PngKind kind, bool interlaced) {
  std::string out;
  png_structp png = png_create_write_struct(
      PNG_LIBPNG_VER_STRING, nullptr, [](png_structp, png_const_charp) { std::abort(); }, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp p, png_bytep bytes, std::size_t size) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<const char*>(bytes), size);
      },
      nullptr);
  int colour = PNG_COLOR_TYPE_RGB;
  int channels = 3;
  if (kind == PngKind::kRgba8) colour = PNG_COLOR_TYPE_RGBA, channels = 4;
  if (kind == PngKind::kGrey8) colour = PNG_COLOR_TYPE_GRAY, channels = 1;
  if (kind == PngKind::kPalette) colour = PNG_COLOR_TYPE_PALETTE, channels = 1;
  const int bytes_each = kind == PngKind::kRgb16 ? 2 : 1;
  png_set_IHDR(png, info, static_cast<unsigned>(picture.cols), static_cast<unsigned>(picture.rows), 8 * bytes_each,
               colour, interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette;
  for (int i = 0; i < 64; ++i) {
    palette.push_back({static_cast<png_byte>((i >> 4) * 85), static_cast<png_byte>((i >> 2 & 3) * 85),
                       static_cast<png_byte>((i & 3) * 85)});
  }
  if (kind == PngKind::kPalette) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  png_write_info(png, info);
  std::vector<std::vector<png_byte>> rows;
  std::vector<png_bytep> pointers;
  for (int y = 0; y < picture.rows; ++y) {
    std::vector<png_byte> row;
    for (int x = 0; x < picture.cols; ++x) {
      const auto& bgr = picture.at<cv::Vec3b>(y, x);
      if (kind == PngKind::kPalette) {
        row.push_back(static_cast<png_byte>((bgr[2] >> 6) << 4 | (bgr[1] >> 6) << 2 | bgr[0] >> 6));
      } else if (kind == PngKind::kGrey8) {
        row.push_back(bgr[1]);
      } else {
        for (int c = 2; c >= 0; --c) row.insert(row.end(), static_cast<std::size_t>(bytes_each), bgr[c]);
        if (channels == 4) row.push_back(x < picture.cols / 2 ? 0 : 255);
      }
    }
    rows.push_back(row);
  }
  for (auto& row : rows) pointers.push_back(row.data());
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

}  // namespace realname::face
