// SPDX-License-Identifier: Apache-2.0
// For each reason code that rests on two pictures: a photograph that triggers it and one that just does not. Where the
// cause has a degree, the photograph is spoiled step by step, and the two lie next to each other: within a 32nd of the
// way from unspoiled to the worst.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "face/decode.h"
#include "face/face_engine.h"
#include "rules/decide.h"
#include "tests/face/assets.h"
#include "tests/face/encode.h"
#include "tests/rules/sample_facts.h"

namespace realname {
namespace {

using face::EncodeJpeg;
using face::EncodePng;
using face::Photo;

// An application's two pictures.
struct Pair {
  std::string id_photo;
  std::string portrait;
};

constexpr char kId[] = "franck_01829.jpg";
constexpr char kLive[] = "franck_02045.jpg";

cv::Mat Pixels(const std::string& name) { return face::Decode(Photo(name)).bgr; }
Pair WithPortrait(const cv::Mat& picture) { return {Photo(kId), EncodeJpeg(picture)}; }
Pair WithPortrait(const std::string& name) { return {Photo(kId), Photo(name)}; }

cv::Mat Padded(const cv::Mat& picture, int border) {
  cv::Mat out;
  cv::copyMakeBorder(picture, out, border, border, border, border, cv::BORDER_REPLICATE);
  return out;
}

cv::Mat Scaled(const cv::Mat& picture, double factor) {
  cv::Mat out;
  cv::resize(picture, out, cv::Size(), factor, factor, cv::INTER_AREA);
  return out;
}

// Each pixel times `gain` plus `offset`.
cv::Mat Toned(const cv::Mat& picture, double gain, double offset) {
  cv::Mat out;
  picture.convertTo(out, -1, gain, offset);
  return out;
}

cv::Mat Blended(const cv::Mat& picture, const cv::Mat& other, double share) {
  cv::Mat out;
  cv::addWeighted(picture, 1 - share, other, share, 0, out);
  return out;
}

cv::Mat Turned(const cv::Mat& picture, double degrees) {
  const cv::Point2f centre(static_cast<float>(picture.cols) / 2, static_cast<float>(picture.rows) / 2);
  cv::Mat out;
  cv::warpAffine(picture, out, cv::getRotationMatrix2D(centre, degrees, 1), picture.size(), cv::INTER_LINEAR,
                 cv::BORDER_REPLICATE);
  return out;
}

cv::Mat Blurred(const cv::Mat& picture, double sigma) {
  if (sigma < 0.1) return picture;
  cv::Mat out;
  cv::GaussianBlur(picture, out, cv::Size(), sigma);
  return out;
}

// Where things are in kLive.
const cv::Rect kHead(210, 40, 350, 536);
const cv::Rect kFace(270, 160, 260, 360);
constexpr int kMouthX = 430, kMouthY = 403, kMouthHalfWidth = 42;

// The mouth of kLive pulled open by so many pixels: chin and cheeks below it give way, lips and a dark gap are drawn.
cv::Mat WithMouthOpenedBy(const cv::Mat& picture, double pixels) {
  if (pixels < 2) return picture;
  cv::Mat map(picture.size(), CV_32FC2);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const double across = static_cast<double>(x - kMouthX) / (2.5 * kMouthHalfWidth);
      const double gap = std::abs(across) < 1 ? pixels * std::cos(across * CV_PI / 2) : 0;
      const double below = std::max(y - kMouthY, 0);
      const double pushed = below <= gap ? below : gap * std::exp((gap - below) / 120);
      map.at<cv::Vec2f>(y, x) = {static_cast<float>(x), static_cast<float>(y - pushed)};
    }
  }
  cv::Mat out;
  cv::remap(picture, out, map, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  const int half = static_cast<int>(pixels / 2);
  const cv::Point centre(kMouthX, kMouthY + half);
  cv::ellipse(out, centre, cv::Size(kMouthHalfWidth, half), 0, 0, 360, cv::Scalar(30, 20, 60), cv::FILLED, cv::LINE_AA);
  cv::ellipse(out, centre, cv::Size(kMouthHalfWidth + 4, half + 4), 0, 0, 360, cv::Scalar(110, 110, 190), 8,
              cv::LINE_AA);
  return out;
}

// A mask over mouth and chin that lets `1 - share` of the face through.
cv::Mat Masked(const cv::Mat& picture, double share) {
  const auto at = [](double x, double y) {
    return cv::Point(kFace.x + static_cast<int>(x * kFace.width), kFace.y + static_cast<int>(y * kFace.height));
  };
  cv::Mat masked = picture.clone();
  const std::vector<cv::Point> mask = {at(0.0, 0.6), at(0.5, 0.55), at(1.0, 0.6),
                                       at(0.9, 0.9), at(0.5, 1.0),  at(0.1, 0.9)};
  cv::fillConvexPoly(masked, mask, cv::Scalar(190, 150, 90));
  return Blended(picture, masked, share);
}

// A chequered wall behind the head.
cv::Mat Papered(const cv::Mat& picture, double share) {
  cv::Mat papered = picture.clone();
  for (int y = 0; y < papered.rows; y += 12) {
    for (int x = (y / 12 % 2) * 12; x < papered.cols; x += 24) {
      cv::rectangle(papered, cv::Rect(x, y, 12, 12), cv::Scalar(20, 20, 20), cv::FILLED);
    }
  }
  picture(kHead).copyTo(papered(kHead));
  return Blended(picture, papered, share);
}

// Somebody else beside the holder, from small to as large.
cv::Mat Accompanied(const cv::Mat& picture, double share) {
  const cv::Mat other = Scaled(Pixels("cage.jpg"), 0.1 + 0.8 * share);
  cv::Mat wide = cv::Mat(picture.rows, picture.cols + 450, CV_8UC3, cv::Scalar::all(128));
  picture.copyTo(wide(cv::Rect(0, 0, picture.cols, picture.rows)));
  other.copyTo(wide(cv::Rect(picture.cols, (picture.rows - other.rows) / 2, other.cols, other.rows)));
  return wide;
}

struct Reason {
  v1::ReasonCode code;
  // The pictures as spoiled as `share` says: at 0 without this reason, at 1 with it.
  std::function<Pair(double share)> pictures;
};

std::ostream& operator<<(std::ostream& out, const Reason& reason) { return out << v1::ReasonCode_Name(reason.code); }

// Two photographs instead of a degree.
std::function<Pair(double)> Either(std::function<Pair()> without, std::function<Pair()> with) {
  return [=](double share) { return share < 1 ? without() : with(); };
}

const Reason kReasons[] = {
    {v1::IMG_DECODE, Either(
                         [] {
                           return Pair{Photo(kId), Photo(kLive) + "x"};
                         },
                         [] {
                           return Pair{Photo(kId), Photo(kLive).substr(0, 20000)};
                         })},
    {v1::IMG_TOO_SMALL, [](double t) { return WithPortrait(Scaled(Pixels(kLive), 1 - 0.8 * t)); }},
    {v1::IMG_TOO_LARGE,
     [](double t) {
       cv::Mat large;
       cv::resize(Pixels(kLive), large, cv::Size(3000, 2000 + static_cast<int>(2000 * t)));
       return Pair{Photo(kId), EncodePng(large, face::PngKind::kRgb8)};
     }},
    {v1::FACE_NONE, [](double t) { return WithPortrait(Toned(Pixels(kLive), 1 - t, 128 * t)); }},
    {v1::FACE_MULTIPLE, [](double t) { return WithPortrait(Accompanied(Pixels(kLive), t)); }},
    {v1::FACE_TOO_SMALL, [](double t) { return WithPortrait(Scaled(Padded(Pixels(kLive), 600), 1 - 0.8 * t)); }},
    {v1::IMG_DARK, [](double t) { return WithPortrait(Toned(Pixels(kLive), 1 - 0.8 * t, 0)); }},
    {v1::IMG_BRIGHT, [](double t) { return WithPortrait(Toned(Pixels(kLive), 1 - 0.75 * t, 190 * t)); }},
    {v1::IMG_BLUR, [](double t) { return WithPortrait(Blurred(Pixels(kLive), 10 * t)); }},
    {v1::IMG_POSE, [](double t) { return WithPortrait(Turned(Pixels(kLive), -50 * t)); }},
    {v1::IMG_OCCLUDED,
     Either([] { return WithPortrait("franck_03979.jpg"); }, [] { return WithPortrait("franck_04000.jpg"); })},
    {v1::IMG_LOW_CONTRAST, [](double t) { return WithPortrait(Toned(Pixels(kLive), 1 - 0.75 * t, 95 * t)); }},
    {v1::IMG_MASK, [](double t) { return WithPortrait(Masked(Pixels(kLive), t)); }},
    {v1::IMG_MOUTH, [](double t) { return WithPortrait(WithMouthOpenedBy(Pixels(kLive), 80 * t)); }},
    {v1::IMG_BACKGROUND,
     [](double t) {
       return Pair{EncodeJpeg(Papered(Pixels(kLive), t)), Photo("franck_04117.jpg")};
     }},
    {v1::PAD_PRINT, Either([] { return WithPortrait("fragrance-George-Clooney-main_crop.jpg"); },
                           [] { return WithPortrait("queen20_crop.jpg"); })},
    {v1::PAD_UNCERTAIN,
     Either([] { return WithPortrait("obama4_crop.jpg"); }, [] { return WithPortrait("joconde.jpg"); })},
    {v1::FACE_SAME_IMAGE,
     Either([] { return WithPortrait("franck_04117.jpg"); }, [] { return WithPortrait(Scaled(Pixels(kId), 0.6)); })},
    {v1::FACE_GREY_BAND,
     [](double t) {
       return Pair{Photo("SeanConnery.jpg"), EncodeJpeg(Blurred(Pixels("sean_guru2_crop.jpg"), 4 * t))};
     }},
    {v1::FACE_MISMATCH,
     Either([] { return WithPortrait("franck_04117.jpg"); }, [] { return WithPortrait("cage.jpg"); })},
};

class ReasonPictures : public ::testing::TestWithParam<Reason> {
 protected:
  static void SetUpTestSuite() {
    FaceEngineOptions options;
    options.bundle_dir = face::BundleDir();
    options.calibration_file = face::CalibrationFile();
    options.workers = 2;
    auto made = FaceEngine::Create(options);
    ASSERT_TRUE(made.ok()) << made.status().message() << ": run script/bootstrap";
    engine_ = std::move(*made).release();
  }
  static void TearDownTestSuite() {
    delete engine_;
    engine_ = nullptr;
  }

