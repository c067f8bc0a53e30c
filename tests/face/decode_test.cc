// SPDX-License-Identifier: Apache-2.0
#include "face/decode.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "face/exif_orientation.h"
#include "tests/face/encode.h"
#include "tests/face/hostile_pictures.h"

namespace realname::face {
namespace {

constexpr int kWidth = 96;
constexpr int kHeight = 64;

// Blue rises to the right, green downwards, red is high in the upper left quarter: every turn and flip shows.
cv::Mat Marked(int width = kWidth, int height = kHeight) {
  cv::Mat picture(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      picture.at<cv::Vec3b>(y, x) =
          cv::Vec3b(static_cast<unsigned char>(255 * x / width), static_cast<unsigned char>(255 * y / height),
                    x < width / 2 && y < height / 2 ? 230 : 20);
    }
  }
  return picture;
}

double MeanDifference(const cv::Mat& a, const cv::Mat& b) {
  if (a.size() != b.size()) return 255;
  cv::Mat difference;
  cv::absdiff(a, b, difference);
  const cv::Scalar mean = cv::mean(difference);
  return (mean[0] + mean[1] + mean[2]) / 3;
}

// How a camera held otherwise would have stored an upright picture.
cv::Mat Stored(const cv::Mat& upright, int orientation) {
  cv::Mat out;
  switch (orientation) {
    case 2:
      cv::flip(upright, out, 1);
      return out;
    case 3:
      cv::rotate(upright, out, cv::ROTATE_180);
      return out;
    case 4:
      cv::flip(upright, out, 0);
      return out;
    case 5:
      cv::transpose(upright, out);
      return out;
    case 6:
      cv::rotate(upright, out, cv::ROTATE_90_COUNTERCLOCKWISE);
      return out;
    case 7:  // mirrored along the other diagonal
      cv::rotate(upright, out, cv::ROTATE_180);
      return out.t();
    case 8:
      cv::rotate(upright, out, cv::ROTATE_90_CLOCKWISE);
      return out;
    default:
      return upright.clone();
  }
}

TEST(Decode, TurnsEveryExifOrientationUpright) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const DecodedPicture picture =
        Decode(EncodeJpeg(Stored(Marked(), orientation), {.quality = 98, .exif_orientation = orientation}));
    ASSERT_EQ(picture.status, v1::FACE_STATUS_OK) << orientation;
    EXPECT_EQ(picture.stored_width, kWidth) << orientation;
    EXPECT_EQ(picture.stored_height, kHeight) << orientation;
    EXPECT_LT(MeanDifference(picture.bgr, Marked()), 6) << orientation;
  }
}

TEST(Decode, ReadsEveryKindOfJpeg) {
  const cv::Mat marked = Marked();
  EXPECT_LT(MeanDifference(Decode(EncodeJpeg(marked, {.progressive = true})).bgr, marked), 6);

  cv::Mat grey;
  cv::cvtColor(marked, grey, cv::COLOR_BGR2GRAY);
  cv::Mat grey_bgr;
  cv::cvtColor(grey, grey_bgr, cv::COLOR_GRAY2BGR);
  EXPECT_LT(MeanDifference(Decode(EncodeJpeg(grey)).bgr, grey_bgr), 6);

  cv::Mat cmyk(marked.size(), CV_8UC4);
  for (int y = 0; y < marked.rows; ++y) {
    for (int x = 0; x < marked.cols; ++x) {
      const auto& bgr = marked.at<cv::Vec3b>(y, x);
      cmyk.at<cv::Vec4b>(y, x) = cv::Vec4b(bgr[2], bgr[1], bgr[0], 255);
    }
  }
  EXPECT_LT(MeanDifference(Decode(EncodeJpeg(cmyk)).bgr, marked), 6);
}

TEST(Decode, ReadsEveryKindOfPng) {
  const cv::Mat marked = Marked();
  for (const bool interlaced : {false, true}) {
    EXPECT_EQ(MeanDifference(Decode(EncodePng(marked, PngKind::kRgb8, interlaced)).bgr, marked), 0);
    EXPECT_EQ(MeanDifference(Decode(EncodePng(marked, PngKind::kRgb16, interlaced)).bgr, marked), 0);
    EXPECT_LT(MeanDifference(Decode(EncodePng(marked, PngKind::kPalette, interlaced)).bgr, marked), 40);
    EXPECT_EQ(Decode(EncodePng(marked, PngKind::kGrey8, interlaced)).bgr.type(), CV_8UC3);
    const DecodedPicture transparent = Decode(EncodePng(marked, PngKind::kRgba8, interlaced));
    ASSERT_EQ(transparent.status, v1::FACE_STATUS_OK);
    EXPECT_EQ(transparent.bgr.at<cv::Vec3b>(3, 3), cv::Vec3b(255, 255, 255));
    EXPECT_EQ(transparent.bgr.at<cv::Vec3b>(3, kWidth - 3), marked.at<cv::Vec3b>(3, kWidth - 3));
  }
}

