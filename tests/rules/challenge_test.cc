// SPDX-License-Identifier: Apache-2.0
#include "rules/challenge.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/sample_facts.h"

namespace realname::rules {
namespace {

using ::realname::testing::GoodFace;
using ::realname::testing::GoodFrame;
using ::realname::testing::ShippedPolicy;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::optional<std::vector<v1::ChallengeAction>> Draw(uint32_t asked, const std::vector<v1::ChallengeAction>& excluded,
                                                     unsigned seed = 1) {
  std::mt19937 random(seed);
  return DrawSteps(asked, excluded,
                   [&random](uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n - 1)(random); });
}

TEST(DrawStepsTest, TheFirstFrameThenDifferentActionsInAnyOrder) {
  std::map<std::vector<v1::ChallengeAction>, int> seen;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    const auto steps = Draw(3, {}, seed);
    ASSERT_TRUE(steps.has_value());
    ASSERT_EQ(steps->size(), 4u);
    EXPECT_EQ(steps->front(), v1::CHALLENGE_ACTION_FACE_CAMERA);
    EXPECT_EQ(std::set<v1::ChallengeAction>(steps->begin(), steps->end()).size(), 4u);
    ++seen[*steps];
  }
  // Three of five in order; of two eyes-and-mouth actions none leaves a turn out.
  EXPECT_EQ(seen.size(), 60u);
}

TEST(DrawStepsTest, AMovementOfTheHeadIsAlwaysAmongThem) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const auto steps = Draw(2, {v1::CHALLENGE_ACTION_TURN_LEFT, v1::CHALLENGE_ACTION_LOOK_UP}, seed);
    EXPECT_NE(std::find(steps->begin(), steps->end(), v1::CHALLENGE_ACTION_TURN_RIGHT), steps->end());
  }
}

TEST(DrawStepsTest, ExcludedActionsAreNeverAsked) {
  using A = v1::ChallengeAction;
  const std::vector<A> excluded = {v1::CHALLENGE_ACTION_TURN_LEFT, v1::CHALLENGE_ACTION_TURN_RIGHT,
                                   v1::CHALLENGE_ACTION_LOOK_UP};
  const auto steps = Draw(3, excluded);
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(
      std::set<A>(steps->begin(), steps->end()),
      (std::set<A>{v1::CHALLENGE_ACTION_FACE_CAMERA, v1::CHALLENGE_ACTION_BLINK, v1::CHALLENGE_ACTION_OPEN_MOUTH}))
      << "as many as are left";
  auto too_many = excluded;
  too_many.push_back(v1::CHALLENGE_ACTION_BLINK);
  EXPECT_FALSE(Draw(3, too_many).has_value()) << "one action is no challenge";
}

// Each action at its limit, and a hair short of it.
struct Edge {
  v1::ChallengeAction action;
  void (*shown)(v1::FaceEvidence&, const v1::ChallengePolicy&, float short_by);
};

const Edge kEdges[] = {
    {v1::CHALLENGE_ACTION_TURN_LEFT, [](v1::FaceEvidence& e, const v1::ChallengePolicy& p,
                                        float s) { e.set_yaw_degrees(5 - p.min_turn_degrees() + s); }},
    {v1::CHALLENGE_ACTION_TURN_RIGHT, [](v1::FaceEvidence& e, const v1::ChallengePolicy& p,
                                         float s) { e.set_yaw_degrees(5 + p.min_turn_degrees() - s); }},
    {v1::CHALLENGE_ACTION_LOOK_UP, [](v1::FaceEvidence& e, const v1::ChallengePolicy& p,
                                      float s) { e.set_pitch_degrees(-8 + p.min_look_up_degrees() - s); }},
    {v1::CHALLENGE_ACTION_BLINK,
     [](v1::FaceEvidence& e, const v1::ChallengePolicy& p, float s) {
       e.set_left_eye_open(p.max_eye_open());
       e.set_right_eye_open(p.max_eye_open() + s);
     }},
    {v1::CHALLENGE_ACTION_OPEN_MOUTH, [](v1::FaceEvidence& e, const v1::ChallengePolicy& p,
                                         float s) { e.set_mouth_open(0.25f + p.min_mouth_opening() - s); }},
};

