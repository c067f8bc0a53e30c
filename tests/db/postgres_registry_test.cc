// SPDX-License-Identifier: Apache-2.0
// The conformance suite against a real PostgreSQL, and what only a real database can promise.
#include <set>

#include <gmock/gmock.h>

#include "db/database_checks.h"
#include "db/migrate.h"
#include "db/orphan_keys.h"
#include "db/person_keys.h"
#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "tests/db/private_database.h"
#include "tests/verification/registry_conformance.h"
#include "tests/verification/session_conformance.h"

namespace realname::testing {

INSTANTIATE_TEST_SUITE_P(Postgres, RegistryConformance, ::testing::Values(RegistryFactory([] {
                           return std::shared_ptr<Registry>(&PrivateDatabase::Instance().registry(), [](Registry*) {});
                         })),
                         [](const auto&) { return std::string("Registry"); });

INSTANTIATE_TEST_SUITE_P(Postgres, SessionConformance, ::testing::Values(StoresFactory([] {
                           PrivateDatabase& database = PrivateDatabase::Instance();
                           return Stores{std::shared_ptr<Registry>(&database.registry(), [](Registry*) {}),
                                         std::shared_ptr<SessionStore>(&database.sessions(), [](SessionStore*) {})};
                         })),
                         [](const auto&) { return std::string("Sessions"); });

namespace {

using ::testing::HasSubstr;

PrivateDatabase& Database() { return PrivateDatabase::Instance(); }

// SQLSTATE of a statement that fails, or empty.
std::string FailureOf(const std::string& role, const std::string& sql) {
  pqxx::connection connection(Database().RegistryDsn(role));
  pqxx::work tx(connection);
  try {
    tx.exec(sql);
    return "";
  } catch (const std::exception& error) {
    return db::FailureState(error);
  }
}

TEST(PostgresSchema, AppendOnlyMeansIt) {
  for (const std::string table :
       {"realname.registration", "realname.decision", "realname.audit_record", "realname.request_claim",
        "realname.verification_claim", "realname.policy_pack", "realname.precheck_record", "realname.key_check"}) {
    EXPECT_EQ(FailureOf("realname_server", "delete from " + table), "42501") << table;
    EXPECT_EQ(FailureOf("realname_server", "truncate " + table), "42501") << table;
    EXPECT_EQ(FailureOf("realname_server", "drop table " + table), "42501") << table;
  }
  for (const auto& [table, column] :
       std::vector<std::pair<std::string, std::string>>{{"realname.registration", "record"},
                                                        {"realname.decision", "decision"},
                                                        {"realname.audit_record", "leaf"},
                                                        {"realname.request_claim", "payload_digest"},
                                                        {"realname.verification_claim", "person_id"},
                                                        {"realname.review_participant", "principal"},
                                                        {"realname.review_vote", "vote"},
                                                        {"realname.contest", "reasons"},
                                                        {"realname.party", "role"},
                                                        {"realname.consent_withdrawal", "notice_id"},
                                                        {"realname.seller_change", "reason"},
                                                        {"realname.policy_pack", "body"}}) {
    EXPECT_EQ(FailureOf("realname_server", "update " + table + " set " + column + " = " + column), "42501") << table;
  }
}

TEST(PostgresSchema, EveryTableIsOfAKind) {
  pqxx::connection connection(Database().RegistryDsn("postgres"));
  pqxx::work tx(connection);
  const std::string tables =
      "select c.oid::regclass::text, coalesce(obj_description(c.oid), ''), "
      "(select string_agg(a.attname, ',' order by i.indexrelid) from pg_index i join pg_attribute a on a.attrelid = "
      "c.oid "
      " and a.attnum = i.indkey[0] where i.indrelid = c.oid and i.indisunique) "
      "from pg_class c join pg_namespace n on n.oid = c.relnamespace "
      "where c.relkind = 'r' and n.nspname in ('realname', 'media', 'public')";
  int person_tables = 0;
  for (const auto& row : tx.exec(tables)) {
    const auto name = row[0].as<std::string>();
    const auto comment = row[1].as<std::string>();
    const std::string kind = comment.substr(0, comment.find_first_of(":,"));
    EXPECT_TRUE(kind == "person" || kind == "claim" || kind == "log" || kind == "job")
        << name << " has no kind in its comment: '" << comment << "'";
    if (kind == "person") {
      ++person_tables;
      const auto keys = row[2].as<std::string>();
      EXPECT_EQ(keys.find_first_not_of("person_id,"), std::string::npos)
          << "a unique key of " << name << " does not start with person_id: " << keys;
    }
  }
  EXPECT_GE(person_tables, 6);
}

TEST(PostgresChecks, AKeyThatTheRowsDoNotHaveIsRefused) {
  // Rows of the conformance suite carry version 1; the owner writes one of another version beside them.
  pqxx::connection connection(Database().RegistryDsn("postgres"));
  pqxx::nontransaction tx(connection);
  tx.exec(std::string("insert into realname.document_claim values (9, 'x', gen_random_uuid(), null)"));
  const Status refused = db::BindToKeys(Database().RegistryDsn("realname_server"), Database().ring());
  tx.exec(std::string("delete from realname.document_claim where index_version = 9"));
  EXPECT_THAT(refused.message(), HasSubstr("current index 1"));
}

TEST(PostgresSchema, MigratingTwiceIsHarmless) {
  EXPECT_EQ(*db::Migrate(db::Database::kRegistry, Database().RegistryDsn("postgres")), 0u);
  EXPECT_TRUE(db::CheckSchema(db::Database::kRegistry, Database().RegistryDsn("realname_server")).ok());
}

TEST(PostgresChecks, ASuperuserIsRefused) {
  EXPECT_TRUE(db::CheckDurabilityAndRole(db::Database::kRegistry, Database().RegistryDsn("realname_server")).ok());
  EXPECT_TRUE(db::CheckDurabilityAndRole(db::Database::kKeyStore, Database().KeyStoreDsn("realname_keys")).ok());
  EXPECT_THAT(db::CheckDurabilityAndRole(db::Database::kKeyStore, Database().KeyStoreDsn("postgres")).message(),
              HasSubstr("key store database as a superuser"));
  const Status refused = db::CheckDurabilityAndRole(db::Database::kRegistry, Database().RegistryDsn("postgres"));
  EXPECT_THAT(refused.message(), HasSubstr("superuser"));
}

TEST(PostgresChecks, UnsafeSettingsAreRefused) {
  pqxx::connection connection(Database().RegistryDsn("postgres"));
  pqxx::nontransaction tx(connection);
  tx.exec(std::string("alter role realname_server set synchronous_commit = off"));
  const Status refused = db::CheckDurabilityAndRole(db::Database::kRegistry, Database().RegistryDsn("realname_server"));
  tx.exec(std::string("alter role realname_server reset synchronous_commit"));
  EXPECT_THAT(refused.message(), HasSubstr("synchronous_commit"));
}

TEST(PostgresChecks, AForeignKeyFileIsRefused) {
  const std::string dsn = Database().RegistryDsn("realname_server");
  ASSERT_TRUE(db::BindToKeys(dsn, Database().ring()).ok());
  ASSERT_TRUE(db::BindToKeys(dsn, Database().ring()).ok());
  EXPECT_TRUE(*db::IsBoundToKeys(dsn));
  const std::string directory = MakeTemporaryDirectory();
  auto other = KeyRing::Create(directory + "/keys");
  ASSERT_TRUE(other.ok());
  EXPECT_THAT(db::BindToKeys(dsn, *other).message(), HasSubstr("does not fit"));
}

TEST(PostgresPhotos, OrphansAreSweptAndNamedPhotosStay) {
  db::ConnectionPool pool(Database().RegistryDsn("realname_server"), 1, db::PrepareRegistryStatements);
  db::PostgresPhotoStore photos(pool);
  const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const auto at = [](int seconds) { return TimePoint(std::chrono::seconds(seconds)); };
  const std::string person = "00000000-0000-4000-8000-0000000000aa";
  const auto put = [&](const std::string& name, TimePoint when) {
    const std::vector<db::SealedPhoto> one = {{name, "sealed", ""}};
    ASSERT_TRUE(photos.Put(person, one, when, when, soon).ok());
  };
  const auto there = [&](const std::string& name) {
    const std::vector<std::string> names = {name};
    return photos.Get(person, names, soon).ok();
  };
  put("orphan", at(1000));
  put("another", at(1500));
  put("sent again", at(1000));
  put("sent again", at(10000));
  EXPECT_EQ(*photos.SweepOrphans(at(6000), 1, soon), 1u) << "page by page, the oldest first";
  EXPECT_FALSE(there("orphan"));
  EXPECT_TRUE(there("another"));
  EXPECT_EQ(*photos.SweepOrphans(at(6000), 100, soon), 1u);
  EXPECT_FALSE(there("another"));
  EXPECT_TRUE(there("sent again")) << "a picture that is put again is young again";
  EXPECT_EQ(*photos.SweepOrphans(at(20000), 100, soon), 1u);
  // Of other tests, too: of two commits at once one leaves its pictures behind.
  ASSERT_TRUE(photos.SweepOrphans(std::chrono::system_clock::now() + std::chrono::hours(1), 1000, soon).ok());
  pqxx::connection connection(Database().RegistryDsn("postgres"));
  EXPECT_EQ(
      pqxx::nontransaction(connection)
          .exec("select count(*) from realname.registration r where r.id_photo is not null and not exists (select 1 "
                "from media.photo p where p.person_id = r.person_id and p.name = r.id_photo)")[0][0]
          .as<int>(),
      0)
      << "photos that a registration names must stay";
}

TEST(PostgresPhotos, EvidenceExpiresAndItsPictureStays) {
  db::ConnectionPool pool(Database().RegistryDsn("realname_server"), 1, db::PrepareRegistryStatements);
  db::PostgresPhotoStore photos(pool);
  const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const auto at = [](int seconds) { return TimePoint(std::chrono::seconds(seconds)); };
  const std::string person = "00000000-0000-4000-8000-0000000000bb";
  const auto put = [&](const char* name, const char* evidence, TimePoint expire, TimePoint now) {
    const std::vector<db::SealedPhoto> one = {{name, "sealed", evidence}};
    ASSERT_TRUE(photos.Put(person, one, expire, now, soon).ok());
  };
  const auto evidence = [&](const std::string& name) {
    const std::vector<std::string> names = {name};
    const auto got = photos.Get(person, names, soon);
    EXPECT_TRUE(got.ok() && got->at(0).sealed == "sealed" && got->at(0).name == name);
    return got.ok() ? got->at(0).sealed_evidence : "";
  };
  put("short", "first", at(2000), at(1000));
  put("long", "first", at(2000), at(1000));
  put("none", "", at(2000), at(1000));
  EXPECT_EQ(evidence("short"), "first");
  EXPECT_EQ(evidence("none"), "");
  put("long", "second", at(4000), at(1000));
  put("long", "", at(9000), at(1000));
  EXPECT_EQ(evidence("long"), "second") << "newer evidence replaces, none leaves it";
  EXPECT_EQ(*photos.SweepEvidence(at(1999), 100, soon), 0u);
  EXPECT_EQ(*photos.SweepEvidence(at(2000), 100, soon), 1u);
  EXPECT_EQ(evidence("short"), "");
  EXPECT_EQ(*photos.SweepEvidence(at(4000), 100, soon), 1u) << "and not at what a put without evidence said";
  EXPECT_EQ(evidence("long"), "");
  put("short", "third", at(6000), at(5000));
  EXPECT_EQ(evidence("short"), "third");
}

// Ends every session of the server's role, as a crash or an administrator does.
void EndSessions() {
  pqxx::connection owner(Database().RegistryDsn("postgres"));
  pqxx::nontransaction tx(owner);
  tx.exec(
      std::string("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'realname_server'"));
}

TEST(PostgresConnections, ALostOneIsUnavailableAndTheNextIsGood) {
  db::ConnectionPool pool(Database().RegistryDsn("realname_server"), 1, db::PrepareRegistryStatements);
  const auto run = [&](db::Repeatable repeatable) {
    return db::RunStatement(pool, std::chrono::steady_clock::now() + std::chrono::seconds(10), "feed", repeatable,
                            [](pqxx::transaction_base& tx) { db::Execute(tx, "feed", 0, 1); });
  };
  ASSERT_TRUE(run(db::Repeatable::kNo).ok());
  EndSessions();
  const Status lost = run(db::Repeatable::kNo);
  EXPECT_EQ(lost.code(), StatusCode::kUnavailable) << lost.detail();
  EXPECT_TRUE(run(db::Repeatable::kNo).ok()) << "a lost connection does not come back from the pool";
  EndSessions();
  EXPECT_TRUE(run(db::Repeatable::kYes).ok());
}

TEST(PostgresKeys, TheFirstKeyStays) {
  auto& keys = Database().key_store();
  const std::string first = "00000000-0000-4000-8000-0000000000bb", second = "00000000-0000-4000-8000-0000000000bc";
  const std::vector<NewKey> both = {{first, "its key"}, {second, std::string("\0\"\\,}", 5)}};
  EXPECT_FALSE(keys.Find(first)->has_value());
  EXPECT_TRUE(keys.PutNew(both).ok());
  EXPECT_TRUE(keys.PutNew(both).ok()) << "a repeated call is the same call";
  EXPECT_EQ(*keys.Find(second), both[1].wrapped);
  const std::vector<NewKey> another = {{first, "another key"}};
  EXPECT_EQ(keys.PutNew(another).code(), StatusCode::kInternal);
  EXPECT_EQ(*keys.Find(first), "its key");
  EXPECT_TRUE(keys.Erase(first).ok());
  EXPECT_FALSE(keys.Find(first)->has_value());
}

TEST(PostgresKeys, KeysOfPeopleWhomTheRegistryDoesNotKnowAreSwept) {
  auto& database = Database();
  db::ConnectionPool pool(database.RegistryDsn("realname_server"), 1, db::PrepareRegistryStatements);
  db::PersonKeys keys(database.ring(), database.key_store());
  const std::string orphan = keys.New()->person_id;
  const std::string known = keys.New()->person_id;
  pqxx::connection owner(database.RegistryDsn("postgres"));
  pqxx::work tx(owner);
  tx.exec("insert into realname.person values ('" + known + "', 1, now())");
  tx.commit();

  const auto soon = [] { return std::chrono::steady_clock::now() + std::chrono::seconds(10); };
  const auto now = std::chrono::system_clock::now();
  // Of another registry every key would be an orphan: nothing is touched.
  db::ConnectionPool elsewhere(database.RegistryDsn("realname_server"), 1, [](db::Connection& connection) {
    connection.raw.prepare("unknown_people", "select id from unnest($1::uuid[]) as id");
  });
  EXPECT_EQ(
      db::OrphanKeys(database.key_store(), elsewhere).Sweep(now + std::chrono::hours(1), 1000, soon()).status().code(),
      StatusCode::kFailedPrecondition);
  EXPECT_TRUE(database.key_store().Find(orphan)->has_value());
  // A page is so many keys that were looked at, not so many old ones: what is young costs a page and no more.
  const auto young = database.key_store().People("", now - std::chrono::hours(1), 1);
  ASSERT_TRUE(young.ok());
  EXPECT_TRUE(young->people.empty());
  EXPECT_FALSE(young->next.empty());
  const auto old = database.key_store().People("", now + std::chrono::hours(1), 1);
  EXPECT_THAT(old->people, ::testing::ElementsAre(old->next));
  EXPECT_TRUE(database.key_store().People(std::string(8, 'f') + "-ffff-ffff-ffff-ffffffffffff", now, 1)->next.empty());
  db::OrphanKeys orphans(database.key_store(), pool);
  EXPECT_EQ(*orphans.Sweep(now - std::chrono::hours(1), 100000, soon()), 0u) << "young keys are left alone";
  EXPECT_TRUE(database.key_store().Find(orphan)->has_value());
  uint32_t swept = 0;
  // Page by page, and round again.
  for (int i = 0; i < 100; ++i) {
    const auto page = orphans.Sweep(now + std::chrono::hours(1), 50, soon());
    if (page.ok()) swept += *page;
  }
  EXPECT_GE(swept, 1u);
  EXPECT_FALSE(database.key_store().Find(orphan)->has_value());
  EXPECT_TRUE(database.key_store().Find(known)->has_value());
}

// Plans are made while tables are empty, when every index looks alike: none may be at hand that walks everybody's rows.
TEST(PostgresPlans, AnObservationWalksNobodyElsesRows) {
  const std::string statement = db::ObserveStatement();
  int parameters = 0;
  while (statement.find("$" + std::to_string(parameters + 1)) != std::string::npos) ++parameters;
  std::string nothing = "null";
  for (int i = 1; i < parameters; ++i) nothing += ",null";
  pqxx::connection owner(Database().RegistryDsn("postgres"));
  pqxx::work tx(owner);
  tx.exec("set local plan_cache_mode = force_generic_plan");
  tx.exec("set local enable_seqscan = off");
  // As on the first day.
  tx.exec("truncate realname.attempt, realname.person_group, realname.address_use, realname.capture");
  tx.exec("prepare observation as " + statement);
  std::string plan;
  for (const auto& row : tx.exec("explain execute observation(" + nothing + ")")) {
    plan += row[0].as<std::string>() + "\n";
  }
  for (const char* index : {"attempt_pkey", "capture_pkey", "address_use_pkey", "person_group_pkey"}) {
    EXPECT_NE(plan.find(index), std::string::npos) << index << "\n" << plan;
  }
  for (const char* walk : {"attempt_by_age", "Seq Scan on attempt", "Seq Scan on person_group"}) {
    EXPECT_EQ(plan.find(walk), std::string::npos) << walk << "\n" << plan;
  }
  tx.abort();
}

TEST(PostgresKeys, EveryNewPersonHasAKeyOfTheirOwnThatIsStored) {
  auto& database = Database();
  db::PersonKeys keys(database.ring(), database.key_store());
  std::set<std::string> people;
  for (int i = 0; i < 100; ++i) {
    auto person = keys.New();
    ASSERT_TRUE(person.ok());
    EXPECT_TRUE(people.insert(person->person_id).second);
    const SealContext context = {"table", "column", person->person_id};
    const std::string sealed = Seal(*person->key, context, "secret");
    // Another process that reads the store opens what this one sealed.
    auto found = db::PersonKeys(database.ring(), database.key_store()).Find(person->person_id);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(*Unseal(**found, context, sealed), "secret");
  }
}

TEST(EmbeddedPostgresTest, ASecondServerOnTheDirectoryIsRefused) {
  auto second = db::EmbeddedPostgres::Start(Database().data_dir() + "/pg", {});
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.status().message(), HasSubstr("another server"));
}

TEST(EmbeddedPostgresTest, APathTooLongForASocketIsRefused) {
  auto refused = db::EmbeddedPostgres::Start(MakeTemporaryDirectory() + "/" + std::string(100, 'x'), {});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.status().message(), HasSubstr("too long"));
}

TEST(EmbeddedPostgresTest, AKilledPostmasterComesBack) {
  auto& database = Database();
  const pid_t before = database.postgres().PostmasterPid();
  ASSERT_GT(before, 0);
  ASSERT_EQ(kill(before, SIGKILL), 0);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  // Old sessions answer for a moment longer: good again means a new postmaster and an answer.
  Status status;
  pid_t now = before;
  while ((now == before || now == 0 || !status.ok()) && std::chrono::steady_clock::now() < give_up) {
    now = database.postgres().PostmasterPid();
    status = database.registry().FeedEnd(give_up).status();
  }
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_NE(now, before);
  EXPECT_GT(now, 0);
}

}  // namespace
}  // namespace realname::testing
