// SPDX-License-Identifier: Apache-2.0
// The review desk's use case on a real PostgreSQL.
#include "verification/reviews.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/decide.h"
#include "tests/db/private_database.h"
#include "tests/rules/sample_facts.h"
#include "vault/digest.h"
#include "verification/answer.h"
#include "verification/policy_archive.h"
#include "verification/verifications.h"

namespace realname::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SetClock final : public Clock {
 public:
  TimePoint Now() const override { return now; }
  TimePoint now = TimePoint(std::chrono::seconds(kNoon));
};

Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }
std::string Uuid() { return TimeOrderedUuid(TimePoint(std::chrono::seconds(kNoon))); }

// Each test has an operator, and so a queue, of its own.
class ReviewsTest : public ::testing::Test {
 protected:
  Caller Who(v1::Role role, const std::string& staff, Owner place = {}) const {
    Caller caller;
    std::string role_name = v1::Role_Name(role).substr(5);
    for (char& c : role_name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    caller.principal = "urn:realname:operator:" + operator_ + ":role:" + role_name +
                       (place.outlet_id.empty() ? "" : ":outlet:" + place.outlet_id) +
                       (staff.empty() ? "" : ":staff:" + staff);
    caller.role = role;
    caller.staff_id = staff;
    caller.owner = {operator_, place.agent_id, place.outlet_id};
    caller.scope = {operator_, std::nullopt, std::nullopt};
    return caller;
  }

  // An application in review: by default a grey comparison, made at an agent's counter.
  std::string Opened(Owner place = {"", "agent1", "outlet1"}, double fmr = 5e-3, const std::string& by = "seller") {
    CommitRequest commit;
    commit.request = {"urn:realname:operator:" + operator_ + ":role:retail:outlet:outlet1:staff:" + by, Uuid(),
                      "payload"};
    commit.verification_id = Uuid();
    commit.owner = {operator_, place.agent_id, place.outlet_id};
    commit.role = v1::ROLE_RETAIL;
    commit.document_type = v1::DOCUMENT_TYPE_RESIDENT_ID;
    commit.document_number = Redacted("number " + Uuid());
    commit.name = Redacted(std::string("测试"));
    commit.msisdn = Redacted("+86139" + std::to_string(10000000 + ++numbers_));
    commit.record.mutable_subject()->set_msisdn(commit.msisdn.Reveal());
    *commit.record.mutable_subject()->mutable_document() = SampleDocument();
    commit.record.mutable_create_time()->set_seconds(kNoon);
    commit.facts = SampleFacts();
    commit.facts.mutable_subject()->mutable_comparison()->set_fmr_at_similarity(fmr);
    commit.facts.mutable_subject()->mutable_comparison()->set_similarity(0.45f);
    commit.facts.set_attempt(fmr > 1e-2 ? 100 : 1);
    commit.decision = rules::Decide(*policy_, commit.facts);
    EXPECT_EQ(commit.decision.verdict(), v1::VERDICT_REVIEW);
    commit.state = v1::STATE_IN_REVIEW;
    commit.pictures = {{"id photo", "sha256 of the id photo"}, {"portrait", "sha256 of the portrait"}};
    commit.holds_place = holds_place_;
    commit.quota = "operator";
    commit.quota_limit = 5;
    commit.expire_time = clock_.now + std::chrono::hours(72);
    commit.now = clock_.now;
    auto outcome = registry_.Commit(commit, Soon());
    EXPECT_TRUE(outcome.ok()) << outcome.status().detail();
    clock_.now += std::chrono::seconds(1);
    return commit.verification_id;
  }

  v1::ReviewCase Claimed(const Caller& caller, const std::string& id = "") {
    v1::ClaimCaseRequest request;
    request.set_verification_id(id);
    auto claimed = reviews_.Claim(caller, request, Soon());
    EXPECT_TRUE(claimed.ok()) << claimed.status().reason() << " " << claimed.status().detail();
    return claimed.ok() ? *claimed : v1::ReviewCase();
  }
  std::string ClaimReason(const Caller& caller, const std::string& id = "") {
    v1::ClaimCaseRequest request;
    request.set_verification_id(id);
    return reviews_.Claim(caller, request, Soon()).status().reason();
  }
  static v1::DecideCaseRequest Vote(const v1::ReviewCase& held, v1::ReviewConclusion conclusion) {
    v1::DecideCaseRequest request;
    request.set_request_id(Uuid());
    request.set_verification_id(held.verification().verification_id());
    request.set_sequence(held.verification().sequence());
    request.set_conclusion(conclusion);
    request.add_checks()->set_check(v1::CHECK_FACE_MATCH);
    request.mutable_checks(0)->set_outcome(conclusion == v1::REVIEW_CONCLUSION_APPROVE ? v1::OUTCOME_PASSED
                                                                                       : v1::OUTCOME_FAILED);
    request.set_note("looked twice");
    return request;
  }
  v1::ReviewCase Decided(const Caller& caller, const v1::DecideCaseRequest& request) {
    auto decided = reviews_.Decide(caller, request, Soon());
    EXPECT_TRUE(decided.ok()) << decided.status().reason() << " " << decided.status().detail();
    return decided.ok() ? *decided : v1::ReviewCase();
  }
  std::vector<std::string> Queue(const Caller& caller) {
    auto list = reviews_.List(caller, {}, Soon());
    EXPECT_TRUE(list.ok()) << list.status().detail();
    std::vector<std::string> ids;
    if (list.ok()) {
      for (const auto& each : list->cases()) ids.push_back(each.verification().verification_id());
    }
    return ids;
  }
  v1::Verification Seen(const Caller& caller, const std::string& id) {
    v1::GetVerificationRequest get;
    get.set_verification_id(id);
    auto seen = verifications_.Get(caller, get, Soon());
    EXPECT_TRUE(seen.ok()) << seen.status().detail();
    return seen.ok() ? *seen : v1::Verification();
  }

  bool MsisdnTaken(const std::string& id) {
    auto application = registry_.GetApplication({operator_, {}, {}}, id, Soon());
    EXPECT_TRUE(application.ok());
    ObserveQuery query;
    query.request = {"urn:test", Uuid(), "x"};
    query.operator_id = operator_;
    query.msisdn = Redacted(application->record.subject().msisdn());
    query.now = clock_.now;
    return registry_.Observe(query, Soon())->facts.msisdn_taken();
  }

  static inline std::atomic<int> numbers_ = 0;
  bool holds_place_ = true;
  SetClock clock_;
  const std::string operator_ = "op-" + Uuid();
  db::PostgresRegistry& registry_ = PrivateDatabase::Instance().registry();
  std::shared_ptr<const rules::Policy> policy_ = std::make_shared<const rules::Policy>(ShippedPolicy());
  PolicyArchive policies_{registry_, policy_};
  Reviews reviews_{PrivateDatabase::Instance().reviews(), registry_, PrivateDatabase::Instance().galleries(), policies_,
                   clock_};
  Verifications verifications_{registry_, PrivateDatabase::Instance().reviews(), policies_, clock_};
  Caller ann_ = Who(v1::ROLE_REVIEWER, "ann");
  Caller ben_ = Who(v1::ROLE_REVIEWER, "ben");
  Caller admin_ = Who(v1::ROLE_ADMIN, "chief");
};

TEST_F(ReviewsTest, WhoWaitsAtACounterComesFirst) {
  const auto online = Opened({"", "app", ""});
  const auto counter = Opened();
  const auto later = Opened();
  EXPECT_THAT(Queue(ann_), ElementsAre(counter, later, online));
  EXPECT_EQ(Claimed(ann_).verification().verification_id(), counter);
  EXPECT_EQ(Claimed(ann_).verification().verification_id(), counter) << "the same again, for who holds it";
  EXPECT_EQ(Claimed(ben_).verification().verification_id(), later);
  EXPECT_THAT(Queue(ann_), ElementsAre(online));
  EXPECT_EQ(ClaimReason(ben_, counter), "CASE_TAKEN");
  clock_.now += std::chrono::minutes(policy_->pack.review().claim_minutes());
  EXPECT_EQ(Claimed(ben_, counter).verification().verification_id(), counter) << "a claim that ran out binds nobody";
}

TEST_F(ReviewsTest, TheHolderSeesTheEvidenceAndNoSimilarity) {
  const auto id = Opened();
  const auto held = Claimed(ann_);
  EXPECT_EQ(held.id_photo(), "id photo");
  EXPECT_EQ(held.live_portrait(), "portrait");
  EXPECT_EQ(held.document().name(), SampleDocument().name());
  EXPECT_FALSE(held.verification().has_comparison());
  EXPECT_EQ(held.state(), v1::CASE_STATE_OPEN);
  EXPECT_EQ(held.claimed_by(), ann_.principal);
  EXPECT_FALSE(Seen(ann_, id).has_comparison()) << "nor by another call";
  EXPECT_FALSE(Seen(admin_, id).has_comparison());
  EXPECT_TRUE(Seen(Who(v1::ROLE_AUDITOR, ""), id).has_comparison()) << "auditors do not vote";
  Opened();
  const auto list = reviews_.List(ben_, {}, Soon());
  ASSERT_TRUE(list.ok());
  ASSERT_THAT(list->cases(), SizeIs(1));
  EXPECT_TRUE(list->cases(0).id_photo().empty());
  EXPECT_FALSE(list->cases(0).has_document());
}

TEST_F(ReviewsTest, AnApprovalActivatesAndRevisesNothingInPlace) {
  const auto id = Opened();
  const auto held = Claimed(ann_);
  const auto vote = Vote(held, v1::REVIEW_CONCLUSION_APPROVE);
  const auto decided = Decided(ann_, vote);
  EXPECT_EQ(decided.state(), v1::CASE_STATE_CLOSED);
  EXPECT_EQ(decided.verification().verdict(), v1::VERDICT_PASS);
  EXPECT_EQ(decided.verification().state(), v1::STATE_DECIDED);
  EXPECT_EQ(decided.verification().sequence(), 2u);
  EXPECT_TRUE(decided.verification().has_comparison()) << "after the vote";
  EXPECT_THAT(decided.votes(), SizeIs(1));
  EXPECT_EQ(decided.verification().checks(v1::CHECK_FACE_MATCH - 1).reviewed_outcome(), v1::OUTCOME_PASSED);
  const auto repeated = Decided(ann_, vote);
  EXPECT_EQ(repeated.verification().sequence(), 2u);
  auto other = vote;
  other.set_note("something else");
  EXPECT_EQ(reviews_.Decide(ann_, other, Soon()).status().reason(), "REQUEST_ID_REUSED");
  EXPECT_THAT(Queue(ben_), IsEmpty());
  const auto events = registry_.Events({operator_, {}, {}}, id, 0, Soon());
  ASSERT_TRUE(events.ok());
  ASSERT_THAT(*events, SizeIs(2));
  EXPECT_EQ(events->at(0).verdict, v1::VERDICT_REVIEW);
  EXPECT_EQ(events->at(1).verdict, v1::VERDICT_PASS);
  const RequestKey key = {"urn:test:seller", Uuid(), "confirm"};
  auto active = registry_.Confirm({operator_, {}, {}}, key, id, clock_.now, Soon());
  ASSERT_TRUE(active.ok()) << active.status().reason();
  EXPECT_EQ(active->state, v1::STATE_ACTIVATED);
}

TEST_F(ReviewsTest, ARefusalGivesThePlaceBack) {
  const auto id = Opened();
  const auto decided = Decided(ann_, Vote(Claimed(ann_), v1::REVIEW_CONCLUSION_REJECT));
  EXPECT_EQ(decided.verification().verdict(), v1::VERDICT_REJECT);
  EXPECT_EQ(decided.verification().next_action(), v1::NEXT_ACTION_OWN_HALL);
  EXPECT_FALSE(decided.verification().has_reservation_expire_time());
  EXPECT_FALSE(MsisdnTaken(id));
}

TEST_F(ReviewsTest, WhoHoldsANumberAndNoPlaceIsDecidedToo) {
  // As where the document does not tell who somebody is.
  holds_place_ = false;
  const auto refused = Opened();
  ASSERT_TRUE(MsisdnTaken(refused));
  Decided(ann_, Vote(Claimed(ann_, refused), v1::REVIEW_CONCLUSION_REJECT));
  EXPECT_FALSE(MsisdnTaken(refused));
  const auto asked = Opened();
  auto vote = Vote(Claimed(ann_, asked), v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE);
  vote.add_retry_items(v1::EVIDENCE_ITEM_DOCUMENT);
  Decided(ann_, vote);
  EXPECT_TRUE(MsisdnTaken(asked));
  ObserveQuery query;
  query.request = {"urn:test", Uuid(), "x"};
  query.operator_id = operator_;
  query.verification_id = asked;
  query.now = clock_.now;
  auto observed = registry_.Observe(query, Soon());
  ASSERT_TRUE(observed.ok()) << observed.status().detail();
  EXPECT_EQ(observed->facts.numbers_held(), 0u) << "no place is given back that was never held";
}

TEST_F(ReviewsTest, APersonIsOneWhateverTheirCertificates) {
  const auto id = Opened({"", "agent1", "outlet1"}, 0.5);
  Decided(ann_, Vote(Claimed(ann_), v1::REVIEW_CONCLUSION_APPROVE));
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_ADMIN, "ann"), id), "NO_SUCH_CASE");
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_REVIEWER, "ann", {"", "", "hall9"}), id), "NO_SUCH_CASE");
  v1::EscalateCaseRequest up;
  up.set_verification_id(id);
  Claimed(admin_, id);
  ASSERT_TRUE(reviews_.Escalate(admin_, up, Soon()).ok());
  EXPECT_EQ(ClaimReason(admin_, id), "NO_SUCH_CASE") << "who hands a case on does not decide it";
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_ADMIN, "other chief"), id), "");
}

