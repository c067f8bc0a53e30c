// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/civil_date.h"
#include "rules/machine_readable_zone.h"
#include "rules/organisation_code.h"
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

TEST(PersonNameTest, CharactersThatOnceHadNoCodePointAreThemselves) {
  // U+4DAE, which GBK stored at U+E863, and a compatibility ideograph.
  EXPECT_EQ(NormaliseName("王\xEE\xA1\xA3"), NormaliseName("王䶮"));
  EXPECT_EQ(NormaliseName("\xEF\xA4\x80"), NormaliseName("豈"));
  EXPECT_NE(NormaliseName("王\xEE\xA1\xA3"), NormaliseName("王龙"));
}

TEST(PersonNameTest, TwoWaysToWriteOneNameAreForAPersonToSee) {
  EXPECT_EQ(CompareNames("阿依古丽·买买提", "阿依古丽•买买提"), NameMatch::kSame);
  EXPECT_EQ(CompareNames("阿依古丽·买买提", "阿依古丽买买提"), NameMatch::kVariant);
  EXPECT_EQ(CompareNames("王?", "王䶮"), NameMatch::kVariant);
  EXPECT_EQ(CompareNames("王\xEE\x80\x80", "王䶮"), NameMatch::kVariant) << "a private character of nobody knows where";
  EXPECT_EQ(CompareNames("??", "王䶮"), NameMatch::kDifferent) << "nothing is told";
  EXPECT_EQ(CompareNames("张三", "张四"), NameMatch::kDifferent);
  EXPECT_EQ(CompareNames("", "张三"), NameMatch::kDifferent);
}

TEST(PersonNameTest, RomanisedNames) {
  EXPECT_EQ(CompareNames("Anna Maria Eriksson", "ERIKSSON ANNA MARIA"), NameMatch::kSame);
  EXPECT_EQ(CompareNames("Müller Jörg", "MUELLER JOERG"), NameMatch::kSame);
  EXPECT_EQ(CompareNames("Müller Jörg", "MULLER JORG"), NameMatch::kSame);
  EXPECT_EQ(CompareNames("O'Connor Seán", "OCONNOR SEAN"), NameMatch::kSame);
  EXPECT_EQ(CompareNames("Jean-Luc Picard", "PICARD JEAN LUC"), NameMatch::kSame);
  EXPECT_EQ(CompareNames("ANNAMARIA ERIKSSON", "ANNA MARIA ERIKSSON"), NameMatch::kSame) << "spaces do not count";
  EXPECT_EQ(CompareNames("ERIKSSON ANNAMARIA", "ANNA MARIA ERIKSSON"), NameMatch::kDifferent);
  EXPECT_EQ(CompareNames("Eriksson Anna", "ERIKSSON ANNE"), NameMatch::kDifferent);
  EXPECT_EQ(CompareNames("Łukasz Żak", "ZAK LUKASZ"), NameMatch::kSame);
}

TEST(PersonNameTest, ANormalNameStaysAsItIs) {
  for (const char* name : {"e \xCC\x81", "a\xC2\xA0\xCC\x88 b", "ﬃ", "王 䶮"}) {
    EXPECT_EQ(NormaliseName(NormaliseName(name)), NormaliseName(name)) << name;
  }
}

TEST(OrganisationCodeTest, CheckCharacters) {
  EXPECT_THAT(UnifiedCreditCodeFaults("91350100M000100Y43"), IsEmpty());
  EXPECT_THAT(UnifiedCreditCodeFaults("91110000MA00000240"), IsEmpty()) << "a sum that 31 divides";
  EXPECT_THAT(UnifiedCreditCodeFaults("91110000MA00000241"), ElementsAre(v1::IDN_CHECKSUM));
  EXPECT_THAT(UnifiedCreditCodeFaults("91350100S000100Y43"), ElementsAre(v1::IDN_FORMAT));
  EXPECT_THAT(OrganisationCodeFaults("D2143569-X"), IsEmpty());
  EXPECT_THAT(OrganisationCodeFaults("D21435690"), ElementsAre(v1::IDN_CHECKSUM));
  EXPECT_THAT(OrganisationCodeFaults("D2143569-"), ElementsAre(v1::IDN_FORMAT));
}

TEST(MachineReadableZoneTest, TheSpecimenOfTheStandard) {
  const auto zone = ReadMachineReadableZone(
      "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", kToday);
  EXPECT_THAT(zone.faults, IsEmpty());
  EXPECT_EQ(zone.number, "L898902C3");
  EXPECT_EQ(zone.name, "ERIKSSON ANNA MARIA");
  EXPECT_EQ(FormatDate(*zone.birth), "1974-08-12");
  EXPECT_EQ(FormatDate(*zone.expiry), "2012-04-15");
  EXPECT_EQ(zone.sex, v1::SEX_FEMALE);
}

TEST(MachineReadableZoneTest, CenturiesAreThoseThatCanBe) {
  const auto born = [](const std::string& birth) {
    const std::string digit(1, MachineReadableCheckDigit(birth));
    const std::string line = "L898902C36UTO" + birth + digit + "F3204153ZE184226B<<<<<";
    std::string composite = "L898902C36" + birth + digit + "3204153ZE184226B<<<<<";
    // The optional number and its digit are the last fifteen.
    const std::string text =
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n" + line + "1" + MachineReadableCheckDigit(composite + "1");
    return FormatDate(*ReadMachineReadableZone(text, kToday).birth);
  };
  EXPECT_EQ(born("260301"), "2026-03-01");
  EXPECT_EQ(born("260302"), "1926-03-02") << "tomorrow is a hundred years ago";
  EXPECT_EQ(born("250101"), "2025-01-01");
}

}  // namespace
}  // namespace realname::rules
