// SPDX-License-Identifier: Apache-2.0
// Documents that are one person's, on a real PostgreSQL.
#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include "tests/db/counter_test.h"
#include "verification/subscribers.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LinksTest : public CounterTest {
 protected:
  v1::SubmitRegistrationRequest As(const v1::SubmitRegistrationRequest& person, v1::EntryType entry,
                                   const std::string& msisdn = "") {
    auto request = Application(hall_);
    *request.mutable_parties(0)->mutable_document() = person.parties(0).document();
    request.set_entry_type(entry);
    request.set_msisdn(msisdn);
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    return request;
  }
  v1::SubmitRegistrationRequest New(const v1::SubmitRegistrationRequest& person) {
    return As(person, v1::ENTRY_TYPE_OPEN, Application(hall_).msisdn());
  }
  v1::Verification Passed(const v1::SubmitRegistrationRequest& request) {
    clock_.now += std::chrono::hours(25);  // so that several in a day are no matter
    auto timely = request;
    cli::SetTimes(timely, std::chrono::duration_cast<std::chrono::seconds>(clock_.now.time_since_epoch()).count() - 60);
    const auto passed = Submitted(hall_, timely);
    EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
    return passed;
  }
  v1::Verification Line(const v1::SubmitRegistrationRequest& request) {
    v1::ConfirmActivationRequest confirm;
    confirm.set_request_id(Uuid());
    confirm.set_verification_id(Passed(request).verification_id());
    auto confirmed = verifications_.Confirm(hall_, confirm, Soon());
    EXPECT_TRUE(confirmed.ok()) << confirmed.status().reason() << " " << confirmed.status().detail();
    return confirmed.ok() ? *confirmed : v1::Verification();
  }
  // An update by the new document that names the old one, before the desk.
  v1::Verification Asked(const v1::SubmitRegistrationRequest& fresh, const v1::SubmitRegistrationRequest& old) {
    auto request = As(fresh, v1::ENTRY_TYPE_UPDATE);
    *request.mutable_previous_document() = old.parties(0).document();
    return Submitted(hall_, request);
  }
  v1::Link Linked(const v1::SubmitRegistrationRequest& fresh, const v1::SubmitRegistrationRequest& old) {
    clock_.now += std::chrono::minutes(1);
    const auto asked = Asked(fresh, old);
    EXPECT_EQ(asked.verdict(), v1::VERDICT_REVIEW);
    EXPECT_EQ(Decided(ann_, asked.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).state(), v1::STATE_IN_REVIEW)
        << "a second person has to agree";
    EXPECT_EQ(Decided(ben_, asked.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).state(), v1::STATE_COMPLETED);
    const auto links = Links(asked);
    return links.links().empty() ? v1::Link() : links.links(links.links_size() - 1);
  }
  v1::ListLinksResponse Links(const v1::Verification& of) {
    v1::ListLinksRequest request;
    request.set_verification_id(of.verification_id());
    auto links = subscribers_.Links(chief_, request, Soon());
    EXPECT_TRUE(links.ok()) << links.status().reason() << links.status().detail();
    return links.ok() ? *links : v1::ListLinksResponse();
  }
  Result<v1::Link> Unlink(const std::string& link) {
    v1::UnlinkRequest request;
    request.set_link_id(link);
    request.set_reason("two people after all");
    return subscribers_.Unlink(chief_, request, Soon());
  }
  int Numbers(const v1::SubmitRegistrationRequest& person) {
    v1::ListNumbersRequest request;
    request.set_verification_id(Passed(As(person, v1::ENTRY_TYPE_INQUIRY)).verification_id());
    auto numbers = subscribers_.ListNumbers(hall_, request, Soon());
    EXPECT_TRUE(numbers.ok()) << numbers.status().reason();
    return numbers.ok() ? numbers->numbers_size() : -1;
  }
  v1::SubmitRegistrationRequest Person() { return New(Application(hall_)); }

  Subscribers subscribers_{PrivateDatabase::Instance().subscribers(), registry_, policies_, clock_};
};