TEST_F(ReviewsTest, EvidenceAskedForKeepsThePlaceAndComesBackToOthers) {
  const auto id = Opened();
  auto vote = Vote(Claimed(ann_), v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE);
  vote.add_retry_items(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  const auto decided = Decided(ann_, vote);
  EXPECT_EQ(decided.verification().verdict(), v1::VERDICT_RETRY);
  EXPECT_FALSE(Seen(ben_, id).has_comparison()) << "it may come to a vote yet";
  EXPECT_EQ(decided.verification().state(), v1::STATE_AWAITING_EVIDENCE);
  EXPECT_THAT(decided.verification().retry_items(), ElementsAre(v1::EVIDENCE_ITEM_LIVE_PORTRAIT));
  EXPECT_TRUE(decided.verification().has_reservation_expire_time());
  EXPECT_EQ(ClaimReason(ben_, id), "NO_SUCH_CASE") << "while it waits for evidence";
}

TEST_F(ReviewsTest, AnOverrideTakesTwoAndEachVotesBlind) {
  const auto id = Opened({"", "agent1", "outlet1"}, 0.5);
  const auto first = Decided(ann_, Vote(Claimed(ann_), v1::REVIEW_CONCLUSION_APPROVE));
  EXPECT_EQ(first.state(), v1::CASE_STATE_AWAITING_SECOND);
  EXPECT_EQ(first.verification().verdict(), v1::VERDICT_REVIEW);
  EXPECT_EQ(ClaimReason(ann_, id), "NO_SUCH_CASE") << "not the same person twice";
  const auto held = Claimed(ben_, id);
  EXPECT_THAT(held.votes(), IsEmpty()) << "blind";
  EXPECT_EQ(held.state(), v1::CASE_STATE_OPEN) << "nor is it told that somebody approved";
  EXPECT_FALSE(held.verification().has_comparison());
  const auto second = Decided(ben_, Vote(held, v1::REVIEW_CONCLUSION_APPROVE));
  EXPECT_EQ(second.verification().verdict(), v1::VERDICT_PASS);
  EXPECT_THAT(second.votes(), SizeIs(2));
}

TEST_F(ReviewsTest, WhereTwoDisagreeAnAdministratorDecides) {
  const auto id = Opened({"", "agent1", "outlet1"}, 0.5);
  Decided(ann_, Vote(Claimed(ann_), v1::REVIEW_CONCLUSION_APPROVE));
  const auto split = Decided(ben_, Vote(Claimed(ben_), v1::REVIEW_CONCLUSION_REJECT));
  EXPECT_EQ(split.state(), v1::CASE_STATE_ESCALATED);
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_REVIEWER, "dan"), id), "NO_SUCH_CASE");
  const auto held = Claimed(admin_, id);
  EXPECT_THAT(held.votes(), SizeIs(2)) << "who settles it sees what was said";
  const auto settled = Decided(admin_, Vote(held, v1::REVIEW_CONCLUSION_APPROVE));
  EXPECT_EQ(settled.verification().verdict(), v1::VERDICT_PASS);
}