  // What the shipped policy makes of two pictures at a counter.
  static v1::Decision Decided(const Pair& pair) {
    const std::string_view pictures[] = {pair.id_photo, pair.portrait};
    auto evidence = engine_->Examine(pictures, std::chrono::steady_clock::now() + std::chrono::minutes(5));
    if (!evidence.ok()) {
      ADD_FAILURE() << evidence.status().message();
      return {};
    }
    v1::Facts facts = ::realname::testing::SampleFacts();
    v1::SubjectFacts& subject = *facts.mutable_subject();
    *subject.mutable_id_photo() = (*evidence)[0];
    *subject.mutable_live_portrait() = (*evidence)[1];
    subject.clear_comparison();
    if (!(*evidence)[0].template_().empty() && !(*evidence)[1].template_().empty()) {
      *subject.mutable_comparison() = *engine_->Compare((*evidence)[0], (*evidence)[1]);
    }
    return rules::DecideFaces(policy_, facts);
  }
  static std::string Codes(const v1::Decision& decision) {
    std::string codes;
    for (const auto& check : decision.checks()) {
      for (const int code : check.reasons()) codes += " " + v1::ReasonCode_Name(static_cast<v1::ReasonCode>(code));
    }
    return codes + " ";
  }

  static FaceEngine* engine_;
  static inline const rules::Policy policy_ = ::realname::testing::ShippedPolicy();
};

FaceEngine* ReasonPictures::engine_ = nullptr;

TEST_P(ReasonPictures, OneTriggersItAndOneJustDoesNot) {
  const auto& [code, pictures] = GetParam();
  const std::string name = " " + v1::ReasonCode_Name(code) + " ";
  const auto has = [&](const std::string& codes) { return codes.find(name) != std::string::npos; };
  double without = 0;
  double with = 1;
  std::string codes_without = Codes(Decided(pictures(without)));
  std::string codes_with = Codes(Decided(pictures(with)));
  ASSERT_FALSE(has(codes_without)) << codes_without;
  ASSERT_TRUE(has(codes_with)) << codes_with;
  for (int step = 0; step < 5; ++step) {
    const double middle = (without + with) / 2;
    const std::string codes = Codes(Decided(pictures(middle)));
    (has(codes) ? with : without) = middle;
    (has(codes) ? codes_with : codes_without) = codes;
  }
  // Not hidden behind a picture that is not even looked at.
  if (code != v1::FACE_NONE && code != v1::IMG_DECODE) {
    EXPECT_EQ(codes_without.find("FACE_NONE"), std::string::npos) << codes_without;
    EXPECT_EQ(codes_without.find("IMG_DECODE"), std::string::npos) << codes_without;
  }
  EXPECT_LE(with - without, 1.0 / 32);
}

INSTANTIATE_TEST_SUITE_P(Codes, ReasonPictures, ::testing::ValuesIn(kReasons),
                         [](const auto& reason) { return v1::ReasonCode_Name(reason.param.code); });

}  // namespace
}  // namespace realname
