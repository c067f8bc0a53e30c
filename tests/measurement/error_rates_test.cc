// SPDX-License-Identifier: Apache-2.0
#include "measurement/error_rates.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <unistd.h>

#include <gtest/gtest.h>

#include "measurement/labelled_set.h"
#include "measurement/measure_attacks.h"
#include "measurement/plot.h"
#include "measurement/trials.h"

namespace realname::measurement {
namespace {

// Unit vectors in the plane whose cosine is that of the angles' difference.
std::vector<float> At(double degrees) {
  const double radians = degrees * 3.14159265358979 / 180;
  return {static_cast<float>(std::cos(radians)), static_cast<float>(std::sin(radians))};
}

LabelledSet AllPairs(const std::vector<int>& subjects) {
  LabelledSet set;
  set.all_pairs = true;
  set.groups = {"g"};
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    LabelledPhoto photo;
    photo.path = std::to_string(i);
    photo.subject = subjects[i];
    photo.group = 0;
    set.photos.push_back(photo);
    set.subjects = std::max(set.subjects, subjects[i] + 1);
  }
  return set;
}

TEST(ErrorRates, CountsErrorsAsDefined) {
  // Subject 0 at 0 and 60 degrees, subject 1 at 90, subject 2 at 180.
  const LabelledSet set = AllPairs({0, 0, 1, 2});
  const std::vector<std::vector<float>> templates = {At(0), At(60), At(90), At(180)};
  const Trials trials = CompareGroup(set, 0, templates, templates);
  ASSERT_EQ(trials.genuine.size(), 1U);
  ASSERT_EQ(trials.impostor_pairs, 5U);
  EXPECT_TRUE(trials.Complete());
  EXPECT_NEAR(trials.genuine[0].similarity, 0.5, 1e-6);
  // Impostors: 0~90 0, 0~180 -1, 60~90 0.866, 60~180 -0.5, 90~180 0.
  EXPECT_DOUBLE_EQ(FmrAt(trials, 0.8), 0.2);
  EXPECT_DOUBLE_EQ(FmrAt(trials, 0.9), 0);
  EXPECT_DOUBLE_EQ(FmrAt(trials, -0.4), 0.6);
  EXPECT_DOUBLE_EQ(FnmrAt(trials, 0.4), 0);
  EXPECT_DOUBLE_EQ(FnmrAt(trials, 0.51), 1);
  // No false match allowed: the cut lies above the highest impostor. One in five: just above the second.
  EXPECT_GT(CutFor(trials, 0.1), 0.866);
  EXPECT_NEAR(CutFor(trials, 0.2), 0, 1e-3);
  EXPECT_LE(FmrAt(trials, CutFor(trials, 0.2)), 0.2);
}

TEST(ErrorRates, APhotographThatFailsIsCountedNotCompared) {
  const LabelledSet set = AllPairs({0, 0, 1, 2});
  const std::vector<std::vector<float>> templates = {At(0), {}, At(90), At(180)};
  const Trials trials = CompareGroup(set, 0, templates, templates);
  EXPECT_EQ(trials.genuine.size(), 0U);
  EXPECT_EQ(trials.genuine_failed, 1U);
  EXPECT_EQ(trials.impostor_failed, 2U);
  EXPECT_EQ(trials.impostor_pairs, 3U);
}

// A crowd of people with three photographs each, in which errors do happen.
struct Crowd {
  LabelledSet set;
  std::vector<std::vector<float>> templates;
};

Crowd MakeCrowd(int people, int photos, double noise) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<int> subjects;
  Crowd crowd;
  for (int person = 0; person < people; ++person) {
    std::vector<float> centre(16);
    for (float& value : centre) value = normal(random);
    for (int photo = 0; photo < photos; ++photo) {
      std::vector<float> values = centre;
      double square = 0;
      for (float& value : values) {
        value += static_cast<float>(noise) * normal(random);
        square += value * value;
      }
      for (float& value : values) value /= static_cast<float>(std::sqrt(square));
      crowd.templates.push_back(values);
      subjects.push_back(person);
    }
  }
  crowd.set = AllPairs(subjects);
  return crowd;
}