TEST_F(ReviewsTest, NobodyDecidesTheirOwn) {
  const auto id = Opened();
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_REVIEWER, "eve", {"", "agent1", ""}), id), "NO_SUCH_CASE") << "their agent's";
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_REVIEWER, "eve", {"", "agent1", "outlet1"}), id), "NO_SUCH_CASE");
  EXPECT_THAT(Queue(Who(v1::ROLE_REVIEWER, "eve", {"", "agent1", "outlet1"})), IsEmpty());
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_REVIEWER, "seller"), id), "NO_SUCH_CASE") << "who sent it in";
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_REVIEWER, ""), id), "STAFF_REQUIRED");
  const auto hall = Opened({"", "", "hall1"});
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_REVIEWER, "eve", {"", "", "hall1"}), hall), "NO_SUCH_CASE");
  EXPECT_EQ(ClaimReason(Who(v1::ROLE_REVIEWER, "eve", {"", "", "hall2"}), hall), "");
  Caller stranger = ann_;
  stranger.owner.operator_id = stranger.scope.operator_id = "another operator";
  EXPECT_EQ(ClaimReason(stranger, id), "NO_SUCH_CASE");
}

TEST_F(ReviewsTest, ReturnedEscalatedAndLostClaims) {
  const auto id = Opened();
  const auto held = Claimed(ann_);
  v1::ReturnCaseRequest back;
  back.set_verification_id(id);
  EXPECT_EQ(reviews_.Return(ben_, back, Soon()).status().reason(), "CASE_NOT_HELD");
  ASSERT_TRUE(reviews_.Return(ann_, back, Soon()).ok());
  EXPECT_EQ(reviews_.Decide(ann_, Vote(held, v1::REVIEW_CONCLUSION_APPROVE), Soon()).status().reason(),
            "CASE_NOT_HELD");
  Claimed(ben_);
  v1::ExtendClaimRequest extend;
  extend.set_verification_id(id);
  clock_.now += std::chrono::minutes(policy_->pack.review().claim_minutes()) - std::chrono::seconds(1);
  EXPECT_TRUE(reviews_.Extend(ben_, extend, Soon()).ok());
  clock_.now += std::chrono::seconds(2);
  EXPECT_EQ(ClaimReason(ann_, id), "CASE_TAKEN") << "prolonged";
  v1::EscalateCaseRequest up;
  up.set_verification_id(id);
  ASSERT_TRUE(reviews_.Escalate(ben_, up, Soon()).ok());
  EXPECT_EQ(ClaimReason(ann_, id), "NO_SUCH_CASE");
  const auto decided = Decided(admin_, Vote(Claimed(admin_), v1::REVIEW_CONCLUSION_REJECT));
  EXPECT_EQ(decided.verification().verdict(), v1::VERDICT_REJECT);
}

