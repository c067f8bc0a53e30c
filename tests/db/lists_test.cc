// SPDX-License-Identifier: Apache-2.0
// Lists and quotas on a real PostgreSQL.
#include "verification/lists.h"

#include <gmock/gmock.h>

#include "tests/db/counter_test.h"
#include "verification/precheck.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ListsTest : public CounterTest {
 protected:
  v1::ListEntry Entry(v1::ListKind kind) {
    v1::ListEntry entry;
    entry.set_kind(kind);
    entry.set_authority("the bureau");
    entry.set_authority_reference("no. " + Uuid());
    entry.set_legal_basis("Joint punishment measures (2024) art 8");
    entry.set_from_date("2026-01-01");
    entry.set_to_date("2027-12-31");
    entry.set_state(v1::LIST_STATE_ACTIVE);
    return entry;
  }
  v1::ListEntry Of(const v1::Document& document, v1::ListKind kind = v1::LIST_KIND_PUNISHED_PERSON) {
    v1::ListEntry entry = Entry(kind);
    entry.mutable_document()->set_type(document.type());
    entry.mutable_document()->set_number(document.number());
    entry.mutable_document()->set_nationality(document.nationality());
    return entry;
  }
  v1::ImportListEntriesResponse Imported(const std::vector<v1::ListEntry>& entries) {
    v1::ImportListEntriesRequest request;
    for (const v1::ListEntry& entry : entries) *request.add_entries() = entry;
    request.set_note("by letter of the bureau");
    auto answer = lists_.Import(chief_, request, Soon());
    EXPECT_TRUE(answer.ok()) << answer.status().detail();
    return answer.ok() ? *answer : v1::ImportListEntriesResponse();
  }
  std::vector<v1::ListEntry> Listed(bool in_force = false) {
    v1::ListListEntriesRequest request;
    request.set_in_force(in_force);
    auto answer = lists_.List(chief_, request, Soon());
    EXPECT_TRUE(answer.ok()) << answer.status().detail();
    return {answer->entries().begin(), answer->entries().end()};
  }
  Result<v1::ListEntry> Moved(const Caller& by, const std::string& id, v1::ListState state) {
    v1::ChangeListEntryRequest request;
    request.set_entry_id(id);
    request.set_state(state);
    request.set_note("a reason");
    return lists_.Change(by, request, Soon());
  }
  std::vector<int> StaffCodes(const v1::Verification& answer) { return Codes(Seen(chief_, answer.verification_id())); }

  Lists lists_{PrivateDatabase::Instance().lists(), policies_, clock_};
  Caller liaison_ = Staff(v1::ROLE_POLICE_LIAISON, "liaison");
};