TEST_F(LinksTest, LinesQuotaAndHistoryFollowAtOnceAndGoBack) {
  const auto old = Person();
  const auto first = Line(old);
  for (int i = 0; i < 2; ++i) Line(New(old));
  const auto fresh = Person();
  Line(fresh);
  EXPECT_EQ(Numbers(fresh), 1);
  const v1::Link link = Linked(fresh, old);
  EXPECT_EQ(link.decided_by(), ben_.principal);
  EXPECT_EQ(Numbers(fresh), 4);
  EXPECT_EQ(Numbers(old), 4);
  Passed(As(fresh, v1::ENTRY_TYPE_SIM_REPLACEMENT, old.msisdn()));
  Line(New(fresh));
  EXPECT_THAT(Codes(Submitted(hall_, New(fresh))), Contains(v1::QTA_OPERATOR_LIMIT));
  EXPECT_THAT(Codes(Submitted(hall_, New(old))), Contains(v1::QTA_OPERATOR_LIMIT));
  const auto links = Links(first);
  EXPECT_THAT(links.links(), SizeIs(1));
  EXPECT_EQ(links.lines(), 5u);
  EXPECT_FALSE(links.multi_card());
  EXPECT_EQ(Submitted(hall_,
                      [&] {
                        auto again = As(fresh, v1::ENTRY_TYPE_UPDATE);
                        *again.mutable_previous_document() = old.parties(0).document();
                        return again;
                      }())
                .verdict(),
            v1::VERDICT_PASS)
      << "they are one already";

  const auto on_its_way = Passed(As(fresh, v1::ENTRY_TYPE_SIM_REPLACEMENT, old.msisdn()));
  auto taken_back = Unlink(link.link_id());
  ASSERT_TRUE(taken_back.ok()) << taken_back.status().reason() << taken_back.status().detail();
  EXPECT_EQ(taken_back->unlink_reason(), "two people after all");
  EXPECT_TRUE(Unlink(link.link_id()).ok()) << "repeating is harmless";
  EXPECT_EQ(Unlink(Uuid()).status().reason(), "NO_SUCH_LINK");
  v1::ConfirmActivationRequest confirm;
  confirm.set_request_id(Uuid());
  confirm.set_verification_id(on_its_way.verification_id());
  EXPECT_EQ(verifications_.Confirm(hall_, confirm, Soon()).status().reason(), "WRONG_STATE")
      << "the line is not theirs any more";
  EXPECT_EQ(Numbers(fresh), 2);
  EXPECT_EQ(Numbers(old), 3);
  Line(New(old));
  EXPECT_THAT(Codes(Submitted(hall_, As(fresh, v1::ENTRY_TYPE_SIM_REPLACEMENT, old.msisdn()))),
              ElementsAre(v1::REC_NUMBER_NOT_HELD));
  EXPECT_TRUE(Links(first).links(0).has_unlink_time());
}