TEST_F(ReviewsTest, AVoteThatDoesNotFitIsRefusedAndTheClaimStays) {
  Opened();
  const auto held = Claimed(ann_);
  auto vote = Vote(held, v1::REVIEW_CONCLUSION_APPROVE);
  vote.clear_checks();
  EXPECT_EQ(reviews_.Decide(ann_, vote, Soon()).status().code(), StatusCode::kInvalidArgument);
  vote = Vote(held, v1::REVIEW_CONCLUSION_APPROVE);
  vote.set_sequence(7);
  EXPECT_EQ(reviews_.Decide(ann_, vote, Soon()).status().reason(), "RECORD_CONTENDED");
  EXPECT_EQ(Decided(ann_, Vote(held, v1::REVIEW_CONCLUSION_APPROVE)).verification().verdict(), v1::VERDICT_PASS);
}

TEST_F(ReviewsTest, ACaseEndsWithItsApplication) {
  const auto cancelled = Opened();
  const auto held = Claimed(ann_);
  const RequestKey key = {"urn:test:seller", Uuid(), "cancel"};
  ASSERT_TRUE(registry_.Cancel({operator_, {}, {}}, key, cancelled, clock_.now, Soon()).ok());
  EXPECT_EQ(reviews_.Decide(ann_, Vote(held, v1::REVIEW_CONCLUSION_APPROVE), Soon()).status().reason(),
            "CASE_NOT_HELD");
  EXPECT_THAT(Queue(ann_), IsEmpty());
  Opened();
  Claimed(ann_);
  clock_.now += std::chrono::hours(73);
  EXPECT_THAT(Queue(ann_), IsEmpty()) << "lapsed, swept or not";
  EXPECT_EQ(ClaimReason(ann_), "NO_SUCH_CASE");
}

