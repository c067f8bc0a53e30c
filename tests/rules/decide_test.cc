// SPDX-License-Identifier: Apache-2.0
#include "rules/decide.h"

#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "rules/capture.h"
#include "rules/conduct.h"
#include "rules/contest.h"
#include "rules/explain.h"
#include "rules/face_limits.h"
#include "rules/list_entry.h"
#include "rules/notices.h"
#include "rules/quota.h"
#include "rules/replay.h"
#include "rules/ways_out.h"
#include "tests/rules/sample_facts.h"

namespace realname::rules {
namespace {

using ::realname::testing::GoodFace;
using ::realname::testing::GoodSignature;
using ::realname::testing::kNoon;
using ::realname::testing::SampleDocument;
using ::realname::testing::SampleFacts;
using ::realname::testing::ShippedPolicy;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<v1::ReasonCode> Reasons(const v1::Decision& decision) {
  std::vector<v1::ReasonCode> codes;
  for (const auto& check : decision.checks()) {
    for (const int code : check.reasons()) codes.push_back(static_cast<v1::ReasonCode>(code));
  }
  return codes;
}

v1::Outcome OutcomeOf(const v1::Decision& decision, v1::Check check) {
  for (const auto& entry : decision.checks()) {
    if (entry.check() == check) return entry.outcome();
  }
  return v1::OUTCOME_UNSPECIFIED;
}

v1::Document& Doc(v1::Facts& f) { return *f.mutable_subject()->mutable_document(); }
TimePoint Noon() { return TimePoint(std::chrono::seconds(kNoon)); }
v1::Decision DecideOn(const v1::Facts& facts) { return Decide(ShippedPolicy(), facts); }
v1::FaceHit& Found(v1::Facts& facts, const std::string& name, v1::GalleryKind kind, uint32_t templates, double fmr) {
  v1::SearchedGallery& gallery = *facts.mutable_face_search()->add_galleries();
  gallery.set_gallery(name);
  gallery.set_kind(kind);
  gallery.set_templates(templates);
  v1::FaceHit& hit = *gallery.add_hits();
  hit.set_verification_id("019");
  hit.set_fmr_at_similarity(fmr);
  return hit;
}

v1::AuthorityFacts& Answered(v1::Facts& facts, v1::AuthorityAnswer answer) {
  v1::AuthorityFacts& said = *facts.mutable_authority();
  said.set_source("national");
  said.set_answer(answer);
  said.mutable_first_ask_time()->set_seconds(kNoon - 60);
  return said;
}

TEST(DecideTest, AGoodApplicationPasses) {
  const auto decision = DecideOn(SampleFacts());
  EXPECT_EQ(decision.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(decision.next_action(), v1::NEXT_ACTION_ACTIVATE);
  EXPECT_THAT(Reasons(decision), IsEmpty());
  EXPECT_EQ(decision.next_reverification_date(), "2027-03-01");
  EXPECT_EQ(decision.policy_digest(), "policy-digest");
  EXPECT_EQ(decision.rules_version(), kRulesVersion);
  EXPECT_EQ(decision.checks_size(), v1::Check_MAX);
}

TEST(DecideTest, IsAPureFunction) {
  EXPECT_EQ(DecideOn(SampleFacts()).SerializeAsString(), DecideOn(SampleFacts()).SerializeAsString());
}

TEST(DecideTest, ProvenanceIsProvedByASignatureAndElseAsserted) {
  auto facts = SampleFacts();
  EXPECT_EQ(DecideOn(facts).checks(v1::CHECK_CAPTURE_PROVENANCE - 1).assurance(), v1::ASSURANCE_PROVED);
  facts.mutable_application()->clear_signature();
  EXPECT_EQ(DecideOn(facts).checks(v1::CHECK_CAPTURE_PROVENANCE - 1).assurance(), v1::ASSURANCE_ASSERTED);
}

TEST(DecideTest, TheDocumentsLastDayComesBeforeThePeriod) {
  auto facts = SampleFacts();
  facts.mutable_subject()->mutable_document()->set_valid_from("2006-07-01");
  facts.mutable_subject()->mutable_document()->set_birth_date("1980-01-01");
  facts.mutable_subject()->mutable_document()->set_number("36042619800101007" + std::string(1, '0'));
  // The check character of that number:
  for (char c : std::string("0123456789X")) {
    facts.mutable_subject()->mutable_document()->set_number(std::string("36042619800101007") + c);
    if (!PersonOf(ShippedPolicy(), Doc(facts), Noon()).number.empty()) break;
  }
  facts.mutable_subject()->mutable_document()->set_valid_to("2026-07-01");
  const auto decision = DecideOn(facts);
  EXPECT_EQ(decision.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(decision.next_reverification_date(), "2026-07-01");
}

// A good document of each kind that own halls take, and how it may be read.
struct Kind {
  v1::DocumentType type;
  const char* number;
  v1::CaptureMethod method;
  const char* valid_from;
  const char* valid_to;  // empty: none is printed
  v1::DocumentType person_type;
  const char* person_number;
};

const Kind kKinds[] = {
    {v1::DOCUMENT_TYPE_RESIDENT_ID, "360426199101010071", v1::CAPTURE_METHOD_CHIP_READ, "2020-05-01", "2040-05-01",
     v1::DOCUMENT_TYPE_RESIDENT_ID, "360426199101010071"},
    {v1::DOCUMENT_TYPE_TEMP_RESIDENT_ID, "360426199101010071", v1::CAPTURE_METHOD_OCR, "2026-02-01", "2026-05-01",
     v1::DOCUMENT_TYPE_RESIDENT_ID, "360426199101010071"},
    {v1::DOCUMENT_TYPE_PLA_ID, "南字第01234567号", v1::CAPTURE_METHOD_MANUAL, "", "", v1::DOCUMENT_TYPE_PLA_ID,
     "南字第01234567"},
    {v1::DOCUMENT_TYPE_PAP_ID, "武字第0123456号", v1::CAPTURE_METHOD_OCR, "", "", v1::DOCUMENT_TYPE_PAP_ID,
     "武字第0123456"},
    {v1::DOCUMENT_TYPE_HK_MACAO_TRAVEL_PERMIT, "H1234567801", v1::CAPTURE_METHOD_MRZ, "2020-05-01", "2030-04-30",
     v1::DOCUMENT_TYPE_HK_MACAO_TRAVEL_PERMIT, "H12345678"},
    {v1::DOCUMENT_TYPE_TAIWAN_TRAVEL_PERMIT, "01234567", v1::CAPTURE_METHOD_CHIP_READ, "2022-05-01", "2027-04-30",
     v1::DOCUMENT_TYPE_TAIWAN_TRAVEL_PERMIT, "01234567"},
    {v1::DOCUMENT_TYPE_HK_RESIDENCE_PERMIT, "810000199101010059", v1::CAPTURE_METHOD_CHIP_READ, "2022-05-01",
     "2027-05-01", v1::DOCUMENT_TYPE_RESIDENT_ID, "810000199101010059"},
    {v1::DOCUMENT_TYPE_MACAO_RESIDENCE_PERMIT, "820000199101010050", v1::CAPTURE_METHOD_NFC, "2022-05-01", "2027-05-01",
     v1::DOCUMENT_TYPE_RESIDENT_ID, "820000199101010050"},
    {v1::DOCUMENT_TYPE_TAIWAN_RESIDENCE_PERMIT, "830000199101010052", v1::CAPTURE_METHOD_CHIP_READ, "2022-05-01",
     "2027-05-01", v1::DOCUMENT_TYPE_RESIDENT_ID, "830000199101010052"},
    {v1::DOCUMENT_TYPE_FOREIGN_PR_ID_2023, "911036199101010017", v1::CAPTURE_METHOD_CHIP_READ, "2024-05-01",
     "2034-05-01", v1::DOCUMENT_TYPE_FOREIGN_PR_ID_2023, "911036199101010017"},
    {v1::DOCUMENT_TYPE_FOREIGN_PR_ID_2017, "AUS110091010101", v1::CAPTURE_METHOD_CHIP_READ, "2018-05-01", "2028-05-01",
     v1::DOCUMENT_TYPE_FOREIGN_PR_ID_2017, "AUS110091010101"},
    {v1::DOCUMENT_TYPE_PASSPORT, "L898902C3", v1::CAPTURE_METHOD_MRZ, "2020-05-01", "2030-05-01",
     v1::DOCUMENT_TYPE_PASSPORT, "UTO:L898902C3"},
    {v1::DOCUMENT_TYPE_OTHER_TRAVEL_DOC, "D23145890", v1::CAPTURE_METHOD_OCR, "2020-05-01", "2030-05-01",
     v1::DOCUMENT_TYPE_OTHER_TRAVEL_DOC, "UTO:D23145890"},
};

v1::Facts InHall(const Kind& kind) {
  auto facts = SampleFacts();
  facts.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
  facts.mutable_application()->set_capture_method(kind.method);
  v1::Document& document = Doc(facts);
  document.set_type(kind.type);
  document.set_number(kind.number);
  document.set_valid_from(kind.valid_from);
  document.set_valid_to(kind.valid_to);
  document.set_nationality("UTO");
  if (DocumentTypeOf(ShippedPolicy(), kind.type).no_address()) document.clear_address();
  return facts;
}

class EveryKind : public ::testing::TestWithParam<Kind> {};

TEST_P(EveryKind, PassesAsItMayBeRead) {
  const auto facts = InHall(GetParam());
  const auto decision = DecideOn(facts);
  EXPECT_EQ(decision.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Reasons(decision));
  const PersonKey person = PersonOf(ShippedPolicy(), facts.subject().document(), Noon());
  EXPECT_EQ(person.type, GetParam().person_type);
  EXPECT_EQ(person.number, GetParam().person_number);
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_DOCUMENT_VALIDITY),
            *GetParam().valid_to ? v1::OUTCOME_PASSED : v1::OUTCOME_SKIPPED);
}

TEST_P(EveryKind, IsTypedOnlyWhereThatIsAllowed) {
  auto facts = InHall(GetParam());
  facts.mutable_application()->set_capture_method(v1::CAPTURE_METHOD_MANUAL);
  const bool service = GetParam().type == v1::DOCUMENT_TYPE_PLA_ID || GetParam().type == v1::DOCUMENT_TYPE_PAP_ID;
  EXPECT_EQ(DecideOn(facts).verdict(), service ? v1::VERDICT_PASS : v1::VERDICT_REJECT);
}

TEST_P(EveryKind, ExpiresAndHasPlausibleSpans) {
  if (!*GetParam().valid_to) return;
  auto facts = InHall(GetParam());
  Doc(facts).set_valid_from("2020-02-01");
  Doc(facts).set_valid_to("2026-02-28");
  const auto codes = Reasons(DecideOn(facts));
  EXPECT_THAT(codes, Contains(v1::DOC_EXPIRED));
  const bool any_span = DocumentTypeOf(ShippedPolicy(), GetParam().type).spans().empty();
  EXPECT_EQ(std::count(codes.begin(), codes.end(), v1::DOC_VALIDITY_IMPLAUSIBLE), any_span ? 0 : 1);
}

INSTANTIATE_TEST_SUITE_P(InOwnHalls, EveryKind, ::testing::ValuesIn(kKinds),
                         [](const auto& each) { return v1::DocumentType_Name(each.param.type).substr(14); });

// An enterprise in an own hall: handler with a letter, and who will use the line.
v1::Facts OfEnterprise() {
  auto facts = SampleFacts();
  facts.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
  facts.mutable_application()->set_customer_kind(v1::CUSTOMER_KIND_ORG_ORDINARY);
  facts.mutable_application()->set_capture_method(v1::CAPTURE_METHOD_OCR);
  const auto add = [&](v1::PartyRole role) -> v1::PartyFacts& {
    v1::PartyFacts& party = *facts.add_parties();
    party.set_role(role);
    party.set_capture_method(v1::CAPTURE_METHOD_CHIP_READ);
    party.mutable_capture_time()->set_seconds(kNoon - 60);
    *party.mutable_signature() = GoodSignature();
    *party.mutable_subject()->mutable_document() = SampleDocument();
    return party;
  };
  v1::PartyFacts& handler = add(v1::PARTY_ROLE_HANDLER);
  *handler.mutable_subject() = facts.subject();
  v1::Document& letter = *handler.mutable_subject()->mutable_power_letter();
  letter.set_type(v1::DOCUMENT_TYPE_AUTHORITY_LETTER);
  letter.set_name(SampleDocument().name());
  letter.set_valid_from("2026-01-01");
  letter.set_valid_to("2026-12-31");
  handler.mutable_subject()->set_power_principal_number("91350100M000100Y43");
  handler.set_letter_scanned(true);
  add(v1::PARTY_ROLE_ACTUAL_USER);
  facts.mutable_subject()->Clear();
  v1::Document& licence = Doc(facts);
  licence.set_type(v1::DOCUMENT_TYPE_BUSINESS_LICENCE);
  licence.set_number("91350100M000100Y43");
  licence.set_name("测试有限公司");
  licence.set_address("测试路2号");
  licence.set_valid_from("2015-01-01");
  licence.set_valid_long_term(true);
  return facts;
}

TEST(PartyTest, AnEnterprisePassesByItsHandlersFace) {
  const auto decision = DecideOn(OfEnterprise());
  EXPECT_EQ(decision.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Reasons(decision));
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_PARTY), v1::OUTCOME_PASSED);
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_FACE_MATCH), v1::OUTCOME_PASSED);
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_AGE_POLICY), v1::OUTCOME_SKIPPED);
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_QUOTA), v1::OUTCOME_SKIPPED);
}

