// SPDX-License-Identifier: Apache-2.0
#include "authority/answer_check.h"

#include <gtest/gtest.h>

namespace realname::authority {
namespace {

v1::CheckIdentityRequest Question() {
  v1::CheckIdentityRequest request;
  request.set_query_id("q");
  request.set_sex(v1::SEX_FEMALE);
  return request;
}
v1::CheckIdentityResponse Match() {
  v1::CheckIdentityResponse response;
  response.set_query_id("q");
  response.set_answer(v1::AUTHORITY_ANSWER_MATCH);
  response.set_reference("ref-1");
  return response;
}

TEST(AnswerCheckTest, SensibleAnswersPass) {
  EXPECT_EQ(AnswerFault(Question(), Match()), "");
  auto mismatch = Match();
  mismatch.set_answer(v1::AUTHORITY_ANSWER_MISMATCH);
  mismatch.add_mismatches(v1::IDENTITY_FIELD_NAME);
  mismatch.add_mismatches(v1::IDENTITY_FIELD_SEX);
  EXPECT_EQ(AnswerFault(Question(), mismatch), "");
  auto none = Match();
  none.set_answer(v1::AUTHORITY_ANSWER_NO_RECORD);
  EXPECT_EQ(AnswerFault(Question(), none), "");
  auto with_photo = Question();
  with_photo.set_photo(true);
  auto photo = Match();
  photo.set_photo_state(v1::AUTHORITY_PHOTO_NONE);
  EXPECT_EQ(AnswerFault(with_photo, photo), "");
  photo.set_photo_state(v1::AUTHORITY_PHOTO_ATTACHED);
  photo.set_photo("bytes");
  EXPECT_EQ(AnswerFault(with_photo, photo), "");
  EXPECT_EQ(AnswerFault(with_photo, none), "") << "without a record there is no photograph to speak of";
}

struct Nonsense {
  const char* name;
  void (*spoil)(v1::CheckIdentityResponse&);
  bool photo_asked = false;
};
const Nonsense kNonsense[] = {
    {"AnotherQuestion", [](auto& r) { r.set_query_id("p"); }},
    {"NoAnswer", [](auto& r) { r.clear_answer(); }},
    {"OursToSay", [](auto& r) { r.set_answer(v1::AUTHORITY_ANSWER_UNAVAILABLE); }},
    {"UnknownAnswer", [](auto& r) { r.set_answer(static_cast<v1::AuthorityAnswer>(99)); }},
    {"MismatchInNothing", [](auto& r) { r.set_answer(v1::AUTHORITY_ANSWER_MISMATCH); }},
    {"MatchWithAMismatch", [](auto& r) { r.add_mismatches(v1::IDENTITY_FIELD_NAME); }},
    {"NoRecordThatDiffers",
     [](auto& r) {
       r.set_answer(v1::AUTHORITY_ANSWER_NO_RECORD);
       r.add_mismatches(v1::IDENTITY_FIELD_NAME);
     }},
    {"WhatWasNotAsked",
     [](auto& r) {
       r.set_answer(v1::AUTHORITY_ANSWER_MISMATCH);
       r.add_mismatches(v1::IDENTITY_FIELD_BIRTH_DATE);
     }},
    {"TwiceTheSame",
     [](auto& r) {
       r.set_answer(v1::AUTHORITY_ANSWER_MISMATCH);
       r.add_mismatches(v1::IDENTITY_FIELD_NAME);
       r.add_mismatches(v1::IDENTITY_FIELD_NAME);
     }},
    {"PhotoUnasked",
     [](auto& r) {
       r.set_photo_state(v1::AUTHORITY_PHOTO_ATTACHED);
       r.set_photo("x");
     }},
    {"BytesUnannounced", [](auto& r) { r.set_photo("x"); }},
    {"NothingOfThePhoto", [](auto&) {}, true},
    {"AttachedAndNotThere", [](auto& r) { r.set_photo_state(v1::AUTHORITY_PHOTO_ATTACHED); }, true},
    {"NoneAndThere",
     [](auto& r) {
       r.set_photo_state(v1::AUTHORITY_PHOTO_NONE);
       r.set_photo("x");
     },
     true},
    {"HugePhoto",
     [](auto& r) {
       r.set_photo_state(v1::AUTHORITY_PHOTO_ATTACHED);
       r.set_photo(std::string(kMaxPhotoBytes + 1, 'x'));
     },
     true},
    {"LongReference", [](auto& r) { r.set_reference(std::string(65, 'x')); }},
    {"ReferenceWithALine", [](auto& r) { r.set_reference("a\nb"); }},
};

class NonsenseTest : public ::testing::TestWithParam<Nonsense> {};

TEST_P(NonsenseTest, SaysNothing) {
  auto request = Question();
  request.set_photo(GetParam().photo_asked);
  auto response = Match();
  GetParam().spoil(response);
  EXPECT_NE(AnswerFault(request, response), "");
}

INSTANTIATE_TEST_SUITE_P(All, NonsenseTest, ::testing::ValuesIn(kNonsense),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace realname::authority
