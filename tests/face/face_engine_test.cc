// SPDX-License-Identifier: Apache-2.0
#include "face/face_engine.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "face/bundle.h"
#include "face/decode.h"
#include "face/networks/detector.h"
#include "tests/face/assets.h"
#include "tests/face/encode.h"

namespace realname {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Deadline In(milliseconds time) { return steady_clock::now() + time; }

class FaceEngineTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    FaceEngineOptions options;
    options.bundle_dir = face::BundleDir();
    options.calibration_file = face::CalibrationFile();
    options.workers = 2;
    Result<std::unique_ptr<FaceEngine>> made = FaceEngine::Create(options);
    if (made.ok()) engine_ = std::move(*made).release();
    if (!made.ok()) failure_ = new std::string(made.status().message() + " " + made.status().detail());
  }
  static void TearDownTestSuite() {
    delete engine_;
    delete failure_;
    engine_ = nullptr;
    failure_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(engine_, nullptr) << *failure_ << ": run script/bootstrap"; }

  static v1::FaceEvidence Look(const std::string& bytes) {
    const std::string_view views[] = {bytes};
    Result<std::vector<v1::FaceEvidence>> result = engine_->Examine(views, In(std::chrono::minutes(2)));
    EXPECT_TRUE(result.ok()) << result.status().message() << result.status().detail();
    return result.ok() ? result->front() : v1::FaceEvidence();
  }
  static v1::FaceEvidence LookAt(const std::string& name) { return Look(face::Photo(name)); }

  static double Similarity(const std::string& first, const std::string& second) {
    const Result<v1::FaceComparison> result = engine_->Compare(LookAt(first), LookAt(second));
    EXPECT_TRUE(result.ok()) << first << " " << second << " " << result.status().message();
    return result.ok() ? result->similarity() : -1;
  }

  static FaceEngine* engine_;
  static std::string* failure_;
};

FaceEngine* FaceEngineTest::engine_ = nullptr;
std::string* FaceEngineTest::failure_ = nullptr;

TEST_F(FaceEngineTest, KnownPairsScoreAsMeasured) {
  const struct {
    const char* first;
    const char* second;
    double similarity;
  } pairs[] = {{"franck_01829.jpg", "franck_02045.jpg", 0.94}, {"franck_01829.jpg", "franck_04000.jpg", 0.77},
               {"audrey.jpg", "audrey_crop.jpg", 0.99},        {"bieber_small.jpg", "Justin-Bieber2_crop.jpg", 0.81},
               {"cage.jpg", "cage2_crop.jpg", 0.77},           {"SeanConnery.jpg", "sean_guru2_crop.jpg", 0.51}};
  for (const auto& pair : pairs) {
    EXPECT_NEAR(Similarity(pair.first, pair.second), pair.similarity, 0.03) << pair.first << " " << pair.second;
  }
}

TEST_F(FaceEngineTest, DifferentPeopleDoNotMatch) {
  const char* people[] = {"franck_02045.jpg", "audrey.jpg", "cage.jpg", "bieber_small.jpg", "chuck_crop.jpg"};
  std::vector<v1::FaceEvidence> evidence;
  for (const char* name : people) evidence.push_back(LookAt(name));
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Result<v1::FaceComparison> result = engine_->Compare(evidence[i], evidence[j]);
      ASSERT_TRUE(result.ok());
      EXPECT_LT(result->similarity(), 0.27) << people[i] << " " << people[j];
      EXPECT_GT(result->fmr_at_similarity(), 0.01);
      EXPECT_GE(result->fmr_upper(), result->fmr_at_similarity());
    }
  }
}

TEST_F(FaceEngineTest, FindsNoFaceWhereThereIsNone) {
  EXPECT_EQ(LookAt("ironman.jpg").status(), v1::FACE_STATUS_NO_FACE);
  EXPECT_EQ(LookAt("scream_crop.jpg").status(), v1::FACE_STATUS_NO_FACE);
}