TEST(PartyTest, AnEntrustedPersonOpensALineAndChangesNone) {
  const auto by_another = [](v1::EntryType entry) {
    auto facts = SampleFacts();
    facts.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
    facts.mutable_application()->set_entry_type(entry);
    facts.mutable_registry()->set_line_holder(v1::LINE_HOLDER_THIS_PERSON);
    facts.add_parties()->set_role(v1::PARTY_ROLE_AGENT_PERSON);
    return OutcomeOf(DecideOn(facts), v1::CHECK_CHANNEL_POLICY);
  };
  EXPECT_EQ(by_another(v1::ENTRY_TYPE_OPEN), v1::OUTCOME_PASSED);
  for (const auto entry : {v1::ENTRY_TYPE_SIM_REPLACEMENT, v1::ENTRY_TYPE_TRANSFER_OUT, v1::ENTRY_TYPE_TERMINATION,
                           v1::ENTRY_TYPE_UPDATE}) {
    EXPECT_EQ(by_another(entry), v1::OUTCOME_FAILED) << v1::EntryType_Name(entry);
  }
}

TEST(PartyTest, EveryUnitDocumentNamesAnOrganisation) {
  const std::pair<v1::DocumentType, const char*> kDocuments[] = {
      {v1::DOCUMENT_TYPE_BUSINESS_LICENCE, "91350100M000100Y43"},
      {v1::DOCUMENT_TYPE_INSTITUTION_CERT, "91350100M000100Y43"},
      {v1::DOCUMENT_TYPE_SOCIAL_ORG_CERT, "91350100M000100Y43"},
      {v1::DOCUMENT_TYPE_ORG_CODE_CERT, "D2143569-X"},
      {v1::DOCUMENT_TYPE_UNIT_CERTIFICATE, "测字第1号"}};
  for (const auto& [type, number] : kDocuments) {
    auto facts = OfEnterprise();
    Doc(facts).set_type(type);
    Doc(facts).set_number(number);
    facts.mutable_parties(0)->mutable_subject()->set_power_principal_number(number);
    const auto decision = DecideOn(facts);
    EXPECT_EQ(decision.verdict(), v1::VERDICT_PASS)
        << v1::DocumentType_Name(type) << ::testing::PrintToString(Reasons(decision));
  }
}

TEST(PartyTest, APersonsDocumentIsNoOrganisationsAndTheOtherWayRound) {
  auto facts = OfEnterprise();
  Doc(facts) = SampleDocument();
  EXPECT_THAT(Reasons(DecideOn(facts)), Contains(v1::DOC_TYPE_NOT_ALLOWED));
  facts = SampleFacts();
  Doc(facts).set_type(v1::DOCUMENT_TYPE_BUSINESS_LICENCE);
  EXPECT_THAT(Reasons(DecideOn(facts)), Contains(v1::DOC_TYPE_NOT_ALLOWED));
}

void Give(v1::Facts& facts, const char* notice, v1::ConsentEvidence evidence) {
  v1::ConsentFacts& given = *facts.add_consents();
  given.set_notice_id(notice);
  given.set_version("1");
  given.mutable_time()->set_seconds(kNoon - 60);
  given.set_evidence(evidence);
  given.set_has_reference(evidence >= v1::CONSENT_EVIDENCE_SIGNED);
}

TEST(ConsentTest, AStrongerEvidenceServesForAWeakerAndNothingFromTomorrow) {
  auto facts = SampleFacts();
  facts.mutable_application()->set_product("overseas");
  Give(facts, "fraud-risk", v1::CONSENT_EVIDENCE_READ_ALOUD);
  Give(facts, "overseas-data", v1::CONSENT_EVIDENCE_SIGNED);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_PASS);
  auto unkept = facts;
  unkept.mutable_consents(2)->set_has_reference(false);
  EXPECT_THAT(Reasons(DecideOn(unkept)), ElementsAre(v1::CNS_RISK_NOTICE_UNSIGNED));
  facts.mutable_consents(0)->mutable_time()->set_seconds(kNoon + 3600);
  EXPECT_THAT(Reasons(DecideOn(facts)), ElementsAre(v1::CNS_NOTICE_MISSING));
}

TEST(ConsentTest, WhatIsOptionalIsNotAskedFor) {
  auto facts = SampleFacts();
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_PASS);
  EXPECT_FALSE(MayProcess(ShippedPolicy(), facts, v1::PROCESSING_FACE_REFERENCE));
  Give(facts, "face-reference", v1::CONSENT_EVIDENCE_TICKED);
  EXPECT_TRUE(MayProcess(ShippedPolicy(), facts, v1::PROCESSING_FACE_REFERENCE));
}

TEST(ConsentTest, NoticesAreByChannelProductAgeAndRisk) {
  auto policy = ShippedPolicy();
  const auto ids = [&](v1::ChannelType channel, const char* product, std::optional<int> age,
                       std::optional<uint32_t> numbers_held = std::nullopt) {
    std::set<std::string> found;
    for (const v1::Notice* notice :
         NoticesFor(policy, {.channel = channel, .product = product, .age = age, .numbers_held = numbers_held})) {
      found.insert(notice->notice_id());
    }
    return found;
  };
  EXPECT_EQ(ids(v1::CHANNEL_TYPE_OWN_HALL, "prepaid", 30),
            (std::set<std::string>{"face-information", "face-reference", "number-use"}));
  EXPECT_TRUE(ids(v1::CHANNEL_TYPE_OWN_HALL, "overseas", 30).contains("fraud-risk"));
  EXPECT_FALSE(ids(v1::CHANNEL_TYPE_OWN_APP, "overseas", 30).contains("fraud-risk"));
  policy.pack.mutable_notices(0)->set_max_age(17);
  EXPECT_FALSE(ids(v1::CHANNEL_TYPE_OWN_HALL, "prepaid", 30).contains("face-information"));
  EXPECT_TRUE(ids(v1::CHANNEL_TYPE_OWN_HALL, "prepaid", 17).contains("face-information"));
  EXPECT_TRUE(ids(v1::CHANNEL_TYPE_OWN_HALL, "", std::nullopt).contains("fraud-risk")) << "each that might apply";

  // Who has many numbers already signs that they know what selling one means.
  v1::Notice& many = *policy.pack.add_notices();
  many.set_notice_id("many-numbers");
  many.set_version("1");
  many.set_kind(v1::NOTICE_KIND_RISK);
  many.set_min_numbers_held(3);
  EXPECT_FALSE(ids(v1::CHANNEL_TYPE_OWN_HALL, "prepaid", 30, 2).contains("many-numbers"));
  EXPECT_TRUE(ids(v1::CHANNEL_TYPE_OWN_HALL, "prepaid", 30, 3).contains("many-numbers"));
  EXPECT_TRUE(ids(v1::CHANNEL_TYPE_OWN_HALL, "prepaid", 30).contains("many-numbers"));
  policy.pack.mutable_notices(0)->clear_max_age();
  auto facts = SampleFacts();
  facts.mutable_registry()->set_numbers_held(2);
  EXPECT_EQ(Decide(policy, facts).verdict(), v1::VERDICT_PASS);
  facts.mutable_registry()->set_numbers_held(3);
  EXPECT_THAT(Reasons(Decide(policy, facts)), ElementsAre(v1::CNS_RISK_NOTICE_UNSIGNED));
}

TEST(ChannelTest, NothingIsSoldWithoutASafetyAssessment) {
  auto policy = ShippedPolicy();
  for (auto& channel : *policy.pack.mutable_channels()) {
    if (channel.type() == v1::CHANNEL_TYPE_AGENT_STORE) channel.clear_assessment();
  }
  EXPECT_THAT(Reasons(Decide(policy, SampleFacts())), ElementsAre(v1::CHN_ASSESSMENT_MISSING));
  policy = ShippedPolicy();
  policy.pack.add_products()->set_product("prepaid");
  EXPECT_THAT(Reasons(Decide(policy, SampleFacts())), ElementsAre(v1::CHN_ASSESSMENT_MISSING));
  policy.pack.mutable_products(0)->set_assessment("SA-1");
  EXPECT_EQ(Decide(policy, SampleFacts()).verdict(), v1::VERDICT_PASS);
}

// In an own hall without the face: a passport beside the card, and two members of staff.
v1::Facts WithoutFace() {
  auto facts = SampleFacts();
  facts.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
  v1::AlternativeFacts& alternative = *facts.mutable_application()->mutable_alternative();
  alternative.set_second_capture_method(v1::CAPTURE_METHOD_OCR);
  alternative.mutable_second_capture_time()->set_seconds(kNoon - 60);
  *alternative.mutable_second_signature() = GoodSignature();
  alternative.add_attesters("urn:a:staff:ann");
  alternative.add_attesters("urn:a:staff:ben");
  v1::Document& second = *facts.mutable_subject()->mutable_second_document();
  second.set_type(v1::DOCUMENT_TYPE_PASSPORT);
  second.set_number("E12345678");
  second.set_nationality("CHN");
  second.set_name(SampleDocument().name());
  second.set_valid_to("2030-01-01");
  facts.mutable_subject()->clear_id_photo();
  facts.mutable_subject()->clear_live_portrait();
  facts.mutable_subject()->clear_comparison();
  return facts;
}
v1::Document& Second(v1::Facts& f) { return *f.mutable_subject()->mutable_second_document(); }

TEST(AttestationTest, PassesWithoutAFaceAndIsLookedAtSooner) {
  const auto decision = DecideOn(WithoutFace());
  EXPECT_EQ(decision.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Reasons(decision));
  EXPECT_EQ(decision.identification(), v1::IDENTIFICATION_ATTESTED);
  EXPECT_EQ(decision.next_reverification_date(), "2026-06-01");
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_ATTESTATION), v1::OUTCOME_PASSED);
  for (const v1::Check check :
       {v1::CHECK_FACE_DETECT, v1::CHECK_FACE_QUALITY, v1::CHECK_FACE_MATCH, v1::CHECK_LIVENESS}) {
    EXPECT_EQ(OutcomeOf(decision, check), v1::OUTCOME_SKIPPED);
  }
  const auto by_face = DecideOn(SampleFacts());
  EXPECT_EQ(by_face.identification(), v1::IDENTIFICATION_FACE);
  EXPECT_EQ(OutcomeOf(by_face, v1::CHECK_ATTESTATION), v1::OUTCOME_SKIPPED);
}

TEST(AttestationTest, TheChipIsReadWhateverElseIsShown) {
  auto facts = WithoutFace();
  facts.mutable_application()->set_capture_method(v1::CAPTURE_METHOD_OCR);
  EXPECT_THAT(Reasons(DecideOn(facts)), Contains(v1::CAP_READER_REQUIRED));
}

TEST(AttestationTest, TheSecondDocumentIsAnotherAndGood) {
  const auto codes = [](void (*spoil)(v1::Facts&)) {
    auto facts = WithoutFace();
    spoil(facts);
    return Reasons(DecideOn(facts));
  };
  const auto bad = ElementsAre(v1::ALT_SECOND_DOCUMENT);
  EXPECT_THAT(codes([](v1::Facts& f) { f.mutable_subject()->clear_second_document(); }), bad);
  EXPECT_THAT(codes([](v1::Facts& f) { Second(f) = SampleDocument(); }), bad) << "the same card again";
  EXPECT_THAT(codes([](v1::Facts& f) { Second(f).set_valid_to("2026-02-28"); }), bad) << "expired";
  EXPECT_THAT(codes([](v1::Facts& f) { Second(f).set_number("12"); }), bad);
  EXPECT_THAT(codes([](v1::Facts& f) { Second(f).set_type(v1::DOCUMENT_TYPE_BUSINESS_LICENCE); }), bad);
  EXPECT_THAT(codes([](v1::Facts& f) {
                f.mutable_application()->mutable_alternative()->set_second_capture_method(v1::CAPTURE_METHOD_MANUAL);
              }),
              bad)
      << "typed";
  EXPECT_THAT(codes([](v1::Facts& f) { Second(f).set_name("测?甲"); }), ElementsAre(v1::NAME_ENCODING_VARIANT));
}

