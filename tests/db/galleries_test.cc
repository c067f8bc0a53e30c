// SPDX-License-Identifier: Apache-2.0
// One face under several documents, and one document with several faces, on a real PostgreSQL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include "tests/db/counter_test.h"
#include "tests/verification/no_galleries.h"
#include "verification/face_search.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Whose galleries find nobody: what a search missed.
class BlindFaces final : public FaceExaminer {
 public:
  explicit BlindFaces(ToldFaces& faces) : faces_(faces) {}
  Result<std::vector<v1::FaceEvidence>> Examine(std::span<const std::string_view> pictures,
                                                Deadline deadline) override {
    return faces_.Examine(pictures, deadline);
  }
  Result<v1::FaceComparison> Compare(std::span<const v1::FaceEvidence* const> references,
                                     const v1::FaceEvidence& portrait) const override {
    return faces_.Compare(references, portrait);
  }
  std::unique_ptr<FaceGallery> NewGallery() const override {
    return std::make_unique<MarkedGallery>([](std::string_view) { return std::string(); });
  }
  const std::string& BundleDigest() const override { return faces_.BundleDigest(); }
  double LivenessBpcer(double live_score) const override { return faces_.LivenessBpcer(live_score); }
  v1::ModelCard ModelCard(const v1::PolicyPack& pack) const override { return faces_.ModelCard(pack); }

 private:
  ToldFaces& faces_;
};

class GalleriesTest : public CounterTest {
 protected:
  GalleriesTest() {
    auto policy = std::make_shared<rules::Policy>(*policy_);
    policy->pack.clear_velocity();
    for (v1::GalleryPolicy& gallery : *policy->pack.mutable_galleries()) {
      if (gallery.kind() != v1::GALLERY_KIND_PERSON) gallery.set_max_templates(3);
    }
    small_ = policy;
    small_policies_ = std::make_unique<PolicyArchive>(registry_, small_);
    first_ = Process(search_, faces_);
    second_ = Process(other_search_, faces_);
  }
  std::unique_ptr<Registration> Process(FaceSearch& search, FaceExaminer& faces) {
    return std::make_unique<Registration>(registry_, PrivateDatabase::Instance().sessions(), faces, search, sources_,
                                          *small_policies_, clock_, Uuid, Sha256, VerifySignature);
  }
  v1::SubmitRegistrationRequest Of(const Caller& by, const std::string& face) {
    auto request = Application(by);
    if (!face.empty()) request.mutable_parties(0)->set_live_portrait("the face of " + face);
    return request;
  }
  v1::Verification By(Registration& process, const Caller& by, v1::SubmitRegistrationRequest request) {
    cli::SignMadeUp(request);
    auto answer = process.Submit(by, request, Soon());
    EXPECT_TRUE(answer.ok()) << answer.status().reason() << " " << answer.status().detail();
    return answer.ok() ? *answer : v1::Verification();
  }
  v1::Verification Came(const std::string& face) { return By(*first_, shop_, Of(shop_, face)); }
  std::vector<v1::FaceLead> Leads(bool concluded = false) {
    v1::ListFaceLeadsRequest request;
    request.set_concluded(concluded);
    auto leads = reviews_.ListLeads(ann_, request, Soon());
    EXPECT_TRUE(leads.ok()) << leads.status().detail();
    return {leads->leads().begin(), leads->leads().end()};
  }
  Result<v1::FaceLead> Conclude(const Caller& by, const std::string& lead, v1::FacePairConclusion conclusion) {
    v1::ConcludeFaceLeadRequest request;
    request.set_lead_id(lead);
    request.set_conclusion(conclusion);
    return reviews_.ConcludeLead(by, request, Soon());
  }
  void Sql(const std::string& text) {
    pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
    pqxx::nontransaction(connection).exec(text);
  }
  int Rows() {
    pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
    pqxx::nontransaction ask(connection);
    return ask.exec("select count(*) from realname.gallery_template where operator_id = " + ask.quote(operator_))[0][0]
        .as<int>();
  }

  std::shared_ptr<const rules::Policy> small_;
  std::unique_ptr<PolicyArchive> small_policies_;
  FaceSearch other_search_{PrivateDatabase::Instance().galleries(), faces_, clock_};
  std::unique_ptr<Registration> first_, second_;
};

