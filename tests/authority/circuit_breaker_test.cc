// SPDX-License-Identifier: Apache-2.0
#include "authority/circuit_breaker.h"

#include <gtest/gtest.h>

namespace realname::authority {
namespace {

using std::chrono::seconds;

class CircuitBreakerTest : public ::testing::Test {
 protected:
  void Fail(int times) {
    for (int i = 0; i < times; ++i) breaker_.Failed(now_);
  }
  CircuitBreaker breaker_{3, seconds(1), seconds(4)};
  CircuitBreaker::Time now_{};
};

TEST_F(CircuitBreakerTest, RestsAfterFailuresInARow) {
  Fail(2);
  EXPECT_TRUE(breaker_.Admit(now_));
  EXPECT_FALSE(breaker_.Succeeded()) << "it never rested";
  Fail(2);
  EXPECT_TRUE(breaker_.Admit(now_)) << "not in a row";
  EXPECT_TRUE(breaker_.Failed(now_)) << "this begins the rest";
  EXPECT_FALSE(breaker_.Admit(now_));
  EXPECT_FALSE(breaker_.WouldAdmit(now_));
}

TEST_F(CircuitBreakerTest, LetsOneTryAndNoOther) {
  Fail(3);
  now_ += seconds(1);
  EXPECT_TRUE(breaker_.WouldAdmit(now_));
  EXPECT_TRUE(breaker_.Admit(now_));
  EXPECT_FALSE(breaker_.Admit(now_));
  EXPECT_TRUE(breaker_.Succeeded());
  EXPECT_TRUE(breaker_.Admit(now_));
  EXPECT_TRUE(breaker_.Admit(now_));
}

TEST_F(CircuitBreakerTest, RestsLongerEachTimeUpToALimit) {
  Fail(3);
  for (const int rest : {1, 2, 4, 4}) {
    EXPECT_FALSE(breaker_.Admit(now_ + seconds(rest) - std::chrono::milliseconds(1))) << rest;
    now_ += seconds(rest);
    ASSERT_TRUE(breaker_.Admit(now_)) << rest;
    EXPECT_FALSE(breaker_.Failed(now_));
  }
  now_ += seconds(4);
  ASSERT_TRUE(breaker_.Admit(now_));
  breaker_.Succeeded();
  Fail(3);
  EXPECT_TRUE(breaker_.WouldAdmit(now_ + seconds(1))) << "and is forgiven";
}

TEST_F(CircuitBreakerTest, WhatWasAskedBeforeTheRestDoesNotProlongIt) {
  Fail(3);
  Fail(20);
  EXPECT_TRUE(breaker_.Admit(now_ + seconds(1)));
}

TEST_F(CircuitBreakerTest, ATrialThatNobodyHearsOfIsForgotten) {
  Fail(3);
  ASSERT_TRUE(breaker_.Admit(now_ + seconds(1)));
  EXPECT_FALSE(breaker_.Admit(now_ + seconds(1)));
  EXPECT_TRUE(breaker_.Admit(now_ + seconds(2)));
}

}  // namespace
}  // namespace realname::authority
