// SPDX-License-Identifier: Apache-2.0
// Sixty-four clients on one identity with room for five, mixed with everything that gives places back or moves them:
// opens, activations, cancellations, expiries, terminations, transfers, links and unlinks of two documents. On a real
// PostgreSQL. REALNAME_RACE_ROUNDS says how often (20 if unset).
#include <atomic>
#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include "db/registry_statements.h"
#include "tests/db/counter_test.h"
#include "verification/subscribers.h"

namespace realname::testing {
namespace {

constexpr int kClients = 64;
constexpr int kLimit = 5;

// The wall clock of a round, which moves while clients are talking.
class MovingClock final : public Clock {
 public:
  TimePoint Now() const override { return now_.load(); }
  void Move(std::chrono::seconds by) { now_ = now_.load() + by; }

 private:
  std::atomic<TimePoint> now_ = TimePoint(std::chrono::seconds(kNoon));
};

class ConsistencyRaceTest : public CounterTest {
 protected:
  ConsistencyRaceTest() {
    // Many come to one counter, and one person many times a day: that is not what is tried here.
    auto policy = std::make_shared<rules::Policy>(*policy_);
    policy->pack.clear_velocity();
    policy->pack.clear_attempts();
    crowded_ = policy;
    crowded_policies_ = std::make_unique<PolicyArchive>(race_registry_, crowded_);
    race_ = MakeRegistration(*crowded_policies_);
    race_verifications_ =
        std::make_unique<Verifications>(race_registry_, database_.reviews(), *crowded_policies_, moving_);
    race_reviews_ = std::make_unique<Reviews>(database_.reviews(), race_registry_, database_.galleries(),
                                              *crowded_policies_, moving_);
    subscribers_ = std::make_unique<Subscribers>(database_.subscribers(), race_registry_, *crowded_policies_, moving_);
  }
  std::unique_ptr<Registration> MakeRegistration(PolicyArchive& policies) {
    return std::make_unique<Registration>(
        race_registry_, database_.sessions(), faces_, search_, sources_, policies, moving_,
        [this] { return TimeOrderedUuid(moving_.Now()); }, Sha256, VerifySignature);
  }
  v1::SubmitRegistrationRequest Request(const v1::Document& document, v1::EntryType entry,
                                        const std::string& msisdn = "", const v1::Verification& given = {}) {
    v1::SubmitRegistrationRequest request;
    {
      const std::lock_guard lock(mutex_);
      request = Application(hall_);
    }
    *request.mutable_parties(0)->mutable_document() = document;
    request.set_entry_type(entry);
    if (entry != v1::ENTRY_TYPE_OPEN) request.set_msisdn(msisdn);
    request.set_transfer_reference_number(given.reference_number());
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    cli::SetTimes(request,
                  std::chrono::duration_cast<std::chrono::seconds>(moving_.Now().time_since_epoch()).count() - 60);
    cli::SignMadeUp(request);
    return request;
  }
  v1::Document NewDocument() {
    const std::lock_guard lock(mutex_);
    return Application(hall_).parties(0).document();
  }
  // Repeats what was contended, as clients do. Nothing of another verdict, or no answer, is counted.
  v1::Verification Do(Registration& registration, const v1::SubmitRegistrationRequest& request) {
    for (int i = 0; i < 200; ++i) {
      auto answer = registration.Submit(hall_, request, Soon());
      if (answer.ok()) return *answer;
      if (answer.status().code() != StatusCode::kAborted && answer.status().code() != StatusCode::kResourceExhausted) {
        Wrong(answer.status().reason() + " " + answer.status().detail());
        break;
      }
    }
    return {};
  }
  template <typename Call>
  void Repeat(Call call, std::initializer_list<const char*> also) {
    for (int i = 0; i < 200; ++i) {
      const Status status = call();
      if (status.ok() || std::find(also.begin(), also.end(), status.reason()) != also.end()) return;
      if (status.code() != StatusCode::kAborted) return Wrong(status.reason() + " " + status.detail());
    }
    Wrong("contended for ever");
  }
  void Confirm(const v1::Verification& passed) {
    v1::ConfirmActivationRequest request;
    request.set_request_id(Uuid());
    request.set_verification_id(passed.verification_id());
    Repeat([&] { return race_verifications_->Confirm(hall_, request, Soon()).status(); },
           {"RESERVATION_EXPIRED", "WRONG_STATE"});
  }
  void Cancel(const v1::Verification& passed) {
    v1::CancelVerificationRequest request;
    request.set_request_id(Uuid());
    request.set_verification_id(passed.verification_id());
    Repeat([&] { return race_verifications_->Cancel(hall_, request, Soon()).status(); }, {"WRONG_STATE"});
  }
  void Wrong(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (wrong_++ < 5) std::printf("race: %s\n", what.c_str());
  }
  // The second vote on an update that links; the first was given before.
  void ApproveLink(const std::string& verification_id) {
    Repeat(
        [&] {
          v1::ClaimCaseRequest claim;
          claim.set_verification_id(verification_id);
          auto held = race_reviews_->Claim(ben_, claim, Soon());
          if (!held.ok()) return held.status();
          return race_reviews_->Decide(ben_, Vote(*held, v1::REVIEW_CONCLUSION_APPROVE), Soon()).status();
        },
        {});
  }
  std::string LinkOf(const std::string& verification_id) {
    v1::ListLinksRequest request;
    request.set_verification_id(verification_id);
    auto links = subscribers_->Links(chief_, request, Soon());
    return links.ok() && links->links_size() > 0 ? links->links(links->links_size() - 1).link_id() : "";
  }
  // An update by the second document, with one vote for it.
  v1::Verification AskedToLink(const v1::Document& fresh, const v1::Document& old) {
    auto request = Request(fresh, v1::ENTRY_TYPE_UPDATE);
    *request.mutable_previous_document() = old;
    const auto asked = Do(*race_, request);
    v1::ClaimCaseRequest claim;
    claim.set_verification_id(asked.verification_id());
    auto held = race_reviews_->Claim(ann_, claim, Soon());
    if (!held.ok() || !race_reviews_->Decide(ann_, Vote(*held, v1::REVIEW_CONCLUSION_APPROVE), Soon()).ok()) {
      Wrong("the first vote on a link");
    }
    return asked;
  }
  // Opens, one after the other, until there is no room; at most ten.
  int Fill(const v1::Document& document) {
    int passed = 0;
    while (passed < 10 && Do(*race_, Request(document, v1::ENTRY_TYPE_OPEN)).verdict() == v1::VERDICT_PASS) ++passed;
    return passed;
  }
  int64_t Count(const std::string& sql) {
    pqxx::nontransaction transaction(sql_);
    return transaction.exec(sql)[0][0].as<int64_t>();
  }

