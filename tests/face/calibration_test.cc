// SPDX-License-Identifier: Apache-2.0
#include "face/calibration.h"

#include <cmath>

#include <gtest/gtest.h>

#include "face/pair_counts.h"
#include "face/template_bytes.h"
#include "measurement/calibrate.h"

namespace realname {
namespace {

// Two groups with rows at 0, 0.25, 0.5, 0.75; the second is the stricter at 0.5, the first at 0.25.
v1::FaceCalibration Small() {
  v1::FaceCalibration message;
  message.set_bundle_digest("aa");
  message.set_preprocessing_version(1);
  message.set_first_similarity(0);
  message.set_step(0.25);
  const std::uint64_t matches[2][4] = {{10000, 500, 5, 0}, {10000, 100, 10, 0}};
  for (int i = 0; i < 2; ++i) {
    v1::CalibrationGroup* group = message.add_groups();
    group->set_name(i == 0 ? "first" : "second");
    group->set_impostor_pairs(10000);
    group->set_genuine_pairs(100);
    for (const std::uint64_t count : matches[i]) group->add_false_matches(count);
    for (const std::uint64_t count : {0, 1, 2, 50}) group->add_false_non_matches(count);
  }
  return message;
}

Result<Calibration> Make(v1::FaceCalibration message) {
  return Calibration::FromMessage(std::move(message), "small", "digest", "aa", 1);
}

TEST(Calibration, TheStrictestGroupAnswers) {
  const Result<Calibration> calibration = Make(Small());
  ASSERT_TRUE(calibration.ok()) << calibration.status().message();
  EXPECT_DOUBLE_EQ(calibration->FmrAt(-0.1).rate, 1);
  EXPECT_DOUBLE_EQ(calibration->FmrAt(0.25).rate, 0.05);
  EXPECT_DOUBLE_EQ(calibration->FmrAt(0.49).rate, 0.05) << "between rows the lower one counts";
  EXPECT_DOUBLE_EQ(calibration->FmrAt(0.5).rate, 0.001);
  EXPECT_DOUBLE_EQ(calibration->FmrAt(1).rate, 0);
  EXPECT_GT(calibration->FmrAt(1).upper, 0.0003);
  EXPECT_DOUBLE_EQ(*calibration->CutFor(0.001), 0.5);
  EXPECT_DOUBLE_EQ(*calibration->CutFor(0.05), 0.25);
  EXPECT_DOUBLE_EQ(*calibration->CutFor(0.04), 0.5);
  EXPECT_DOUBLE_EQ(calibration->GroupFmrAt(0, 0.5), 0.0005);
  EXPECT_DOUBLE_EQ(calibration->GroupFnmrAt(0, 0.5), 0.02);
}

TEST(Calibration, RefusesATargetBelowItsData) {
  const Result<Calibration> calibration = Make(Small());
  ASSERT_TRUE(calibration.ok());
  EXPECT_DOUBLE_EQ(calibration->LowestFmr(), 0.001);
  EXPECT_TRUE(calibration->SupportsFmr(0.001).ok());
  const Status refused = calibration->SupportsFmr(0.0001);
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.message().find("0.001"), std::string::npos) << refused.message();
  EXPECT_FALSE(calibration->CutFor(0.0001).ok());
  EXPECT_FALSE(calibration->SupportsFmr(0).ok());
  EXPECT_FALSE(calibration->SupportsFmr(1).ok());
}

TEST(Calibration, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Calibration::FromMessage(Small(), "c", "d", "bb", 1).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Calibration::FromMessage(Small(), "c", "d", "aa", 2).status().code(), StatusCode::kFailedPrecondition);
  v1::FaceCalibration rising = Small();
  rising.mutable_groups(1)->set_false_matches(3, 11);
  EXPECT_NE(Make(rising).status().message().find("second"), std::string::npos);
  v1::FaceCalibration shorter = Small();
  shorter.mutable_groups(1)->mutable_false_matches()->RemoveLast();
  EXPECT_FALSE(Make(shorter).ok());
  v1::FaceCalibration none = Small();
  none.clear_groups();
  EXPECT_FALSE(Make(none).ok());
  EXPECT_FALSE(Calibration::Load("/nonexistent", "aa", 1).ok());
}

TEST(Calibration, ClopperPearsonAgreesWithPublishedValues) {
  EXPECT_NEAR(ClopperPearsonUpper(0, 10), 0.3085, 0.0001);
  EXPECT_NEAR(ClopperPearsonUpper(1, 10), 0.4450, 0.0001);
  EXPECT_NEAR(ClopperPearsonUpper(10, 10000), 0.0018382, 0.00001);
  EXPECT_DOUBLE_EQ(ClopperPearsonUpper(3, 3), 1);
  EXPECT_LT(ClopperPearsonUpper(12, 12'000'000), 2e-6);
}

TEST(PairCounts, CountsEveryPairOnce) {
  const auto unit = [](double cosine) {
    return std::vector<float>{static_cast<float>(cosine), static_cast<float>(std::sqrt(1 - cosine * cosine))};
  };
  // Subject 0: at angles with cosine 1 and 0.8; subject 1: cosine -1.
  const std::vector<face::LabelledTemplate> photos = {{0, unit(1)}, {0, unit(0.8)}, {1, unit(-1)}};
  v1::CalibrationGroup group;
  face::CountPairs(photos, group);
  EXPECT_EQ(group.genuine_pairs(), 1U);
  EXPECT_EQ(group.impostor_pairs(), 2U);
  ASSERT_EQ(group.false_matches_size(), face::kRows);
  EXPECT_EQ(group.false_matches(0), 0U);
  EXPECT_EQ(group.false_non_matches(390), 0U);  // 0.78
  EXPECT_EQ(group.false_non_matches(410), 1U);  // 0.82
}

TEST(TemplateBytes, RoundTrip) {
  const std::vector<float> values = {0.25F, -1.5F, 3.0F};
  EXPECT_EQ(face::TemplateFromBytes(face::TemplateToBytes(values)), values);
  EXPECT_EQ(face::TemplateToBytes({1.0F}), std::string("\0\0\x80\x3F", 4));
  EXPECT_TRUE(face::TemplateFromBytes("abc").empty());
  EXPECT_TRUE(face::TemplateFromBytes(std::string("\0\0\xC0\x7F", 4)).empty()) << "not a number";
}

}  // namespace
}  // namespace realname