TEST(ErrorRates, IntervalsHoldTheValueAndShrinkWithPeople) {
  const auto measured = [](int people) {
    const Crowd crowd = MakeCrowd(people, 3, 0.8);
    v1::GroupMeasurement out;
    MeasureErrors(CompareGroup(crowd.set, 0, crowd.templates, crowd.templates), {1e-2, 1e-7}, out);
    return out;
  };
  const v1::GroupMeasurement few = measured(20);
  const v1::GroupMeasurement many = measured(200);
  for (const v1::GroupMeasurement* group : {&few, &many}) {
    for (const v1::OperatingPoint& point : group->points()) {
      for (const v1::Estimate* estimate : {&point.fmr(), &point.fnmr(), &group->eer()}) {
        EXPECT_LE(estimate->lower(), estimate->value());
        EXPECT_GE(estimate->upper(), estimate->value());
        EXPECT_GT(estimate->upper(), 0) << "an error never seen is not an error that cannot happen";
      }
    }
  }
  const auto width = [](const v1::GroupMeasurement& group) { return group.eer().upper() - group.eer().lower(); };
  EXPECT_LT(width(many), width(few));
  EXPECT_TRUE(many.points(0).supported());
  EXPECT_FALSE(many.points(1).supported());
}

TEST(ErrorRates, ResamplingSubjectsIsWiderThanResamplingPairs) {
  // One person whose twenty photographs all fail makes one mistake, not 190 of them.
  std::vector<int> subjects;
  std::vector<std::vector<float>> templates;
  for (int i = 0; i < 20; ++i) {
    subjects.push_back(0);
    templates.push_back(At(i % 2 == 0 ? 0 : 120));
  }
  for (int person = 1; person < 30; ++person) {
    for (int i = 0; i < 2; ++i) {
      subjects.push_back(person);
      templates.push_back(At(person * 3));
    }
  }
  const LabelledSet set = AllPairs(subjects);
  const Trials trials = CompareGroup(set, 0, templates, templates);
  const v1::Estimate fnmr = FnmrInterval(trials, 0.5);
  const double n = static_cast<double>(trials.genuine.size());
  const double pairs_half_width = 1.96 * std::sqrt(fnmr.value() * (1 - fnmr.value()) / n);
  EXPECT_GT(fnmr.upper() - fnmr.lower(), 4 * pairs_half_width);
  EXPECT_DOUBLE_EQ(fnmr.lower(), 0) << "in some replicates that person is not drawn";
}

TEST(ErrorRates, KeepingOnlyTheHighestImpostorsChangesNothingAtLowRates) {
  const Crowd crowd = MakeCrowd(400, 3, 0.5);
  const Trials all = CompareGroup(crowd.set, 0, crowd.templates, crowd.templates);
  ASSERT_GT(all.impostor_pairs, kKeptImpostors);
  EXPECT_LE(all.impostors.size(), kKeptImpostors);
  EXPECT_FALSE(all.Complete());
  // Counted by hand over every pair.
  std::uint64_t matches = 0;
  std::uint64_t pairs = 0;
  for (std::size_t i = 0; i < crowd.templates.size(); ++i) {
    for (std::size_t j = i + 1; j < crowd.templates.size(); ++j) {
      if (crowd.set.photos[i].subject == crowd.set.photos[j].subject) continue;
      float dot = 0;
      for (std::size_t k = 0; k < 16; ++k) dot += crowd.templates[i][k] * crowd.templates[j][k];
      ++pairs;
      if (dot >= 0.7F) ++matches;
    }
  }
  EXPECT_EQ(all.impostor_pairs, pairs);
  EXPECT_NEAR(FmrAt(all, 0.7), static_cast<double>(matches) / static_cast<double>(pairs), 1e-5);
  const std::vector<v1::Estimate> intervals = FmrIntervals(all, {-0.5, 0.7});
  EXPECT_DOUBLE_EQ(intervals[0].upper(), 1) << "below what is kept nothing is promised";
  EXPECT_LT(intervals[1].upper(), 0.05);
}

TEST(ErrorRates, AccuracyTakesTheCutFromTheTrainingSet) {
  const Crowd crowd = MakeCrowd(30, 2, 0.1);
  const Trials trials = CompareGroup(crowd.set, 0, crowd.templates, crowd.templates);
  const std::optional<Accuracy> accuracy = AccuracyWithCutFrom(trials, trials);
  ASSERT_TRUE(accuracy);
  EXPECT_GT(accuracy->accuracy, 0.97);
  EXPECT_FALSE(AccuracyWithCutFrom(Trials(), trials));
  EXPECT_FALSE(CrossValidated(trials)) << "no folds are stated";
}

class ListTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("lists." + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path List(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::filesystem::path folder_;
};

TEST_F(ListTest, PairsSayWhoIsWho) {
  const Result<LabelledSet> set =
      ReadLabelledSet({List("g", "group,same,a,b,fold,years\nx,1,1.jpg,2.jpg,0,12\nx,1,2.jpg,3.jpg,1,\n"),
                       List("i", "same,a,b,group\r\n0,3.jpg,4.jpg,x\r\n")});
  ASSERT_TRUE(set.ok()) << set.status().message();
  ASSERT_EQ(set->photos.size(), 4U);
  EXPECT_EQ(set->photos[0].subject, set->photos[2].subject);
  EXPECT_NE(set->photos[0].subject, set->photos[3].subject);
  EXPECT_EQ(set->subjects, 2);
  EXPECT_EQ(set->pairs[0].years, 12);
  EXPECT_EQ(set->pairs[1].years, -1);
  EXPECT_EQ(set->pairs[1].fold, 1);
}

TEST_F(ListTest, PhotographsMakeEveryPair) {
  const Result<LabelledSet> set =
      ReadLabelledSet({List("p", "photo,subject,year\n1.jpg,a,1999\n2.jpg,a,2004\n3.jpg,b,\n")});
  ASSERT_TRUE(set.ok()) << set.status().message();
  EXPECT_TRUE(set->all_pairs);
  EXPECT_EQ(set->groups, std::vector<std::string>{"all"});
  const std::vector<std::vector<float>> templates = {At(0), At(1), At(2)};
  EXPECT_EQ(CompareGroup(*set, 0, templates, templates).genuine[0].years, 5);
}

TEST_F(ListTest, WhatIsWrongIsNamedWithItsLine) {
  const struct {
    const char* text;
    const char* said;
  } cases[] = {
      {"a,b\n", "line 1"},
      {"same,a,b,colour\n", "colour"},
      {"same,a,b\n1,x.jpg\n", "line 2: 2 fields"},
      {"same,a,b\n2,x.jpg,y.jpg\n", "line 2: same"},
      {"same,a,b\n1,x.jpg,x.jpg\n", "itself"},
      {"same,a,b,fold\n1,x.jpg,y.jpg,one\n", "fold is no number"},
      {"same,a,b\n1,x.jpg,y.jpg\n0,y.jpg,x.jpg\n", "labelled as two people"},
      {"photo,subject\nx.jpg,a\nx.jpg,b\n", "listed twice"},
      {"same,a,b\n", "no photograph"},
      {"", "no photograph"},
  };
  for (const auto& each : cases) {
    const Result<LabelledSet> set = ReadLabelledSet({List("l", each.text)});
    ASSERT_FALSE(set.ok()) << each.text;
    EXPECT_NE(set.status().message().find(each.said), std::string::npos) << set.status().message();
  }
  EXPECT_FALSE(ReadLabelledSet({List("p", "photo,subject\nx,a\n"), List("q", "same,a,b\n1,x,y\n")}).ok());
  EXPECT_FALSE(ReadLabelledSet({folder_ / "missing"}).ok());
}

TEST(Attacks, EachPictureIsAcceptedRefusedUncertainOrNotAcquired) {
  std::vector<v1::FaceEvidence> evidence(5);
  const float scores[] = {0.99F, 0.9F, 0.5F, 0.1F};
  for (int i = 0; i < 4; ++i) {
    evidence[static_cast<std::size_t>(i)].set_status(v1::FACE_STATUS_OK);
    evidence[static_cast<std::size_t>(i)].set_live_score(scores[i]);
    evidence[static_cast<std::size_t>(i)].set_liveness_context(i == 0 ? 0.5F : 1.0F);
  }
  const v1::Presentations counted = Count("print", evidence, 0.9F, 0.5F);
  EXPECT_EQ(counted.pictures(), 5U);
  EXPECT_EQ(counted.not_acquired(), 1U);
  EXPECT_EQ(counted.accepted(), 2U) << "a limit belongs to the better side";
  EXPECT_EQ(counted.uncertain(), 1U);
  EXPECT_EQ(counted.refused(), 1U);
  EXPECT_EQ(counted.crop_outside(), 1U);
}

TEST(Plot, DrawsEveryGroup) {
  v1::FaceMeasurement measurement;
  for (const char* name : {"a<b", "overall"}) {
    v1::GroupMeasurement* group = measurement.add_groups();
    group->set_name(name);
    group->set_genuine_pairs(10);
    group->set_impostor_pairs(10);
    for (int i = 1; i < 4; ++i) {
      v1::CurvePoint* point = group->add_curve();
      point->set_fmr(i * 0.1);
      point->set_fnmr(0.4 - i * 0.1);
      v1::HistogramBin* bin = group->add_histogram();
      bin->set_from(i * 0.2);
      bin->set_genuine_pairs(static_cast<unsigned>(i));
    }
  }
  const std::string det = DetSvg(measurement);
  EXPECT_NE(det.find("a&lt;b"), std::string::npos);
  EXPECT_NE(det.find("overall"), std::string::npos);
  EXPECT_EQ(det.find("a<b"), std::string::npos);
  EXPECT_NE(HistogramSvg(measurement).find("<polyline"), std::string::npos);
}

}  // namespace
}  // namespace realname::measurement
