// SPDX-License-Identifier: Apache-2.0
#include "server/store.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include "db/database_checks.h"
#include "db/migrate.h"
#include "db/registry_statements.h"
#include "server/log.h"

namespace realname::server {
namespace {

Result<KeyRing> OpenKeyRing(const std::string& key_file, bool database_in_use) {
  std::error_code error;
  if (!std::filesystem::exists(key_file, error) && !database_in_use) {
    auto ring = KeyRing::Create(key_file);
    if (!ring.ok()) return ring.status();
    Log(LogLevel::kWarn, "key file made",
        {{"file", std::string_view(key_file)},
         {"advice", "back it up apart from the databases; without it nobody can be read"}});
    return ring;
  }
  return KeyRing::Load(key_file);
}

}  // namespace

Result<uint32_t> MigrateStore(const std::string& registry_dsn, const std::string& key_store_dsn) {
  auto registry = db::Migrate(db::Database::kRegistry, registry_dsn);
  if (!registry.ok()) return registry.status();
  auto key_store = db::Migrate(db::Database::kKeyStore, key_store_dsn);
  if (!key_store.ok()) return key_store.status();
  return *registry + *key_store;
}

Result<std::unique_ptr<Store>> OpenStore(const v1::ServerConfig& config) {
  auto store = std::make_unique<Store>();
  // Whatever the form of the connection strings, no attempt to connect hangs. They may say otherwise.
  setenv("PGCONNECT_TIMEOUT", "5", 0);
  std::string registry_dsn = config.database_dsn();
  std::string key_store_dsn = config.key_store_dsn();
  if (config.database_dsn().empty()) {
    auto embedded = db::EmbeddedPostgres::Start(config.data_dir(), {"realname", "realname_keys"});
    if (!embedded.ok()) return embedded.status();
    store->embedded = *std::move(embedded);
    const std::string owner = store->embedded->Dsn("realname", "postgres");
    if (Status status = db::EnsureRoles(owner); !status.ok()) return status;
    auto migrated = MigrateStore(owner, store->embedded->Dsn("realname_keys", "postgres"));
    if (!migrated.ok()) return migrated.status();
    registry_dsn = store->embedded->Dsn("realname", "realname_server");
    key_store_dsn = store->embedded->Dsn("realname_keys", "realname_keys");
  }
  if (Status status = db::CheckSchema(db::Database::kRegistry, registry_dsn); !status.ok()) return status;
  if (Status status = db::CheckSchema(db::Database::kKeyStore, key_store_dsn); !status.ok()) return status;
  for (const auto& [database, dsn] :
       {std::pair(db::Database::kRegistry, registry_dsn), std::pair(db::Database::kKeyStore, key_store_dsn)}) {
    if (Status status = db::CheckDurabilityAndRole(database, dsn); !status.ok()) return status;
  }

  auto bound = db::IsBoundToKeys(registry_dsn);
  if (!bound.ok()) return bound.status();
  auto ring = OpenKeyRing(config.key_file(), *bound);
  if (!ring.ok()) return ring.status();
  if (Status status = db::BindToKeys(registry_dsn, *ring); !status.ok()) return status;
  store->ring = std::make_unique<KeyRing>(*std::move(ring));

  const size_t connections = config.limits().database_connections();
  store->pool = std::make_unique<db::ConnectionPool>(registry_dsn, connections, db::PrepareRegistryStatements);
  store->key_store = std::make_unique<db::PostgresKeyStore>(key_store_dsn, connections);
  store->keys = std::make_unique<db::PersonKeys>(*store->ring, *store->key_store);
  store->photos = std::make_unique<db::PostgresPhotoStore>(*store->pool);
  store->registry = std::make_unique<db::PostgresRegistry>(*store->pool, *store->keys, *store->photos, *store->ring);
  store->sessions =
      std::make_unique<db::PostgresSessionStore>(*store->pool, *store->keys, *store->photos, *store->ring);
  store->reviews = std::make_unique<db::PostgresReviewStore>(*store->pool, *store->keys, *store->ring);
  store->sellers = std::make_unique<db::PostgresSellerStore>(*store->pool);
  store->capture_devices = std::make_unique<db::PostgresCaptureDeviceStore>(*store->pool);
  store->lists = std::make_unique<db::PostgresListStore>(*store->pool, *store->keys, *store->ring);
  store->galleries = std::make_unique<db::PostgresGalleryStore>(*store->pool, *store->keys);
  store->decisions = std::make_unique<db::PostgresDecisionLog>(*store->pool, *store->keys);
  store->packs = std::make_unique<db::PostgresPolicyStore>(*store->pool);
  store->subscribers = std::make_unique<db::PostgresSubscriberStore>(*store->pool, *store->keys);
  return store;
}

}  // namespace realname::server
