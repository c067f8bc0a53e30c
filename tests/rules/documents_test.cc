// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/civil_date.h"
#include "rules/person_name.h"
#include "rules/resident_id.h"

namespace realname::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const CivilDate kToday = *ParseDate("2026-03-01");

class ValidNumber : public ::testing::TestWithParam<const char*> {};

TEST_P(ValidNumber, HasNoFault) { EXPECT_THAT(ReadResidentId(GetParam(), kToday).faults, IsEmpty()); }

INSTANTIATE_TEST_SUITE_P(Vectors, ValidNumber,
                         ::testing::Values("360426199101010071", "120103198806018241", "110108199611240189",
                                           "810000199001010019", "820000199001010010", "830000199001010012",
                                           "11010119900307109X"));

TEST(ResidentIdTest, ReadsBirthAndSex) {
  const ResidentId man = ReadResidentId("360426199101010071", kToday);
  EXPECT_EQ(FormatDate(man.birth), "1991-01-01");
  EXPECT_EQ(man.sex, v1::SEX_MALE);
  EXPECT_EQ(ReadResidentId("120103198806018241", kToday).sex, v1::SEX_FEMALE);
}

TEST(ResidentIdTest, NamesEachFault) {
  EXPECT_THAT(ReadResidentId("110108199611240188", kToday).faults, ElementsAre(v1::IDN_CHECKSUM));
  EXPECT_THAT(ReadResidentId("", kToday).faults, ElementsAre(v1::IDN_FORMAT));
  EXPECT_THAT(ReadResidentId("360426910101007", kToday).faults, ElementsAre(v1::IDN_FORMAT));
  EXPECT_THAT(ReadResidentId("36042619910101007Y", kToday).faults, ElementsAre(v1::IDN_FORMAT));
  EXPECT_THAT(ReadResidentId("3604261991010100711", kToday).faults, ElementsAre(v1::IDN_FORMAT));
  const std::string no_day = "36042619910230007";
  EXPECT_THAT(ReadResidentId(no_day + ResidentIdCheckCharacter(no_day), kToday).faults, ElementsAre(v1::IDN_DATE));
  const std::string future = "36042620260302007";
  EXPECT_THAT(ReadResidentId(future + ResidentIdCheckCharacter(future), kToday).faults, ElementsAre(v1::IDN_DATE));
  const std::string no_province = "99042619910101007";
  EXPECT_THAT(ReadResidentId(no_province + ResidentIdCheckCharacter(no_province), kToday).faults,
              ElementsAre(v1::IDN_REGION));
}

TEST(ResidentIdTest, EverySingleDigitErrorIsCaught) {
  const std::string good = "360426199101010071";
  for (size_t at = 0; at < 17; ++at) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string bad = good;
      bad[at] = digit;
      if (bad != good) {
        EXPECT_FALSE(ReadResidentId(bad, kToday).faults.empty()) << bad;
      }
    }
  }
}

TEST(ResidentIdTest, SmallXIsX) {
  EXPECT_THAT(ReadResidentId("11010119900307109x", kToday).faults, IsEmpty());
  EXPECT_EQ(NormaliseDocumentNumber(" 11010119900307109x "), "11010119900307109X");
}

TEST(CivilDateTest, RefusesWhatIsNoDay) {
  EXPECT_FALSE(ParseDate("2023-02-29"));
  EXPECT_FALSE(ParseDate("2023-2-28"));
  EXPECT_FALSE(ParseDate("2023/02/28"));
  EXPECT_FALSE(ParseDate(""));
  EXPECT_TRUE(ParseDate("2024-02-29"));
}

TEST(CivilDateTest, AgeTurnsOnTheBirthday) {
  EXPECT_EQ(AgeAt(*ParseDate("2010-03-01"), *ParseDate("2026-02-28")), 15);
  EXPECT_EQ(AgeAt(*ParseDate("2010-03-01"), *ParseDate("2026-03-01")), 16);
  EXPECT_EQ(AgeAt(*ParseDate("2008-02-29"), *ParseDate("2026-02-28")), 17);
  EXPECT_EQ(AgeAt(*ParseDate("2008-02-29"), *ParseDate("2026-03-01")), 18);
}

TEST(CivilDateTest, TheDayIsTheOperatorsDay) {
  const int64_t evening_utc = 1772380800 - 4 * 3600;  // 2026-03-01 12:00 UTC
  EXPECT_EQ(FormatDate(DayAt(evening_utc + 5 * 3600, 0)), "2026-03-01");
  EXPECT_EQ(FormatDate(DayAt(evening_utc + 5 * 3600, 480)), "2026-03-02");
}

TEST(CivilDateTest, MonthsEndOnTheLastDay) {
  EXPECT_EQ(FormatDate(AddMonths(*ParseDate("2024-02-29"), 12)), "2025-02-28");
  EXPECT_EQ(FormatDate(AddMonths(*ParseDate("2025-12-31"), 2)), "2026-02-28");
}

TEST(PersonNameTest, SpellingsOfOneNameAreEqual) {
  EXPECT_EQ(NormaliseName("阿依古丽·买买提"), NormaliseName("阿依古丽•买买提"));
  EXPECT_EQ(NormaliseName("阿依古丽・买买提"), NormaliseName(" 阿依古丽． 买买提"));
  EXPECT_EQ(NormaliseName("张 三"), NormaliseName("张　三"));
  EXPECT_EQ(NormaliseName("ｚｈａｎｇ"), NormaliseName("Zhang"));
  EXPECT_NE(NormaliseName("张三"), NormaliseName("张四"));
}

}  // namespace
}  // namespace realname::rules