TEST(AttestationTest, OneMoreHasToSayIt) {
  auto facts = WithoutFace();
  facts.mutable_application()->mutable_alternative()->mutable_attesters()->RemoveLast();
  const auto decision = DecideOn(facts);
  EXPECT_EQ(decision.verdict(), v1::VERDICT_RETRY);
  EXPECT_EQ(decision.next_action(), v1::NEXT_ACTION_RESUBMIT);
  EXPECT_THAT(decision.retry_items(), ElementsAre(v1::EVIDENCE_ITEM_ATTESTATION));
}

TEST(DocumentTest, AHouseholdRegisterIsForMinors) {
  auto facts = SampleFacts();
  Doc(facts).set_type(v1::DOCUMENT_TYPE_HOUSEHOLD_REGISTER);
  auto policy = ShippedPolicy();
  policy.pack.mutable_channels(0)->add_document_types(v1::DOCUMENT_TYPE_HOUSEHOLD_REGISTER);
  facts.mutable_application()->set_channel_type(policy.pack.channels(0).type());
  EXPECT_THAT(Reasons(Decide(policy, facts)), Contains(v1::DOC_TYPE_NOT_ALLOWED));
  facts.mutable_observe_time()->set_seconds(kNoon - 18LL * 365 * 86400);  // the holder is 17
  EXPECT_THAT(Reasons(Decide(policy, facts)), ::testing::Not(Contains(v1::DOC_TYPE_NOT_ALLOWED)));
}

TEST(DocumentTest, APassportWithoutItsStateTellsNobody) {
  auto facts = InHall(kKinds[11]);
  Doc(facts).clear_nationality();
  const auto decision = DecideOn(facts);
  EXPECT_THAT(Reasons(decision), ElementsAre(v1::REC_INCOMPLETE));
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_QUOTA), v1::OUTCOME_SKIPPED);
}

v1::Facts Contested(v1::Facts facts, std::initializer_list<v1::ReasonCode> refused_for) {
  facts.mutable_contest()->set_verification_id("00000000-0000-4000-8000-000000000002");
  facts.mutable_contest()->set_level(1);
  for (const auto code : refused_for) facts.mutable_contest()->add_reasons(code);
  return facts;
}

TEST(ContestTest, WhatIsContestedGoesToAPersonWhateverIsFound) {
  const auto good = DecideOn(Contested(SampleFacts(), {v1::CAP_STALE}));
  EXPECT_EQ(good.verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(good.next_action(), v1::NEXT_ACTION_WAIT_FOR_REVIEW);
  EXPECT_THAT(Reasons(good), ElementsAre(v1::CTS_REQUESTED));
  EXPECT_EQ(OutcomeOf(good, v1::CHECK_CONTEST), v1::OUTCOME_UNCERTAIN);
  EXPECT_EQ(good.contest().level(), 1u);
  EXPECT_TRUE(HoldsPlace(v1::ENTRY_TYPE_OPEN, good));
  auto final_facts = SampleFacts();
  final_facts.mutable_application()->set_capture_method(v1::CAPTURE_METHOD_MANUAL);
  const auto refused = DecideOn(Contested(final_facts, {v1::CAP_MANUAL_ENTRY_FORBIDDEN}));
  EXPECT_EQ(refused.verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(OutcomeOf(refused, v1::CHECK_CAPTURE_PROVENANCE), v1::OUTCOME_FAILED);
  EXPECT_EQ(OutcomeOf(DecideOn(SampleFacts()), v1::CHECK_CONTEST), v1::OUTCOME_SKIPPED);
}

TEST(ContestTest, WhatWasSeenThenIsJudgedBesideWhatIsSeenNow) {
  const auto decision = DecideOn(Contested(SampleFacts(), {v1::FACE_MISMATCH, v1::QTA_OPERATOR_LIMIT}));
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_FACE_MATCH), v1::OUTCOME_UNCERTAIN);
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_QUOTA), v1::OUTCOME_PASSED) << "the registry is asked again";
}

TEST(ContestTest, WhereThereIsNoRoomNoPlaceIsHeld) {
  auto facts = SampleFacts();
  facts.mutable_registry()->set_numbers_held(5);
  const auto decision = DecideOn(Contested(facts, {v1::QTA_OPERATOR_LIMIT}));
  EXPECT_EQ(decision.verdict(), v1::VERDICT_REVIEW);
  EXPECT_FALSE(HoldsPlace(v1::ENTRY_TYPE_OPEN, decision));
  EXPECT_TRUE(IsPending(v1::ENTRY_TYPE_OPEN, decision));
}

TEST(ContestTest, NoChallengeIsAskedOfWhoContestsWithoutASession) {
  auto facts = ::realname::testing::SampleOnlineFacts();
  facts.clear_session();
  facts.mutable_subject()->clear_challenge_frames();
  EXPECT_THAT(Reasons(DecideOn(Contested(facts, {v1::PAD_CHALLENGE_MISSING}))),
              ElementsAre(v1::PAD_CHALLENGE_MISSING, v1::CTS_REQUESTED))
      << "but that there was none is for the person to judge";
}

// Every reason: what spoils the application, the code, the verdict at first.
struct Spoiler {
  const char* name;
  void (*spoil)(v1::Facts&);
  v1::ReasonCode code;
  v1::Check check;
  v1::Outcome outcome;
  v1::Verdict verdict;
};

v1::FaceEvidence& Live(v1::Facts& f) { return *f.mutable_subject()->mutable_live_portrait(); }
v1::FaceEvidence& Id(v1::Facts& f) { return *f.mutable_subject()->mutable_id_photo(); }
void Online(v1::Facts& f) { f = ::realname::testing::SampleOnlineFacts(); }
v1::ChallengeFrame& Frame(v1::Facts& f, int index) { return *f.mutable_subject()->mutable_challenge_frames(index); }