TEST(FrameFaultsTest, AnActionIsShownAtItsLimitAndMeasuredFromTheFirstFrame) {
  const auto policy = ShippedPolicy();
  auto first = GoodFace();
  first.set_yaw_degrees(5);
  first.set_pitch_degrees(-8);
  first.set_mouth_open(0.25f);
  for (const Edge& edge : kEdges) {
    auto frame = GoodFrame(edge.action);
    edge.shown(*frame.mutable_evidence(), policy.pack.challenge(), 0);
    EXPECT_THAT(FrameFaults(policy, frame, first), IsEmpty()) << v1::ChallengeAction_Name(edge.action);
    edge.shown(*frame.mutable_evidence(), policy.pack.challenge(), 0.01f);
    EXPECT_THAT(FrameFaults(policy, frame, first), ElementsAre(v1::PAD_CHALLENGE_FAILED))
        << v1::ChallengeAction_Name(edge.action);
    edge.shown(*frame.mutable_evidence(), policy.pack.challenge(), std::nanf(""));
    EXPECT_THAT(FrameFaults(policy, frame, first), Contains(v1::PAD_CHALLENGE_FAILED)) << "what is no number";
  }
}

TEST(FrameFaultsTest, EyesThatWereNeverOpenDoNotBlink) {
  auto first = GoodFace();
  first.set_left_eye_open(ShippedPolicy().pack.challenge().max_eye_open());
  first.set_right_eye_open(first.left_eye_open());
  EXPECT_THAT(FrameFaults(ShippedPolicy(), GoodFrame(v1::CHALLENGE_ACTION_BLINK), first),
              ElementsAre(v1::PAD_CHALLENGE_FAILED));
}

TEST(FrameFaultsTest, OneActionIsNotAnother) {
  const auto policy = ShippedPolicy();
  for (const Edge& shown : kEdges) {
    for (const Edge& asked : kEdges) {
      auto frame = GoodFrame(shown.action);
      frame.set_action(asked.action);
      EXPECT_EQ(FrameFaults(policy, frame, GoodFace()).empty(), shown.action == asked.action)
          << v1::ChallengeAction_Name(shown.action) << " for " << v1::ChallengeAction_Name(asked.action);
    }
  }
}

TEST(FrameFaultsTest, WhatABundleDoesNotMeasureIsNeitherAskedNorSeen) {
  v1::FaceEvidence blind;
  for (const auto component :
       {v1::FACE_COMPONENT_EYES_OPEN, v1::FACE_COMPONENT_PITCH, v1::FACE_COMPONENT_ATTACK_KIND}) {
    blind.add_not_measured(component);
  }
  EXPECT_THAT(ActionsNotSeen(blind.not_measured()),
              ElementsAre(v1::CHALLENGE_ACTION_LOOK_UP, v1::CHALLENGE_ACTION_BLINK));
  EXPECT_THAT(ActionsNotSeen({}), IsEmpty());
  auto frame = GoodFrame(v1::CHALLENGE_ACTION_BLINK);
  *frame.mutable_evidence()->mutable_not_measured() = blind.not_measured();
  EXPECT_THAT(FrameFaults(ShippedPolicy(), frame, GoodFace()), ElementsAre(v1::PAD_CHALLENGE_FAILED))
      << "shut eyes measure like eyes that nobody looked at";
  frame = GoodFrame(v1::CHALLENGE_ACTION_TURN_LEFT);
  *frame.mutable_evidence()->mutable_not_measured() = blind.not_measured();
  EXPECT_THAT(FrameFaults(ShippedPolicy(), frame, GoodFace()), IsEmpty());
  frame.mutable_evidence()->set_live_score(0);
  EXPECT_THAT(FrameFaults(ShippedPolicy(), frame, GoodFace()), ElementsAre(v1::PAD_ATTACK));
}