TEST_F(FaceEngineTest, GroupPhotosAreSeveralFaces) {
  for (int i = 1; i <= 6; ++i) {
    const v1::FaceEvidence evidence = LookAt("sample" + std::to_string(i) + ".jpg");
    EXPECT_EQ(evidence.status(), v1::FACE_STATUS_SEVERAL_FACES) << i;
    EXPECT_GE(evidence.face_count(), 3U) << i;
    EXPECT_TRUE(evidence.template_().empty());
  }
}

TEST_F(FaceEngineTest, OrdinaryPhotosPassSensibleLimits) {
  for (const char* name : {"franck_01829.jpg", "franck_02045.jpg", "franck_02159.jpg", "franck_02221.jpg",
                           "franck_02683.jpg", "franck_03909.jpg", "franck_04035.jpg", "franck_04117.jpg"}) {
    const v1::FaceEvidence evidence = LookAt(name);
    ASSERT_EQ(evidence.status(), v1::FACE_STATUS_OK) << name;
    EXPECT_EQ(evidence.image_width(), 720U);
    EXPECT_NEAR(evidence.eye_distance_px(), 110, 8) << name;
    EXPECT_GT(evidence.sharpness(), 0.25) << name;
    EXPECT_NEAR(evidence.brightness(), 0.55, 0.1) << name;
    EXPECT_GT(evidence.contrast(), 0.1) << name;
    EXPECT_LT(std::abs(evidence.yaw_degrees()), 25) << name;
    EXPECT_LT(std::abs(evidence.pitch_degrees()), 20) << name;
    EXPECT_LT(std::abs(evidence.roll_degrees()), 20) << name;
    EXPECT_GT(std::min(evidence.left_eye_open(), evidence.right_eye_open()), 0.5) << name;
    EXPECT_GT(evidence.live_score(), 0.9) << name;
    EXPECT_NEAR(evidence.live_score() + evidence.print_score() + evidence.screen_score(), 1, 0.001) << name;
    EXPECT_EQ(evidence.template_().size(), 4U * 512);
    EXPECT_EQ(evidence.image_sha256().size(), 32U);
  }
}

TEST_F(FaceEngineTest, SeesShutEyes) {
  for (const char* name : {"franck_04000.jpg", "skullmask.jpg", "vendetta.jpg", "terminator_crop.jpg"}) {
    const v1::FaceEvidence evidence = LookAt(name);
    EXPECT_LT(std::min(evidence.left_eye_open(), evidence.right_eye_open()), 0.3) << name;
  }
}

TEST_F(FaceEngineTest, SeesBlur) {
  const double sharp = LookAt("franck_02045.jpg").sharpness();
  const cv::Mat picture = face::Decode(face::Photo("franck_02045.jpg")).bgr;
  cv::Mat small;
  cv::resize(picture, small, cv::Size(384, 384 * picture.rows / picture.cols), 0, 0, cv::INTER_AREA);
  for (const double sigma : {4.0, 5.0, 6.0}) {
    cv::Mat blurred;
    cv::GaussianBlur(small, blurred, cv::Size(), sigma);
    const v1::FaceEvidence evidence = Look(face::EncodeJpeg(blurred));
    ASSERT_EQ(evidence.status(), v1::FACE_STATUS_OK) << sigma;
    EXPECT_LT(evidence.sharpness(), 0.16) << sigma;
    EXPECT_GT(sharp, 2 * evidence.sharpness()) << sigma;
  }
}