const Spoiler kSpoilers[] = {
    {"NoDocument", [](v1::Facts& f) { Doc(f).clear_number(); }, v1::DOC_NOT_PRESENTED, v1::CHECK_DOCUMENT_FORMAT,
     v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"Passport", [](v1::Facts& f) { Doc(f).set_type(v1::DOCUMENT_TYPE_PASSPORT); }, v1::DOC_TYPE_NOT_ALLOWED,
     v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"ShortNumber",
     [](v1::Facts& f) {
       Online(f);
       Doc(f).set_number("123");
     },
     v1::IDN_FORMAT, v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"CheckDigitTyped",
     [](v1::Facts& f) {
       Online(f);
       Doc(f).set_number("360426199101010072");
     },
     v1::IDN_CHECKSUM, v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"CheckDigitFromChip", [](v1::Facts& f) { Doc(f).set_number("360426199101010072"); }, v1::IDN_CHECKSUM,
     v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_REVIEW},
    {"NoSuchDay", [](v1::Facts& f) { Doc(f).set_number("36042619910230007X"); }, v1::IDN_DATE,
     v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_REVIEW},
    {"NoSuchProvince", [](v1::Facts& f) { Doc(f).set_number("990426199101010071"); }, v1::IDN_REGION,
     v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_REVIEW},
    {"OtherSex",
     [](v1::Facts& f) {
       Online(f);
       Doc(f).set_sex(v1::SEX_FEMALE);
     },
     v1::IDN_SEX_MISMATCH, v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"OtherBirth",
     [](v1::Facts& f) {
       Online(f);
       Doc(f).set_birth_date("1991-01-02");
     },
     v1::IDN_BIRTH_MISMATCH, v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"ZoneOfAnother",
     [](v1::Facts& f) {
       f = InHall(kKinds[11]);
       Doc(f).set_mrz("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3204153ZE184226B<<<<<16");
       Doc(f).set_name("SMITH JOHN");
     },
     v1::DOC_FIELDS_MISMATCH_MRZ, v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NameWithACharacterThatWasLost",
     [](v1::Facts& f) {
       f = InHall(kKinds[11]);
       Doc(f).set_mrz("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO9101014M3005017ZE184226B<<<<<18");
       Doc(f).set_name("ERIKSSON ANN? MARIA");
     },
     v1::NAME_ENCODING_VARIANT, v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"HandlerWithoutDocument",
     [](v1::Facts& f) {
       f = OfEnterprise();
       f.mutable_parties(0)->mutable_subject()->clear_document();
     },
     v1::PTY_HANDLER_DOC_MISSING, v1::CHECK_PARTY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NoLetter",
     [](v1::Facts& f) {
       f = OfEnterprise();
       f.mutable_parties(0)->set_letter_scanned(false);
     },
     v1::PTY_AUTHORITY_LETTER_MISSING, v1::CHECK_PARTY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NoActualUser",
     [](v1::Facts& f) {
       f = OfEnterprise();
       f.mutable_parties()->RemoveLast();
     },
     v1::PTY_ACTUAL_USER_MISSING, v1::CHECK_PARTY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NobodyAnswersForThings",
     [](v1::Facts& f) {
       f = OfEnterprise();
       f.mutable_application()->set_customer_kind(v1::CUSTOMER_KIND_ORG_IOT);
       f.mutable_parties()->RemoveLast();
     },
     v1::PTY_RESPONSIBLE_MISSING, v1::CHECK_PARTY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"WrongCreditCode",
     [](v1::Facts& f) {
       f = OfEnterprise();
       Doc(f).set_number("91350100M000100Y44");
       f.mutable_parties(0)->mutable_subject()->set_power_principal_number("91350100M000100Y44");
     },
     v1::ORG_USCC_INVALID, v1::CHECK_DOCUMENT_FORMAT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"LetterOfAnother",
     [](v1::Facts& f) {
       f = OfEnterprise();
       f.mutable_parties(0)->mutable_subject()->mutable_power_letter()->set_name("别人");
     },
     v1::ORG_HANDLER_NOT_AUTHORISED, v1::CHECK_PARTY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"OrganisationAtAPartner",
     [](v1::Facts& f) {
       f = OfEnterprise();
       f.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_PARTNER_STORE);
     },
     v1::CHN_ORG_CHANNEL_NOT_ALLOWED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"ThingsOnline",
     [](v1::Facts& f) {
       Online(f);
       f.mutable_application()->set_customer_kind(v1::CUSTOMER_KIND_IOT_INDIVIDUAL);
     },
     v1::CHN_IOT_ONLINE_FORBIDDEN, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"NotTold", [](v1::Facts& f) { f.mutable_consents(0)->set_version("0"); }, v1::CNS_NOTICE_MISSING, v1::CHECK_CONSENT,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NotAgreed",
     [](v1::Facts& f) {
       f.mutable_application()->set_product("overseas");
       Give(f, "fraud-risk", v1::CONSENT_EVIDENCE_SIGNED);
       Give(f, "overseas-data", v1::CONSENT_EVIDENCE_SHOWN);
     },
     v1::CNS_SEPARATE_CONSENT_MISSING, v1::CHECK_CONSENT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NotSigned",
     [](v1::Facts& f) {
       f.mutable_application()->set_product("overseas");
       Give(f, "fraud-risk", v1::CONSENT_EVIDENCE_TICKED);
       Give(f, "overseas-data", v1::CONSENT_EVIDENCE_TICKED);
     },
     v1::CNS_RISK_NOTICE_UNSIGNED, v1::CHECK_CONSENT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NotReadAloud",
     [](v1::Facts& f) {
       Online(f);
       f.mutable_application()->set_product("overseas");
       Give(f, "fraud-risk-aloud", v1::CONSENT_EVIDENCE_SIGNED);
       Give(f, "overseas-data", v1::CONSENT_EVIDENCE_TICKED);
     },
     v1::CNS_READ_ALOUD_VIDEO_MISSING, v1::CHECK_CONSENT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"AgentSuspended",
     [](v1::Facts& f) { f.mutable_channel()->mutable_agent()->set_status(v1::SELLER_STATUS_SUSPENDED); },
     v1::CHN_AGENT_SUSPENDED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"AgentUnknown", [](v1::Facts& f) { f.mutable_channel()->clear_agent(); }, v1::CHN_AGENT_SUSPENDED,
     v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"AgentOutOfContract", [](v1::Facts& f) { f.mutable_channel()->mutable_agent()->set_contract_to("2026-02-28"); },
     v1::CHN_AGENT_SUSPENDED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"AgentUntrained", [](v1::Facts& f) { f.mutable_channel()->mutable_agent()->set_trained_until("2026-02-28"); },
     v1::CHN_AGENT_UNTRAINED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"AgentOfAnAgent", [](v1::Facts& f) { f.mutable_channel()->mutable_agent()->set_sub_delegated(true); },
     v1::CHN_SUBDELEGATION, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"OutletSuspended",
     [](v1::Facts& f) {
       f.mutable_channel()->mutable_outlet()->set_known(true);
       f.mutable_channel()->mutable_outlet()->set_status(v1::SELLER_STATUS_ENDED);
     },
     v1::CHN_AGENT_SUSPENDED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"StaffUntrained",
     [](v1::Facts& f) {
       f.mutable_channel()->mutable_staff()->set_known(true);
       f.mutable_channel()->mutable_staff()->set_status(v1::SELLER_STATUS_ACTIVE);
     },
     v1::CHN_AGENT_UNTRAINED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"GuardianOfAnAdult",
     [](v1::Facts& f) {
       v1::PartyFacts& guardian = *f.add_parties();
       guardian.set_role(v1::PARTY_ROLE_GUARDIAN);
       guardian.set_capture_method(v1::CAPTURE_METHOD_CHIP_READ);
       guardian.mutable_capture_time()->set_seconds(kNoon - 60);
       *guardian.mutable_subject() = f.subject();
       guardian.mutable_subject()->mutable_document()->set_number("120103198806018241");
       guardian.mutable_subject()->mutable_document()->set_sex(v1::SEX_FEMALE);
       guardian.mutable_subject()->mutable_document()->set_birth_date("1988-06-01");
     },
     v1::PTY_GUARDIAN_NOT_ALLOWED, v1::CHECK_PARTY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"WithoutFaceAtAnAgent",
     [](v1::Facts& f) {
       f = WithoutFace();
       f.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_AGENT_STORE);
     },
     v1::ALT_NOT_ALLOWED, v1::CHECK_ATTESTATION, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"NoSecondDocument",
     [](v1::Facts& f) {
       f = WithoutFace();
       f.mutable_subject()->clear_second_document();
     },
     v1::ALT_SECOND_DOCUMENT, v1::CHECK_ATTESTATION, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"SecondDocumentOfAnother",
     [](v1::Facts& f) {
       f = WithoutFace();
       Second(f).set_name("别人");
     },
     v1::ALT_DOCUMENTS_DIFFER, v1::CHECK_ATTESTATION, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"OneWitness",
     [](v1::Facts& f) {
       f = WithoutFace();
       f.mutable_application()->mutable_alternative()->mutable_attesters()->RemoveLast();
     },
     v1::ALT_ATTESTATION_MISSING, v1::CHECK_ATTESTATION, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Expired",
     [](v1::Facts& f) {
       Doc(f).set_valid_from("2016-02-28");
       Doc(f).set_valid_to("2026-02-28");
     },
     v1::DOC_EXPIRED, v1::CHECK_DOCUMENT_VALIDITY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NotYetValid",
     [](v1::Facts& f) {
       Doc(f).set_valid_from("2026-03-02");
       Doc(f).set_valid_to("2046-03-02");
     },
     v1::DOC_NOT_YET_VALID, v1::CHECK_DOCUMENT_VALIDITY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"OddSpan", [](v1::Facts& f) { Doc(f).set_valid_to("2041-05-01"); }, v1::DOC_VALIDITY_IMPLAUSIBLE,
     v1::CHECK_DOCUMENT_VALIDITY, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"AnothersNumber",
     [](v1::Facts& f) {
       f.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
       f.mutable_application()->set_entry_type(v1::ENTRY_TYPE_SIM_REPLACEMENT);
       f.mutable_registry()->set_line_holder(v1::LINE_HOLDER_ANOTHER);
     },
     v1::REC_NUMBER_NOT_HELD, v1::CHECK_RECORD_CONSISTENCY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"AnotherDocumentOfTheirs",
     [](v1::Facts& f) {
       f.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
       f.mutable_application()->set_entry_type(v1::ENTRY_TYPE_UPDATE);
       *f.mutable_subject()->mutable_previous_document() = SampleDocument();
       f.mutable_registry()->set_previous_known(true);
     },
     v1::REC_DOCUMENT_LINK, v1::CHECK_RECORD_CONSISTENCY, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"PreviousDocumentUnknown",
     [](v1::Facts& f) {
       f.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
       f.mutable_application()->set_entry_type(v1::ENTRY_TYPE_UPDATE);
       *f.mutable_subject()->mutable_previous_document() = SampleDocument();
     },
     v1::REC_PREVIOUS_UNKNOWN, v1::CHECK_RECORD_CONSISTENCY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"OperatorSuspended",
     [](v1::Facts& f) {
       f.mutable_channel()->mutable_operator_()->set_known(true);
       f.mutable_channel()->mutable_operator_()->set_status(v1::SELLER_STATUS_SUSPENDED);
     },
     v1::CHN_AGENT_SUSPENDED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"OperatorOutOfContract",
     [](v1::Facts& f) {
       f.mutable_channel()->mutable_operator_()->set_known(true);
       f.mutable_channel()->mutable_operator_()->set_status(v1::SELLER_STATUS_ACTIVE);
       f.mutable_channel()->mutable_operator_()->set_contract_from("2020-01-01");
       f.mutable_channel()->mutable_operator_()->set_contract_to("2026-02-28");
     },
     v1::CHN_AGENT_SUSPENDED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"NumberNotGiven",
     [](v1::Facts& f) {
       f.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
       f.mutable_application()->set_entry_type(v1::ENTRY_TYPE_TRANSFER_IN);
       f.mutable_registry()->set_line_holder(v1::LINE_HOLDER_ANOTHER);
     },
     v1::REC_NUMBER_NOT_GIVEN, v1::CHECK_RECORD_CONSISTENCY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"AnotherNameAtTheSource",
     [](v1::Facts& f) { Answered(f, v1::AUTHORITY_ANSWER_MISMATCH).add_mismatches(v1::IDENTITY_FIELD_NAME); },
     v1::AUTH_NAME_NUMBER_MISMATCH, v1::CHECK_IDENTITY_AUTHORITY, v1::OUTCOME_FAILED, v1::VERDICT_REVIEW},
    {"AnotherBirthDateAtTheSource",
     [](v1::Facts& f) { Answered(f, v1::AUTHORITY_ANSWER_MISMATCH).add_mismatches(v1::IDENTITY_FIELD_BIRTH_DATE); },
     v1::AUTH_FIELD_MISMATCH, v1::CHECK_IDENTITY_AUTHORITY, v1::OUTCOME_FAILED, v1::VERDICT_REVIEW},
    {"NoRecord", [](v1::Facts& f) { Answered(f, v1::AUTHORITY_ANSWER_NO_RECORD); }, v1::AUTH_NO_RECORD,
     v1::CHECK_IDENTITY_AUTHORITY, v1::OUTCOME_NOT_AVAILABLE, v1::VERDICT_REVIEW},
    {"NoPhotoAtTheSource",
     [](v1::Facts& f) { Answered(f, v1::AUTHORITY_ANSWER_MATCH).set_photo(v1::AUTHORITY_PHOTO_NONE); },
     v1::AUTH_NO_PHOTO, v1::CHECK_IDENTITY_AUTHORITY, v1::OUTCOME_NOT_AVAILABLE, v1::VERDICT_REVIEW},
    {"PoorPhotoAtTheSource",
     [](v1::Facts& f) {
       Answered(f, v1::AUTHORITY_ANSWER_MATCH).set_photo(v1::AUTHORITY_PHOTO_ATTACHED);
       f.mutable_subject()->mutable_authority_photo()->set_status(v1::FACE_STATUS_NO_FACE);
     },
     v1::AUTH_PHOTO_UNUSABLE, v1::CHECK_IDENTITY_AUTHORITY, v1::OUTCOME_NOT_AVAILABLE, v1::VERDICT_REVIEW},
    {"SourceUnavailable", [](v1::Facts& f) { Answered(f, v1::AUTHORITY_ANSWER_UNAVAILABLE); },
     v1::AUTH_SOURCE_UNAVAILABLE, v1::CHECK_IDENTITY_AUTHORITY, v1::OUTCOME_ERROR, v1::VERDICT_REVIEW},
    {"SourceTooSlow", [](v1::Facts& f) { Answered(f, v1::AUTHORITY_ANSWER_TIMEOUT); }, v1::AUTH_TIMEOUT,
     v1::CHECK_IDENTITY_AUTHORITY, v1::OUTCOME_ERROR, v1::VERDICT_REVIEW},
    {"Typed", [](v1::Facts& f) { f.mutable_application()->set_capture_method(v1::CAPTURE_METHOD_MANUAL); },
     v1::CAP_MANUAL_ENTRY_FORBIDDEN, v1::CHECK_CAPTURE_PROVENANCE, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"OcrAtCounter", [](v1::Facts& f) { f.mutable_application()->set_capture_method(v1::CAPTURE_METHOD_OCR); },
     v1::CAP_READER_REQUIRED, v1::CHECK_CAPTURE_PROVENANCE, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"OldCapture",
     [](v1::Facts& f) { f.mutable_application()->mutable_capture_time()->set_seconds(kNoon - 25 * 3600); },
     v1::CAP_STALE, v1::CHECK_CAPTURE_PROVENANCE, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Unsigned", [](v1::Facts& f) { f.mutable_application()->clear_signature(); }, v1::CAP_MANUAL_ENTRY_FORBIDDEN,
     v1::CHECK_CAPTURE_PROVENANCE, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"SignedByNobody", [](v1::Facts& f) { f.mutable_application()->mutable_signature()->set_good(false); },
     v1::CAP_MANUAL_ENTRY_FORBIDDEN, v1::CHECK_CAPTURE_PROVENANCE, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"UnknownDevice", [](v1::Facts& f) { f.mutable_application()->mutable_signature()->set_known(false); },
     v1::CHN_DEVICE_UNREGISTERED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"Replayed", [](v1::Facts& f) { f.mutable_application()->mutable_signature()->set_replayed(true); },
     v1::CAP_REPLAYED, v1::CHECK_CAPTURE_PROVENANCE, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"FarAway", [](v1::Facts& f) { f.mutable_application()->mutable_signature()->set_distance_m(2001); },
     v1::CAP_GEO_MISMATCH, v1::CHECK_CAPTURE_PROVENANCE, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"PortraitAgainUnsigned",
     [](v1::Facts& f) { f.mutable_picture_capture()->mutable_time()->set_seconds(kNoon - 60); },
     v1::CAP_MANUAL_ENTRY_FORBIDDEN, v1::CHECK_CAPTURE_PROVENANCE, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"TriedTooOften", [](v1::Facts& f) { f.mutable_conduct()->set_identity_attempts_minute(15); },
     v1::RATE_ATTEMPTS_EXCEEDED, v1::CHECK_RISK_SCORE, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"PunishedPerson", [](v1::Facts& f) { f.add_list_hits()->set_kind(v1::LIST_KIND_PUNISHED_PERSON); },
     v1::LST_PUNISHED_PERSON, v1::CHECK_LIST_SCREEN, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"BadAgent", [](v1::Facts& f) { f.add_list_hits()->set_kind(v1::LIST_KIND_BAD_AGENT); }, v1::LST_BAD_AGENT,
     v1::CHECK_LIST_SCREEN, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"BadOrganisation", [](v1::Facts& f) { f.add_list_hits()->set_kind(v1::LIST_KIND_BAD_ORGANISATION); },
     v1::LST_BAD_ORG, v1::CHECK_LIST_SCREEN, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"DisputedNumber", [](v1::Facts& f) { f.add_list_hits()->set_kind(v1::LIST_KIND_DISPUTED_NUMBER); },
     v1::LST_DISPUTED, v1::CHECK_LIST_SCREEN, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"FaceOfAnotherDocument", [](v1::Facts& f) { Found(f, "same-agent", v1::GALLERY_KIND_AGENT, 1, 1e-3); },
     v1::DUP_FACE_OTHER_ID, v1::CHECK_DUPLICATE_FACE, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"FaceOfAnotherDocumentInAFullGallery",
     [](v1::Facts& f) { Found(f, "same-device", v1::GALLERY_KIND_DEVICE, 40, 9e-4); }, v1::DUP_FACE_OTHER_ID,
     v1::CHECK_DUPLICATE_FACE, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"OtherFaceThanBefore", [](v1::Facts& f) { Found(f, "same-person", v1::GALLERY_KIND_PERSON, 5, 1.1e-2); },
     v1::DUP_ID_OTHER_FACE, v1::CHECK_DUPLICATE_FACE, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"NotSearched", [](v1::Facts& f) { f.mutable_face_search()->set_incomplete(true); }, v1::DUP_NOT_SEARCHED,
     v1::CHECK_DUPLICATE_FACE, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"EleventhThing",
     [](v1::Facts& f) {
       f.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
       f.mutable_application()->set_customer_kind(v1::CUSTOMER_KIND_IOT_INDIVIDUAL);
       f.mutable_registry()->set_numbers_held(10);
     },
     v1::QTA_IOT_LIMIT, v1::CHECK_QUOTA, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"ManyPeopleFromOneDevice", [](v1::Facts& f) { f.mutable_conduct()->set_device_people(150); },
     v1::RSK_ABNORMAL_APPLICATION, v1::CHECK_RISK_SCORE, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"ManyPeopleAtOneAddress", [](v1::Facts& f) { f.mutable_conduct()->set_address_people(20); },
     v1::RSK_ABNORMAL_APPLICATION, v1::CHECK_RISK_SCORE, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"ManyNumbersInADay", [](v1::Facts& f) { f.mutable_conduct()->set_person_numbers(3); }, v1::QTA_VELOCITY,
     v1::CHECK_QUOTA, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"FutureCapture",
     [](v1::Facts& f) { f.mutable_application()->mutable_capture_time()->set_seconds(kNoon + 6 * 60); }, v1::CAP_STALE,
     v1::CHECK_CAPTURE_PROVENANCE, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Undecodable", [](v1::Facts& f) { Live(f).set_status(v1::FACE_STATUS_DECODE_FAILED); }, v1::IMG_DECODE,
     v1::CHECK_FACE_DETECT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Huge", [](v1::Facts& f) { Id(f).set_status(v1::FACE_STATUS_IMAGE_TOO_LARGE); }, v1::IMG_TOO_LARGE,
     v1::CHECK_FACE_DETECT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NoFace", [](v1::Facts& f) { Live(f).set_status(v1::FACE_STATUS_NO_FACE); }, v1::FACE_NONE, v1::CHECK_FACE_DETECT,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Group", [](v1::Facts& f) { Live(f).set_status(v1::FACE_STATUS_SEVERAL_FACES); }, v1::FACE_MULTIPLE,
     v1::CHECK_FACE_DETECT, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"SmallPicture", [](v1::Facts& f) { Live(f).set_image_width(100); }, v1::IMG_TOO_SMALL, v1::CHECK_FACE_QUALITY,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"SmallFace", [](v1::Facts& f) { Live(f).set_eye_distance_px(10); }, v1::FACE_TOO_SMALL, v1::CHECK_FACE_QUALITY,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Blurred", [](v1::Facts& f) { Live(f).set_sharpness(0.001f); }, v1::IMG_BLUR, v1::CHECK_FACE_QUALITY,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"SharpnessIsNoNumber", [](v1::Facts& f) { Live(f).set_sharpness(std::nanf("")); }, v1::IMG_BLUR,
     v1::CHECK_FACE_QUALITY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Dark", [](v1::Facts& f) { Live(f).set_brightness(0.01f); }, v1::IMG_DARK, v1::CHECK_FACE_QUALITY,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Bright", [](v1::Facts& f) { Live(f).set_brightness(0.99f); }, v1::IMG_BRIGHT, v1::CHECK_FACE_QUALITY,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Turned", [](v1::Facts& f) { Live(f).set_yaw_degrees(-60); }, v1::IMG_POSE, v1::CHECK_FACE_QUALITY,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"BothEyesShut",
     [](v1::Facts& f) {
       Live(f).set_left_eye_open(0);
       Live(f).set_right_eye_open(0.01f);
     },
     v1::IMG_OCCLUDED, v1::CHECK_FACE_QUALITY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Flat", [](v1::Facts& f) { Live(f).set_contrast(0.01f); }, v1::IMG_LOW_CONTRAST, v1::CHECK_FACE_QUALITY,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Masked", [](v1::Facts& f) { Live(f).set_lower_face_difference(40); }, v1::IMG_MASK, v1::CHECK_FACE_QUALITY,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Shouting", [](v1::Facts& f) { Live(f).set_mouth_open(0.9f); }, v1::IMG_MOUTH, v1::CHECK_FACE_QUALITY,
     v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Cluttered",
     [](v1::Facts& f) {
       Online(f);
       Id(f).set_background_clutter(0.9f);
     },
     v1::IMG_BACKGROUND, v1::CHECK_FACE_QUALITY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"SamePicture", [](v1::Facts& f) { f.mutable_subject()->mutable_comparison()->set_image_correlation(0.99f); },
     v1::FACE_SAME_IMAGE, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"TwoPeople", [](v1::Facts& f) { f.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(0.5); },
     v1::FACE_MISMATCH, v1::CHECK_FACE_MATCH, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Grey", [](v1::Facts& f) { f.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(5e-3); },
     v1::FACE_GREY_BAND, v1::CHECK_FACE_MATCH, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"Print",
     [](v1::Facts& f) {
       Live(f).set_live_score(0.01f);
       Live(f).set_print_score(0.9f);
     },
     v1::PAD_PRINT, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"Screen",
     [](v1::Facts& f) {
       Live(f).set_live_score(0.01f);
       Live(f).set_screen_score(0.9f);
     },
     v1::PAD_SCREEN, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"AttackOfUnknownKind",
     [](v1::Facts& f) {
       Live(f).set_live_score(0.01f);
       Live(f).add_not_measured(v1::FACE_COMPONENT_ATTACK_KIND);
     },
     v1::PAD_ATTACK, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"MouthNotMeasured", [](v1::Facts& f) { Live(f).add_not_measured(v1::FACE_COMPONENT_MOUTH_OPEN); }, v1::IMG_MOUTH,
     v1::CHECK_FACE_QUALITY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"PitchNotMeasured", [](v1::Facts& f) { Live(f).add_not_measured(v1::FACE_COMPONENT_PITCH); }, v1::IMG_POSE,
     v1::CHECK_FACE_QUALITY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"EyesNotMeasured", [](v1::Facts& f) { Live(f).add_not_measured(v1::FACE_COMPONENT_EYES_OPEN); }, v1::IMG_OCCLUDED,
     v1::CHECK_FACE_QUALITY, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"LivenessUnsure",
     [](v1::Facts& f) {
       const auto limits = ShippedPolicy().pack.liveness();
       Live(f).set_live_score((limits.live_score_fail() + limits.live_score_pass()) / 2);
     },
     v1::PAD_UNCERTAIN, v1::CHECK_LIVENESS, v1::OUTCOME_UNCERTAIN, v1::VERDICT_RETRY},
    {"NoSession",
     [](v1::Facts& f) {
       Online(f);
       f.clear_session();
     },
     v1::PAD_CHALLENGE_MISSING, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"SessionOfAnotherChannel",
     [](v1::Facts& f) {
       Online(f);
       f.mutable_session()->set_channel_type(v1::CHANNEL_TYPE_OWN_WEB);
     },
     v1::PAD_CHALLENGE_MISSING, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"SessionRanOut",
     [](v1::Facts& f) {
       Online(f);
       f.mutable_session()->mutable_expire_time()->set_seconds(kNoon);
     },
     v1::PAD_CHALLENGE_EXPIRED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"FrameMissing",
     [](v1::Facts& f) {
       Online(f);
       f.mutable_subject()->mutable_challenge_frames()->RemoveLast();
     },
     v1::PAD_CHALLENGE_FAILED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"FramesOutOfOrder",
     [](v1::Facts& f) {
       Online(f);
       f.mutable_subject()->mutable_challenge_frames()->SwapElements(1, 2);
     },
     v1::PAD_CHALLENGE_FAILED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"NothingAsked",
     [](v1::Facts& f) {
       Online(f);
       f.mutable_session()->clear_actions();
       f.mutable_subject()->clear_challenge_frames();
     },
     v1::PAD_CHALLENGE_FAILED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"ActionNotShown",
     [](v1::Facts& f) {
       Online(f);
       Frame(f, 1).mutable_evidence()->set_yaw_degrees(0);
     },
     v1::PAD_CHALLENGE_FAILED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"FrameBelowTheGate",
     [](v1::Facts& f) {
       Online(f);
       Frame(f, 2).mutable_evidence()->set_sharpness(0);
     },
     v1::PAD_CHALLENGE_FAILED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"FramesOfTwoPeople",
     [](v1::Facts& f) {
       Online(f);
       Frame(f, 3).mutable_to_first()->set_fmr_at_similarity(0.2);
     },
     v1::PAD_FACE_CHANGED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"PortraitOfAnother",
     [](v1::Facts& f) {
       Online(f);
       Frame(f, 3).mutable_to_portrait()->set_fmr_at_similarity(0.2);
     },
     v1::PAD_FACE_CHANGED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"PortraitAndFirstFrameDoNotMatch",
     [](v1::Facts& f) {
       Online(f);
       Frame(f, 0).mutable_to_portrait()->set_fmr_at_similarity(5e-3);
     },
     v1::PAD_FACE_CHANGED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"FrameThatNobodyCompared",
     [](v1::Facts& f) {
       Online(f);
       Frame(f, 1).clear_to_portrait();
     },
     v1::PAD_FACE_CHANGED, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_RETRY},
    {"BentPhotograph",
     [](v1::Facts& f) {
       Online(f);
       Frame(f, 1).set_highest_correlation(0.99f);
     },
     v1::PAD_INJECTION, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"IdPhotoAsFrame",
     [](v1::Facts& f) {
       Online(f);
       Frame(f, 0).set_id_photo_correlation(0.99f);
     },
     v1::PAD_INJECTION, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"SessionUsedBefore",
     [](v1::Facts& f) {
       Online(f);
       f.mutable_session()->set_used_by_another(true);
     },
     v1::PAD_REPLAY, v1::CHECK_LIVENESS, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"SixthNumber", [](v1::Facts& f) { f.mutable_registry()->set_numbers_held(5); }, v1::QTA_OPERATOR_LIMIT,
     v1::CHECK_QUOTA, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"Child", [](v1::Facts& f) { f.mutable_observe_time()->set_seconds(kNoon - 26LL * 365 * 86400); },
     v1::PTY_AGE_NOT_ALLOWED, v1::CHECK_AGE_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
    {"OtherName", [](v1::Facts& f) { f.mutable_registry()->set_name_differs(true); }, v1::REC_NAME,
     v1::CHECK_RECORD_CONSISTENCY, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"NumberTaken", [](v1::Facts& f) { f.mutable_registry()->set_msisdn_taken(true); }, v1::REC_NUMBER,
     v1::CHECK_RECORD_CONSISTENCY, v1::OUTCOME_UNCERTAIN, v1::VERDICT_RETRY},
    {"NobodyCompared", [](v1::Facts& f) { f.mutable_subject()->clear_comparison(); }, v1::FACE_GREY_BAND,
     v1::CHECK_FACE_MATCH, v1::OUTCOME_UNCERTAIN, v1::VERDICT_REVIEW},
    {"NoAddress", [](v1::Facts& f) { Doc(f).clear_address(); }, v1::REC_INCOMPLETE, v1::CHECK_RECORD_CONSISTENCY,
     v1::OUTCOME_FAILED, v1::VERDICT_REVIEW},
    {"UnknownChannel", [](v1::Facts& f) { f.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_UNSPECIFIED); },
     v1::CHN_NOT_ALLOWED, v1::CHECK_CHANNEL_POLICY, v1::OUTCOME_FAILED, v1::VERDICT_REJECT},
};

