// SPDX-License-Identifier: Apache-2.0
#include "face/subject.h"

#include <gtest/gtest.h>

namespace realname::face {
namespace {

Box At(float x, float y, float side, float score = 0.99F) {
  Box box;
  box.x = x - side / 2;
  box.y = y - side / 2;
  box.width = side;
  box.height = side;
  box.score = score;
  return box;
}

TEST(Subject, NobodyIsNoFace) { EXPECT_EQ(ChooseSubject({}, 600, 800).status, v1::FACE_STATUS_NO_FACE); }

TEST(Subject, OneFaceIsTheSubjectWhereverItIs) {
  EXPECT_EQ(ChooseSubject({At(50, 60, 40)}, 600, 800).status, v1::FACE_STATUS_OK);
}

TEST(Subject, SmallBystandersDoNotMatter) {
  const SubjectChoice choice = ChooseSubject({At(60, 100, 60), At(300, 350, 240), At(560, 90, 70)}, 600, 800);
  EXPECT_EQ(choice.status, v1::FACE_STATUS_OK);
  EXPECT_EQ(choice.index, 1U);
}

TEST(Subject, TwoOfASizeAreSeveral) {
  EXPECT_EQ(ChooseSubject({At(180, 400, 200), At(420, 400, 190)}, 600, 800).status, v1::FACE_STATUS_SEVERAL_FACES);
}

TEST(Subject, ADoubtfulDetectionIsABystander) {
  EXPECT_EQ(ChooseSubject({At(300, 400, 200), At(480, 400, 200, 0.7F)}, 600, 800).status, v1::FACE_STATUS_OK);
  EXPECT_EQ(ChooseSubject({At(300, 400, 200, 0.8F), At(480, 400, 200, 0.7F)}, 600, 800).status,
            v1::FACE_STATUS_SEVERAL_FACES);
}

TEST(Subject, NearestCentreTakesTheMiddleOne) {
  const SubjectChoice choice = ChooseNearestCentre({At(60, 100, 300), At(310, 390, 80)}, 600, 800);
  EXPECT_EQ(choice.status, v1::FACE_STATUS_OK);
  EXPECT_EQ(choice.index, 1U);
  EXPECT_EQ(ChooseNearestCentre({}, 600, 800).status, v1::FACE_STATUS_NO_FACE);
}

}  // namespace
}  // namespace realname::face