TEST_F(FaceEngineTest, SeesAMaskOverMouthAndChin) {
  cv::Mat picture = face::Decode(face::Photo("franck_02045.jpg")).bgr;
  EXPECT_LT(LookAt("franck_02045.jpg").lower_face_difference(), 12);
  // The face of this photograph: a surgical mask from below the eyes to the chin.
  const v1::FaceEvidence bare = LookAt("franck_02045.jpg");
  ASSERT_EQ(bare.status(), v1::FACE_STATUS_OK);
  cv::Mat masked = picture.clone();
  const face::Bundle bundle = *face::LoadBundle(face::BundleDir());
  const std::unique_ptr<face::Detector> detector = face::MakeDetector(bundle);
  const face::Box box = detector->Detect(picture).boxes.at(0);
  const auto at = [&](double x, double y) {
    return cv::Point(static_cast<int>(box.x + x * box.width), static_cast<int>(box.y + y * box.height));
  };
  const std::vector<cv::Point> mask = {at(-0.05, 0.55), at(0.5, 0.5),  at(1.05, 0.55),
                                       at(0.95, 0.9),   at(0.5, 1.05), at(0.05, 0.9)};
  cv::fillConvexPoly(masked, mask, cv::Scalar(190, 150, 90));
  const v1::FaceEvidence evidence = Look(face::EncodeJpeg(masked));
  ASSERT_EQ(evidence.status(), v1::FACE_STATUS_OK);
  EXPECT_GT(evidence.lower_face_difference(), 28);
}

TEST_F(FaceEngineTest, SeesAFlatPicture) {
  const cv::Mat picture = face::Decode(face::Photo("franck_02045.jpg")).bgr;
  cv::Mat veiled;
  picture.convertTo(veiled, -1, 0.25, 100);
  EXPECT_LT(Look(face::EncodeJpeg(veiled)).contrast(), 0.05);
  cv::Mat hazy;
  picture.convertTo(hazy, -1, 0.5, 60);
  EXPECT_GT(Look(face::EncodeJpeg(hazy)).contrast(), 0.05);
}

TEST_F(FaceEngineTest, SeesAClutteredBackground) {
  EXPECT_LT(LookAt("franck_02045.jpg").background_clutter(), 0.1);
  cv::Mat picture = face::Decode(face::Photo("franck_02045.jpg")).bgr;
  const face::Bundle bundle = *face::LoadBundle(face::BundleDir());
  const std::unique_ptr<face::Detector> detector = face::MakeDetector(bundle);
  const face::Box box = detector->Detect(picture).boxes.at(0);
  const cv::Rect head(static_cast<int>(box.x - 0.3F * box.width), static_cast<int>(box.y - 0.5F * box.height),
                      static_cast<int>(1.6F * box.width), static_cast<int>(1.7F * box.height));
  cv::Mat papered = picture.clone();
  for (int y = 0; y < papered.rows; y += 12) {
    for (int x = (y / 12 % 2) * 12; x < papered.cols; x += 24) {
      cv::rectangle(papered, cv::Rect(x, y, 12, 12), cv::Scalar(20, 20, 20), cv::FILLED);
    }
  }
  const cv::Rect inside = head & cv::Rect(0, 0, picture.cols, picture.rows);
  picture(inside).copyTo(papered(inside));
  const v1::FaceEvidence evidence = Look(face::EncodeJpeg(papered));
  ASSERT_EQ(evidence.status(), v1::FACE_STATUS_OK);
  EXPECT_GT(evidence.background_clutter(), 0.5);
}