class SpoiledApplication : public ::testing::TestWithParam<Spoiler> {};

TEST_P(SpoiledApplication, GivesItsReason) {
  const Spoiler& spoiler = GetParam();
  auto facts = SampleFacts();
  spoiler.spoil(facts);
  const auto decision = DecideOn(facts);
  EXPECT_THAT(Reasons(decision), Contains(spoiler.code));
  EXPECT_EQ(OutcomeOf(decision, spoiler.check), spoiler.outcome);
  EXPECT_EQ(decision.verdict(), spoiler.verdict);
  EXPECT_TRUE(decision.next_reverification_date().empty());
}

INSTANTIATE_TEST_SUITE_P(Reasons, SpoiledApplication, ::testing::ValuesIn(kSpoilers),
                         [](const auto& spoiler) { return std::string(spoiler.param.name); });

TEST(ReplayTest, EveryDecisionHereReplaysIdentically) {
  int replayed = 0;
  for (const Spoiler& spoiler : kSpoilers) {
    auto facts = SampleFacts();
    spoiler.spoil(facts);
    const v1::Decision decision = DecideOn(facts);
    EXPECT_TRUE(Differences(decision, Replay(ShippedPolicy(), facts, decision)).empty()) << spoiler.name;
    ++replayed;
  }
  EXPECT_GT(replayed, 70);
}

