// SPDX-License-Identifier: Apache-2.0
// Bundles are data: what a manifest may say, and what becomes of components that a bundle has no network for.
#include "face/bundle.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "face/face_engine.h"
#include "face/networks/aligner.h"
#include "face/networks/embedder.h"
#include "face/pose_from_points.h"
#include "face/template_bytes.h"
#include "face/text_message.h"
#include "rules/quality_gate.h"
#include "tests/face/assets.h"

namespace realname {
namespace {

v1::FaceBundle ShippedManifest() {
  v1::FaceBundle manifest;
  const std::filesystem::path file = face::BundleDir() / "manifest.textproto";
  const Result<std::string> text = face::ReadFile(file);
  EXPECT_TRUE(text.ok() && face::ParseTextMessage(*text, file, manifest).ok()) << file << ": run script/bootstrap";
  return manifest;
}

// A folder with the shipped networks and another manifest.
class OtherBundle : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(testing::TempDir()) /
        ("other_bundle_" + std::to_string(getpid()) + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    for (const auto& entry : std::filesystem::directory_iterator(face::BundleDir())) {
      if (entry.path().extension() != ".onnx") continue;
      std::filesystem::create_symlink(std::filesystem::absolute(entry.path()), folder_ / entry.path().filename());
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const v1::FaceBundle& manifest) {
    std::string text;
    google::protobuf::TextFormat::PrintToString(manifest, &text);
    std::ofstream(folder_ / "manifest.textproto", std::ios::binary) << text;
  }

  // The shipped calibration under this bundle's name: its rates mean nothing here.
  std::filesystem::path BorrowedCalibration(const std::string& bundle_digest) {
    v1::FaceCalibration calibration;
    const Result<std::string> text = face::ReadFile(face::CalibrationFile());
    EXPECT_TRUE(text.ok() && face::ParseTextMessage(*text, face::CalibrationFile(), calibration).ok());
    calibration.set_bundle_digest(bundle_digest);
    std::string out;
    google::protobuf::TextFormat::PrintToString(calibration, &out);
    std::ofstream(folder_ / "calibration.textproto", std::ios::binary) << out;
    return folder_ / "calibration.textproto";
  }

  std::filesystem::path folder_;
};

TEST_F(OtherBundle, NamesTheFieldOfEveryWrongCombination) {
  using M = v1::FaceBundle;
  const auto yn = [](M& m) {
    m.set_detector_kind(v1::DETECTOR_KIND_FACE_DETECTOR_YN);
    auto& detector = *m.mutable_detector();
    detector.clear_outputs();
    detector.set_height(320);
    detector.set_colour(v1::COLOUR_ORDER_BGR);
    detector.set_mean(0, 0);
    detector.set_scale(0, 1);
  };
  const struct {
    const char* named;
    std::function<void(M&)> spoil;
  } cases[] = {
      {"name", [](M& m) { m.clear_name(); }},
      {"licence", [](M& m) { m.clear_licence(); }},
      {"detector_kind", [](M& m) { m.set_detector_kind(static_cast<v1::DetectorKind>(9)); }},
      {"detector is missing", [](M& m) { m.clear_detector(); }},
      {"embedder is missing", [](M& m) { m.clear_embedder(); }},
      {"liveness is missing", [](M& m) { m.clear_liveness(); }},
      {"landmarks is missing", [](M& m) { m.clear_landmarks(); }},
      {"eye: needs landmarks",
       [&](M& m) {
         yn(m);
         m.clear_landmarks();
       }},
      {"detector: outputs must be empty",
       [&](M& m) {
         yn(m);
         m.mutable_detector()->add_outputs("boxes");
       }},
      {"detector: width and height must be multiples of 32",
       [&](M& m) {
         yn(m);
         m.mutable_detector()->set_width(330);
       }},
      {"detector: colour",
       [&](M& m) {
         yn(m);
         m.mutable_detector()->set_colour(v1::COLOUR_ORDER_RGB);
       }},
      {"detector: mean",
       [&](M& m) {
         yn(m);
         m.mutable_detector()->set_mean(0, 127);
       }},
      {"detector: scale",
       [&](M& m) {
         yn(m);
         m.mutable_detector()->set_scale(0, 0.5F);
       }},
      {"detector: outputs must name 2", [](M& m) { m.mutable_detector()->clear_outputs(); }},
      {"embedder: file", [](M& m) { m.mutable_embedder()->set_file("../elsewhere.onnx"); }},
      {"embedder: width", [](M& m) { m.mutable_embedder()->set_width(0); }},
      {"embedder: colour", [](M& m) { m.mutable_embedder()->clear_colour(); }},
      {"embedder: mean", [](M& m) { m.mutable_embedder()->add_mean(1); }},
      {"embedder: scale", [](M& m) { m.mutable_embedder()->clear_scale(); }},
      {"embedder: class_order", [](M& m) { m.mutable_embedder()->add_class_order(1); }},
      {"liveness: crop_scale", [](M& m) { m.mutable_liveness()->set_crop_scale(-1); }},
      {"liveness: class_order must have 3 numbers, or one",
       [](M& m) { m.mutable_liveness()->mutable_class_order()->RemoveLast(); }},
      {"liveness: class_order names a class twice", [](M& m) { m.mutable_liveness()->set_class_order(1, 0); }},
      {"liveness: class_order is out of range", [](M& m) { m.mutable_liveness()->set_class_order(1, 4000); }},
      {"eye: class_order must have 2", [](M& m) { m.mutable_eye()->mutable_class_order()->RemoveLast(); }},
      {"pose: outputs", [](M& m) { m.mutable_pose()->mutable_outputs()->RemoveLast(); }},
      {"pose_bin_degrees must be positive", [](M& m) { m.clear_pose_bin_degrees(); }},
      {"pose_bin_degrees is set, but pose is missing", [](M& m) { m.clear_pose(); }},
      {"alignment_points must have ten", [](M& m) { m.mutable_alignment_points()->RemoveLast(); }},
      {"alignment_points must lie", [](M& m) { m.set_alignment_points(3, 200); }},
      {"template_length", [](M& m) { m.set_template_length(0); }},
      {"detector_threshold", [](M& m) { m.set_detector_threshold(1); }},
      {"detector_nms", [](M& m) { m.set_detector_nms(0); }},
  };
  Write(ShippedManifest());
  ASSERT_TRUE(face::LoadBundle(folder_).ok()) << face::LoadBundle(folder_).status().message();
  for (const auto& each : cases) {
    v1::FaceBundle manifest = ShippedManifest();
    each.spoil(manifest);
    Write(manifest);
    const Status status = face::LoadBundle(folder_).status();
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << each.named;
    EXPECT_NE(status.message().find("manifest.textproto: " + std::string(each.named)), std::string::npos)
        << each.named << ": " << status.message();
  }
}

TEST_F(OtherBundle, AnUnsetDetectorKindIsTheKindWithBoxes) {
  EXPECT_EQ(ShippedManifest().detector_kind(), v1::DETECTOR_KIND_UNSPECIFIED);
  EXPECT_TRUE(face::NotMeasured(ShippedManifest()).empty()) << "the shipped bundle measures everything";
}

TEST(OtherManifest, TheExampleMeasuresWhatItSays) {
  const std::filesystem::path file =
      std::filesystem::path(REALNAME_SOURCE_DIR) / "deploy/bundles/yunet-mobilefacenet/manifest.textproto";
  // Its networks are not here, and that is all that is wrong with it.
  const Status status = face::LoadBundle(file.parent_path()).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("face_detection_yunet_2022mar.onnx"), std::string::npos) << status.message();
  v1::FaceBundle manifest;
  const Result<std::string> text = face::ReadFile(file);
  ASSERT_TRUE(text.ok() && face::ParseTextMessage(*text, file, manifest).ok());
  const auto missing = face::NotMeasured(manifest);
  EXPECT_EQ(std::vector<int>(missing.begin(), missing.end()),
            (std::vector<int>{v1::FACE_COMPONENT_EYES_OPEN, v1::FACE_COMPONENT_PITCH, v1::FACE_COMPONENT_MOUTH_OPEN,
                              v1::FACE_COMPONENT_ATTACK_KIND}));
}

// The shipped networks without those for pose and eyes, attacks not told apart.
TEST_F(OtherBundle, WhatIsNotMeasuredIsStatedAndNeverPassesALimit) {
  v1::FaceBundle manifest = ShippedManifest();
  manifest.set_name("fewer networks");
  manifest.clear_pose();
  manifest.clear_pose_bin_degrees();
  manifest.clear_eye();
  manifest.mutable_liveness()->mutable_class_order()->Truncate(1);
  Write(manifest);
  const Result<face::Bundle> bundle = face::LoadBundle(folder_);
  ASSERT_TRUE(bundle.ok()) << bundle.status().message();

  FaceEngineOptions options;
  options.bundle_dir = folder_;
  options.workers = 1;
  options.calibration_file = face::CalibrationFile();
  EXPECT_NE(FaceEngine::Create(options).status().message().find("bundle_digest"), std::string::npos)
      << "the calibration of another bundle";
  options.calibration_file = BorrowedCalibration(bundle->digest);
  const Result<std::unique_ptr<FaceEngine>> other = FaceEngine::Create(options);
  ASSERT_TRUE(other.ok()) << other.status().message() << other.status().detail();
  options.bundle_dir = face::BundleDir();
  options.calibration_file = face::CalibrationFile();
  const Result<std::unique_ptr<FaceEngine>> shipped = FaceEngine::Create(options);
  ASSERT_TRUE(shipped.ok()) << shipped.status().message() << shipped.status().detail();

  const std::string photos[] = {face::Photo("franck_01829.jpg"), face::Photo("franck_02045.jpg")};
  const std::vector<std::string_view> views(std::begin(photos), std::end(photos));
  const auto in_time = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  const auto theirs = (*other)->Examine(views, in_time);
  const auto ours = (*shipped)->Examine(views, in_time);
  ASSERT_TRUE(theirs.ok() && ours.ok());
  const v1::FaceEvidence& few = theirs->front();
  const v1::FaceEvidence& all = ours->front();
  ASSERT_EQ(few.status(), v1::FACE_STATUS_OK);

  EXPECT_TRUE(all.not_measured().empty());
  EXPECT_EQ(std::vector<int>(few.not_measured().begin(), few.not_measured().end()),
            (std::vector<int>{v1::FACE_COMPONENT_EYES_OPEN, v1::FACE_COMPONENT_PITCH, v1::FACE_COMPONENT_ATTACK_KIND}));
  EXPECT_EQ(few.left_eye_open(), 0);
  EXPECT_EQ(few.right_eye_open(), 0);
  EXPECT_EQ(few.pitch_degrees(), 0);
  EXPECT_EQ(few.print_score(), 0);
  EXPECT_EQ(few.screen_score(), 0);
  // What both measure is the same.
  EXPECT_EQ(few.template_(), all.template_());
  EXPECT_EQ(few.live_score(), all.live_score());
  EXPECT_EQ(few.mouth_open(), all.mouth_open());
  EXPECT_NEAR(few.yaw_degrees(), all.yaw_degrees(), 10);
  EXPECT_GE(few.quality_score(), all.quality_score()) << "the worst of fewer components";
  EXPECT_GT(few.quality_score(), 50) << "what was not measured does not count as bad";

  v1::QualityPolicy limits;
  limits.set_max_brightness(1);
  EXPECT_TRUE(rules::QualityFaults(few, limits).empty()) << "nothing asked";
  limits.set_min_eye_open(0.01F);
  ASSERT_EQ(rules::QualityFaults(few, limits).size(), 1U);
  EXPECT_EQ(rules::QualityFaults(few, limits)[0].code(), v1::IMG_OCCLUDED);
  EXPECT_TRUE(rules::QualityFaults(all, limits).empty());
  limits.clear_min_eye_open();
  limits.set_max_pitch_degrees(89);
  ASSERT_EQ(rules::QualityFaults(few, limits).size(), 1U);
  EXPECT_EQ(rules::QualityFaults(few, limits)[0].component(), "pitch_degrees");
  EXPECT_TRUE(rules::QualityFaults(all, limits).empty());

  // Templates of two bundles, both real and of one length, are never compared.
  EXPECT_TRUE((*other)->Compare(few, (*theirs)[1]).ok());
  EXPECT_TRUE((*shipped)->Compare(all, (*ours)[1]).ok());
  for (const auto* engine : {other->get(), shipped->get()}) {
    EXPECT_EQ(engine->Compare(few, (*ours)[1]).status().code(), StatusCode::kFailedPrecondition);
    EXPECT_EQ(engine->Compare(all, (*theirs)[1]).status().code(), StatusCode::kFailedPrecondition);
  }

  const v1::ModelCard card = (*other)->ModelCard(v1::PolicyPack());
  EXPECT_EQ(card.not_measured_size(), 3);
  EXPECT_EQ(card.bundle_name(), "fewer networks");
  ASSERT_EQ(card.networks_size(), 5) << "four networks, and the pose without one";
  EXPECT_TRUE(card.networks(4).sha256().empty());
  EXPECT_EQ((*shipped)->ModelCard(v1::PolicyPack()).networks_size(), 6);
}

TEST(PoseFromPoints, FindsTheTurnThatWasMade) {
  // The average face, turned and seen from far away: right, down, towards the camera, in millimetres.
  const double face_points[5][3] = {{-31.5, 0, 0}, {31.5, 0, 0}, {0, 36, 40}, {-26, 73, 0}, {26, 73, 0}};
  constexpr double kRadians = 0.017453292519943295;
  for (const double yaw : {-40.0, -10.0, 0.0, 25.0}) {
    for (const double roll : {-30.0, 0.0, 15.0}) {
      face::Points5 points;
      for (std::size_t i = 0; i < 5; ++i) {
        // About the vertical, then in the plane of the picture; scaled and moved.
        const double x = std::cos(yaw * kRadians) * face_points[i][0] - std::sin(yaw * kRadians) * face_points[i][2];
        const double y = face_points[i][1];
        const double c = std::cos(roll * kRadians);
        const double s = std::sin(roll * kRadians);
        points[i] = cv::Point2f(static_cast<float>(100 + 1.7 * (c * x - s * y)),
                                static_cast<float>(80 + 1.7 * (s * x + c * y)));
      }
      const face::HeadPose pose = face::PoseFromPoints(points);
      EXPECT_NEAR(pose.yaw, yaw, 0.1) << yaw << " " << roll;
      EXPECT_NEAR(pose.roll, roll, 0.1) << yaw << " " << roll;
      EXPECT_EQ(pose.pitch, 0);
    }
  }
  const face::HeadPose none = face::PoseFromPoints(face::Points5());
  EXPECT_EQ(none.yaw, 0);
  EXPECT_EQ(none.roll, 0);
}

TEST(Aligner, MeasuresOfQualityDoNotDependOnTheEmbeddersSize) {
  cv::Mat picture(200, 200, CV_8UC3);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 200; ++x) {
      picture.at<cv::Vec3b>(y, x) =
          cv::Vec3b(static_cast<unsigned char>(x), static_cast<unsigned char>(y), static_cast<unsigned char>(x ^ y));
    }
  }
  const face::Points5 points = {cv::Point2f(70, 80), cv::Point2f(120, 84), cv::Point2f(95, 110), cv::Point2f(75, 135),
                                cv::Point2f(115, 138)};
  face::Bundle bundle;
  bundle.manifest = ShippedManifest();
  const face::Aligner shipped(bundle);
  bundle.manifest.mutable_embedder()->set_width(160);
  bundle.manifest.mutable_embedder()->set_height(160);
  const face::Aligner larger(bundle);
  const cv::Mat aligned = shipped.Align(picture, points);
  EXPECT_EQ(shipped.AlignForQuality(picture, points, aligned).data, aligned.data) << "nothing is computed twice";
  const cv::Mat large = larger.Align(picture, points);
  EXPECT_EQ(large.size(), cv::Size(160, 160));
  EXPECT_LE(cv::norm(larger.AlignForQuality(picture, points, large), aligned, cv::NORM_INF), 3) << "but for rounding";
}

