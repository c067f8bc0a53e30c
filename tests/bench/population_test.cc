// SPDX-License-Identifier: Apache-2.0
// What realname-populate writes by COPY is what the registry would have left, and says what the seed says.
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include "authority/identity_source_client.h"
#include "bench/populate.h"
#include "bench/stand_in_faces.h"
#include "cli/made_up_person.h"
#include "rules/decide.h"
#include "rules/person_name.h"
#include "server/config.h"
#include "vault/digest.h"
#include "vault/signature.h"
#include "verification/registration.h"
#include "verification/replays.h"
#include "verification/verifications.h"

namespace realname::testing {
namespace {

constexpr uint64_t kPeople = 60;

Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }

TEST(PopulationTest, IsDrawnFromTheSeedAlone) {
  const Population population{7, 100'000};
  std::vector<int> with(6);
  for (uint64_t person = 0; person < population.people; ++person) {
    const int lines = LinesOf(population, person);
    ASSERT_GE(lines, 1);
    ASSERT_LE(lines, 5);
    ++with[static_cast<size_t>(lines)];
  }
  EXPECT_NEAR(with[1], 85'000, 500);
  EXPECT_NEAR(with[2], 10'000, 500);
  EXPECT_NEAR(with[3], 3'000, 300);
  EXPECT_NEAR(with[4], 1'000, 150);
  EXPECT_NEAR(with[5], 1'000, 150);
  for (uint64_t n = 0; n < 1000; ++n) EXPECT_LE(LinesOf(population, OneWithRoom(population, n)), 2);
  std::set<uint64_t> numbers;
  for (uint64_t person = 0; person < 1000; ++person) {
    for (int line = 0; line < 5; ++line) numbers.insert(NumberOf(person, line));
  }
  EXPECT_EQ(numbers.size(), 5000u);
  EXPECT_LT(*numbers.rbegin(), kFirstStrangersNumber);
}

class PopulatedTest : public ::testing::Test {
 protected:
  class SetClock final : public Clock {
   public:
    TimePoint Now() const override { return now; }
    TimePoint now;
  };

  static void SetUpTestSuite() {
    std::string folder = (std::filesystem::temp_directory_path() / "realname-population-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    std::filesystem::permissions(folder, std::filesystem::perms(0755));
    folder_ = folder;
    v1::ServerConfig config;
    config.set_data_dir(folder + "/data");
    config.set_key_file(folder + "/keys");
    config.mutable_limits()->set_database_connections(2);
    auto store = server::OpenStore(config);
    ASSERT_TRUE(store.ok()) << store.status().message();
    store_ = std::move(*store).release();
    policy_text_ = *server::ReadFile(REALNAME_SOURCE_DIR "/deploy/policy.textproto");
    policy_ = std::make_shared<const rules::Policy>(*rules::ReadPolicy(policy_text_, Sha256Hex(policy_text_)));
    dsn_ = store_->embedded->Dsn("realname", "postgres");
    Populate(population_, *store_, dsn_, store_->embedded->Dsn("realname_keys", "postgres"), policy_text_, policy_,
             end_, 2, [](uint64_t) {});
  }
  static void TearDownTestSuite() {
    delete store_;
    store_ = nullptr;
    std::filesystem::remove_all(folder_);
  }
  static Caller Host() {
    Caller caller;
    caller.principal = "urn:realname:operator:demo:role:retail:outlet:hall1:staff:host";
    caller.role = v1::ROLE_RETAIL;
    caller.owner = {kPopulationOperator, "", kPopulationOutlet};
    caller.scope = ScopeOf(caller.owner);
    caller.staff_id = "host";
    return caller;
  }
  Observation Observed(uint64_t person, uint64_t number) {
    const v1::Document document = cli::MadeUpDocument(person);
    const rules::PersonKey key = rules::PersonOf(*policy_, document, end_);
    ObserveQuery query;
    query.request = {"urn:nobody", RandomUuid(), "a question"};
    query.operator_id = kPopulationOperator;
    query.document_type = key.type;
    query.document_number = Redacted(key.number);
    query.name = Redacted(rules::NormaliseName(document.name()));
    query.msisdn = Redacted(cli::MadeUpMsisdn(number));
    query.quota = "operator";
    query.now = end_;
    auto observed = store_->registry->Observe(query, Soon());
    EXPECT_TRUE(observed.ok()) << observed.status().detail();
    return observed.ok() ? *observed : Observation();
  }

  static inline const Population population_{7, kPeople};
  static inline const TimePoint end_ = TimePoint(std::chrono::seconds(1'790'000'000));
  static inline std::filesystem::path folder_;
  static inline server::Store* store_ = nullptr;
  static inline std::string dsn_;
  static inline std::string policy_text_;
  static inline std::shared_ptr<const rules::Policy> policy_;
};

TEST_F(PopulatedTest, EverybodyIsWhoTheSeedSays) {
  for (uint64_t person = 0; person < kPeople; ++person) {
    const int lines = LinesOf(population_, person);
    for (int line = 0; line < 5; ++line) {
      const Observation observed = Observed(person, NumberOf(person, line));
      EXPECT_TRUE(observed.facts.person_known());
      EXPECT_FALSE(observed.facts.name_differs());
      EXPECT_EQ(observed.facts.numbers_held(), static_cast<uint32_t>(lines));
      EXPECT_EQ(observed.facts.msisdn_taken(), line < lines) << person << " " << line;
    }
  }
  EXPECT_FALSE(Observed(kPeople, NumberOf(kPeople, 0)).facts.person_known());
}

TEST_F(PopulatedTest, EveryLineCanBeReadAndItsDecisionReplayed) {
  PolicyArchive policies(*store_->registry, policy_);
  Replays replays(*store_->registry, policies);
  Caller auditor;
  auditor.principal = "urn:realname:operator:demo:role:auditor";
  auditor.role = v1::ROLE_AUDITOR;
  auditor.owner = {kPopulationOperator, "", ""};
  auditor.scope = {kPopulationOperator, std::nullopt, std::nullopt};
  auto all = store_->registry->List({auditor.scope, v1::STATE_ACTIVATED, "", 1000}, Soon());
  ASSERT_TRUE(all.ok());
  size_t lines = 0;
  for (uint64_t person = 0; person < kPeople; ++person) lines += static_cast<size_t>(LinesOf(population_, person));
  EXPECT_EQ(all->size(), lines);
  for (const StoredVerification& each : *all) {
    v1::ReplayDecisionRequest request;
    request.set_verification_id(each.verification_id);
    auto replayed = replays.Replay(auditor, request, Soon());
    ASSERT_TRUE(replayed.ok()) << replayed.status().detail();
    EXPECT_TRUE(replayed->identical()) << replayed->ShortDebugString();
    auto application = store_->registry->GetApplication(auditor.scope, each.verification_id, Soon());
    ASSERT_TRUE(application.ok()) << application.status().detail();
    EXPECT_FALSE(application->record.subject().document().name().empty());
    auto events = store_->registry->Events(auditor.scope, each.verification_id, 0, Soon());
    ASSERT_TRUE(events.ok());
    EXPECT_EQ(events->size(), 2u);
  }
}

// Somebody who comes to the same hall the ordinary way, and a person of the population with one line.
TEST_F(PopulatedTest, RowsAreThoseThatTheRegistryWrites) {
  SetClock clock;
  clock.now = end_ + std::chrono::hours(1);
  StandInFaces faces;
  auto sources = authority::IdentitySourceClient::Make({}, clock, [](std::string_view, std::string_view) {});
  ASSERT_TRUE(sources.ok());
  PolicyArchive policies(*store_->registry, policy_);
  FaceSearch search(*store_->galleries, faces, clock);
  Registration registration(
      *store_->registry, *store_->sessions, faces, search, **sources, policies, clock,
      [&] { return TimeOrderedUuid(clock.now); }, Sha256, VerifySignature);
  Verifications verifications(*store_->registry, *store_->reviews, policies, clock);
  cli::MadeUpVisit visit;
  visit.person = kFirstStranger;
  visit.msisdn = kFirstStrangersNumber;
  visit.channel = v1::CHANNEL_TYPE_OWN_HALL;
  visit.outlet_id = kPopulationOutlet;
  visit.id_photo = "the photograph of the document";
  visit.live_portrait = "a portrait";
  visit.seconds = std::chrono::duration_cast<std::chrono::seconds>(clock.now.time_since_epoch()).count() - 60;
  visit.device_id = MadeUpReader(1);
  auto passed = registration.Submit(Host(), cli::MadeUpApplication(visit), Soon());
  ASSERT_TRUE(passed.ok()) << passed.status().detail();
  ASSERT_EQ(passed->verdict(), v1::VERDICT_PASS);
  v1::ConfirmActivationRequest confirm;
  confirm.set_request_id(RandomUuid());
  confirm.set_verification_id(passed->verification_id());
  ASSERT_TRUE(verifications.Confirm(Host(), confirm, Soon()).ok());
  const std::string ordinary = Observed(kFirstStranger, kFirstStrangersNumber).person_id;
  uint64_t single = 0;
  while (LinesOf(population_, single) != 1) ++single;
  const std::string populated = Observed(single, NumberOf(single, 0)).person_id;

  pqxx::connection connection(dsn_);
  pqxx::nontransaction ask(connection);
  // Each row's columns that are null, and what says where things stand.
  const auto rows = [&](const std::string& table, const std::string& person) {
    const bool of_person = table != "request_claim" && table != "audit_record" && table != "outbox";
    std::vector<std::string> shapes;
    for (const auto& row : ask.exec(
             "select (select string_agg(case when value = 'null' then key || ' is null' when key in ('operator_id', "
             "'agent_id', 'outlet_id', 'state', 'verdict', 'attempt', 'sequence', 'holds_place', 'held', 'quota', "
             "'row_version', 'index_version', 'number_index_version', 'digest_version', 'kind', 'entry_type', "
             "'rules_version', "
             "'policy_digest', 'principal') then key || ' ' || value else key end, ', ' order by key) from "
             "jsonb_each(to_jsonb(t)) where key not in ('id_photo', 'live_portrait')) as shape from realname." +
             table + " t where " +
             (of_person
                  ? "person_id = '" + person + "'"
                  : "verification_id in (select verification_id from realname.verification_claim where person_id = '" +
                        person + "')") +
             " order by 1")) {
      shapes.push_back(row[0].as<std::string>());
    }
    return shapes;
  };
  ask.exec("select realname.sequence_outbox(1000)");
  for (const char* table :
       {"person", "document_claim", "person_quota", "address_use", "request_claim", "verification_claim",
        "verification", "number_claim", "registration", "decision", "audit_record", "outbox", "capture"}) {
    EXPECT_THAT(rows(table, populated), ::testing::ElementsAreArray(rows(table, ordinary))) << table;
    EXPECT_FALSE(rows(table, ordinary).empty()) << table;
  }
  // Nothing else in the schema holds anything of theirs but attempts of the last day and pictures.
  for (const auto& table : ask.exec("select table_name from information_schema.columns where table_schema = 'realname' "
                                    "and column_name = 'person_id'")) {
    const auto name = table[0].as<std::string>();
    EXPECT_EQ(rows(name, populated).size(), rows(name, ordinary).size()) << name;
  }
  EXPECT_EQ(ask.exec("select count(*) from pg_index where not indisvalid")[0][0].as<int>(), 0);
}

}  // namespace
}  // namespace realname::testing