TEST(Decode, RefusesEveryTruncation) {
  for (const std::string& whole : {EncodeJpeg(Marked()), EncodeJpeg(Marked(), {.progressive = true}),
                                   EncodePng(Marked(), PngKind::kRgb8), EncodePng(Marked(), PngKind::kPalette, true)}) {
    ASSERT_EQ(Decode(whole).status, v1::FACE_STATUS_OK);
    for (std::size_t size = 0; size < whole.size(); size += 1 + size / 40) {
      EXPECT_EQ(Decode(whole.substr(0, size)).status, v1::FACE_STATUS_DECODE_FAILED) << size << " of " << whole.size();
    }
    EXPECT_EQ(Decode(whole.substr(0, whole.size() - 1)).status, v1::FACE_STATUS_DECODE_FAILED);
  }
}

TEST(Decode, SurvivesDamage) {
  for (const std::string& whole : {EncodeJpeg(Marked()), EncodeJpeg(Marked(), {.progressive = true}),
                                   EncodePng(Marked(), PngKind::kRgba8, true)}) {
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 400) {
      for (const int mask : {0x01, 0x80, 0xFF}) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ mask);
        const DecodedPicture picture = Decode(damaged);
        EXPECT_EQ(picture.bgr.empty(), picture.status != v1::FACE_STATUS_OK);
      }
    }
  }
}

TEST(Decode, RefusesWhatIsNoPicture) {
  for (const std::string& bytes : {std::string(), std::string("x"), std::string("GIF89a"), std::string("\xFF\xD8\xFF"),
                                   std::string("\x89PNG\r\n\x1A\n", 8), std::string(5000, '\0')}) {
    EXPECT_EQ(Decode(bytes).status, v1::FACE_STATUS_DECODE_FAILED) << bytes.size();
  }
}

TEST(Decode, TellsTooSmallFromTooLarge) {
  const cv::Mat dot(1, 1, CV_8UC3, cv::Scalar(1, 2, 3));
  EXPECT_EQ(Decode(EncodeJpeg(dot)).status, v1::FACE_STATUS_IMAGE_TOO_SMALL);
  EXPECT_EQ(Decode(EncodePng(dot, PngKind::kRgb8)).status, v1::FACE_STATUS_IMAGE_TOO_SMALL);
  EXPECT_EQ(Decode(std::string((4u << 20) + 1, 'x')).status, v1::FACE_STATUS_IMAGE_TOO_LARGE);

  std::string png = EncodePng(Marked(), PngKind::kRgb8);
  for (const std::size_t at : {16U, 20U}) png.replace(at, 4, std::string("\0\0\xEA\x60", 4));  // 60000
  EXPECT_EQ(Decode(png).status, v1::FACE_STATUS_IMAGE_TOO_LARGE);

  std::string jpeg = EncodeJpeg(Marked());
  const std::size_t frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xEA\x60\xEA\x60");
  EXPECT_EQ(Decode(jpeg).status, v1::FACE_STATUS_IMAGE_TOO_LARGE);
}

TEST(Decode, CapsThePixelsOfAProgressiveJpegBelowThoseOfAPlainOne) {
  const cv::Mat flat(200, 200, CV_8UC3, cv::Scalar(90, 90, 90));
  DecodeLimits limits;
  limits.max_progressive_pixels = 200 * 200 - 1;
  EXPECT_EQ(Decode(EncodeJpeg(flat, {.progressive = true}), limits).status, v1::FACE_STATUS_IMAGE_TOO_LARGE);
  EXPECT_EQ(Decode(EncodeJpeg(flat), limits).status, v1::FACE_STATUS_OK);
  limits.max_progressive_pixels = 200 * 200;
  EXPECT_EQ(Decode(EncodeJpeg(flat, {.progressive = true}), limits).status, v1::FACE_STATUS_OK);
}

TEST(Decode, CapsTheScansOfAProgressiveJpeg) {
  const std::string whole = EncodeJpeg(cv::Mat(1000, 1000, CV_8UC3, cv::Scalar(90, 90, 90)), {.progressive = true});
  const std::size_t scan = whole.rfind("\xFF\xDA");
  ASSERT_NE(scan, std::string::npos);
  const std::string last = whole.substr(scan, whole.size() - 2 - scan);
  std::string many = whole.substr(0, whole.size() - 2);
  for (int i = 0; i < 5000 && many.size() + last.size() < (4u << 20) - 2; ++i) many += last;
  many += "\xFF\xD9";
  const auto start = std::chrono::steady_clock::now();
  const v1::FaceStatus status = Decode(many).status;
  // Refining the same coefficients again is corrupt too, whichever is noticed first; neither may take long.
  EXPECT_TRUE(status == v1::FACE_STATUS_IMAGE_TOO_LARGE || status == v1::FACE_STATUS_DECODE_FAILED) << status;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));

  DecodeLimits few;
  few.max_scans = 3;
  EXPECT_EQ(Decode(whole, few).status, v1::FACE_STATUS_IMAGE_TOO_LARGE);
  DecodeLimits little;
  little.max_scan_pixels = 4'000'000;
  EXPECT_EQ(Decode(whole, little).status, v1::FACE_STATUS_IMAGE_TOO_LARGE);
}