TEST(ReplayTest, AChangedRuleIsNamed) {
  const auto facts = SampleFacts();
  auto stored = DecideOn(facts);
  stored.set_rules_version(1);
  EXPECT_TRUE(Differences(stored, Replay(ShippedPolicy(), facts, stored)).empty()) << "the version is no difference";
  // As rules would have decided that counted to four.
  stored.mutable_checks(v1::CHECK_QUOTA - 1)->set_outcome(v1::OUTCOME_FAILED);
  stored.mutable_checks(v1::CHECK_QUOTA - 1)->add_reasons(v1::QTA_OPERATOR_LIMIT);
  stored.set_verdict(v1::VERDICT_REJECT);
  const auto differences = Differences(stored, Replay(ShippedPolicy(), facts, stored));
  ASSERT_EQ(differences.size(), 3u);
  EXPECT_EQ(differences[0].field(), "verdict");
  EXPECT_EQ(differences[1].field(), "checks[CHECK_QUOTA].outcome");
  EXPECT_EQ(differences[1].stored(), "OUTCOME_FAILED");
  EXPECT_EQ(differences[1].replayed(), "OUTCOME_PASSED");
  EXPECT_EQ(differences[2].field(), "checks[CHECK_QUOTA].reasons");
}

// The outcomes that the contract's comment names for each check.
std::map<int, std::set<v1::Outcome>> OutcomesOfTheContract() {
  std::ifstream file(REALNAME_BUILD_DIR "/proto/generated/realname.descriptor_set", std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  EXPECT_TRUE(set.ParseFromIstream(&file));
  std::map<int, std::set<v1::Outcome>> outcomes;
  for (const auto& proto : set.file()) {
    if (proto.name() != "realname/v1/types.proto") continue;
    for (const auto& location : proto.source_code_info().location()) {
      if (location.path_size() != 4 || location.path(0) != 5 || location.path(2) != 2) continue;
      const auto& type = proto.enum_type(location.path(1));
      if (type.name() != "Check") continue;
      for (int outcome = v1::Outcome_MIN + 1; outcome <= v1::Outcome_MAX; ++outcome) {
        const std::string word = v1::Outcome_Name(static_cast<v1::Outcome>(outcome)).substr(8);
        if (location.leading_comments().find(word) != std::string::npos) {
          outcomes[type.value(location.path(3)).number()].insert(static_cast<v1::Outcome>(outcome));
        }
      }
    }
  }
  return outcomes;
}

// What each entry asks of the number, and what comes after a PASS.
TEST(DecideTest, EachEntryLooksAtTheNumberItsOwnWay) {
  struct Case {
    v1::EntryType entry;
    v1::LineHolder holder;
    bool given;
    v1::NextAction next;
    v1::State state;
    bool due;
  };
  for (const Case& each : {
           Case{v1::ENTRY_TYPE_SIM_REPLACEMENT, v1::LINE_HOLDER_THIS_PERSON, false, v1::NEXT_ACTION_CARRY_OUT,
                v1::STATE_DECIDED, true},
           Case{v1::ENTRY_TYPE_TRANSFER_OUT, v1::LINE_HOLDER_THIS_PERSON, false, v1::NEXT_ACTION_TRANSFER_IN,
                v1::STATE_DECIDED, false},
           Case{v1::ENTRY_TYPE_TRANSFER_IN, v1::LINE_HOLDER_ANOTHER, true, v1::NEXT_ACTION_ACTIVATE, v1::STATE_DECIDED,
                true},
           Case{v1::ENTRY_TYPE_UPDATE, v1::LINE_HOLDER_UNSPECIFIED, false, v1::NEXT_ACTION_DONE, v1::STATE_COMPLETED,
                true},
           Case{v1::ENTRY_TYPE_TERMINATION, v1::LINE_HOLDER_THIS_PERSON, false, v1::NEXT_ACTION_CARRY_OUT,
                v1::STATE_DECIDED, false},
           Case{v1::ENTRY_TYPE_PORT_OUT, v1::LINE_HOLDER_THIS_PERSON, false, v1::NEXT_ACTION_CARRY_OUT,
                v1::STATE_DECIDED, false},
           Case{v1::ENTRY_TYPE_INQUIRY, v1::LINE_HOLDER_UNSPECIFIED, false, v1::NEXT_ACTION_DONE, v1::STATE_COMPLETED,
                false},
       }) {
    auto facts = SampleFacts();
    facts.mutable_channel()->clear_agent();
    facts.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
    facts.mutable_application()->set_entry_type(each.entry);
    facts.mutable_registry()->set_msisdn_taken(true);
    facts.mutable_registry()->set_line_holder(each.holder);
    facts.mutable_registry()->set_line_given(each.given);
    // Whoever is barred from new lines, or has as many as may be, may still ask for what gives none.
    const bool takes = each.entry == v1::ENTRY_TYPE_TRANSFER_IN;
    if (!takes) {
      facts.mutable_registry()->set_numbers_held(5);
      facts.add_list_hits()->set_kind(v1::LIST_KIND_PUNISHED_PERSON);
    }
    const auto decision = DecideOn(facts);
    const std::string name = v1::EntryType_Name(each.entry);
    EXPECT_EQ(decision.verdict(), v1::VERDICT_PASS) << name << ::testing::PrintToString(Reasons(decision));
    EXPECT_EQ(decision.next_action(), each.next) << name;
    EXPECT_EQ(StateAfter(each.entry, decision), each.state) << name;
    EXPECT_EQ(HoldsPlace(each.entry, decision), takes) << name;
    EXPECT_EQ(!decision.next_reverification_date().empty(), each.due) << name;
    if (takes) {
      facts.mutable_registry()->set_numbers_held(5);
      EXPECT_THAT(Reasons(DecideOn(facts)), ElementsAre(v1::QTA_OPERATOR_LIMIT)) << "they would have a sixth";
      facts.mutable_registry()->set_numbers_held(0);
      facts.mutable_registry()->set_line_holder(v1::LINE_HOLDER_THIS_PERSON);
      EXPECT_THAT(Reasons(DecideOn(facts)), ElementsAre(v1::REC_NUMBER_NOT_GIVEN)) << "it is theirs already";
    }
    if (each.holder == v1::LINE_HOLDER_THIS_PERSON) {
      facts.mutable_registry()->set_line_holder(v1::LINE_HOLDER_UNSPECIFIED);
      EXPECT_THAT(Reasons(DecideOn(facts)), ElementsAre(v1::REC_NUMBER_NOT_HELD)) << name;
    }
  }
}

TEST(DecideTest, AWrongSignatureIsNotToldToBeMissingToo) {
  auto facts = SampleFacts();
  facts.mutable_application()->mutable_signature()->set_replayed(true);
  EXPECT_THAT(Reasons(DecideOn(facts)), ElementsAre(v1::CAP_REPLAYED));
  facts = SampleFacts();
  facts.mutable_application()->mutable_signature()->set_known(false);
  EXPECT_THAT(Reasons(DecideOn(facts)), ElementsAre(v1::CHN_DEVICE_UNREGISTERED));
}

TEST(DecideTest, EveryOutcomeOfTheContractIsProducedHereAndNoOther) {
  std::map<int, std::set<v1::Outcome>> produced;
  const auto see = [&](const v1::Facts& facts) {
    const v1::Decision decision = DecideOn(facts);
    for (const auto& check : decision.checks()) produced[check.check()].insert(check.outcome());
  };
  see(SampleFacts());
  see(WithoutFace());
  see(Contested(SampleFacts(), {}));
  v1::Facts matched = SampleFacts();
  Answered(matched, v1::AUTHORITY_ANSWER_MATCH);
  see(matched);
  v1::Facts searched = SampleFacts();
  Found(searched, "same-agent", v1::GALLERY_KIND_AGENT, 40, 0.5);
  see(searched);
  for (const Spoiler& spoiler : kSpoilers) {
    auto facts = SampleFacts();
    spoiler.spoil(facts);
    see(facts);
  }
  for (const auto& [check, outcomes] : OutcomesOfTheContract()) {
    if (check == v1::CHECK_UNSPECIFIED) continue;
    EXPECT_EQ(produced[check], outcomes) << v1::Check_Name(static_cast<v1::Check>(check));
  }
  EXPECT_EQ(produced.size(), static_cast<size_t>(v1::Check_MAX));
}

// Whatever comes together, nobody is sent away without being told where to go.
TEST(WaysOutTest, AreNamedForEveryPairOfReasons) {
  const Policy policy = ShippedPolicy();
  int refused = 0;
  for (const Spoiler& first : kSpoilers) {
    for (const Spoiler& second : kSpoilers) {
      auto facts = SampleFacts();
      first.spoil(facts);
      second.spoil(facts);
      const v1::Decision decision = Decide(policy, facts);
      if (decision.verdict() == v1::VERDICT_PASS) continue;  // the second took the first's place
      const v1::State state = StateAfter(facts.application().entry_type(), decision);
      ++refused;
      EXPECT_FALSE(WaysOut(policy, state, decision, IsRefusal(state, decision)).empty())
          << first.name << " and " << second.name << ": " << decision.ShortDebugString();
    }
  }
  EXPECT_GT(refused, 10000);
}

// The way without the face asks for a chip to be read; who has a document of a kind that has none is not sent there.
TEST(WaysOutTest, WithoutTheFaceOnlyWithAChip) {
  const std::set<int> without_chip = {v1::DOCUMENT_TYPE_TEMP_RESIDENT_ID, v1::DOCUMENT_TYPE_PLA_ID,
                                      v1::DOCUMENT_TYPE_PAP_ID, v1::DOCUMENT_TYPE_OTHER_TRAVEL_DOC};
  const Policy policy = ShippedPolicy();
  for (const Kind& kind : kKinds) {
    auto facts = InHall(kind);
    facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(0.5);
    const v1::Decision decision = Decide(policy, facts);
    ASSERT_THAT(Reasons(decision), Contains(v1::FACE_MISMATCH)) << v1::DocumentType_Name(kind.type);
    const v1::State state = StateAfter(facts.application().entry_type(), decision);
    const auto ways = WaysOut(policy, state, decision, IsRefusal(state, decision));
    const bool named = std::find(ways.begin(), ways.end(), v1::WAY_OUT_OWN_HALL_WITHOUT_FACE) != ways.end();
    EXPECT_EQ(named, !without_chip.contains(kind.type)) << v1::DocumentType_Name(kind.type);
    EXPECT_FALSE(ways.empty()) << v1::DocumentType_Name(kind.type);
  }
}

// What can be done where the person stands is not sent elsewhere for another reason's sake.
TEST(WaysOutTest, AnOwnHallIsNamedWhereItIsNeeded) {
  const Policy policy = ShippedPolicy();
  auto facts = SampleFacts();
  facts.mutable_registry()->set_msisdn_taken(true);
  EXPECT_EQ(Decide(policy, facts).next_action(), v1::NEXT_ACTION_SUBMIT_AGAIN);
  facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(0.5);
  EXPECT_EQ(Decide(policy, facts).next_action(), v1::NEXT_ACTION_SUBMIT_AGAIN);
}

TEST(DecideTest, EveryReasonOfTheContractIsProducedHere) {
  std::set<int> covered = {v1::PTY_GUARDIAN_REQUIRED, v1::CTS_REQUESTED, v1::CHN_ASSESSMENT_MISSING,
                           v1::QTA_MVNO_LIMIT};  // in tests of their own
  for (const Spoiler& spoiler : kSpoilers) covered.insert(spoiler.code);
  for (int code = v1::ReasonCode_MIN + 1; code <= v1::ReasonCode_MAX; ++code) {
    if (v1::ReasonCode_IsValid(code)) {
      EXPECT_TRUE(covered.contains(code)) << v1::ReasonCode_Name(static_cast<v1::ReasonCode>(code));
    }
  }
}

TEST(CaptureTest, ASignatureCountsOnlyWithAllThatItNeeds) {
  EXPECT_TRUE(IsSigned(GoodSignature()));
  void (*const spoils[])(v1::SignatureFacts&) = {
      [](auto& s) { s.set_known(false); }, [](auto& s) { s.set_status(v1::SELLER_STATUS_SUSPENDED); },
      [](auto& s) { s.set_elsewhere(true); }, [](auto& s) { s.set_good(false); },
      [](auto& s) { s.set_replayed(true); }};
  for (const auto spoil : spoils) {
    auto signature = GoodSignature();
    spoil(signature);
    EXPECT_FALSE(IsSigned(signature));
  }
  // Where the channel does not ask for one, nothing is typed for want of it.
  const auto policy = ShippedPolicy();
  EXPECT_EQ(CountedMethod(ChannelOf(policy, v1::CHANNEL_TYPE_OWN_APP), v1::CAPTURE_METHOD_OCR, {}),
            v1::CAPTURE_METHOD_OCR);
  EXPECT_EQ(CountedMethod(ChannelOf(policy, v1::CHANNEL_TYPE_AGENT_STORE), v1::CAPTURE_METHOD_CHIP_READ, {}),
            v1::CAPTURE_METHOD_MANUAL);
}

TEST(CaptureTest, DistancesAreThoseOfTheEarth) {
  const auto place = [](double north, double east) {
    v1::Place at;
    at.set_latitude_e7(static_cast<int32_t>(north * 1e7));
    at.set_longitude_e7(static_cast<int32_t>(east * 1e7));
    return at;
  };
  EXPECT_NEAR(DistanceMetres(place(0, 0), place(0, 1)), 111195, 5);
  EXPECT_NEAR(DistanceMetres(place(0, 179.5), place(0, -179.5)), 111195, 5) << "across the date line";
  EXPECT_NEAR(DistanceMetres(place(90, 0), place(-90, 0)), 20015115, 100);
  EXPECT_NEAR(DistanceMetres(place(39.9042, 116.4074), place(31.2304, 121.4737)), 1067000, 2000);
  EXPECT_EQ(DistanceMetres(place(31, 121), place(31, 121)), 0);
}

TEST(QuotaTest, ALineCountsUnderTheFirstRuleThatItMeets) {
  const auto policy = ShippedPolicy();
  const auto name = [&](v1::CustomerKind customer, v1::ChannelType channel) {
    const auto rule = QuotaOf(policy, customer, channel, "prepaid");
    return rule ? rule->name() : "";
  };
  EXPECT_EQ(name(v1::CUSTOMER_KIND_INDIVIDUAL, v1::CHANNEL_TYPE_AGENT_STORE), "operator");
  EXPECT_EQ(name(v1::CUSTOMER_KIND_INDIVIDUAL, v1::CHANNEL_TYPE_MVNO_ONLINE), "mvno");
  EXPECT_EQ(name(v1::CUSTOMER_KIND_IOT_INDIVIDUAL, v1::CHANNEL_TYPE_OWN_HALL), "iot");
  EXPECT_EQ(name(v1::CUSTOMER_KIND_ORG_ORDINARY, v1::CHANNEL_TYPE_OWN_HALL), "");
  auto by_product = policy;
  v1::QuotaRule rule;
  rule.set_name("data");
  rule.add_products("data-only");
  rule.set_limit(1);
  rule.set_code(v1::QTA_OPERATOR_LIMIT);
  *by_product.pack.mutable_quota()->add_rules() = rule;
  by_product.pack.mutable_quota()->mutable_rules()->SwapElements(0, 3);
  EXPECT_EQ(QuotaOf(by_product, v1::CUSTOMER_KIND_ORG_ORDINARY, v1::CHANNEL_TYPE_OWN_HALL, "data-only")->name(),
            "data");
  // A virtual operator's customers are refused with its own code.
  auto facts = SampleFacts();
  facts.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_MVNO_PHYSICAL);
  facts.mutable_registry()->set_numbers_held(5);
  EXPECT_THAT(Reasons(Decide(policy, facts)), ElementsAre(v1::QTA_MVNO_LIMIT));
}