TEST_F(FaceEngineTest, KnowsAPictureSentTwice) {
  const cv::Mat picture = face::Decode(face::Photo("franck_02045.jpg")).bgr;
  const v1::FaceEvidence original = LookAt("franck_02045.jpg");
  const auto correlation = [&](const cv::Mat& again, int quality) {
    const v1::FaceEvidence evidence = Look(face::EncodeJpeg(again, {.quality = quality}));
    const Result<v1::FaceComparison> comparison = engine_->Compare(original, evidence);
    EXPECT_TRUE(comparison.ok()) << comparison.status().message();
    return comparison.ok() ? comparison->image_correlation() : 0;
  };
  EXPECT_GT(correlation(picture, 30), 0.96) << "re-compressed";
  cv::Mat changed;
  cv::resize(picture, changed, cv::Size(), 0.5, 0.5, cv::INTER_AREA);
  EXPECT_GT(correlation(changed, 90), 0.96) << "made smaller";
  cv::resize(picture, changed, cv::Size(), 1.6, 1.6, cv::INTER_CUBIC);
  EXPECT_GT(correlation(changed, 90), 0.96) << "made larger";
  cv::flip(picture, changed, 1);
  EXPECT_GT(correlation(changed, 90), 0.96) << "mirrored";
  changed =
      picture(cv::Rect(picture.cols / 10, picture.rows / 20, picture.cols * 8 / 10, picture.rows * 9 / 10)).clone();
  EXPECT_GT(correlation(changed, 90), 0.96) << "cropped";
  // Other takes of the same man, minutes apart, are not that picture.
  for (const char* other : {"franck_01829.jpg", "franck_02159.jpg", "franck_02221.jpg", "franck_04117.jpg"}) {
    const Result<v1::FaceComparison> comparison = engine_->Compare(original, LookAt(other));
    ASSERT_TRUE(comparison.ok());
    EXPECT_LT(comparison->image_correlation(), 0.95) << other;
  }
}

TEST_F(FaceEngineTest, EyeDistanceIsInExaminedPixels) {
  const cv::Mat picture = face::Decode(face::Photo("franck_02045.jpg")).bgr;
  for (const auto& [size, divisor] : {std::pair(2, 1), std::pair(5, 2), std::pair(6, 4)}) {
    cv::Mat large;
    cv::resize(picture, large, cv::Size(), size, size, cv::INTER_CUBIC);
    const v1::FaceEvidence evidence = Look(face::EncodeJpeg(large, {.quality = 80}));
    ASSERT_EQ(evidence.status(), v1::FACE_STATUS_OK);
    EXPECT_EQ(evidence.image_width(), 720U * static_cast<unsigned>(size)) << "that of the stored picture";
    EXPECT_NEAR(evidence.eye_distance_px(), 110.0 * size / divisor, 10.0 * size / divisor);
  }
}

TEST_F(FaceEngineTest, UnusablePicturesAreEvidence) {
  EXPECT_EQ(Look("").status(), v1::FACE_STATUS_DECODE_FAILED);
  EXPECT_EQ(Look(face::Photo("audrey.jpg").substr(0, 9000)).status(), v1::FACE_STATUS_DECODE_FAILED);
  EXPECT_EQ(Look(face::EncodeJpeg(cv::Mat(8, 8, CV_8UC3, cv::Scalar()))).status(), v1::FACE_STATUS_IMAGE_TOO_SMALL);
  EXPECT_EQ(Look(face::EncodeJpeg(cv::Mat(300, 300, CV_8UC3, cv::Scalar()))).status(), v1::FACE_STATUS_NO_FACE);
}

TEST_F(FaceEngineTest, ComparesOnlyItsOwnTemplates) {
  const v1::FaceEvidence face = LookAt("audrey.jpg");
  v1::FaceEvidence other = face;
  other.set_bundle_digest("another");
  EXPECT_EQ(engine_->Compare(face, other).status().code(), StatusCode::kFailedPrecondition);
  other = face;
  other.mutable_template_()->resize(100);
  EXPECT_EQ(engine_->Compare(other, face).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(engine_->Compare(face, LookAt("ironman.jpg")).status().code(), StatusCode::kFailedPrecondition);
  const Result<v1::FaceComparison> same = engine_->Compare(face, face);
  ASSERT_TRUE(same.ok());
  EXPECT_NEAR(same->similarity(), 1, 1e-5);
}

TEST_F(FaceEngineTest, KeepsTheOrderOfPictures) {
  const std::string photos[] = {face::Photo("sample1.jpg"), "no picture", face::Photo("audrey.jpg"),
                                face::Photo("ironman.jpg")};
  const std::vector<std::string_view> views(std::begin(photos), std::end(photos));
  const Result<std::vector<v1::FaceEvidence>> result = engine_->Examine(views, In(std::chrono::minutes(2)));
  ASSERT_TRUE(result.ok());
  const v1::FaceStatus expected[] = {v1::FACE_STATUS_SEVERAL_FACES, v1::FACE_STATUS_DECODE_FAILED, v1::FACE_STATUS_OK,
                                     v1::FACE_STATUS_NO_FACE};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ((*result)[i].status(), expected[i]) << i;
  const Result<std::vector<v1::FaceEvidence>> none = engine_->Examine({}, In(milliseconds(1)));
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->empty());
}

