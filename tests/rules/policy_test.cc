// SPDX-License-Identifier: Apache-2.0
#include "rules/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/quality_gate.h"
#include "tests/rules/sample_facts.h"

namespace realname::rules {
namespace {

using ::realname::testing::ShippedPolicyText;
using ::testing::HasSubstr;

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string Complaint(const std::string& text) {
  const auto policy = ReadPolicy(text, "digest");
  EXPECT_FALSE(policy.ok());
  return policy.ok() ? "" : policy.status().message();
}

TEST(PolicyTest, TheShippedPackIsComplete) {
  const auto policy = ReadPolicy(ShippedPolicyText(), "digest");
  ASSERT_TRUE(policy.ok()) << policy.status().message();
  EXPECT_EQ(policy->digest, "digest");
  EXPECT_EQ(policy->pack.quota().rules_size(), 3);
}

TEST(PolicyTest, NamesTheLineOfAnUnknownCode) {
  const std::string complaint = Complaint(Replaced(ShippedPolicyText(), "code: IDN_FORMAT", "code: IDN_FOMRAT"));
  EXPECT_THAT(complaint, HasSubstr("line "));
  EXPECT_THAT(complaint, HasSubstr("IDN_FOMRAT"));
}

TEST(PolicyTest, RefusesOverlappingBands) {
  EXPECT_THAT(Complaint(Replaced(ShippedPolicyText(), "match_fmr: 1e-3", "match_fmr: 2e-2")),
              HasSubstr("bands overlap"));
  EXPECT_THAT(Complaint(Replaced(ShippedPolicyText(), "live_score_fail: ", "live_score_fail: 9")),
              HasSubstr("bands overlap"));
}

TEST(PolicyTest, RefusesAPackWithoutChannels) {
  std::string text = ShippedPolicyText();
  for (size_t at = text.find("\nchannels {"); at != std::string::npos; at = text.find("\nchannels {")) {
    text.erase(at, text.find("\n}", at) + 2 - at);
  }
  EXPECT_THAT(Complaint(text), HasSubstr("channels: no channel may do anything"));
}

TEST(PolicyTest, NamesALimitOnWhatABundleDoesNotMeasure) {
  v1::PolicyPack pack = ReadPolicy(ShippedPolicyText(), "digest")->pack;
  google::protobuf::RepeatedField<int> not_measured;
  EXPECT_EQ(LimitOnUnmeasured(pack, not_measured), "");
  not_measured.Add(v1::FACE_COMPONENT_ATTACK_KIND);
  EXPECT_EQ(LimitOnUnmeasured(pack, not_measured), "") << "no limit asks for the kind";
  not_measured.Add(v1::FACE_COMPONENT_EYES_OPEN);
  EXPECT_EQ(LimitOnUnmeasured(pack, not_measured), "id_photo.min_eye_open");
  pack.mutable_id_photo()->clear_min_eye_open();
  EXPECT_EQ(LimitOnUnmeasured(pack, not_measured), "live_portrait.min_eye_open");
  pack.mutable_live_portrait()->clear_min_eye_open();
  EXPECT_EQ(LimitOnUnmeasured(pack, not_measured), "");
  not_measured.Add(v1::FACE_COMPONENT_MOUTH_OPEN);
  EXPECT_EQ(LimitOnUnmeasured(pack, not_measured), "id_photo.max_mouth_open");
  pack.mutable_id_photo()->clear_max_mouth_open();
  pack.mutable_live_portrait()->clear_max_mouth_open();
  not_measured.Add(v1::FACE_COMPONENT_PITCH);
  EXPECT_EQ(LimitOnUnmeasured(pack, not_measured), "id_photo.max_pitch_degrees");
}

TEST(PolicyTest, AnArchivedPackIsReadEvenIfTodaysCheckWouldRefuseIt) {
  std::string text = ShippedPolicyText();
  text.erase(text.find("\nreasons {"), text.find("\n}", text.find("\nreasons {")) + 2 - text.find("\nreasons {"));
  EXPECT_FALSE(ReadPolicy(text, "digest").ok());
  EXPECT_TRUE(ReadArchivedPolicy(text, "digest").ok());
  EXPECT_FALSE(ReadArchivedPolicy("no pack", "digest").ok());
}

TEST(PolicyTest, RefusesAMissingText) {
  EXPECT_THAT(Complaint(Replaced(ShippedPolicyText(), "subject { zh: ", "subject { zh: \"\" en: \"x\" } staff { zh: ")),
              HasSubstr("line "));
}

TEST(PolicyTest, RefusesAReasonWithoutEntry) {
  EXPECT_THAT(Complaint(Replaced(ShippedPolicyText(), "code: REC_NAME", "code: REC_NUMBER")), HasSubstr("two entries"));
}

TEST(PolicyTest, EveryReasonBelongsToACheck) {
  for (int code = v1::ReasonCode_MIN + 1; code <= v1::ReasonCode_MAX; ++code) {
    if (v1::ReasonCode_IsValid(code)) {
      EXPECT_NE(CheckOf(static_cast<v1::ReasonCode>(code)), v1::CHECK_UNSPECIFIED) << code;
    }
  }
}

}  // namespace
}  // namespace realname::rules