TEST(QuotaTest, PacksOfBeforeHaveOneRuleForPeople) {
  auto policy = ShippedPolicy();
  policy.pack.mutable_quota()->Clear();
  policy.pack.mutable_quota()->set_numbers_per_person(2);
  const auto rule = QuotaOf(policy, v1::CUSTOMER_KIND_INDIVIDUAL, v1::CHANNEL_TYPE_AGENT_STORE, "prepaid");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->name(), "operator");
  EXPECT_EQ(rule->limit(), 2u);
  EXPECT_FALSE(QuotaOf(policy, v1::CUSTOMER_KIND_ORG_IOT, v1::CHANNEL_TYPE_OWN_HALL, "prepaid"));
}

TEST(ListTest, AnEntryGoesForwardOnly) {
  std::set<std::pair<int, int>> allowed;
  for (int from = v1::ListState_MIN; from <= v1::ListState_MAX; ++from) {
    for (int to = v1::ListState_MIN; to <= v1::ListState_MAX; ++to) {
      if (MayMove(static_cast<v1::ListState>(from), static_cast<v1::ListState>(to))) allowed.emplace(from, to);
    }
  }
  EXPECT_EQ(allowed,
            (std::set<std::pair<int, int>>{{1, 2}, {1, 6}, {2, 3}, {2, 6}, {3, 4}, {3, 6}, {4, 5}, {4, 6}, {5, 6}}));
}

TEST(ConductTest, WhoTriedTooOftenLearnsNothingElseAndIsServedInAHall) {
  auto facts = SampleFacts();
  facts.mutable_registry()->set_name_differs(true);
  facts.mutable_conduct()->set_identity_attempts_day(30);
  const auto decision = DecideOn(facts);
  EXPECT_THAT(Reasons(decision), ElementsAre(v1::RATE_ATTEMPTS_EXCEEDED));
  EXPECT_EQ(decision.next_action(), v1::NEXT_ACTION_TRY_LATER);
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_RECORD_CONSISTENCY), v1::OUTCOME_SKIPPED);
  facts.set_attempt(2);
  EXPECT_THAT(Reasons(DecideOn(facts)), ElementsAre(v1::REC_NAME)) << "what is sent again has a limit of its own";
  facts.set_attempt(1);
  facts.mutable_application()->set_channel_type(v1::CHANNEL_TYPE_OWN_HALL);
  EXPECT_THAT(Reasons(DecideOn(facts)), ElementsAre(v1::REC_NAME));
  for (const auto count : {&v1::ConductFacts::set_device_attempts_day, &v1::ConductFacts::set_agent_attempts_day}) {
    auto others = SampleFacts();
    (others.mutable_conduct()->*count)(2000);
    EXPECT_EQ(DecideOn(others).verdict(), v1::VERDICT_PASS) << "their document is there";
    others.mutable_application()->clear_signature();
    EXPECT_THAT(Reasons(DecideOn(others)), ElementsAre(v1::RATE_ATTEMPTS_EXCEEDED));
  }
}

TEST(ConductTest, TheNightBeginsAndEndsByThePolicysClock) {
  const auto policy = ShippedPolicy();  // 23 to 6, in China
  const int64_t midnight = kNoon - 12 * 3600;
  EXPECT_TRUE(IsNight(policy, midnight));
  EXPECT_TRUE(IsNight(policy, midnight - 3600));
  EXPECT_FALSE(IsNight(policy, midnight - 3601));
  EXPECT_TRUE(IsNight(policy, midnight + 6 * 3600 - 1));
  EXPECT_FALSE(IsNight(policy, midnight + 6 * 3600));
  auto facts = SampleFacts();
  facts.mutable_conduct()->set_outlet_applications_hour(30);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_PASS) << "at noon";
  facts.mutable_observe_time()->set_seconds(midnight);
  facts.mutable_application()->mutable_capture_time()->set_seconds(midnight);
  EXPECT_THAT(Reasons(DecideOn(facts)), Contains(v1::RSK_ABNORMAL_APPLICATION));
}

TEST(DecideTest, ACutIsMetAtItsValue) {
  auto facts = SampleFacts();
  const auto policy = ShippedPolicy();
  facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(policy.pack.face().match_fmr());
  EXPECT_EQ(Decide(policy, facts).verdict(), v1::VERDICT_PASS);
  facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(policy.pack.face().review_fmr());
  EXPECT_EQ(Decide(policy, facts).verdict(), v1::VERDICT_REVIEW);
  facts.mutable_registry()->set_numbers_held(4);
  facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(0);
  EXPECT_EQ(Decide(policy, facts).verdict(), v1::VERDICT_PASS);
}

TEST(DecideTest, AGuardianComesAlongBelowSixteen) {
  auto facts = SampleFacts();
  facts.mutable_observe_time()->set_seconds(kNoon - 22LL * 365 * 86400);  // the holder is 13
  const auto decision = DecideOn(facts);
  EXPECT_THAT(Reasons(decision), Contains(v1::PTY_GUARDIAN_REQUIRED));
  EXPECT_NE(decision.verdict(), v1::VERDICT_PASS);
}

TEST(DecideTest, NothingIsComparedBehindAFailedGate) {
  auto facts = SampleFacts();
  Live(facts).set_sharpness(0);
  const auto decision = DecideOn(facts);
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_FACE_MATCH), v1::OUTCOME_SKIPPED);
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_LIVENESS), v1::OUTCOME_SKIPPED);
  EXPECT_THAT(decision.retry_items(), ElementsAre(v1::EVIDENCE_ITEM_LIVE_PORTRAIT));
}

TEST(DecideTest, TheWorstReasonWins) {
  auto facts = SampleFacts();
  Live(facts).set_sharpness(0);                      // RETRY
  facts.mutable_registry()->set_name_differs(true);  // REVIEW
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_RETRY);
  facts.mutable_registry()->set_numbers_held(5);  // FINAL
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_REJECT);
}

TEST(DecideTest, RetriesRunOut) {
  auto facts = SampleFacts();
  facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(0.5);
  facts.set_attempt(2);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_RETRY);
  facts.set_attempt(3);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(DecideOn(facts).next_action(), v1::NEXT_ACTION_OWN_HALL);
  Live(facts).set_sharpness(0);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_RETRY);
  facts.set_attempt(10);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_REVIEW);
}

TEST(DecideTest, LivenessShowsThePortraitAndTheChallenge) {
  const auto parts = [](const v1::Facts& facts) {
    const v1::CheckDecision check = DecideOn(facts).checks(v1::CHECK_LIVENESS - 1);
    return std::array<v1::Outcome, 3>{check.outcome(), check.passive_outcome(), check.active_outcome()};
  };
  EXPECT_THAT(parts(SampleFacts()), ElementsAre(v1::OUTCOME_PASSED, v1::OUTCOME_PASSED, v1::OUTCOME_SKIPPED));
  auto facts = ::realname::testing::SampleOnlineFacts();
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_PASS);
  EXPECT_THAT(parts(facts), ElementsAre(v1::OUTCOME_PASSED, v1::OUTCOME_PASSED, v1::OUTCOME_PASSED));
  Frame(facts, 1).mutable_evidence()->set_yaw_degrees(0);
  EXPECT_THAT(parts(facts), ElementsAre(v1::OUTCOME_FAILED, v1::OUTCOME_PASSED, v1::OUTCOME_FAILED));
  EXPECT_EQ(DecideOn(facts).next_action(), v1::NEXT_ACTION_START_SESSION);
  facts = ::realname::testing::SampleOnlineFacts();
  Live(facts).set_live_score(0.6f);
  EXPECT_THAT(parts(facts), ElementsAre(v1::OUTCOME_UNCERTAIN, v1::OUTCOME_UNCERTAIN, v1::OUTCOME_PASSED));
}

TEST(DecideTest, ASessionNamedAtACounterIsJudgedToo) {
  auto facts = SampleFacts();
  *facts.mutable_session() = ::realname::testing::SampleOnlineFacts().session();
  facts.mutable_session()->set_channel_type(facts.application().channel_type());
  EXPECT_THAT(Reasons(DecideOn(facts)), ElementsAre(v1::PAD_CHALLENGE_FAILED));
}

TEST(DecideTest, ASessionThatWasUsedInTimeStaysGoodForItsOwnRegistration) {
  auto facts = ::realname::testing::SampleOnlineFacts();
  *facts.mutable_session()->mutable_use_time() = facts.observe_time();
  facts.mutable_observe_time()->set_seconds(kNoon + 3600);
  facts.mutable_application()->mutable_capture_time()->set_seconds(kNoon + 3600);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_PASS);
}

TEST(DecideTest, AChipsPictureIsNotAskedForAgain) {
  auto facts = SampleFacts();
  Id(facts).set_sharpness(0.01f);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(DecideOn(facts).retry_items(), IsEmpty());
  Online(facts);
  Id(facts).set_sharpness(0.01f);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_RETRY) << "a photographed document can be photographed again";
  EXPECT_THAT(DecideOn(facts).retry_items(), ElementsAre(v1::EVIDENCE_ITEM_ID_PHOTO));
}

