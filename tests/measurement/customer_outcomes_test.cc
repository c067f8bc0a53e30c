// SPDX-License-Identifier: Apache-2.0
#include "measurement/customer_outcomes.h"

#include <cmath>

#include <gtest/gtest.h>

#include "face/same_image.h"
#include "face/template_bytes.h"
#include "measurement/clopper_pearson.h"
#include "tests/rules/sample_facts.h"

namespace realname::measurement {
namespace {

// Rows at similarity 0 and 0.5: above it FMR 1e-4, below it a mismatch.
Calibration Cut() {
  v1::FaceCalibration message;
  message.set_bundle_digest("bundle");
  message.set_step(0.5);
  v1::CalibrationGroup* group = message.add_groups();
  group->set_name("g");
  group->set_genuine_pairs(1);
  group->set_impostor_pairs(10000);
  for (const unsigned count : {10000U, 1U}) {
    group->add_false_matches(count);
    group->add_false_non_matches(0);
    group->add_fmr_lower(0);
    group->add_fmr_upper(1);
  }
  group->set_bona_fide(1);
  group->add_live_score_below(0);
  group->add_live_score_below(0);
  Result<Calibration> calibration = Calibration::FromMessage(message, "test", "digest", "bundle", 0);
  if (!calibration.ok()) throw std::runtime_error(calibration.status().message());
  return *std::move(calibration);
}

// A picture of the person at `degrees`.
v1::FaceEvidence Face(double degrees) {
  v1::FaceEvidence face = testing::GoodFace();
  face.set_bundle_digest("bundle");
  const double radians = degrees * 3.14159265358979 / 180;
  face.set_template_(
      face::TemplateToBytes({static_cast<float>(std::cos(radians)), static_cast<float>(std::sin(radians))}));
  return face;
}

LabelledSet Photos(const std::vector<int>& people) {
  LabelledSet set;
  set.all_pairs = true;
  set.groups = {"g"};
  for (const int person : people) {
    LabelledPhoto photo;
    photo.subject = person;
    photo.group = 0;
    set.photos.push_back(photo);
  }
  return set;
}

v1::GroupOutcomes Measured(const std::vector<int>& people, const std::vector<v1::FaceEvidence>& faces) {
  const Result<v1::CustomerOutcomes> outcomes =
      MeasureOutcomes(Photos(people), faces, faces, {"bundle", 2}, Cut(), testing::ShippedPolicy());
  EXPECT_TRUE(outcomes.ok()) << outcomes.status().message();
  EXPECT_EQ(outcomes->groups_size(), 2);
  EXPECT_EQ(outcomes->groups(1).name(), "population");
  EXPECT_EQ(outcomes->groups(0).pass(), outcomes->groups(1).pass());
  return outcomes->groups(0);
}

TEST(CustomerOutcomes, CountsPeopleNotPictures) {
  v1::FaceEvidence blurred = Face(90);
  blurred.set_sharpness(0.01F);
  // Person 0 passes in all three pairs; person 1 is blurred in the only portrait there is.
  const v1::GroupOutcomes group = Measured({0, 0, 0, 1, 1}, {Face(0), Face(5), Face(10), Face(90), blurred});
  EXPECT_EQ(group.people(), 2U);
  EXPECT_DOUBLE_EQ(group.pass(), 0.5);
  EXPECT_DOUBLE_EQ(group.turned_away(), 0.5);
  EXPECT_DOUBLE_EQ(group.retry(), 0.5);
  ASSERT_EQ(group.reasons_size(), 1);
  EXPECT_EQ(group.reasons(0).code(), "IMG_BLUR");
  EXPECT_DOUBLE_EQ(group.reasons(0).share(), 0.5);
  EXPECT_DOUBLE_EQ(group.turned_away_lower(), 1 - ClopperPearsonUpper(1, 2));
}

TEST(CustomerOutcomes, TheNextPictureIsTried) {
  v1::FaceEvidence blurred = Face(5);
  blurred.set_sharpness(0.01F);
  // First as the ID photo: the blurred one fails, the third passes. The blurred one as ID photo of a chip: review.
  const v1::GroupOutcomes group = Measured({0, 0, 0}, {Face(0), blurred, Face(10)});
  EXPECT_NEAR(group.pass(), 2.0 / 3, 1e-12);
  EXPECT_NEAR(group.review(), 1.0 / 3, 1e-12);
  EXPECT_NEAR(group.retry(), 1.0 / 3, 1e-12);
  EXPECT_DOUBLE_EQ(group.turned_away(), 0);
}

TEST(CustomerOutcomes, AMismatchGoesToAReviewerWhenItsTriesAreUsedUp) {
  const v1::GroupOutcomes group = Measured({0, 0}, {Face(0), Face(80)});
  EXPECT_DOUBLE_EQ(group.review(), 1);
  EXPECT_DOUBLE_EQ(group.retry(), 1);
  EXPECT_EQ(group.reasons(0).code(), "FACE_MISMATCH");
}

TEST(CustomerOutcomes, NothingIsSaidWhereNobodyHasTwoPictures) {
  const Result<v1::CustomerOutcomes> outcomes = MeasureOutcomes(
      Photos({0, 1}), {Face(0), Face(80)}, {Face(0), Face(80)}, {"bundle", 2}, Cut(), testing::ShippedPolicy());
  ASSERT_TRUE(outcomes.ok());
  EXPECT_EQ(outcomes->groups_size(), 0);
}

TEST(ClopperPearson, AgreesWithPublishedValues) {
  EXPECT_NEAR(ClopperPearsonUpper(0, 10), 0.3085, 0.0001);
  EXPECT_NEAR(ClopperPearsonUpper(1, 10), 0.4450, 0.0001);
  EXPECT_NEAR(ClopperPearsonUpper(10, 10000), 0.0018382, 0.00001);
  EXPECT_DOUBLE_EQ(ClopperPearsonUpper(3, 3), 1);
  EXPECT_LT(ClopperPearsonUpper(12, 12'000'000), 2e-6);
}

}  // namespace
}  // namespace realname::measurement