  PrivateDatabase& database_ = PrivateDatabase::Instance();
  db::ConnectionPool pool_{database_.RegistryDsn("realname_server"), 24, db::PrepareRegistryStatements};
  db::PostgresRegistry race_registry_{pool_, database_.keys(), database_.photos(), database_.ring()};
  MovingClock moving_;
  std::mutex mutex_;
  int wrong_ = 0;
  std::shared_ptr<const rules::Policy> crowded_;
  std::unique_ptr<PolicyArchive> crowded_policies_;
  std::unique_ptr<Registration> race_;
  std::unique_ptr<Verifications> race_verifications_;
  std::unique_ptr<Reviews> race_reviews_;
  std::unique_ptr<Subscribers> subscribers_;
  pqxx::connection sql_{database_.RegistryDsn("postgres")};
};

TEST_F(ConsistencyRaceTest, ExactlyAsManyAsAllowed) {
  const char* const wanted = std::getenv("REALNAME_RACE_ROUNDS");
  const int rounds = wanted == nullptr ? 20 : std::atoi(wanted);
  int over = 0, short_of = 0, drifted = 0, opened = 0, linked_rounds = 0;
  const std::string of_operator = " operator_id = '" + operator_ + "' ";
  const auto held_of = [&](const std::vector<std::string>& people) {
    std::string ids;
    for (const std::string& each : people) ids += (ids.empty() ? "'" : ", '") + each + "'";
    return Count("select coalesce(sum(held), 0)::bigint from realname.person_quota where " + of_operator +
                 " and person_id in (" + ids + ")");
  };
  const auto person_of = [&](const v1::Verification& answer) {
    auto stored = race_registry_.Get({operator_, {}, {}}, answer.verification_id(), Soon());
    return stored.ok() ? stored->person_id : std::string();
  };
  for (int round = 0; round < rounds; ++round) {
    // Three kinds in turn: one document; two that are linked; two whose link comes and goes meanwhile.
    const int kind = round % 3;
    const v1::Document first = NewDocument(), second = NewDocument();
    const v1::Document& other = kind == 0 ? first : second;
    const auto line = Do(*race_, Request(first, v1::ENTRY_TYPE_OPEN));
    Confirm(line);
    std::string line_number;
    {
      auto application = race_registry_.GetApplication({operator_, {}, {}}, line.verification_id(), Soon());
      if (application.ok()) line_number = application->record.subject().msisdn();
    }
    const auto reserved = Do(*race_, Request(other, v1::ENTRY_TYPE_OPEN));
    const auto lapsing = Do(*race_, Request(first, v1::ENTRY_TYPE_OPEN));
    std::string link;
    v1::Verification again;
    if (kind > 0) {
      ++linked_rounds;
      const auto asked = AskedToLink(second, first);
      ApproveLink(asked.verification_id());
      link = LinkOf(asked.verification_id());
      if (link.empty()) Wrong("no link was made");
    }
    const auto ending = Do(*race_, Request(first, v1::ENTRY_TYPE_TERMINATION, line_number));
    const v1::Document taker = NewDocument();
    const auto out = Do(*race_, Request(first, v1::ENTRY_TYPE_TRANSFER_OUT, line_number));
    const auto in = Do(*race_, Request(taker, v1::ENTRY_TYPE_TRANSFER_IN, line_number, out));
    // By the time of the race some of what was reserved has run out.
    moving_.Move(std::chrono::minutes(31));
    const auto late_out = Do(*race_, Request(first, v1::ENTRY_TYPE_TRANSFER_OUT, line_number));
    const auto late_in = Do(*race_, Request(taker, v1::ENTRY_TYPE_TRANSFER_IN, line_number, late_out));
    const auto late_ending = Do(*race_, Request(first, v1::ENTRY_TYPE_TERMINATION, line_number));

    std::vector<v1::SubmitRegistrationRequest> requests;
    for (int i = 0; i < kClients; ++i) requests.push_back(Request(i % 2 == 0 ? first : other, v1::ENTRY_TYPE_OPEN));
    std::atomic<int> passed = 0;
    std::barrier start(kClients);
    std::vector<std::thread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&, i] {
        start.arrive_and_wait();
        if (i == 50) return Cancel(reserved);
        if (i == 51) return Confirm(late_ending);
        if (i == 52) return Confirm(late_in);
        if (i == 53) return Confirm(ending);
        if (i == 54) return Confirm(in);
        if (i >= 55 && i < 58) {
          Repeat([&] { return race_registry_.ExpireReservations(moving_.Now(), 100, Soon()).status(); }, {});
          return;
        }
        if (i == 58 && kind == 2) {
          v1::UnlinkRequest request;
          request.set_link_id(link);
          request.set_reason("a race");
          Repeat([&] { return subscribers_->Unlink(chief_, request, Soon()).status(); }, {});
          return;
        }
        if (i == 59) return Cancel(lapsing);
        const auto answer = Do(*race_, requests[static_cast<size_t>(i)]);
        if (answer.verdict() != v1::VERDICT_PASS) return;
        ++passed;
        if (i % 8 == 3) Confirm(answer);
        if (i % 8 == 5) Cancel(answer);
      });
    }
    for (std::thread& client : clients) client.join();
    opened += passed;

