// SPDX-License-Identifier: Apache-2.0
// Everything that remembers, wired together: databases (embedded or given), keys, photos, registry.
#pragma once

#include <memory>

#include "base/result.h"
#include "db/connection_pool.h"
#include "db/embedded_postgres.h"
#include "db/person_keys.h"
#include "db/postgres_capture_device_store.h"
#include "db/postgres_decision_log.h"
#include "db/postgres_gallery_store.h"
#include "db/postgres_key_store.h"
#include "db/postgres_list_store.h"
#include "db/postgres_photo_store.h"
#include "db/postgres_policy_store.h"
#include "db/postgres_registry.h"
#include "db/postgres_review_store.h"
#include "db/postgres_seller_store.h"
#include "db/postgres_session_store.h"
#include "db/postgres_subscriber_store.h"
#include "realname/v1/server_config.pb.h"
#include "vault/key_ring.h"

namespace realname::server {

// Members are in the order in which they must be made; they end in the opposite order.
struct Store {
  std::unique_ptr<db::EmbeddedPostgres> embedded;  // null with a database of one's own
  std::unique_ptr<KeyRing> ring;
  std::unique_ptr<db::ConnectionPool> pool;
  std::unique_ptr<db::PostgresKeyStore> key_store;
  std::unique_ptr<db::PersonKeys> keys;
  std::unique_ptr<db::PostgresPhotoStore> photos;
  std::unique_ptr<db::PostgresRegistry> registry;
  std::unique_ptr<db::PostgresSessionStore> sessions;
  std::unique_ptr<db::PostgresReviewStore> reviews;
  std::unique_ptr<db::PostgresSellerStore> sellers;
  std::unique_ptr<db::PostgresCaptureDeviceStore> capture_devices;
  std::unique_ptr<db::PostgresListStore> lists;
  std::unique_ptr<db::PostgresSubscriberStore> subscribers;
  std::unique_ptr<db::PostgresPolicyStore> packs;
  std::unique_ptr<db::PostgresGalleryStore> galleries;
  std::unique_ptr<db::PostgresDecisionLog> decisions;
};

// Opens the store, or says what is wrong with it. An embedded database is made and migrated; one that is given is only
// checked (see MigrateStore). A first run makes the key file and says so in the log.
Result<std::unique_ptr<Store>> OpenStore(const v1::ServerConfig& config);

// Migrates databases that are given, as their owner. Returns how many migrations ran.
Result<uint32_t> MigrateStore(const std::string& registry_dsn, const std::string& key_store_dsn);

}  // namespace realname::server