TEST_F(FaceEngineTest, TurnsAwayWhatCannotBeDoneInTime) {
  const std::string photo = face::Photo("audrey.jpg");
  const std::string_view one[] = {photo};
  EXPECT_EQ(engine_->Examine(one, In(milliseconds(-1))).status().code(), StatusCode::kDeadlineExceeded);

  const std::vector<std::string_view> many(40, photo);
  std::thread busy([&] { EXPECT_TRUE(engine_->Examine(many, In(std::chrono::minutes(5))).ok()); });
  std::this_thread::sleep_for(milliseconds(100));
  const auto start = steady_clock::now();
  const Status late = engine_->Examine(one, In(milliseconds(60))).status();
  EXPECT_EQ(late.code(), StatusCode::kResourceExhausted) << late.message();
  EXPECT_EQ(late.reason(), "OVERLOADED");
  EXPECT_GT(late.retry_after().value_or(milliseconds(0)), milliseconds(0));
  EXPECT_LT(steady_clock::now() - start, milliseconds(50));
  const std::vector<std::string_view> more(60, photo);
  EXPECT_EQ(engine_->Examine(more, In(std::chrono::hours(1))).status().code(), StatusCode::kResourceExhausted);
  busy.join();
}

TEST_F(FaceEngineTest, DropsWorkWhoseDeadlinePasses) {
  const std::vector<std::string> copies(60, face::Photo("audrey.jpg"));
  const std::vector<std::string_view> many(copies.begin(), copies.end());
  const auto start = steady_clock::now();
  const Status status = engine_->Examine(many, In(milliseconds(150))).status();
  EXPECT_EQ(status.code(), StatusCode::kDeadlineExceeded);
  EXPECT_LT(steady_clock::now() - start, milliseconds(2000));
  EXPECT_EQ(LookAt("audrey.jpg").status(), v1::FACE_STATUS_OK);
}