    // Afterwards: what is held is what the rows say, and no more than may be; filled up it is exactly that.
    const std::string one = person_of(line), two = kind == 0 ? one : person_of(reserved);
    const bool together = kind < 2;
    const auto held = [&] { return together ? held_of({one, two}) : std::max(held_of({one}), held_of({two})); };
    over += held() > kLimit;
    Fill(first);
    if (!together) Fill(other);
    // While they were one they may have come to more together than each may have alone; never to more than that.
    const bool full = together ? held() == kLimit : held_of({one}) == kLimit && held_of({two}) == kLimit;
    short_of += !full;
    over += held() > kLimit;
  }
  drifted =
      static_cast<int>(Count("select count(*) from realname.person_quota q where" + of_operator +
                             "and held <> (select count(*) from realname.verification v where v.person_id = "
                             "q.person_id and v.operator_id = q.operator_id and v.quota = q.quota and v.holds_place)"));
  moving_.Move(std::chrono::hours(200));
  while (race_registry_.ExpireReservations(moving_.Now(), 1000, Soon()).value() > 0) {
  }
  const int64_t stuck = Count("select count(*) from realname.verification where" + of_operator +
                              "and (expire_time is not null or (holds_place and state <> 6))");
  EXPECT_EQ(over, 0);
  EXPECT_EQ(short_of, 0);
  EXPECT_EQ(drifted, 0);
  EXPECT_EQ(stuck, 0);
  EXPECT_EQ(wrong_, 0);

  // The same check finds a sixth number where a rule lets it through.
  auto lax = std::make_shared<rules::Policy>(*crowded_);
  for (v1::QuotaRule& rule : *lax->pack.mutable_quota()->mutable_rules()) rule.set_limit(kLimit + 1);
  PolicyArchive lax_policies(race_registry_, lax);
  const auto careless = MakeRegistration(lax_policies);
  const v1::Document person = NewDocument();
  std::string id;
  for (int i = 0; i < kLimit + 1; ++i) id = person_of(Do(*careless, Request(person, v1::ENTRY_TYPE_OPEN)));
  EXPECT_GT(held_of({id}), kLimit) << "the positive control";
  std::printf(
      "race: %d rounds of %d clients, %d with two documents; %d opened; %d with more than %d, %d not filled to %d, %d "
      "people "
      "whose count is wrong, %ld stuck, %d unexpected answers; control: %ld held where six are allowed\n",
      rounds, kClients, linked_rounds, opened, over, kLimit, short_of, kLimit, drifted, static_cast<long>(stuck),
      wrong_, static_cast<long>(held_of({id})));
}

}  // namespace
}  // namespace realname::testing