TEST(Embedder, AnAveragedTemplateIsThatOfTheMirrorImageToo) {
  cv::Mat aligned(112, 112, CV_8UC3);
  for (int y = 0; y < aligned.rows; ++y) {
    for (int x = 0; x < aligned.cols; ++x) {
      aligned.at<cv::Vec3b>(y, x) = cv::Vec3b(static_cast<unsigned char>(2 * x), static_cast<unsigned char>(y),
                                              static_cast<unsigned char>(x * y));
    }
  }
  cv::Mat mirrored;
  cv::flip(aligned, mirrored, 1);
  auto bundle = face::LoadBundle(face::BundleDir());
  ASSERT_TRUE(bundle.ok()) << bundle.status().message();
  ASSERT_TRUE(bundle->manifest.mirror_averaged());
  face::Embedder averaging(*bundle);
  const auto mean = averaging.Embed(aligned);
  EXPECT_GT(face::Cosine(mean, averaging.Embed(mirrored)), 0.9999);
  EXPECT_NEAR(face::Cosine(mean, mean), 1, 1e-5) << "of unit length";
  bundle->manifest.set_mirror_averaged(false);
  face::Embedder plain(*bundle);
  EXPECT_LT(face::Cosine(plain.Embed(aligned), plain.Embed(mirrored)), 0.99);
  EXPECT_GT(face::Cosine(plain.Embed(aligned), mean), 0.7);
}

}  // namespace
}  // namespace realname
