// SPDX-License-Identifier: Apache-2.0
#include "tests/face/hostile_pictures.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <zlib.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "tests/face/encode.h"

namespace realname::face {
namespace {

using std::string;

constexpr v1::FaceStatus kOk = v1::FACE_STATUS_OK;
constexpr v1::FaceStatus kFailed = v1::FACE_STATUS_DECODE_FAILED;
constexpr v1::FaceStatus kSmall = v1::FACE_STATUS_IMAGE_TOO_SMALL;
constexpr v1::FaceStatus kLarge = v1::FACE_STATUS_IMAGE_TOO_LARGE;
constexpr std::size_t kUpload = 4U << 20;

string BigEndian(std::uint64_t value, int bytes) {
  string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

// ----------------------------------------------------------------------------------------------------------------- PNG

string Chunk(const string& type, const string& data) {
  const string body = type + data;
  const auto crc = crc32(0, reinterpret_cast<const unsigned char*>(body.data()), static_cast<unsigned>(body.size()));
  return BigEndian(data.size(), 4) + body + BigEndian(crc, 4);
}

// A zlib stream of `size` bytes, each row of `row` of them as `fill` writes it.
string Deflate(std::size_t row, std::size_t rows, const std::function<void(std::size_t, string&)>& fill) {
  z_stream stream{};
  if (deflateInit(&stream, 6) != Z_OK) throw std::runtime_error("zlib");
  string out;
  string buffer(1U << 16, '\0');
  string line(row, '\0');
  for (std::size_t y = 0; y <= rows; ++y) {
    const bool last = y == rows;
    if (!last) fill(y, line);
    stream.next_in = reinterpret_cast<unsigned char*>(line.data());
    stream.avail_in = last ? 0 : static_cast<unsigned>(line.size());
    do {
      stream.next_out = reinterpret_cast<unsigned char*>(buffer.data());
      stream.avail_out = static_cast<unsigned>(buffer.size());
      deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
      out.append(buffer, 0, buffer.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

const string kPngStart("\x89PNG\r\n\x1A\n", 8);

string Header(std::uint32_t width, std::uint32_t height, int bits, int colour, int interlace = 0) {
  return Chunk("IHDR", BigEndian(width, 4) + BigEndian(height, 4) + BigEndian(static_cast<unsigned>(bits), 1) +
                           BigEndian(static_cast<unsigned>(colour), 1) + string(2, '\0') +
                           BigEndian(static_cast<unsigned>(interlace), 1));
}

// A PNG of width x height whose rows all begin with the filter `filter` and go on with `pattern`, repeated.
// `before` stands between IHDR and IDAT. Of an interlaced one, as many bytes as there are without interlacing and some
// more: the passes' rows are shorter, and what is left over is not read.
string FlatPng(unsigned width, unsigned height, int bits, int colour, const string& before = "", int interlace = 0,
               char filter = 0, const string& pattern = string(1, '\0')) {
  const unsigned channels = colour == 2 ? 3 : colour == 4 ? 2 : colour == 6 ? 4 : 1;
  const std::size_t row = 1 + (static_cast<std::size_t>(width) * channels * static_cast<unsigned>(bits) + 7) / 8;
  string data;
  if (interlace == 0) {
    data = Deflate(row, height, [&](std::size_t, string& line) {
      line[0] = filter;
      for (std::size_t i = 1; i < line.size(); ++i) line[i] = pattern[i % pattern.size()];
    });
  } else {
    data = Deflate(row + 8, height, [](std::size_t, string& line) { std::fill(line.begin(), line.end(), '\0'); });
  }
  return kPngStart + Header(width, height, bits, colour, interlace) + before + Chunk("IDAT", data) + Chunk("IEND", "");
}

// `whole` with `chunks` after IHDR.
string WithChunks(const string& whole, const string& chunks) {
  constexpr std::size_t kAfterHeader = 8 + 25;
  return whole.substr(0, kAfterHeader) + chunks + whole.substr(kAfterHeader);
}

string Repeated(const string& piece, std::size_t at_most_bytes) {
  string out;
  while (out.size() + piece.size() <= at_most_bytes) out += piece;
  return out;
}

string ZlibBomb(std::size_t bytes) {
  return Deflate(1U << 16, bytes >> 16, [](std::size_t, string& line) { std::fill(line.begin(), line.end(), 'A'); });
}

// ---------------------------------------------------------------------------------------------------------------- JPEG

string Segment(int marker, const string& data) {
  return string("\xFF") + static_cast<char>(marker) + BigEndian(data.size() + 2, 2) + data;
}

// `whole` with `segments` after the start of image.
string WithSegments(const string& whole, const string& segments) {
  return whole.substr(0, 2) + segments + whole.substr(2);
}

std::size_t Frame(const string& jpeg) {
  for (const char* start : {"\xFF\xC0", "\xFF\xC1", "\xFF\xC2", "\xFF\xC9", "\xFF\xCA"}) {
    const std::size_t at = jpeg.find(start);
    if (at != string::npos) return at;
  }
  throw std::runtime_error("no frame header");
}

string Claiming(string jpeg, unsigned width, unsigned height) {
  return jpeg.replace(Frame(jpeg) + 5, 4, BigEndian(height, 2) + BigEndian(width, 2));
}

string OfKind(string jpeg, char kind) {
  jpeg[Frame(jpeg) + 1] = kind;
  return jpeg;
}

// A progressive JPEG with its last scan repeated, as often as an upload holds.
string RepeatedScans(const string& jpeg, std::size_t times) {
  const std::size_t scan = jpeg.rfind("\xFF\xDA");
  const string last = jpeg.substr(scan, jpeg.size() - 2 - scan);
  string many = jpeg.substr(0, jpeg.size() - 2);
  for (std::size_t i = 0; i < times && many.size() + last.size() < kUpload - 2; ++i) many += last;
  return many + "\xFF\xD9";
}

// A valid progressive JPEG of side x side and three components without subsampling, black, whose every scan has next to
// no data: one for the DC coefficients, then `scans` in which a code stands for up to 32,767 blocks. They send one
// coefficient after the other, or `refine` all 63 of a component by a bit each time, which walks over all of them.
string EmptyScans(unsigned side, unsigned scans, bool refine = false) {
  const string one_code = string(1, '\1') + string(15, '\0');
  string out("\xFF\xD8", 2);
  out += Segment(0xDB, string(1, '\0') + string(64, '\1'));
  out += Segment(0xC2, BigEndian(8, 1) + BigEndian(side, 2) + BigEndian(side, 2) +
                           string("\x03\x01\x11\0\x02\x11\0\x03\x11\0", 10));
  // DC: one code, "no difference". AC: one code, "this and the next blocks are done" with fourteen more bits, EOB14.
  out += Segment(0xC4, string(1, '\0') + one_code + string(1, '\0'));
  out += Segment(0xC4, string(1, '\x10') + one_code + string(1, '\xE0'));
  const std::size_t blocks = static_cast<std::size_t>((side + 7) / 8) * ((side + 7) / 8);
  out += Segment(0xDA, string("\x03\x01\0\x02\0\x03\0\0\0\0", 10)) + string((3 * blocks + 7) / 8, '\0');
  // Each run: the code (0), fourteen bits of length above 16,384. The last one may reach beyond the end.
  string bits;
  for (std::size_t run = 0; run * 32767 < blocks; ++run) bits += "0" + string(14, '1');
  while (bits.size() % 8 != 0) bits += '1';
  string runs;
  for (std::size_t at = 0; at < bits.size(); at += 8) {
    unsigned value = 0;
    for (std::size_t bit = at; bit < at + 8; ++bit) value = value << 1 | (bits[bit] == '1' ? 1U : 0U);
    runs += static_cast<char>(value);
    if (value == 0xFF) runs += '\0';
  }
  for (unsigned i = 0; i < scans; ++i) {
    string where;
    if (refine) {
      const unsigned step = i % 14;
      const unsigned low = 13 - step;
      where = string("\x01\x3F", 2) + static_cast<char>((step == 0 ? 0 : (low + 1) << 4) | low);
    } else {
      where = string(2, static_cast<char>(1 + i % 63)) + string(1, '\0');
    }
    const unsigned component = 1 + i / (refine ? 14 : 63) % 3;
    out += Segment(0xDA, string(1, '\1') + static_cast<char>(component) + string(1, '\0') + where) + runs;
  }
  return out + "\xFF\xD9";
}

// An Exif directory of `count` entries, whose next directory is itself.
string LoopingExif(unsigned count) {
  string tiff("MM\0*\0\0\0\x08", 8);
  tiff += BigEndian(count, 2);
  for (unsigned i = 0; i < std::min(count, 2000U); ++i) {
    // A private tag that points at the directory again.
    tiff += BigEndian(0x8769, 2) + BigEndian(4, 2) + BigEndian(1, 4) + BigEndian(8, 4);
  }
  return "Exif" + string(2, '\0') + tiff + BigEndian(8, 4);
}

// How a camera held otherwise would have stored an upright picture.
cv::Mat Stored(const cv::Mat& upright, int orientation) {
  cv::Mat out = upright.clone();
  // The inverse of what the orientation asks for: the flip first, then the transposition.
  const int flip[] = {9, 9, 1, -1, 0, 9, 1, -1, 0};
  if (flip[orientation] != 9) cv::flip(upright, out, flip[orientation]);
  if (orientation >= 5) out = out.t();
  return out;
}

}  // namespace

std::vector<HostilePicture> HostilePictures(const cv::Mat& picture) {
  std::vector<HostilePicture> all;
  const auto add = [&](string name, string bytes, std::vector<v1::FaceStatus> expected, bool same = false) {
    all.push_back({std::move(name), std::move(bytes), std::move(expected), same});
  };
  const string jpeg = EncodeJpeg(picture, {.quality = 95});
  const string progressive = EncodeJpeg(picture, {.quality = 95, .progressive = true});
  const string png = EncodePng(picture, PngKind::kRgb8);

  // No pictures.
  add("nothing", "", {kFailed});
  add("text", "this is no picture", {kFailed});
  add("a GIF", "GIF89a\x01", {kFailed});
  add("4 MiB of 0xFF", string(kUpload, '\xFF'), {kFailed});
  add("above 4 MiB", string(kUpload + 1, '\xFF'), {kLarge});
  add("a start of image, then markers without end", "\xFF\xD8" + string(100'000, '\xFF'), {kFailed});

  // Unusual, and right.
  add("progressive JPEG", progressive, {kOk}, true);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    add("JPEG held as EXIF orientation " + std::to_string(orientation),
        EncodeJpeg(Stored(picture, orientation), {.quality = 95, .exif_orientation = orientation}), {kOk}, true);
    add("PNG held as EXIF orientation " + std::to_string(orientation),
        WithChunks(EncodePng(Stored(picture, orientation), PngKind::kRgb8), Chunk("eXIf", ExifBlock(orientation))),
        {kOk}, true);
  }
  cv::Mat cmyk(picture.size(), CV_8UC4);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const auto& bgr = picture.at<cv::Vec3b>(y, x);
      cmyk.at<cv::Vec4b>(y, x) = cv::Vec4b(bgr[2], bgr[1], bgr[0], 255);
    }
  }
  add("CMYK JPEG", EncodeJpeg(cmyk), {kOk}, true);
  add("YCCK JPEG", EncodeJpeg(cmyk, {.ycck = true}), {kOk}, true);
  add("progressive YCCK JPEG", EncodeJpeg(cmyk, {.progressive = true, .ycck = true}), {kOk}, true);
  cv::Mat grey;
  cv::cvtColor(picture, grey, cv::COLOR_BGR2GRAY);
  add("grey JPEG", EncodeJpeg(grey), {kOk});
  add("JPEG with a restart marker after every MCU", EncodeJpeg(picture, {.restart_interval = 1}), {kOk}, true);
  for (const bool interlaced : {false, true}) {
    const string how = interlaced ? ", interlaced" : "";
    add("PNG" + how, EncodePng(picture, PngKind::kRgb8, interlaced), {kOk}, true);
    add("16-bit PNG" + how, EncodePng(picture, PngKind::kRgb16, interlaced), {kOk}, true);
    add("PNG with alpha" + how, EncodePng(picture, PngKind::kRgba8, interlaced), {kOk});
    add("grey PNG" + how, EncodePng(picture, PngKind::kGrey8, interlaced), {kOk});
    add("palette PNG" + how, EncodePng(picture, PngKind::kPalette, interlaced), {kOk});
    const string palette = Chunk("PLTE", string(3 * 16, '\x40'));
    for (const int bits : {1, 2, 4}) {
      add(std::to_string(bits) + "-bit grey PNG" + how, FlatPng(200, 200, bits, 0, "", interlaced), {kOk});
      add(std::to_string(bits) + "-bit palette PNG" + how,
          FlatPng(200, 200, bits, 3, bits == 4 ? palette : Chunk("PLTE", string(3U << bits, '\x40')), interlaced),
          {kOk});
    }
    add("16-bit grey PNG" + how, FlatPng(200, 200, 16, 0, "", interlaced), {kOk});
    add("grey PNG with alpha" + how, FlatPng(200, 200, 8, 4, "", interlaced), {kOk});
    add("16-bit grey PNG with alpha" + how, FlatPng(200, 200, 16, 4, "", interlaced), {kOk});
    add("16-bit PNG with alpha" + how, FlatPng(200, 200, 16, 6, "", interlaced), {kOk});
    add("palette PNG with transparent entries" + how,
        FlatPng(200, 200, 8, 3, palette + Chunk("tRNS", string(16, '\x20')), interlaced), {kOk});
    add("PNG with a transparent colour" + how, FlatPng(200, 200, 8, 2, Chunk("tRNS", string(6, '\0')), interlaced),
        {kOk});
    add("grey PNG with a transparent level" + how, FlatPng(200, 200, 8, 0, Chunk("tRNS", string(2, '\0')), interlaced),
        {kOk});
  }

  // Sizes at the edges of what is allowed.
  add("1 x 1 JPEG", EncodeJpeg(cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 2, 3))), {kSmall});
  add("1 x 1 PNG", FlatPng(1, 1, 8, 2), {kSmall});
  add("1 x 20,000 JPEG", EncodeJpeg(cv::Mat(20'000, 1, CV_8UC3, cv::Scalar(9, 9, 9))), {kSmall});
  add("20,000 x 1 JPEG", EncodeJpeg(cv::Mat(1, 20'000, CV_8UC3, cv::Scalar(9, 9, 9))), {kSmall});
  add("1 x 20,000 PNG", FlatPng(1, 20'000, 8, 2), {kSmall});
  add("20,000 x 1 PNG", FlatPng(20'000, 1, 8, 2), {kSmall});
  add("20,001 x 40 PNG", FlatPng(20'001, 40, 8, 2), {kLarge});
  add("20,000 x 40 JPEG", EncodeJpeg(cv::Mat(40, 20'000, CV_8UC3, cv::Scalar(9, 9, 9))), {kOk});
  add("40 x 20,000 PNG", FlatPng(40, 20'000, 8, 2), {kOk});

  // Bombs: little data, much to pay.
  add("JPEG that claims 65,535 x 65,535", Claiming(jpeg, 65'535, 65'535), {kLarge, kFailed});
  add("JPEG that claims 60,000 x 60,000", Claiming(jpeg, 60'000, 60'000), {kLarge});
  add("JPEG that claims 20,000 x 2,500", Claiming(jpeg, 20'000, 2'500), {kFailed});
  add("progressive JPEG that claims 3,500 x 3,500", Claiming(progressive, 3'500, 3'500), {kFailed});
  add("JPEG that claims 0 x 100", Claiming(jpeg, 0, 100), {kFailed});
  add("JPEG that claims a height of 0", Claiming(jpeg, 100, 0), {kFailed});
  add("JPEG of 49 megapixels, flat", EncodeJpeg(cv::Mat(7'000, 7'000, CV_8UC1, cv::Scalar(90)), {.quality = 5}), {kOk});
  add("PNG that claims 60,000 x 60,000", kPngStart + Header(60'000, 60'000, 8, 2) + Chunk("IDAT", ZlibBomb(1 << 16)),
      {kLarge});
  add("PNG that claims 2^31 - 1 x 1", kPngStart + Header(0x7FFFFFFF, 1, 8, 2), {kLarge});
  add("PNG that claims 2^32 - 1 x 2^32 - 1 of 255 bits", kPngStart + Header(~0U, ~0U, 255, 6), {kLarge});
  add("PNG of 255 bits", kPngStart + Header(100, 100, 255, 6) + Chunk("IEND", ""), {kFailed});
  add("PNG that claims 0 x 0", kPngStart + Header(0, 0, 8, 2), {kFailed});
  add("PNG that claims 3,000 x 3,000 and holds nothing",
      kPngStart + Header(3'000, 3'000, 8, 2) + Chunk("IDAT", ZlibBomb(0)) + Chunk("IEND", ""), {kFailed});
  // A Paeth filter and a pattern: the dearest rows.
  const string pattern("\x11\x83\x2A\xC4\x55\x9E\x07", 7);
  add("PNG of 27 megabytes of pixels", FlatPng(3'000, 3'000, 8, 2, "", 0, 4, pattern), {kOk});
  add("the same, interlaced", FlatPng(3'000, 2'998, 8, 2, "", 1), {kOk});
  add("PNG of 27 megabytes of pixels with alpha", FlatPng(2'598, 2'597, 8, 6, "", 0, 4, pattern), {kOk});
  add("palette PNG of 9 megapixels, every entry transparent",
      FlatPng(3'000, 3'000, 1, 3, Chunk("PLTE", string(6, '\x40')) + Chunk("tRNS", string(2, '\x20'))), {kOk});
  add("PNG of 25 megapixels", FlatPng(5'000, 5'000, 8, 2), {kLarge});
  add("16-bit PNG of 36 megabytes of pixels", FlatPng(2'121, 2'121, 16, 6), {kLarge});
  add("1-bit PNG of 25 megapixels", FlatPng(5'000, 5'000, 1, 0), {kLarge});
  add("PNG with more pixels than it claims", WithChunks(png, "").replace(16, 8, BigEndian(64, 4) + BigEndian(33, 4)),
      {kOk, kFailed});
  add("progressive JPEG of thousands of scans", RepeatedScans(EncodeJpeg(picture, {.progressive = true}), 5'000),
      {kLarge, kFailed});
  add("progressive JPEG of 1,700 x 1,700 with 60 empty scans", EmptyScans(1'700, 60), {kOk});
  add("progressive JPEG of 1,700 x 1,700 with 5,000 empty scans", EmptyScans(1'700, 5'000), {kLarge});
  add("progressive JPEG of 2,000 x 2,000 that is refined 42 times", EmptyScans(2'000, 42, true), {kOk});
  add("progressive JPEG of 3,600 x 3,600 that is refined 12 times", EmptyScans(3'600, 12, true), {kOk});
  add("progressive JPEG of 3,600 x 3,600 that is refined 40 times", EmptyScans(3'600, 40, true), {kLarge});
  add("progressive JPEG of 13 megapixels",
      EncodeJpeg(cv::Mat(3'600, 3'600, CV_8UC3, cv::Scalar(90, 80, 70)), {.quality = 5, .progressive = true}), {kOk});
  add("progressive JPEG of 25 megapixels", EmptyScans(5'000, 1), {kLarge});
  cv::Mat noise(2'200, 2'200, CV_8UC3);
  cv::RNG random(7);
  random.fill(noise, cv::RNG::UNIFORM, 0, 256);
  string dense = EncodeJpeg(noise, {.quality = 60});
  add("JPEG of 4.8 megapixels of noise", dense, {dense.size() <= kUpload ? kOk : kLarge});
  dense = EncodeJpeg(noise, {.quality = 60, .progressive = true});
  add("progressive JPEG of 4.8 megapixels of noise", dense, {dense.size() <= kUpload ? kOk : kLarge});

  // Kinds of JPEG that cameras do not write.
  add("arithmetic-coded JPEG", EncodeJpeg(picture, {.arithmetic = true}), {kFailed});
  add("progressive arithmetic-coded JPEG", EncodeJpeg(picture, {.progressive = true, .arithmetic = true}), {kFailed});
  add("arithmetic-coded JPEG that claims 7,000 x 7,000",
      Claiming(EncodeJpeg(picture, {.arithmetic = true}), 7'000, 7'000), {kFailed});
  add("lossless JPEG (SOF3)", OfKind(jpeg, '\xC3'), {kFailed});
  add("hierarchical JPEG (SOF5)", OfKind(jpeg, '\xC5'), {kFailed});
  string twelve = jpeg;
  twelve[Frame(jpeg) + 4] = 12;
  add("12-bit JPEG", twelve, {kFailed});
  string two_frames = jpeg;
  two_frames.insert(Frame(jpeg), jpeg.substr(Frame(jpeg), 2 + 17));
  add("JPEG with two frame headers", two_frames, {kFailed});
  string odd_sampling = jpeg;
  odd_sampling[Frame(jpeg) + 11] = '\x44';
  add("JPEG with impossible sampling", odd_sampling, {kFailed});
  add("JPEG with restart markers that its header does not announce",
      RepeatedScans(jpeg, 0).insert(jpeg.size() - 2, Repeated("\xFF\xD0\xFF\xD3", 100'000)), {kOk, kFailed});

  // Storms of segments and chunks.
  add("JPEG with a million empty APP1", WithSegments(jpeg, Repeated(Segment(0xE1, ""), kUpload - jpeg.size())), {kOk},
      true);
  add("JPEG with a giant Exif block",
      WithSegments(jpeg, Segment(0xE1, "Exif" + string(2, '\0') + ExifBlock(1) + string(65'000, 'x'))), {kOk}, true);
  add("JPEG with 60 giant Exif blocks",
      WithSegments(jpeg, Repeated(Segment(0xE1, "Exif" + string(2, '\0') + string(65'000, 'x')), 3'900'000)), {kOk},
      true);
  add("JPEG with an Exif directory that loops", WithSegments(jpeg, Segment(0xE1, LoopingExif(100))), {kOk}, true);
  add("JPEG with an Exif directory of 65,535 entries", WithSegments(jpeg, Segment(0xE1, LoopingExif(65'535))), {kOk},
      true);
  add("JPEG with an Exif block that ends early", WithSegments(jpeg, Segment(0xE1, "Exif" + string(2, '\0') + "MM")),
      {kOk}, true);
  add("JPEG with 255 chunks of an ICC profile",
      WithSegments(jpeg,
                   [] {
                     string out;
                     for (int i = 1; i <= 255; ++i) {
                       out += Segment(
                           0xE2, "ICC_PROFILE" + string(1, '\0') + static_cast<char>(i) + "\xFF" + string(16'000, 'p'));
                     }
                     return out;
                   }()),
      {kOk}, true);
  add("JPEG with a hundred thousand quantisation tables",
      WithSegments(jpeg, Repeated(Segment(0xDB, string(1, '\0') + string(64, '\1')), 3'900'000)), {kOk}, true);
  const string huffman = Segment(0xC4, string(1, '\0') + string(1, '\1') + string(15, '\0') + string(1, '\0'));
  add("JPEG with a hundred thousand Huffman tables", WithSegments(jpeg, Repeated(huffman, 3'900'000)), {kOk}, true);
  add("JPEG with a Huffman table of too many codes",
      WithSegments(jpeg, Segment(0xC4, string(1, '\0') + string(16, '\xFF') + string(4'080, '\0'))), {kFailed});
  add("JPEG with a comment of 4 MB", WithSegments(jpeg, Repeated(Segment(0xFE, string(65'000, 'c')), 3'900'000)), {kOk},
      true);
  add("JPEG with a segment length of 0", WithSegments(jpeg, string("\xFF\xE5\0\0", 4)), {kOk, kFailed});
  add("JPEG with a segment beyond the end", WithSegments(jpeg, string("\xFF\xE5\xFF\xFF", 4)), {kOk, kFailed});
  add("PNG with 300,000 empty chunks", WithChunks(png, Repeated(Chunk("teSt", ""), 3'900'000)), {kOk}, true);
  add("PNG with 300,000 empty IDAT", WithChunks(png, Repeated(Chunk("IDAT", ""), 3'900'000)), {kOk, kFailed});
  add("PNG with a zTXt bomb", WithChunks(png, Chunk("zTXt", "Comment" + string(2, '\0') + ZlibBomb(64U << 20))), {kOk},
      true);
  add("PNG with an iTXt bomb",
      WithChunks(png, Chunk("iTXt", "Comment" + string(1, '\0') + "\x01" + string(3, '\0') + ZlibBomb(64U << 20))),
      {kOk}, true);
  add("PNG with an iCCP bomb", WithChunks(png, Chunk("iCCP", "icc" + string(2, '\0') + ZlibBomb(64U << 20))), {kOk},
      true);
  add("PNG with a giant Exif block", WithChunks(png, Chunk("eXIf", ExifBlock(1) + string(900'000, 'x'))), {kOk}, true);
  add("PNG with an Exif directory that loops", WithChunks(png, Chunk("eXIf", LoopingExif(100).substr(6))), {kOk}, true);
  add("PNG with a palette too many", WithChunks(png, Repeated(Chunk("PLTE", string(768, '\1')), 100'000)),
      {kOk, kFailed});
  add("PNG with frames of an animation",
      WithChunks(png, Chunk("acTL", BigEndian(1'000'000, 4) + BigEndian(0, 4)) +
                          Repeated(Chunk("fcTL", string(26, '\1')) + Chunk("fdAT", string(200, '\2')), 300'000)),
      {kOk}, true);
  string wrong_crc = png;
  wrong_crc[30] = static_cast<char>(wrong_crc[30] ^ 1);
  add("PNG with a wrong check sum in its header", wrong_crc, {kFailed});
  wrong_crc = png;
  wrong_crc[png.size() - 20] = static_cast<char>(wrong_crc[png.size() - 20] ^ 1);
  add("PNG with a wrong check sum in its data", wrong_crc, {kFailed});
  add("PNG with a wrong check sum in a chunk of no use",
      WithChunks(png, Chunk("gAMA", BigEndian(45455, 4)).substr(0, 15) + "x"), {kOk}, true);
  add("PNG without an end", png.substr(0, png.size() - 12), {kFailed});
  add("PNG with an unknown chunk that is critical", WithChunks(png, Chunk("TEST", "x")), {kFailed});

  // Two formats in one file.
  const string html = "<html><script>alert(1)</script></html>";
  const string zip("PK\x03\x04\x14\0\0\0\0\0", 10);
  add("JPEG, then a ZIP", jpeg + zip + string(1'000, 'z'), {kOk}, true);
  add("JPEG, then HTML", jpeg + html, {kOk}, true);
  add("JPEG, then a PNG", jpeg + png, {kOk}, true);
  add("PNG, then a JPEG", png + jpeg, {kOk}, true);
  add("ZIP, then a JPEG", zip + jpeg, {kFailed});
  add("HTML, then a JPEG", html + jpeg, {kFailed});
  add("JPEG with HTML in a comment", WithSegments(jpeg, Segment(0xFE, html)), {kOk}, true);
  add("JPEG with a whole JPEG in its Exif block",
      WithSegments(jpeg, Segment(0xE1, "Exif" + string(2, '\0') + ExifBlock(1) + jpeg.substr(0, 60'000))), {kOk}, true);
  add("PNG's first bytes, then a JPEG", kPngStart + jpeg, {kFailed});
  add("JPEG's first bytes, then a PNG", jpeg.substr(0, 3) + png, {kFailed});

  // Cut off at every 64 bytes.
  for (const auto& [kind, whole] : {std::pair<const char*, const string&>{"JPEG", jpeg},
                                    std::pair<const char*, const string&>{"progressive JPEG", progressive},
                                    std::pair<const char*, const string&>{"PNG", png}}) {
    for (std::size_t size = 64; size < whole.size(); size += 64) {
      add(string(kind) + " cut off after " + std::to_string(size) + " bytes", whole.substr(0, size), {kFailed});
    }
  }
  return all;
}

}  // namespace realname::face