TEST_F(ListsTest, APunishedPersonGetsNoNewLineWhetherKnownOrNot) {
  const auto unknown = Application(shop_);
  const auto known = Application(shop_);
  ASSERT_EQ(Submitted(shop_, known).verdict(), v1::VERDICT_PASS);
  const auto taken = Imported({Of(unknown.parties(0).document()), Of(known.parties(0).document())});
  EXPECT_EQ(taken.taken(), 2u);
  for (const auto& person : {unknown, known}) {
    auto request = Application(shop_);
    *request.mutable_parties(0)->mutable_document() = person.parties(0).document();
    const auto answer = Submitted(shop_, request);
    EXPECT_EQ(answer.verdict(), v1::VERDICT_REJECT);
    EXPECT_THAT(Codes(answer), ElementsAre(0)) << "the counter is not told of lists";
    EXPECT_EQ(answer.checks(v1::CHECK_LIST_SCREEN - 1).outcome(), v1::OUTCOME_UNSPECIFIED);
    EXPECT_THAT(StaffCodes(answer), ElementsAre(v1::LST_PUNISHED_PERSON));
  }
  const auto other = Submitted(shop_, Application(shop_));
  EXPECT_EQ(other.verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(other.checks(v1::CHECK_LIST_SCREEN - 1).outcome(), v1::OUTCOME_UNSPECIFIED) << "nor that nobody is on one";
}

TEST_F(ListsTest, AnEntryIsInForceWithinItsTermAndFromItsActivationOn) {
  const auto person = Application(shop_);
  const auto codes = [&] {
    auto request = Application(shop_);
    *request.mutable_parties(0)->mutable_document() = person.parties(0).document();
    return StaffCodes(Submitted(shop_, request));
  };
  v1::ListEntry entry = Of(person.parties(0).document());
  entry.set_state(v1::LIST_STATE_PROPOSED);
  entry.set_to_date("2026-03-02");
  Imported({entry});
  ASSERT_EQ(Listed().size(), 1u);
  const std::string id = Listed()[0].entry_id();
  EXPECT_THAT(codes(), IsEmpty()) << "proposed only";
  EXPECT_EQ(Moved(chief_, id, v1::LIST_STATE_ACTIVE).status().reason(), "WRONG_STATE");
  ASSERT_TRUE(Moved(chief_, id, v1::LIST_STATE_NOTIFIED).ok());
  EXPECT_EQ(Moved(chief_, id, v1::LIST_STATE_ACTIVE).status().reason(), "SAME_PERSON");
  EXPECT_TRUE(Listed(true).empty());
  ASSERT_TRUE(Moved(liaison_, id, v1::LIST_STATE_ACTIVE).ok());
  ASSERT_TRUE(Moved(liaison_, id, v1::LIST_STATE_ACTIVE).ok()) << "again";
  EXPECT_EQ(Listed(true).size(), 1u);
  EXPECT_THAT(codes(), ElementsAre(v1::LST_PUNISHED_PERSON));
  ASSERT_TRUE(Moved(liaison_, id, v1::LIST_STATE_APPEALED).ok());
  EXPECT_THAT(codes(), ElementsAre(v1::LST_PUNISHED_PERSON)) << "an appeal alone lifts nothing";
  ASSERT_TRUE(Moved(liaison_, id, v1::LIST_STATE_UPHELD).ok());
  clock_.now += std::chrono::hours(24);
  EXPECT_THAT(codes(), ElementsAre(v1::LST_PUNISHED_PERSON)) << "its last day";
  clock_.now += std::chrono::hours(24);
  EXPECT_THAT(codes(), IsEmpty());
  EXPECT_EQ(Listed()[0].state(), v1::LIST_STATE_EXPIRED);
  EXPECT_EQ(Listed()[0].changes_size(), 5);
  EXPECT_EQ(Moved(liaison_, id, v1::LIST_STATE_REMOVED).status().reason(), "WRONG_STATE") << "it is over by itself";
  EXPECT_EQ(Moved(Staff(v1::ROLE_ADMIN, "x"), "00000000-0000-7000-8000-000000000000", v1::LIST_STATE_REMOVED)
                .status()
                .reason(),
            "NO_SUCH_ENTRY");
}

TEST_F(ListsTest, WhoIsTakenOffMayBuyAgain) {
  const auto person = Application(shop_);
  Imported({Of(person.parties(0).document())});
  ASSERT_TRUE(Moved(chief_, Listed()[0].entry_id(), v1::LIST_STATE_REMOVED).ok());
  EXPECT_EQ(Submitted(shop_, person).verdict(), v1::VERDICT_PASS);
}

TEST_F(ListsTest, AgentsAndNumbersAreScreenedToo) {
  v1::ListEntry agent = Entry(v1::LIST_KIND_BAD_AGENT);
  agent.set_agent_id("agent2");
  agent.clear_to_date();
  v1::ListEntry number = Entry(v1::LIST_KIND_DISPUTED_NUMBER);
  number.set_msisdn("+8613955556666");
  EXPECT_EQ(Imported({agent, number}).taken(), 2u);
  v1::Seller second;
  second.set_agent_id("agent2");
  second.set_status(v1::SELLER_STATUS_ACTIVE);
  second.set_contract_from("2025-01-01");
  second.set_contract_to("2027-12-31");
  second.set_trained_until("2027-12-31");
  SetSeller(second);
  const Caller bad = Seller("agent2", "outlet9");
  const auto refused = Submitted(bad, Application(bad));
  EXPECT_EQ(refused.verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(StaffCodes(refused), ElementsAre(v1::LST_BAD_AGENT));
  auto request = Application(shop_);
  request.set_msisdn("+8613955556666");
  const auto disputed = Submitted(shop_, request);
  EXPECT_EQ(disputed.verdict(), v1::VERDICT_REVIEW);
  EXPECT_THAT(Codes(disputed), ElementsAre(0));
  EXPECT_THAT(StaffCodes(disputed), ElementsAre(v1::LST_DISPUTED));
  auto stored = registry_.GetDecision(chief_.scope, disputed.verification_id(), 0, Soon());
  ASSERT_TRUE(stored.ok());
  ASSERT_EQ(stored->facts.list_hits_size(), 1);
  EXPECT_FALSE(stored->facts.list_hits(0).entry_id().empty());
  // Lists are an operator's own.
  EXPECT_TRUE(PrivateDatabase::Instance()
                  .lists()
                  .List("nobody", v1::LIST_KIND_UNSPECIFIED, false, "2026-03-01", "", 10, Soon())
                  ->empty());
}

TEST_F(ListsTest, WhoComesForAnotherIsScreenedToo) {
  auto request = Application(hall_);
  request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
  const auto helper = Application(hall_).parties(0);
  v1::Party& agent = *request.add_parties();
  agent = helper;
  agent.set_role(v1::PARTY_ROLE_AGENT_PERSON);
  agent.mutable_capture()->mutable_time()->set_seconds(kNoon - 60);
  v1::Document& letter = *agent.mutable_power()->mutable_letter();
  letter.set_type(v1::DOCUMENT_TYPE_AUTHORITY_LETTER);
  letter.set_name(helper.document().name());
  letter.set_valid_from("2026-01-01");
  letter.set_valid_to("2026-12-31");
  agent.mutable_power()->set_principal_number(request.parties(0).document().number());
  agent.mutable_power()->set_scan("a letter");
  Imported({Of(helper.document())});
  const auto refused = Submitted(hall_, request);
  EXPECT_THAT(StaffCodes(refused), Contains(v1::LST_PUNISHED_PERSON));
  // Nor does a contest bring them past the list.
  auto contest = Contest(refused, request);
  contest.set_msisdn(cli::MadeUpMsisdn(99887766));
  EXPECT_THAT(StaffCodes(Contested(contest)), Contains(v1::LST_PUNISHED_PERSON));
}

TEST_F(ListsTest, TheSecondDocumentIsScreenedToo) {
  auto request = Application(hall_);
  request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
  v1::AlternativeIdentification& alternative = *request.mutable_parties(0)->mutable_alternative();
  v1::Document& second = *alternative.mutable_second_document();
  second.set_type(v1::DOCUMENT_TYPE_PASSPORT);
  second.set_number("E77665544");
  second.set_nationality("CHN");
  second.set_name(request.parties(0).document().name());
  second.set_valid_to("2030-01-01");
  alternative.mutable_second_capture()->set_method(v1::CAPTURE_METHOD_OCR);
  *alternative.mutable_second_capture()->mutable_time() = ToTimestamp(clock_.now);
  Imported({Of(second)});
  EXPECT_THAT(StaffCodes(Submitted(hall_, request)), Contains(v1::LST_PUNISHED_PERSON));
}

TEST_F(ListsTest, AnEntryIsTakenOnceAndWhatIsWrongIsNamed) {
  const v1::ListEntry good = Of(Application(shop_).parties(0).document());
  EXPECT_EQ(Imported({good}).taken(), 1u);
  v1::ListEntry nobody = good;
  nobody.mutable_document()->set_number("360426199101010072");
  v1::ListEntry no_end = Of(Application(shop_).parties(0).document());
  no_end.clear_to_date();
  v1::ListEntry backwards = Of(Application(shop_).parties(0).document());
  backwards.set_to_date("2025-12-31");
  v1::ListEntry both = Of(Application(shop_).parties(0).document());
  both.set_agent_id("agent2");
  v1::ListEntry organisation = Of(Application(shop_).parties(0).document(), v1::LIST_KIND_BAD_ORGANISATION);
  v1::ListEntry upheld = Of(Application(shop_).parties(0).document());
  upheld.set_state(v1::LIST_STATE_UPHELD);
  v1::ListEntry no_reference = Of(Application(shop_).parties(0).document());
  no_reference.clear_authority_reference();
  v1::ListEntry fine = Of(Application(shop_).parties(0).document());
  const auto answer = Imported({good, nobody, no_end, backwards, both, organisation, upheld, no_reference, fine});
  EXPECT_EQ(answer.known(), 1u);
  EXPECT_EQ(answer.taken(), 1u) << "the others do not stand in its way";
  std::vector<std::string> fields;
  for (const auto& fault : answer.faults()) fields.push_back(std::to_string(fault.position()) + " " + fault.field());
  EXPECT_THAT(fields, ElementsAre("1 document.number", "2 to_date", "3 to_date", "4 agent_id", "5 document.number",
                                  "6 state", "7 authority_reference"));
}

TEST_F(ListsTest, WhoIsListedIsShownMasked) {
  v1::ListEntry entry = Of(cli::MadeUpDocument(4711));
  entry.mutable_document()->set_name("姓名");
  entry.set_retained_msisdn("+8613955557777");
  Imported({entry});
  const auto shown = Listed()[0];
  const std::string number = cli::MadeUpDocument(4711).number();
  EXPECT_EQ(shown.document().number(), number.substr(0, 3) + "***********" + number.substr(14));
  EXPECT_EQ(shown.document().name(), "");
  EXPECT_EQ(shown.retained_msisdn(), "+86139****7777");
}

TEST_F(ListsTest, APersonListedWhileTheirApplicationIsUnderWayIsNoticed) {
  const auto person = Application(shop_);
  ASSERT_EQ(Submitted(shop_, person).verdict(), v1::VERDICT_PASS);
  auto second = Application(shop_);
  *second.mutable_parties(0)->mutable_document() = person.parties(0).document();
  int looks = 0;
  faces_.on_examine = [&] {
    if (looks++ == 0) Imported({Of(person.parties(0).document())});
  };
  EXPECT_THAT(StaffCodes(Submitted(shop_, second)), ElementsAre(v1::LST_PUNISHED_PERSON));
}

TEST_F(ListsTest, WhomAListNamesMeanwhileNoVoteApproves) {
  const auto in_review = [&](int* handler = nullptr) {
    auto request = Application(hall_);
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    request.mutable_parties(0)->set_live_portrait("a look-alike");
    if (handler != nullptr) {
      request = OfEnterprise();
      *handler = people_ - 1;
      request.mutable_parties(1)->set_live_portrait("a look-alike");
    }
    return std::pair(request, Submitted(hall_, request));
  };
  const auto approval = [&](const v1::Verification& answer) {
    return reviews_.Decide(ann_, Vote(Claimed(ann_, answer.verification_id()), v1::REVIEW_CONCLUSION_APPROVE), Soon());
  };
  const auto [request, answer] = in_review();
  ASSERT_EQ(answer.verdict(), v1::VERDICT_REVIEW);
  Imported({Of(request.parties(0).document())});
  const auto refused = approval(answer);
  EXPECT_EQ(refused.status().reason(), "LISTED_MEANWHILE");
  EXPECT_THAT(refused.status().message(), ::testing::HasSubstr("LST_PUNISHED_PERSON"));
  EXPECT_EQ(Seen(chief_, answer.verification_id()).state(), v1::STATE_IN_REVIEW) << "nothing was written";
  EXPECT_EQ(Decided(ann_, answer.verification_id(), v1::REVIEW_CONCLUSION_REJECT).verdict(), v1::VERDICT_REJECT);

  // Whoever takes part is looked up, too.
  int handler = 0;
  const auto [of_enterprise, waits] = in_review(&handler);
  ASSERT_EQ(waits.verdict(), v1::VERDICT_REVIEW);
  Imported({Of(of_enterprise.parties(1).document())});
  EXPECT_EQ(approval(waits).status().reason(), "LISTED_MEANWHILE");

  // The list of somebody else is in nobody's way.
  const auto [another, good] = in_review();
  Imported({Of(Application(hall_).parties(0).document())});
  EXPECT_TRUE(approval(good).ok());
}

TEST_F(ListsTest, LinesForThingsHaveAQuotaOfTheirOwn) {
  const auto person = Application(hall_);
  const auto open = [&](v1::CustomerKind kind) {
    auto request = Application(hall_);
    *request.mutable_parties(0)->mutable_document() = person.parties(0).document();
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    request.set_customer_kind(kind);
    clock_.now += std::chrono::hours(12);  // nothing hasty
    cli::SetTimes(request, std::chrono::duration_cast<std::chrono::seconds>(clock_.now.time_since_epoch()).count());
    const auto answer = Submitted(hall_, request);
    if (answer.verdict() == v1::VERDICT_PASS) {
      EXPECT_TRUE(
          registry_
              .Confirm(hall_.scope, {hall_.principal, Uuid(), "confirm"}, answer.verification_id(), clock_.now, Soon())
              .ok());
    }
    return answer;
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(open(v1::CUSTOMER_KIND_INDIVIDUAL).verdict(), v1::VERDICT_PASS);
  EXPECT_THAT(Codes(open(v1::CUSTOMER_KIND_INDIVIDUAL)), ElementsAre(v1::QTA_OPERATOR_LIMIT));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(open(v1::CUSTOMER_KIND_IOT_INDIVIDUAL).verdict(), v1::VERDICT_PASS) << i;
  EXPECT_THAT(Codes(open(v1::CUSTOMER_KIND_IOT_INDIVIDUAL)), ElementsAre(v1::QTA_IOT_LIMIT));
}

}  // namespace
}  // namespace realname::testing