TEST(DecideTest, ALivenessCheckThatErrsTooOftenAsksForReviewOnly) {
  auto facts = SampleFacts();
  Live(facts).set_live_score(0.01f);
  Live(facts).set_print_score(0.9f);
  facts.set_liveness_bpcer(0.05);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_RETRY) << "at the policy's limit";
  facts.set_liveness_bpcer(0.051);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(OutcomeOf(DecideOn(facts), v1::CHECK_LIVENESS), v1::OUTCOME_FAILED) << "the finding itself stays";
  facts.set_liveness_bpcer(std::nan(""));
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_REVIEW);
  Policy strict = ShippedPolicy();
  for (auto& reason : *strict.pack.mutable_reasons()) {
    if (reason.code() == v1::PAD_PRINT) reason.set_class_(v1::REASON_CLASS_FINAL);
  }
  EXPECT_EQ(Decide(strict, facts).verdict(), v1::VERDICT_REVIEW) << "not even where the pack says FINAL";
  // That the portrait is the ID photo again does not rest on the network.
  facts = SampleFacts();
  facts.set_liveness_bpcer(1);
  facts.mutable_subject()->mutable_comparison()->set_image_correlation(0.99f);
  EXPECT_EQ(DecideOn(facts).verdict(), v1::VERDICT_REJECT);
}

TEST(DecideTest, AFindingSaysWhatWasMeasuredAgainstWhichLimit) {
  auto facts = SampleFacts();
  Live(facts).set_yaw_degrees(-55);
  Live(facts).set_pitch_degrees(41);
  auto decision = DecideOn(facts);
  const auto& quality = decision.checks(v1::CHECK_FACE_QUALITY - 1);
  ASSERT_EQ(quality.findings_size(), 1);
  EXPECT_EQ(quality.findings(0).code(), v1::IMG_POSE);
  EXPECT_EQ(quality.findings(0).item(), v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  EXPECT_EQ(quality.findings(0).component(), "yaw_degrees") << "the turn that is furthest beyond";
  EXPECT_DOUBLE_EQ(quality.findings(0).value(), 55);
  EXPECT_DOUBLE_EQ(quality.findings(0).limit(), 50);
  v1::Verification counter;
  Explain(ShippedPolicy(), decision, v1::READER_COUNTER, counter);
  ASSERT_EQ(counter.reasons_size(), 1);
  ASSERT_EQ(counter.reasons(0).findings_size(), 1) << "the clerk may know by how much";
  EXPECT_DOUBLE_EQ(counter.reasons(0).findings(0).value(), 55);

  facts = SampleFacts();
  Live(facts).set_live_score(0.5f);
  decision = DecideOn(facts);
  const auto& liveness = decision.checks(v1::CHECK_LIVENESS - 1);
  ASSERT_EQ(liveness.findings_size(), 1);
  EXPECT_EQ(liveness.findings(0).component(), "live_score");
  EXPECT_FLOAT_EQ(static_cast<float>(liveness.findings(0).limit()), 0.985f);
  counter.Clear();
  Explain(ShippedPolicy(), decision, v1::READER_COUNTER, counter);
  ASSERT_EQ(counter.reasons_size(), 1);
  EXPECT_EQ(counter.reasons(0).findings_size(), 0) << "none for a code that is withheld";
}

TEST(DecideTest, FacesAloneDecideAsInAnApplication) {
  auto facts = SampleFacts();
  facts.mutable_registry()->set_numbers_held(9);
  Doc(facts).clear_number();
  EXPECT_EQ(DecideFaces(ShippedPolicy(), facts).verdict(), v1::VERDICT_PASS);
  facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(5e-3);
  EXPECT_THAT(Reasons(DecideFaces(ShippedPolicy(), facts)), ElementsAre(v1::FACE_GREY_BAND));
}

// Outcomes of one group of a hundred and of the population.
v1::FaceCalibration MeasuredOutcomes(double review, double turned_away, double review_lower) {
  v1::FaceCalibration calibration;
  calibration.add_groups()->set_name("one");
  *calibration.mutable_outcomes()->mutable_limits() = FaceLimitsOf(ShippedPolicy());
  for (const char* name : {"one", "population"}) {
    v1::GroupOutcomes* group = calibration.mutable_outcomes()->add_groups();
    group->set_name(name);
    group->set_people(100);
    group->set_review(review);
    group->set_turned_away(turned_away);
    group->set_review_lower(review_lower);
  }
  return calibration;
}

TEST(FaceLimitsTest, APolicyThatIsHarshToGenuineCustomersIsRefused) {
  Policy policy = ShippedPolicy();
  policy.pack.clear_genuine_customers();  // 3 % and 8 %
  EXPECT_TRUE(AllowsOutcomes(policy, MeasuredOutcomes(0.08, 0.03, 0.04)).ok());
  const Status review = AllowsOutcomes(policy, MeasuredOutcomes(0.09, 0.03, 0.04));
  EXPECT_EQ(review.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(review.message(), ::testing::HasSubstr("9.0 % of the genuine customers in population"));
  EXPECT_THAT(AllowsOutcomes(policy, MeasuredOutcomes(0.01, 0.031, 0)).message(), ::testing::HasSubstr("turned away"));
  EXPECT_FALSE(AllowsOutcomes(policy, MeasuredOutcomes(std::nan(""), 0, 0)).ok());
  policy.pack.mutable_genuine_customers()->set_max_review(0.2);
  EXPECT_TRUE(AllowsOutcomes(policy, MeasuredOutcomes(0.09, 0.03, 0.04)).ok());
  const Status group = AllowsOutcomes(policy, MeasuredOutcomes(0.2, 0, 0.21));
  EXPECT_THAT(group.message(), ::testing::HasSubstr(" in one ")) << "a group beyond what chance explains";
  v1::FaceCalibration other = MeasuredOutcomes(0.2, 0, 0.21);
  other.add_population("two");
  EXPECT_TRUE(AllowsOutcomes(policy, other).ok()) << "not of the population served";
}

TEST(FaceLimitsTest, OutcomesHoldForTheLimitsTheyWereMeasuredWith) {
  Policy policy = ShippedPolicy();
  const v1::FaceCalibration calibration = MeasuredOutcomes(0.5, 0.5, 0.5);
  EXPECT_TRUE(MeasuredWith(calibration.outcomes(), policy));
  policy.pack.mutable_live_portrait()->set_min_sharpness(0.2f);
  EXPECT_FALSE(MeasuredWith(calibration.outcomes(), policy));
  EXPECT_TRUE(AllowsOutcomes(policy, calibration).ok()) << "says nothing of other limits";
  policy = ShippedPolicy();
  policy.pack.mutable_quota()->mutable_rules(2)->set_limit(3);
  EXPECT_TRUE(MeasuredWith(calibration.outcomes(), policy)) << "a part that no picture is judged by";
}

TEST(DecideTest, ReviewReasonsOutliveAReplacedPicture) {
  auto facts = SampleFacts();
  facts.set_attempt(2);
  facts.add_carried_review_reasons(v1::PAD_UNCERTAIN);
  const auto decision = DecideOn(facts);
  EXPECT_EQ(decision.verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(OutcomeOf(decision, v1::CHECK_LIVENESS), v1::OUTCOME_UNCERTAIN);
}

TEST(DecideTest, AnUnreadableNumberClaimsNobody) {
  auto facts = SampleFacts();
  EXPECT_EQ(PersonOf(ShippedPolicy(), Doc(facts), Noon()).number, SampleDocument().number());
  Doc(facts).set_number("360426199101010072");
  EXPECT_EQ(PersonOf(ShippedPolicy(), Doc(facts), Noon()).number, "");
  EXPECT_EQ(OutcomeOf(DecideOn(facts), v1::CHECK_QUOTA), v1::OUTCOME_SKIPPED);
}

TEST(DecideTest, PrecheckLooksAtNoPicture) {
  auto facts = SampleFacts();
  facts.mutable_subject()->clear_id_photo();
  facts.mutable_subject()->clear_live_portrait();
  facts.mutable_subject()->clear_comparison();
  EXPECT_EQ(Precheck(ShippedPolicy(), facts), v1::VERDICT_PASS);
  facts.mutable_registry()->set_numbers_held(5);
  EXPECT_EQ(Precheck(ShippedPolicy(), facts), v1::VERDICT_REJECT);
  facts.mutable_registry()->set_name_differs(true);
  EXPECT_EQ(Precheck(ShippedPolicy(), facts), v1::VERDICT_REVIEW);
}

TEST(ExplainTest, TheCounterDoesNotSeeLivenessOrLists) {
  auto facts = SampleFacts();
  Live(facts).set_live_score(0.01f);
  Live(facts).set_print_score(0.9f);
  facts.mutable_registry()->set_name_differs(true);
  const auto policy = ShippedPolicy();
  const auto decision = Decide(policy, facts);
  v1::Verification counter;
  Explain(policy, decision, v1::READER_COUNTER, counter);
  ASSERT_EQ(counter.reasons_size(), 2);
  for (const auto& reason : counter.reasons()) {
    EXPECT_EQ(reason.code(), v1::REASON_CODE_UNSPECIFIED);
    EXPECT_EQ(reason.class_(), v1::REASON_CLASS_UNSPECIFIED);
    EXPECT_TRUE(reason.rule_ids().empty());
    EXPECT_EQ(reason.reader_text().en(), counter.next_action_text().en());
    EXPECT_FALSE(reason.reader_text().zh().empty());
  }
  for (const auto& check : counter.checks()) {
    if (check.check() == v1::CHECK_LIVENESS || check.check() == v1::CHECK_RECORD_CONSISTENCY) {
      EXPECT_EQ(check.outcome(), v1::OUTCOME_UNSPECIFIED);
    }
  }
  v1::Verification staff;
  Explain(policy, decision, v1::READER_STAFF, staff);
  ASSERT_EQ(staff.reasons_size(), 2);
  EXPECT_EQ(staff.reasons(0).code(), v1::REC_NAME);
  EXPECT_EQ(staff.reasons(1).code(), v1::PAD_PRINT);
  EXPECT_FALSE(staff.reasons(1).rule_ids().empty());
}

TEST(ExplainTest, APassedCheckLooksLikeOneWithAHiddenFinding) {
  const auto policy = ShippedPolicy();
  const auto outcomes = [&](const v1::Facts& facts) {
    v1::Verification counter;
    Explain(policy, Decide(policy, facts), v1::READER_COUNTER, counter);
    std::vector<int> list;
    for (const auto& check : counter.checks()) list.push_back(check.outcome());
    return list;
  };
  auto hidden = SampleFacts();
  hidden.mutable_registry()->set_name_differs(true);
  Live(hidden).set_live_score(0.01f);
  EXPECT_EQ(outcomes(hidden), outcomes(SampleFacts()));
  auto visible = SampleFacts();
  Doc(visible).clear_address();
  EXPECT_NE(outcomes(visible), outcomes(SampleFacts()));
}

TEST(ExplainTest, AVisibleReasonOfTheChallengeTellsNothingOfThePortrait) {
  const auto policy = ShippedPolicy();
  auto facts = ::realname::testing::SampleOnlineFacts();
  facts.mutable_session()->mutable_expire_time()->set_seconds(kNoon);  // visible to the counter
  const auto seen = [&](v1::Reader reader) {
    v1::Verification answer;
    Explain(policy, Decide(policy, facts), reader, answer);
    return answer.checks(v1::CHECK_LIVENESS - 1);
  };
  EXPECT_EQ(seen(v1::READER_COUNTER).passive_outcome(), v1::OUTCOME_UNSPECIFIED);
  EXPECT_EQ(seen(v1::READER_COUNTER).active_outcome(), v1::OUTCOME_UNSPECIFIED);
  EXPECT_EQ(seen(v1::READER_STAFF).passive_outcome(), v1::OUTCOME_PASSED);
  EXPECT_EQ(seen(v1::READER_STAFF).active_outcome(), v1::OUTCOME_FAILED);
}

TEST(ExplainTest, OnlyThreeRolesSeeSimilarity) {
  for (int role = v1::Role_MIN; role <= v1::Role_MAX; ++role) {
    const bool may = role == v1::ROLE_AUDITOR || role == v1::ROLE_REVIEWER || role == v1::ROLE_ADMIN;
    EXPECT_EQ(MaySeeSimilarity(static_cast<v1::Role>(role)), may) << role;
  }
}

}  // namespace
}  // namespace realname::rules