TEST_F(GalleriesTest, OneFaceUnderTwoDocumentsIsForAPersonToLookAt) {
  EXPECT_EQ(Came("a dealer").verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(Came("somebody else").verdict(), v1::VERDICT_PASS);
  const v1::Verification again = Came("a dealer");
  EXPECT_EQ(again.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(StaffCodes(again), ElementsAre(v1::DUP_FACE_OTHER_ID));
  // At the shop the clerk may be the cheat.
  EXPECT_THAT(Codes(again), Not(Contains(v1::DUP_FACE_OTHER_ID)));
  for (const v1::CheckResult& check : again.checks()) {
    const bool hidden = check.check() != v1::CHECK_DUPLICATE_FACE || check.outcome() == v1::OUTCOME_UNSPECIFIED;
    EXPECT_TRUE(hidden) << v1::Outcome_Name(check.outcome());
  }
  ASSERT_THAT(Leads(), SizeIs(1));
  EXPECT_EQ(Leads()[0].verification_id(), again.verification_id());
}

TEST_F(GalleriesTest, AnotherAgentsCustomersAreNotSearched) {
  v1::Seller agent;
  agent.set_agent_id("agent2");
  agent.set_status(v1::SELLER_STATUS_ACTIVE);
  agent.set_contract_from("2025-01-01");
  agent.set_contract_to("2027-12-31");
  agent.set_trained_until("2027-12-31");
  SetSeller(agent);
  const Caller elsewhere = Seller("agent2", "outlet7");
  EXPECT_EQ(Came("a dealer").verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(By(*first_, elsewhere, Of(elsewhere, "a dealer")).verdict(), v1::VERDICT_PASS);
}

TEST_F(GalleriesTest, AProcessThatIsBehindFindsWhatAnotherBroughtIn) {
  EXPECT_EQ(By(*second_, shop_, Of(shop_, "somebody")).verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(Came("a dealer").verdict(), v1::VERDICT_PASS);
  // The second process has not heard of it, and its commit is refused until it has.
  EXPECT_THAT(StaffCodes(By(*second_, shop_, Of(shop_, "a dealer"))), ElementsAre(v1::DUP_FACE_OTHER_ID));
}

TEST_F(GalleriesTest, AProcessThatReadsTheFeedIsNotBehind) {
  EXPECT_EQ(By(*second_, shop_, Of(shop_, "somebody")).verdict(), v1::VERDICT_PASS);
  const size_t before = other_search_.size();
  const std::vector<std::string> fresh = {Came("a dealer").verification_id()};
  ASSERT_TRUE(other_search_.CatchUp(fresh, Soon()).ok());
  EXPECT_EQ(other_search_.size(), before + 2) << "of the agent, and of the device";
}

TEST_F(GalleriesTest, OneWhoComesAgainIsNoLead) {
  const auto request = Of(shop_, "a regular");
  EXPECT_EQ(By(*first_, shop_, request).verdict(), v1::VERDICT_PASS);
  auto again = Of(shop_, "a regular");
  *again.mutable_parties(0)->mutable_document() = request.parties(0).document();
  EXPECT_EQ(By(*first_, shop_, again).verdict(), v1::VERDICT_PASS);
  EXPECT_THAT(Leads(), IsEmpty());
}

TEST_F(GalleriesTest, WhoWasRefusedDoesNotStay) {
  auto typed = Of(shop_, "a dealer");
  typed.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
  EXPECT_EQ(By(*first_, shop_, typed).verdict(), v1::VERDICT_REJECT);
  EXPECT_EQ(Rows(), 0);
  EXPECT_EQ(Came("a dealer").verdict(), v1::VERDICT_PASS);
}

TEST_F(GalleriesTest, TheOldestLeave) {
  for (const char* face : {"one", "two", "three", "four"}) EXPECT_EQ(Came(face).verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(Rows(), 6) << "three of the agent, three of the device";
  EXPECT_EQ(Came("one").verdict(), v1::VERDICT_PASS) << "it has left";
  EXPECT_EQ(Came("four").verdict(), v1::VERDICT_REVIEW);
}

TEST_F(GalleriesTest, WhatRanOutIsFoundNowhere) {
  EXPECT_EQ(Came("a dealer").verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(search_.size(), 2U);
  clock_.now += std::chrono::hours(24 * 31);
  EXPECT_EQ(Came("a dealer").verdict(), v1::VERDICT_PASS) << "also before anybody tidied up";
  ASSERT_TRUE(search_.Tidy(Soon()).ok());
  EXPECT_EQ(search_.size(), 2U) << "the new ones";
  ASSERT_TRUE(PrivateDatabase::Instance().galleries().SweepTemplates(clock_.now, 1000, Soon()).ok());
  EXPECT_EQ(Rows(), 2);
}

TEST_F(GalleriesTest, WhoWasErasedLeavesEveryProcess) {
  const v1::Verification dealer = Came("a dealer");
  EXPECT_EQ(By(*second_, shop_, Of(shop_, "somebody")).verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(other_search_.size(), 4U);
  pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
  std::string person;
  {
    pqxx::nontransaction ask(connection);
    person = ask.exec("select person_id from realname.verification_claim where verification_id = " +
                      ask.quote(dealer.verification_id()))[0][0]
                 .as<std::string>();
    EXPECT_EQ(ask.exec("select realname.leave_galleries(" + ask.quote(operator_) + ", " + ask.quote(person) + ")")[0][0]
                  .as<int>(),
              2);
  }
  for (FaceSearch* search : {&search_, &other_search_}) {
    ASSERT_TRUE(search->Tidy(Soon()).ok());
    EXPECT_EQ(search->size(), 2U) << "somebody's";
  }
  EXPECT_EQ(Came("a dealer").verdict(), v1::VERDICT_PASS);
}

TEST_F(GalleriesTest, WhoseKeyWasErasedCannotBeRead) {
  const v1::Verification dealer = Came("a dealer");
  pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
  pqxx::nontransaction ask(connection);
  const auto person = ask.exec("select person_id from realname.verification_claim where verification_id = " +
                               ask.quote(dealer.verification_id()))[0][0]
                          .as<std::string>();
  ASSERT_TRUE(PrivateDatabase::Instance().keys().Erase(person).ok());
  EXPECT_EQ(By(*second_, shop_, Of(shop_, "a dealer")).verdict(), v1::VERDICT_PASS) << "a process that starts anew";
}

TEST_F(GalleriesTest, TheReviewerSeesBothAndTheScoreOfNone) {
  const auto first = Of(shop_, "a dealer");
  (void)By(*first_, shop_, first);
  const v1::Verification again = Came("a dealer");
  const v1::ReviewCase held = Claimed(ann_, again.verification_id());
  ASSERT_THAT(held.face_leads(), SizeIs(1));
  const v1::FaceLead& lead = held.face_leads(0);
  EXPECT_EQ(lead.document().number(), first.parties(0).document().number());
  EXPECT_EQ(lead.live_portrait(), "the face of a dealer");
  EXPECT_EQ(lead.id_photo(), "the holder");
  EXPECT_EQ(lead.kind(), v1::GALLERY_KIND_AGENT);
  EXPECT_FALSE(held.verification().has_comparison());
}

TEST_F(GalleriesTest, TwinsAreRememberedUntilARecordIsChanged) {
  const auto anna = Of(shop_, "a twin"), bertha = Of(shop_, "a twin");
  (void)By(*first_, shop_, anna);
  const v1::Verification second = By(*first_, shop_, bertha);
  EXPECT_EQ(Decided(ann_, second.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
  ASSERT_THAT(Leads(true), SizeIs(1));
  EXPECT_EQ(Leads(true)[0].conclusion(), v1::FACE_PAIR_CONCLUSION_TWO_PEOPLE);
  EXPECT_THAT(Leads(true)[0].concluded_by(), ::testing::HasSubstr("ann"));

  const auto of = [&](const v1::SubmitRegistrationRequest& whom) {
    auto request = Of(shop_, "a twin");
    *request.mutable_parties(0)->mutable_document() = whom.parties(0).document();
    return By(*first_, shop_, request);
  };
  EXPECT_EQ(of(bertha).verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(of(anna).verdict(), v1::VERDICT_PASS) << "whichever of the two comes";
  EXPECT_THAT(StaffCodes(Came("a twin")), ElementsAre(v1::DUP_FACE_OTHER_ID)) << "a third one is another pair";

  // What an update mended is another record.
  clock_.now += std::chrono::minutes(1);
  Sql("update realname.verification v set entry_type = 7, state = 10, expire_time = null, create_time = now() + "
      "interval "
      "'10 years' from realname.verification_claim c where c.verification_id = '" +
      second.verification_id() + "' and v.person_id = c.person_id and v.verification_id <> c.verification_id");
  EXPECT_THAT(StaffCodes(of(anna)), Contains(v1::DUP_FACE_OTHER_ID));
}

TEST_F(GalleriesTest, OnePersonTakesTwoToSayAndBecomesALink) {
  (void)Came("a dealer");
  const v1::Verification again = Came("a dealer");
  EXPECT_EQ(Decided(ann_, again.verification_id(), v1::REVIEW_CONCLUSION_REJECT).verdict(), v1::VERDICT_REJECT);
  ASSERT_THAT(Leads(true), SizeIs(1));
  const v1::FaceLead said = Leads(true)[0];
  EXPECT_EQ(said.conclusion(), v1::FACE_PAIR_CONCLUSION_ONE_PERSON);
  const auto links = [&] {
    pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
    pqxx::nontransaction ask(connection);
    return ask.exec("select count(*) from realname.person_link where operator_id = " + ask.quote(operator_))[0][0]
        .as<int>();
  };
  EXPECT_EQ(links(), 0);
  EXPECT_TRUE(Conclude(ann_, said.lead_id(), v1::FACE_PAIR_CONCLUSION_ONE_PERSON)->confirmed_by().empty());
  EXPECT_EQ(links(), 0) << "one member of staff, twice";
  EXPECT_EQ(Conclude(ben_, said.lead_id(), v1::FACE_PAIR_CONCLUSION_TWO_PEOPLE).status().reason(), "WRONG_STATE");
  EXPECT_THAT(Conclude(ben_, said.lead_id(), v1::FACE_PAIR_CONCLUSION_ONE_PERSON)->confirmed_by(),
              ::testing::HasSubstr("ben"));
  EXPECT_EQ(links(), 1);
  EXPECT_TRUE(Conclude(chief_, said.lead_id(), v1::FACE_PAIR_CONCLUSION_ONE_PERSON).ok());
  EXPECT_EQ(links(), 1);
  EXPECT_EQ(Conclude(ben_, Uuid(), v1::FACE_PAIR_CONCLUSION_ONE_PERSON).status().reason(), "NO_SUCH_LEAD");
}

TEST_F(GalleriesTest, OneDocumentWithAnotherFaceIsForAPersonToLookAt) {
  const auto request = Of(shop_, "");
  const v1::Verification first = By(*first_, shop_, request);
  EXPECT_EQ(first.verdict(), v1::VERDICT_PASS);
  auto again = Of(shop_, "");
  *again.mutable_parties(0)->mutable_document() = request.parties(0).document();
  EXPECT_EQ(By(*first_, shop_, again).verdict(), v1::VERDICT_PASS);
  // A document with the stranger's photograph: each pair of pictures matches.
  auto forged = Of(shop_, "");
  *forged.mutable_parties(0)->mutable_document() = request.parties(0).document();
  forged.mutable_parties(0)->set_id_photo("a stranger's card");
  forged.mutable_parties(0)->set_live_portrait("a stranger");
  const v1::Verification answer = By(*first_, shop_, forged);
  EXPECT_THAT(StaffCodes(answer), ElementsAre(v1::DUP_ID_OTHER_FACE));
  ASSERT_THAT(Leads(), SizeIs(1));
  EXPECT_EQ(Leads()[0].kind(), v1::GALLERY_KIND_PERSON);
  EXPECT_EQ(Decided(ann_, answer.verification_id(), v1::REVIEW_CONCLUSION_REJECT).verdict(), v1::VERDICT_REJECT);
  EXPECT_EQ(Leads(true)[0].conclusion(), v1::FACE_PAIR_CONCLUSION_TWO_PEOPLE);
}

TEST_F(GalleriesTest, PeopleAreCountedNotPictures) {
  auto& store = PrivateDatabase::Instance().galleries();
  const uint64_t before = *store.CountFaces(Soon());
  const auto request = Of(shop_, "somebody");
  (void)By(*first_, shop_, request);
  EXPECT_EQ(*store.CountFaces(Soon()), before + 1) << "in two galleries, and beside two pictures";
  auto again = Of(shop_, "somebody");
  *again.mutable_parties(0)->mutable_document() = request.parties(0).document();
  (void)By(*first_, shop_, again);
  EXPECT_EQ(*store.CountFaces(Soon()), before + 1);
}

TEST_F(GalleriesTest, TheSweepFindsWhatASearchMissed) {
  BlindFaces blind(faces_);
  FaceSearch blind_search(PrivateDatabase::Instance().galleries(), blind, clock_);
  const auto blind_process = Process(blind_search, blind);
  EXPECT_EQ(Came("a dealer").verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(By(*blind_process, shop_, Of(shop_, "a dealer")).verdict(), v1::VERDICT_PASS);
  EXPECT_THAT(Leads(), IsEmpty());
  uint32_t noted = 0;
  for (int i = 0; i < 100 && Leads().empty(); ++i) {
    auto swept = other_search_.Sweep(*small_, 1000, Soon());
    ASSERT_TRUE(swept.ok()) << swept.status().detail();
    noted += *swept;
  }
  EXPECT_THAT(Leads(), SizeIs(1)) << "one pair, in two galleries";
  EXPECT_GE(noted, 1U);
  ASSERT_TRUE(other_search_.Sweep(*small_, 1000, Soon()).ok());
  EXPECT_THAT(Leads(), SizeIs(1));
}

TEST_F(GalleriesTest, WhatCannotBeSearchedInTimeIsForAPersonToLookAt) {
  (void)Came("somebody");
  // A process that never hears of it: each of its commits finds that the gallery has moved.
  NoGalleries deaf;
  FaceSearch deaf_search(deaf, faces_, clock_);
  const v1::Verification answer = By(*Process(deaf_search, faces_), shop_, Of(shop_, "a dealer"));
  EXPECT_THAT(StaffCodes(answer), ElementsAre(v1::DUP_NOT_SEARCHED));
  EXPECT_EQ(Rows(), 4) << "others find it all the same";
  EXPECT_EQ(Came("a dealer").verdict(), v1::VERDICT_REVIEW);
}

}  // namespace
}  // namespace realname::testing