TEST_F(LinksTest, APersonDecidesAndNobodyIsLinkedToAStranger) {
  const auto old = Person();
  Line(old);
  const auto fresh = Person();
  const auto asked = Asked(fresh, old);
  EXPECT_THAT(Codes(asked), ElementsAre(v1::REC_DOCUMENT_LINK));
  EXPECT_EQ(Decided(ann_, asked.verification_id(), v1::REVIEW_CONCLUSION_REJECT).verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(Links(asked).links(), IsEmpty());
  const auto unknown = Asked(fresh, Application(hall_));
  EXPECT_EQ(unknown.verdict(), v1::VERDICT_RETRY);
  EXPECT_THAT(Codes(unknown), ElementsAre(v1::REC_PREVIOUS_UNKNOWN));
}

TEST_F(LinksTest, ReviewersSeeWhatIsOnRecordAndOnlyUnderItsName) {
  const auto old = Person();
  Line(old);
  const auto last = Line(New(old));
  const auto fresh = Person();
  auto misnamed = As(fresh, v1::ENTRY_TYPE_UPDATE);
  *misnamed.mutable_previous_document() = old.parties(0).document();
  misnamed.mutable_previous_document()->set_name("another name");
  EXPECT_THAT(Codes(Submitted(hall_, misnamed)), ElementsAre(v1::REC_PREVIOUS_UNKNOWN))
      << "whoever knows a number only learns nothing";

  clock_.now += std::chrono::minutes(1);
  const auto asked = Asked(fresh, old);
  const v1::ReviewCase held = Claimed(ann_, asked.verification_id());
  EXPECT_EQ(held.previous_document().number(), old.parties(0).document().number());
  ASSERT_TRUE(held.has_previous_registration());
  EXPECT_EQ(held.previous_registration().document().number(), old.parties(0).document().number());
  EXPECT_EQ(held.previous_registration().id_photo(), "the holder");
  EXPECT_EQ(held.previous_registration().live_portrait(), "live");
  EXPECT_EQ(held.previous_registration().create_time().seconds(), last.create_time().seconds());
  ASSERT_TRUE(reviews_
                  .Return(
                      ann_,
                      [&] {
                        v1::ReturnCaseRequest request;
                        request.set_verification_id(asked.verification_id());
                        return request;
                      }(),
                      Soon())
                  .ok());
  v1::ListCasesRequest list;
  auto listed = reviews_.List(ann_, list, Soon());
  ASSERT_TRUE(listed.ok());
  ASSERT_THAT(listed->cases(), SizeIs(1));
  EXPECT_FALSE(listed->cases(0).has_previous_registration()) << "only to who holds the case";
}

TEST_F(LinksTest, WhatOneOperatorDecidesIsNothingToAnother) {
  const auto old = Person();
  const auto fresh = Person();
  Line(old);
  Line(fresh);
  Caller elsewhere = hall_;
  const std::string other_operator = operator_ + "-b";
  elsewhere.principal = "urn:realname:operator:" + other_operator + ":role:retail:agent::outlet:hall1:staff:host";
  elsewhere.owner.operator_id = other_operator;
  elsewhere.scope.operator_id = other_operator;
  ASSERT_TRUE(PrivateDatabase::Instance()
                  .capture_devices()
                  .Set(other_operator, Device(""), "a reason", "urn:admin", clock_.now, Soon())
                  .ok());
  const auto there = [&](const v1::SubmitRegistrationRequest& person, v1::EntryType entry, const std::string& msisdn) {
    auto request = As(person, entry, msisdn);
    cli::SetTimes(request,
                  std::chrono::duration_cast<std::chrono::seconds>(clock_.now.time_since_epoch()).count() - 60);
    const auto passed = Submitted(elsewhere, request);
    EXPECT_EQ(passed.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(Codes(passed));
    return passed;
  };
  for (const auto& person : {old, fresh}) {
    v1::ConfirmActivationRequest confirm;
    confirm.set_request_id(Uuid());
    confirm.set_verification_id(there(person, v1::ENTRY_TYPE_OPEN, Application(elsewhere).msisdn()).verification_id());
    ASSERT_TRUE(verifications_.Confirm(elsewhere, confirm, Soon()).ok());
  }
  Linked(fresh, old);
  EXPECT_EQ(Numbers(fresh), 2);
  v1::ListNumbersRequest numbers;
  numbers.set_verification_id(there(fresh, v1::ENTRY_TYPE_INQUIRY, "").verification_id());
  auto at_the_other = subscribers_.ListNumbers(elsewhere, numbers, Soon());
  ASSERT_TRUE(at_the_other.ok()) << at_the_other.status().reason();
  EXPECT_EQ(at_the_other->numbers_size(), 1);
  v1::ListLinksRequest links;
  links.set_verification_id(numbers.verification_id());
  Caller chief = chief_;
  chief.owner.operator_id = other_operator;
  chief.scope.operator_id = other_operator;
  auto none = subscribers_.Links(chief, links, Soon());
  ASSERT_TRUE(none.ok()) << none.status().reason();
  EXPECT_THAT(none->links(), IsEmpty());
}

TEST_F(LinksTest, OneVisitMendsTheLinesOfEveryDocument) {
  const auto old = Person();
  const auto first = Line(old);
  const auto fresh = Person();
  const auto second = Line(fresh);
  Linked(fresh, old);
  clock_.now += std::chrono::hours(24 * 30);
  EXPECT_EQ(Passed(As(fresh, v1::ENTRY_TYPE_UPDATE)).state(), v1::STATE_COMPLETED);
  pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
  pqxx::nontransaction transaction(connection);
  const auto due = transaction.exec("select count(*), count(distinct next_due), min(next_due) > '" +
                                    second.next_reverification_date() +
                                    "' from realname.verification where state = 6 and verification_id in ('" +
                                    first.verification_id() + "', '" + second.verification_id() + "')");
  EXPECT_EQ(due[0][0].as<int>(), 2);
  EXPECT_EQ(due[0][1].as<int>(), 1);
  EXPECT_TRUE(due[0][2].as<bool>());
}

// Links and their ends by several at once, straight in SQL: afterwards whoever is together is who the links that stand
// hold together.
TEST_F(LinksTest, GroupsAreWhatTheLinksThatStandMakeWhoeverWasFirst) {
  constexpr int kPeople = 6;
  constexpr int kThreads = 4;
  constexpr int kSteps = 30;
  std::vector<std::string> people(kPeople), lines(kPeople);
  const std::string dsn = PrivateDatabase::Instance().RegistryDsn("postgres");
  pqxx::connection connection(dsn);
  for (int i = 0; i < kPeople; ++i) {
    lines[static_cast<size_t>(i)] = Line(Person()).verification_id();
    pqxx::nontransaction ask(connection);
    people[static_cast<size_t>(i)] =
        ask.exec("select person_id from realname.verification_claim where verification_id = '" +
                 lines[static_cast<size_t>(i)] + "'")[0][0]
            .as<std::string>();
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      pqxx::connection own(dsn);
      std::vector<std::string> made;
      for (int step = 0; step < kSteps; ++step) {
        // Some order that differs from thread to thread, the same at each run.
        const auto a = static_cast<size_t>((t * 7 + step * 5) % kPeople);
        const auto b = static_cast<size_t>((a + 1 + static_cast<size_t>(t + step) % (kPeople - 1)) % kPeople);
        const bool ends = step % 3 == 2;
        const std::string link = ends ? made.back() : Uuid();
        const std::string call = ends ? "unlink_people('" + operator_ + "', '" + link + "', 'why', 'urn:admin', '" +
                                            Uuid() + "', '\\x00', now())"
                                      : "link_people('" + link + "', '" + people[a] + "', '" + people[b] + "', '" +
                                            lines[a] + "', 'urn:reviewer', now())";
        // Whoever is told to come again does.
        for (bool written = false; !written;) {
          try {
            pqxx::work write(own);
            write.exec("select realname." + call);
            write.commit();
            written = true;
          } catch (const pqxx::deadlock_detected&) {
          }
        }
        if (ends) {
          made.pop_back();
        } else {
          made.push_back(link);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::vector<size_t> group(kPeople);
  for (size_t i = 0; i < kPeople; ++i) group[i] = i;
  const auto place = [&](const std::string& id) {
    return static_cast<size_t>(std::find(people.begin(), people.end(), id) - people.begin());
  };
  pqxx::nontransaction ask(connection);
  const auto stand =
      ask.exec("select person_id, other_person_id from realname.person_link l where operator_id = '" + operator_ +
               "' and not exists (select 1 from realname.person_unlink u where u.link_id = l.link_id)");
  EXPECT_EQ(stand.size(), static_cast<size_t>(kThreads * kSteps / 3)) << "each third step takes one back";
  for (int round = 0; round < kPeople; ++round) {
    for (const auto& link : stand) {
      const size_t a = place(link[0].as<std::string>()), b = place(link[1].as<std::string>());
      group[a] = group[b] = std::min(group[a], group[b]);
    }
  }
  for (size_t a = 0; a < kPeople; ++a) {
    for (size_t b = 0; b < kPeople; ++b) {
      const bool together = ask.exec("select coalesce('" + people[b] + "' = any (realname.members_of('" + people[a] +
                                     "', '" + operator_ + "')), false)")[0][0]
                                .as<bool>();
      EXPECT_EQ(together || a == b, group[a] == group[b]) << a << " " << b;
    }
  }
}

TEST_F(LinksTest, WhoHasMoreThanOnePersonMayKeepsThemAndGetsNoMore) {
  const auto old = Person();
  Line(old);
  for (int i = 0; i < 3; ++i) Line(New(old));
  const auto fresh = Person();
  Line(fresh);
  for (int i = 0; i < 2; ++i) Line(New(fresh));
  Linked(fresh, old);
  const auto links = Links(Passed(As(fresh, v1::ENTRY_TYPE_INQUIRY)));
  EXPECT_EQ(links.lines(), 7u);
  EXPECT_TRUE(links.multi_card());
  EXPECT_EQ(Numbers(old), 7);
  EXPECT_THAT(Codes(Submitted(hall_, New(old))), Contains(v1::QTA_OPERATOR_LIMIT));
}

TEST_F(LinksTest, ThreeDocumentsStayTogetherByTheLinksThatStand) {
  const auto a = Person(), b = Person(), c = Person();
  for (const auto& each : {a, b, c}) Line(each);
  const v1::Link ab = Linked(b, a);
  const v1::Link bc = Linked(c, b);
  EXPECT_EQ(Numbers(a), 3);
  ASSERT_TRUE(Unlink(ab.link_id()).ok());
  EXPECT_EQ(Numbers(a), 1);
  EXPECT_EQ(Numbers(b), 2);
  EXPECT_EQ(Numbers(c), 2);
  ASSERT_TRUE(Unlink(bc.link_id()).ok());
  EXPECT_EQ(Numbers(c), 1);
}

TEST_F(LinksTest, BothDocumentsAtOnceNeverGetASixth) {
  const auto old = Person();
  Line(old);
  Line(New(old));
  const auto fresh = Person();
  Line(fresh);
  Line(New(fresh));
  Linked(fresh, old);
  std::vector<v1::SubmitRegistrationRequest> requests;
  for (int i = 0; i < 8; ++i) {
    requests.push_back(New(i % 2 == 0 ? old : fresh));
    cli::SignMadeUp(requests.back());
  }
  std::atomic<int> passed = 0, refused = 0;
  std::vector<std::thread> threads;
  for (const auto& request : requests) {
    threads.emplace_back([&, &request = request] {
      auto answer = registration_.Submit(hall_, request, Soon());
      ASSERT_TRUE(answer.ok()) << answer.status().reason() << answer.status().detail();
      ++(answer->verdict() == v1::VERDICT_REJECT ? refused : passed);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed, 1);
  EXPECT_EQ(refused, 7);
}

TEST_F(LinksTest, WhatADisputeUpholdsEndsTheLineOfWhicheverDocument) {
  const auto old = Person();
  const auto line = Line(old);
  const auto fresh = Person();
  Line(fresh);
  Linked(fresh, old);
  v1::RaiseDisputeRequest raise;
  raise.set_verification_id(Passed(As(fresh, v1::ENTRY_TYPE_INQUIRY)).verification_id());
  raise.set_line_id(line.verification_id());
  raise.set_statement("not mine");
  auto raised = subscribers_.Raise(hall_, raise, Soon());
  ASSERT_TRUE(raised.ok()) << raised.status().reason() << raised.status().detail();
  v1::ResolveDisputeRequest resolve;
  resolve.set_dispute_id(raised->dispute_id());
  resolve.set_state(v1::DISPUTE_STATE_UPHELD);
  resolve.set_explanation("it is not");
  auto upheld = subscribers_.Resolve(ann_, resolve, Soon());
  ASSERT_TRUE(upheld.ok()) << upheld.status().reason() << upheld.status().detail();
  EXPECT_EQ(Numbers(fresh), 1);
  EXPECT_EQ(Numbers(old), 1);
}

TEST_F(LinksTest, AListedPersonIsListedByEveryDocument) {
  const auto old = Person();
  Line(old);
  const auto fresh = Person();
  Linked(fresh, old);
  NewListEntry added;
  added.entry.set_kind(v1::LIST_KIND_PUNISHED_PERSON);
  added.entry.set_state(v1::LIST_STATE_ACTIVE);
  added.entry.set_authority("the bureau");
  added.entry.set_authority_reference(Uuid());
  added.entry.set_legal_basis("a law");
  added.entry.set_from_date("2026-01-01");
  *added.entry.mutable_document() = old.parties(0).document();
  added.document_type = v1::DOCUMENT_TYPE_RESIDENT_ID;
  added.document_number = Redacted(old.parties(0).document().number());
  ASSERT_TRUE(PrivateDatabase::Instance().lists().Add(operator_, added, "urn:police", clock_.now, Soon()).ok());
  EXPECT_THAT(StaffCodes(Submitted(hall_, New(fresh))), Contains(v1::LST_PUNISHED_PERSON));
}

}  // namespace
}  // namespace realname::testing