TEST(Decode, ReducesLargePictures) {
  // Telephones of 12 and of 50 megapixels, held upright; the largest PNG.
  const struct {
    int width;
    int height;
    bool png;
    int reduction;
  } cases[] = {{4000, 3000, false, 4}, {8160, 6120, false, 8}, {3000, 2998, true, 2}};
  for (const auto& each : cases) {
    const cv::Mat large = Marked(each.width, each.height);
    const std::string bytes = each.png ? EncodePng(large, PngKind::kRgb8)
                                       : EncodeJpeg(Stored(large, 6), {.quality = 80, .exif_orientation = 6});
    ASSERT_LE(bytes.size(), DecodeLimits().max_bytes);
    const DecodedPicture picture = Decode(bytes);
    ASSERT_EQ(picture.status, v1::FACE_STATUS_OK) << each.width;
    EXPECT_EQ(picture.stored_width, each.width);
    EXPECT_EQ(picture.stored_height, each.height);
    EXPECT_EQ(picture.bgr.cols, each.width / each.reduction);
    EXPECT_DOUBLE_EQ(picture.StoredPixelsPerPixel(), each.reduction);
    cv::Mat reduced;
    cv::resize(large, reduced, picture.bgr.size(), 0, 0, cv::INTER_AREA);
    EXPECT_LT(MeanDifference(picture.bgr, reduced), 4);
  }
}

TEST(Decode, AnswersEveryHostilePicture) {
  const cv::Mat picture = Marked(160, 120);
  const std::vector<HostilePicture> all = HostilePictures(picture);
  EXPECT_GT(all.size(), 200U);
  for (const HostilePicture& each : all) {
    const DecodedPicture decoded = Decode(each.bytes);
    EXPECT_NE(std::find(each.expected.begin(), each.expected.end(), decoded.status), each.expected.end())
        << each.name << ": " << v1::FaceStatus_Name(decoded.status);
    EXPECT_EQ(decoded.bgr.empty(), decoded.status != v1::FACE_STATUS_OK) << each.name;
    if (each.same) {
      EXPECT_LT(MeanDifference(decoded.bgr, picture), 6) << each.name;
    }
  }
}

TEST(Decode, TakesTheOrientationFromTheFirstExifBlock) {
  const std::string plain = EncodeJpeg(Marked());
  const auto segment = [](int orientation) {
    const std::string data = std::string("Exif\0\0", 6) + ExifBlock(orientation);
    return std::string("\xFF\xE1\0", 3) + static_cast<char>(data.size() + 2) + data;
  };
  const auto turned = [](const std::string& bytes) { return Decode(bytes).stored_width == kHeight; };
  EXPECT_TRUE(turned(plain.substr(0, 2) + segment(6) + segment(1) + plain.substr(2)));
  EXPECT_FALSE(turned(plain.substr(0, 2) + segment(1) + segment(6) + plain.substr(2)));
  const std::string other("\xFF\xE1\0\x08XMP XY", 10);
  EXPECT_TRUE(turned(plain.substr(0, 2) + other + segment(6) + plain.substr(2))) << "after an APP1 of another kind";
  EXPECT_TRUE(turned(plain.substr(0, 2) + "\xFF\xFF" + segment(6) + plain.substr(2))) << "after fill bytes";
  EXPECT_FALSE(turned(plain + segment(6))) << "after the picture";
}

TEST(ExifOrientation, NeverReadsPastTheEnd) {
  const std::string block = ExifBlock(6);
  EXPECT_EQ(ExifOrientation(block), 6);
  for (std::size_t size = 0; size < block.size() - 4; ++size)
    EXPECT_EQ(ExifOrientation(block.substr(0, size)), 1) << size;
  EXPECT_EQ(ExifOrientation(ExifBlock(9)), 1);
  EXPECT_EQ(ExifOrientation(ExifBlock(0)), 1);
  std::string far = block;
  far.replace(4, 4, "\xFF\xFF\xFF\xFF");
  EXPECT_EQ(ExifOrientation(far), 1);
}

}  // namespace
}  // namespace realname::face
