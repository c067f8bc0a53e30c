// SPDX-License-Identifier: Apache-2.0
#include "tests/db/private_database.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <sys/stat.h>

#include "db/migrate.h"
#include "db/registry_statements.h"

// libpqxx 6.4 loses a result when a connection breaks under it, and gRPC's resolver some names; nothing of ours leaks
// there.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:PQmakeEmptyPGresult\nleak:libpq.so\nleak:libcares\n";
}

namespace realname::testing {
namespace {

void Must(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.message() + " " + status.detail());
}

}  // namespace

std::string MakeTemporaryDirectory() {
  std::string path = "/tmp/realname-test-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  chmod(path.c_str(), 0755);
  return path;
}

PrivateDatabase& PrivateDatabase::Instance() {
  static PrivateDatabase database;
  return database;
}

PrivateDatabase::PrivateDatabase() : data_dir_(MakeTemporaryDirectory()) {
  auto ring = KeyRing::Create(data_dir_ + "/keys");
  Must(ring.status());
  ring_ = std::make_unique<KeyRing>(*std::move(ring));
  auto postgres = db::EmbeddedPostgres::Start(data_dir_ + "/pg", {"realname", "realname_keys"});
  Must(postgres.status());
  postgres_ = *std::move(postgres);
  Must(db::EnsureRoles(RegistryDsn("postgres")));
  Must(db::Migrate(db::Database::kRegistry, RegistryDsn("postgres")).status());
  Must(db::Migrate(db::Database::kKeyStore, KeyStoreDsn("postgres")).status());
  pool_ = std::make_unique<db::ConnectionPool>(RegistryDsn("realname_server"), 8, db::PrepareRegistryStatements);
  key_store_ = std::make_unique<db::PostgresKeyStore>(KeyStoreDsn("realname_keys"), 4);
  keys_ = std::make_unique<db::PersonKeys>(*ring_, *key_store_);
  photos_ = std::make_unique<db::PostgresPhotoStore>(*pool_);
  registry_ = std::make_unique<db::PostgresRegistry>(*pool_, *keys_, *photos_, *ring_);
  sessions_ = std::make_unique<db::PostgresSessionStore>(*pool_, *keys_, *photos_, *ring_);
  galleries_ = std::make_unique<db::PostgresGalleryStore>(*pool_, *keys_);
  reviews_ = std::make_unique<db::PostgresReviewStore>(*pool_, *keys_, *ring_);
  sellers_ = std::make_unique<db::PostgresSellerStore>(*pool_);
  capture_devices_ = std::make_unique<db::PostgresCaptureDeviceStore>(*pool_);
  lists_ = std::make_unique<db::PostgresListStore>(*pool_, *keys_, *ring_);
  subscribers_ = std::make_unique<db::PostgresSubscriberStore>(*pool_, *keys_);
}

PrivateDatabase::~PrivateDatabase() {
  reviews_.reset();
  galleries_.reset();
  sessions_.reset();
  registry_.reset();
  photos_.reset();
  keys_.reset();
  key_store_.reset();
  pool_.reset();
  postgres_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(data_dir_, ignored);
}

}  // namespace realname::testing