TEST_F(ReviewsTest, OfManyAtOnceEachGetsACaseOfTheirOwn) {
  constexpr int kMany = 12;
  for (int i = 0; i < kMany; ++i) Opened();
  std::vector<std::string> got(kMany);
  std::vector<std::thread> threads;
  for (int i = 0; i < kMany; ++i) {
    threads.emplace_back([&, i] {
      const Caller caller = Who(v1::ROLE_REVIEWER, "r" + std::to_string(i));
      const auto held = Claimed(caller);
      got[static_cast<size_t>(i)] = held.verification().verification_id();
      Decided(caller, Vote(held, v1::REVIEW_CONCLUSION_APPROVE));
    });
  }
  for (auto& thread : threads) thread.join();
  std::sort(got.begin(), got.end());
  EXPECT_EQ(std::unique(got.begin(), got.end()), got.end());
  EXPECT_THAT(Queue(ann_), IsEmpty());
}

TEST_F(ReviewsTest, TheCustomerIsToldHowLongItTakes) {
  const auto first = Opened();
  const auto online = Opened({"", "app", ""});
  for (int i = 0; i < 40; ++i) Opened();
  const Caller seller = Who(v1::ROLE_RETAIL, "");
  auto waiting = Seen(seller, first);
  EXPECT_EQ(waiting.review_wait().expected_minutes(), 2u);
  EXPECT_EQ(waiting.next_action(), v1::NEXT_ACTION_WAIT_FOR_REVIEW);
  waiting = Seen(seller, online);
  EXPECT_EQ(waiting.review_wait().expected_minutes(), 43u) << "41 at counters come first";
  EXPECT_EQ(waiting.next_action(), v1::NEXT_ACTION_COME_BACK);
  EXPECT_FALSE(waiting.next_action_text().zh().empty());
  EXPECT_EQ(waiting.state(), v1::STATE_IN_REVIEW) << "the number stays reserved";
  clock_.now += std::chrono::hours(10);
  EXPECT_EQ(Seen(seller, first).next_action(), v1::NEXT_ACTION_COME_BACK) << "the desk is shut";
}

}  // namespace
}  // namespace realname::testing