TEST_F(FaceEngineTest, TheBestOfSeveralReferencesCountsAndItsRateIsCorrected) {
  const v1::FaceEvidence portrait = LookAt("franck_02045.jpg");
  const v1::FaceEvidence stranger = LookAt("audrey.jpg");
  const v1::FaceEvidence holder = LookAt("franck_01829.jpg");
  const Result<v1::FaceComparison> one = engine_->Compare(holder, portrait);
  const v1::FaceEvidence* const references[] = {&stranger, &holder, &stranger};
  const Result<v1::FaceComparison> best = engine_->Compare(references, portrait);
  ASSERT_TRUE(one.ok() && best.ok());
  EXPECT_EQ(best->best_reference(), 1U);
  EXPECT_EQ(best->references(), 3U);
  EXPECT_EQ(best->similarity(), one->similarity());
  EXPECT_GE(best->fmr_at_similarity(), one->fmr_at_similarity());
  EXPECT_NEAR(best->fmr_upper(), 3 * one->fmr_upper(), 1e-3 * best->fmr_upper() + 1e-9);
  const v1::FaceEvidence nobody = LookAt("ironman.jpg");
  const v1::FaceEvidence* const with_nobody[] = {&holder, &nobody};
  EXPECT_EQ(engine_->Compare(with_nobody, portrait).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(engine_->Compare(std::span<const v1::FaceEvidence* const>(), portrait).status().code(),
            StatusCode::kFailedPrecondition);
}

TEST_F(FaceEngineTest, ModelCardTellsRatesByGroup) {
  v1::PolicyPack policy;
  policy.mutable_face()->set_match_fmr(1e-3);
  policy.mutable_face()->set_review_fmr(1e-2);
  policy.mutable_liveness()->set_live_score_fail(0.3F);
  const v1::ModelCard card = engine_->ModelCard(policy);
  EXPECT_EQ(card.bundle_digest().size(), 64U);
  EXPECT_EQ(card.calibration_digest().size(), 64U);
  EXPECT_EQ(card.licence(), "MIT");
  EXPECT_EQ(card.networks_size(), 6);
  ASSERT_EQ(card.groups_size(), 4);
  EXPECT_GT(card.match_similarity(), card.review_similarity());
  for (const v1::GroupCard& group : card.groups()) {
    EXPECT_LE(group.fmr(), 1e-3) << group.name();
    EXPECT_GT(group.fnmr(), 0) << group.name();
    EXPECT_TRUE(group.in_population());
    EXPECT_LE(group.fmr_interval().lower(), group.fmr());
    EXPECT_GT(group.fmr_interval().upper(), group.fmr());
    EXPECT_GT(group.bpcer(), 0);
    EXPECT_LE(group.bpcer(), card.liveness_bpcer());
  }
  EXPECT_GT(card.not_countered_size(), 0);
  EXPECT_FALSE(card.sign_off().signatory().empty());
  EXPECT_GT(card.outcomes().groups_size(), 4);
  EXPECT_DOUBLE_EQ(card.lowest_fmr(), engine_->calibration().LowestFmr());
  EXPECT_TRUE(engine_->SupportsFmr(1e-3).ok());
  EXPECT_EQ(engine_->SupportsFmr(1e-7).code(), StatusCode::kFailedPrecondition);
}

// A bundle's folder of which one file can be changed.
class BundleTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("bundle_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    ASSERT_TRUE(std::filesystem::exists(face::BundleDir() / "manifest.textproto"))
        << face::BundleDir() << " is missing: run script/bootstrap";
    for (const auto& entry : std::filesystem::directory_iterator(face::BundleDir())) {
      std::filesystem::create_symlink(std::filesystem::absolute(entry.path()), folder_ / entry.path().filename());
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    std::filesystem::remove(folder_ / name);
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  std::filesystem::path folder_;
};

TEST_F(BundleTest, NamesTheFileThatIsMissing) {
  std::filesystem::remove(folder_ / "fr_pose.onnx");
  const Status status = face::LoadBundle(folder_).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("fr_pose.onnx"), std::string::npos) << status.message();
}

TEST_F(BundleTest, NamesTheFileThatIsAltered) {
  Write("fr_eye.onnx", "something else");
  const Status status = face::LoadBundle(folder_).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("fr_eye.onnx"), std::string::npos) << status.message();
}

TEST_F(BundleTest, NamesTheFieldThatIsWrong) {
  Write("manifest.textproto", "name: \"x\"\nlicence: \"y\"\n");
  EXPECT_NE(face::LoadBundle(folder_).status().message().find("detector"), std::string::npos);
  Write("manifest.textproto", "name: \"x\"\nno_such_field: 1\n");
  EXPECT_NE(face::LoadBundle(folder_).status().message().find("line 2"), std::string::npos)
      << face::LoadBundle(folder_).status().message();
}

TEST_F(BundleTest, TheEngineRefusesACalibrationOfAnotherBundle) {
  std::ifstream in(face::BundleDir() / "manifest.textproto");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  Write("manifest.textproto", text + "# changed\n");
  FaceEngineOptions options;
  options.bundle_dir = folder_;
  options.calibration_file = face::CalibrationFile();
  const Status status = FaceEngine::Create(options).status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("bundle_digest"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace realname
