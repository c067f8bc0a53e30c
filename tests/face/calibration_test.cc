// SPDX-License-Identifier: Apache-2.0
#include "face/calibration.h"

#include <algorithm>
#include <cstdint>

#include <gtest/gtest.h>

#include "face/template_bytes.h"

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
    for (const std::uint64_t count : matches[i]) {
      group->add_false_matches(count);
      group->add_fmr_lower(static_cast<float>(count) / 20000);
      group->add_fmr_upper(std::min(1.0F, static_cast<float>(count + 5) / 5000));
    }
    for (const std::uint64_t count : {0, 1, 2, 50}) group->add_false_non_matches(count);
    // Live scores below 0, 0.5 and 1.
    group->set_bona_fide(100);
    for (const unsigned count : {0U, i == 0 ? 2U : 6U, 90U}) group->add_live_score_below(count);
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
  EXPECT_FLOAT_EQ(static_cast<float>(calibration->FmrAt(1).upper), 0.001F) << "the table's, not the rate's";
  EXPECT_FLOAT_EQ(static_cast<float>(calibration->GroupFmrLower(1, 0.5)), 0.0005F);
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

TEST(Calibration, OnlyTheStatedPopulationCounts) {
  v1::FaceCalibration message = Small();
  message.add_population("first");
  const Result<Calibration> calibration = Make(message);
  ASSERT_TRUE(calibration.ok()) << calibration.status().message();
  EXPECT_DOUBLE_EQ(calibration->FmrAt(0.5).rate, 0.0005);
  EXPECT_DOUBLE_EQ(calibration->Bpcer(0.5), 0.02);
  EXPECT_TRUE(calibration->InPopulation(0));
  EXPECT_FALSE(calibration->InPopulation(1));
  message.mutable_groups(1)->set_impostor_pairs(10000);
  message.add_population("third");
  EXPECT_NE(Make(message).status().message().find("population"), std::string::npos);
}

TEST(Calibration, ABestOfSeveralReferencesIsWorthLess) {
  const Result<Calibration> calibration = Make(Small());
  ASSERT_TRUE(calibration.ok());
  EXPECT_NEAR(calibration->FmrAt(0.5, 3).rate, 0.002997001, 1e-12) << "1 - (1 - 0.001)^3";
  EXPECT_DOUBLE_EQ(calibration->FmrAt(-0.1, 3).rate, 1);
  EXPECT_DOUBLE_EQ(calibration->FmrAt(1, 4).rate, 0);
  EXPECT_GT(calibration->FmrAt(1, 2).upper, 0.0019);
}

TEST(Calibration, BpcerIsThatOfTheWorstGroupAndNeverUnderstated) {
  const Result<Calibration> calibration = Make(Small());
  ASSERT_TRUE(calibration.ok());
  EXPECT_DOUBLE_EQ(calibration->GroupBpcer(0, 0.5), 0.02);
  EXPECT_DOUBLE_EQ(calibration->Bpcer(0.5), 0.06);
  EXPECT_DOUBLE_EQ(calibration->Bpcer(0.51), 0.9) << "between rows the higher one counts";
  EXPECT_DOUBLE_EQ(calibration->Bpcer(0), 0);
  v1::FaceCalibration unmeasured = Small();
  unmeasured.mutable_groups(0)->set_bona_fide(0);
  unmeasured.mutable_groups(0)->clear_live_score_below();
  EXPECT_DOUBLE_EQ(Make(unmeasured)->Bpcer(0.1), 1);
}

TEST(Calibration, MayServeOnlyWhenSomebodySignedItOff) {
  v1::FaceCalibration message = Small();
  EXPECT_EQ(Make(message)->MayServe().code(), StatusCode::kFailedPrecondition);
  message.mutable_sign_off()->set_signatory("head of compliance");
  message.mutable_sign_off()->set_date("2026-01-01");
  EXPECT_TRUE(Make(message)->MayServe().ok());
}

TEST(Calibration, RefusesIntervalsAndSharesThatContradictThemselves) {
  v1::FaceCalibration message = Small();
  message.mutable_groups(0)->set_fmr_upper(1, 0.01F);
  EXPECT_NE(Make(message).status().message().find("interval"), std::string::npos);
  message = Small();
  message.mutable_groups(0)->mutable_fmr_upper()->RemoveLast();
  EXPECT_FALSE(Make(message).ok());
  message = Small();
  message.mutable_groups(0)->set_live_score_below(1, 95);
  EXPECT_NE(Make(message).status().message().find("live scores"), std::string::npos);
  message = Small();
  v1::GroupOutcomes* group = message.mutable_outcomes()->add_groups();
  group->set_people(10);
  group->set_pass(0.5);
  group->set_review(0.4);
  EXPECT_NE(Make(message).status().message().find("shares"), std::string::npos);
  group->set_turned_away(0.1);
  EXPECT_TRUE(Make(message).ok());
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