TEST(FrameFaultsTest, TheFirstFrameIsJudgedLikeAPortrait) {
  const auto policy = ShippedPolicy();
  auto frame = GoodFrame(v1::CHALLENGE_ACTION_FACE_CAMERA);
  EXPECT_THAT(FrameFaults(policy, frame, {}), IsEmpty());
  frame.mutable_evidence()->set_left_eye_open(0);
  EXPECT_THAT(FrameFaults(policy, frame, {}), IsEmpty()) << "one eye may be behind hair";
  frame.mutable_evidence()->set_right_eye_open(0);
  frame.mutable_evidence()->set_yaw_degrees(55);
  EXPECT_THAT(FrameFaults(policy, frame, {}), ElementsAre(v1::IMG_POSE, v1::IMG_OCCLUDED));
}

TEST(FrameFaultsTest, WhatElseIsWrongWithAFrame) {
  const auto policy = ShippedPolicy();
  const auto good = GoodFrame(v1::CHALLENGE_ACTION_TURN_LEFT);
  auto frame = good;
  frame.mutable_evidence()->set_status(v1::FACE_STATUS_SEVERAL_FACES);
  EXPECT_THAT(FrameFaults(policy, frame, GoodFace()), ElementsAre(v1::FACE_MULTIPLE));
  frame = good;
  frame.mutable_evidence()->set_brightness(0.01f);
  EXPECT_THAT(FrameFaults(policy, frame, GoodFace()), ElementsAre(v1::IMG_DARK));
  frame = good;
  frame.mutable_evidence()->set_live_score(policy.pack.challenge().min_live_score() / 2);
  frame.mutable_evidence()->set_screen_score(0.9f);
  EXPECT_THAT(FrameFaults(policy, frame, GoodFace()), ElementsAre(v1::PAD_SCREEN));
  frame = good;
  frame.mutable_to_first()->set_fmr_at_similarity(policy.pack.face().review_fmr());
  EXPECT_THAT(FrameFaults(policy, frame, GoodFace()), IsEmpty()) << "a turned head need not match";
  frame.mutable_to_first()->set_fmr_at_similarity(2 * policy.pack.face().review_fmr());
  EXPECT_THAT(FrameFaults(policy, frame, GoodFace()), ElementsAre(v1::PAD_FACE_CHANGED));
  frame.clear_to_first();
  EXPECT_THAT(FrameFaults(policy, frame, GoodFace()), ElementsAre(v1::PAD_FACE_CHANGED)) << "nobody compared it";
}

TEST(FrameFaultsTest, APictureThatTurnsWithoutChangingIsABentPhotograph) {
  const auto policy = ShippedPolicy();
  for (const Edge& edge : kEdges) {
    auto frame = GoodFrame(edge.action);
    frame.set_highest_correlation(policy.pack.challenge().same_image_correlation());
    if (edge.action == v1::CHALLENGE_ACTION_BLINK) {
      EXPECT_THAT(FrameFaults(policy, frame, GoodFace()), IsEmpty()) << "shutting the eyes changes little";
    } else {
      EXPECT_THAT(FrameFaults(policy, frame, GoodFace()), ElementsAre(v1::PAD_INJECTION));
    }
  }
  auto still = GoodFrame(v1::CHALLENGE_ACTION_TURN_LEFT);
  *still.mutable_evidence() = GoodFace();
  still.set_highest_correlation(1);
  EXPECT_THAT(FrameFaults(policy, still, GoodFace()), ElementsAre(v1::PAD_CHALLENGE_FAILED))
      << "who has not moved yet is no attacker";
}

TEST(UsesSessionTest, OnlyACompleteSessionInTimeIsUsedUp) {
  using ::realname::testing::SampleOnlineFacts;
  EXPECT_TRUE(UsesSession(SampleOnlineFacts()));
  EXPECT_FALSE(UsesSession(::realname::testing::SampleFacts()));
  auto facts = SampleOnlineFacts();
  facts.mutable_subject()->mutable_challenge_frames()->RemoveLast();
  EXPECT_FALSE(UsesSession(facts)) << "the next frame may still come";
  facts = SampleOnlineFacts();
  facts.mutable_session()->set_used_by_another(true);
  EXPECT_FALSE(UsesSession(facts));
  facts = SampleOnlineFacts();
  *facts.mutable_session()->mutable_expire_time() = facts.observe_time();
  EXPECT_FALSE(UsesSession(facts));
}

}  // namespace
}  // namespace realname::rules
