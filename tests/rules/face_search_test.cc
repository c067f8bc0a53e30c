// SPDX-License-Identifier: Apache-2.0
#include "rules/face_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/decide.h"
#include "tests/rules/sample_facts.h"

namespace realname::rules {
namespace {

using ::testing::HasSubstr;
using testing::SampleFacts;
using testing::ShippedPolicy;
using testing::ShippedPolicyText;

v1::ReasonCode Lead(const Policy& policy, const char* name, uint32_t templates, double fmr,
                    v1::FacePairConclusion concluded = v1::FACE_PAIR_CONCLUSION_UNSPECIFIED) {
  const v1::GalleryPolicy& gallery = *GalleryOf(policy, name);
  v1::SearchedGallery searched;
  searched.set_templates(templates);
  v1::FaceHit hit;
  hit.set_fmr_at_similarity(fmr);
  hit.set_concluded(concluded);
  return LeadOf(policy, gallery, searched, hit);
}

TEST(FaceSearchTest, TheLimitFollowsTheSizeOfTheGallery) {
  Policy policy = ShippedPolicy();
  v1::GalleryPolicy& gallery = *policy.pack.mutable_galleries(0);
  gallery.set_max_fpir(0.04);
  EXPECT_EQ(FmrLimit(policy, gallery, 0), 1e-3) << "never above match_fmr";
  EXPECT_EQ(FmrLimit(policy, gallery, 10), 1e-3);
  EXPECT_DOUBLE_EQ(FmrLimit(policy, gallery, 400), 1e-4);
  EXPECT_DOUBLE_EQ(FmrLimit(policy, gallery, 4000), 1e-5);
  const char* const name = "same-agent";
  EXPECT_EQ(Lead(policy, name, 400, 1e-4), v1::DUP_FACE_OTHER_ID);
  EXPECT_EQ(Lead(policy, name, 400, 1.1e-4), v1::REASON_CODE_UNSPECIFIED);
}

TEST(FaceSearchTest, WhatPeopleDecidedIsNotRaisedAgain) {
  const Policy policy = ShippedPolicy();
  EXPECT_EQ(Lead(policy, "same-agent", 10, 1e-6, v1::FACE_PAIR_CONCLUSION_TWO_PEOPLE), v1::REASON_CODE_UNSPECIFIED);
  EXPECT_EQ(Lead(policy, "same-agent", 10, 1e-6, v1::FACE_PAIR_CONCLUSION_ONE_PERSON), v1::DUP_FACE_OTHER_ID);
  EXPECT_EQ(Lead(policy, "same-person", 3, 0.5), v1::DUP_ID_OTHER_FACE);
  EXPECT_EQ(Lead(policy, "same-person", 3, 0.5, v1::FACE_PAIR_CONCLUSION_ONE_PERSON), v1::DUP_ID_OTHER_FACE)
      << "of another portrait, whatever was said of an earlier one";
  EXPECT_EQ(Lead(policy, "same-person", 3, 0.5, v1::FACE_PAIR_CONCLUSION_TWO_PEOPLE), v1::DUP_ID_OTHER_FACE);
  EXPECT_EQ(Lead(policy, "same-person", 3, 1e-2), v1::REASON_CODE_UNSPECIFIED) << "within review_fmr";
}

TEST(FaceSearchTest, OfAGalleryThatThePolicyDoesNotKnowNothingFollows) {
  Policy policy = ShippedPolicy();
  v1::Facts facts = SampleFacts();
  v1::SearchedGallery& searched = *facts.mutable_face_search()->add_galleries();
  searched.set_gallery("same-agent");
  searched.set_kind(v1::GALLERY_KIND_AGENT);
  searched.set_templates(1);
  searched.add_hits()->set_fmr_at_similarity(1e-6);
  EXPECT_EQ(Decide(policy, facts).verdict(), v1::VERDICT_REVIEW);
  policy.pack.clear_galleries();
  EXPECT_EQ(Decide(policy, facts).verdict(), v1::VERDICT_PASS);
}

TEST(FaceSearchTest, ALeadRefusesNobody) {
  const auto fault = [](const std::string& from, const std::string& to) {
    std::string text = ShippedPolicyText();
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    text.replace(at, from.size(), to);
    const auto policy = ReadPolicy(text, "digest");
    return policy.ok() ? std::string() : policy.status().message();
  };
  EXPECT_THAT(fault("code: DUP_FACE_OTHER_ID\n  class: REASON_CLASS_REVIEW",
                    "code: DUP_FACE_OTHER_ID\n  class: REASON_CLASS_FINAL"),
              HasSubstr("a lead for a person"));
  EXPECT_THAT(fault("legal_basis: LEGAL_BASIS_LEGAL_OBLIGATION\n  rule_ids: \"Anti-Fraud Law (2022) art 10\"\n  window",
                    "legal_basis: LEGAL_BASIS_CONSENT\n  rule_ids: \"x\"\n  window"),
              HasSubstr("no consent"));
  EXPECT_THAT(fault("max_templates: 40", "max_templates: 100001"), HasSubstr("100000"));
  EXPECT_THAT(fault("window_days: 30 ", "window_days: 0 "), HasSubstr("window_days"));
  EXPECT_THAT(fault("max_fpir: 0.04 ", "max_fpir: 1.0 "), HasSubstr("max_fpir"));
  EXPECT_THAT(fault("name: \"same-device\"", "name: \"same-agent\""), HasSubstr("name of its own"));
  EXPECT_THAT(fault("kind: GALLERY_KIND_DEVICE", "kind: GALLERY_KIND_AGENT"), HasSubstr("one gallery of each kind"));
  EXPECT_THAT(fault("max_templates: 5", "max_templates: 5 max_fpir: 0.1"), HasSubstr("face.review_fmr holds"));
}

}  // namespace
}  // namespace realname::rules
