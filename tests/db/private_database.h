// SPDX-License-Identifier: Apache-2.0
// A throw-away PostgreSQL for one test program: a temporary directory, the server's own embedded cluster, migrated.
#pragma once

#include <memory>
#include <string>

#include "db/connection_pool.h"
#include "db/embedded_postgres.h"
#include "db/person_keys.h"
#include "db/postgres_capture_device_store.h"
#include "db/postgres_gallery_store.h"
#include "db/postgres_key_store.h"
#include "db/postgres_list_store.h"
#include "db/postgres_photo_store.h"
#include "db/postgres_registry.h"
#include "db/postgres_review_store.h"
#include "db/postgres_seller_store.h"
#include "db/postgres_session_store.h"
#include "db/postgres_subscriber_store.h"
#include "vault/key_ring.h"

namespace realname::testing {

class PrivateDatabase {
 public:
  // Started on first use, stopped when the program ends.
  static PrivateDatabase& Instance();

  std::string RegistryDsn(const std::string& role) const { return postgres_->Dsn("realname", role); }
  std::string KeyStoreDsn(const std::string& role) const { return postgres_->Dsn("realname_keys", role); }
  db::PostgresRegistry& registry() { return *registry_; }
  db::PostgresSessionStore& sessions() { return *sessions_; }
  db::PostgresReviewStore& reviews() { return *reviews_; }
  db::PostgresGalleryStore& galleries() { return *galleries_; }
  db::PostgresSellerStore& sellers() { return *sellers_; }
  db::PostgresCaptureDeviceStore& capture_devices() { return *capture_devices_; }
  db::PostgresListStore& lists() { return *lists_; }
  db::PostgresSubscriberStore& subscribers() { return *subscribers_; }
  db::ConnectionPool& pool() { return *pool_; }
  db::PostgresPhotoStore& photos() { return *photos_; }
  db::PersonKeys& keys() { return *keys_; }
  db::PostgresKeyStore& key_store() { return *key_store_; }
  db::EmbeddedPostgres& postgres() { return *postgres_; }
  const std::string& data_dir() const { return data_dir_; }
  const KeyRing& ring() const { return *ring_; }

  PrivateDatabase();
  ~PrivateDatabase();

 private:
  std::string data_dir_;
  std::unique_ptr<KeyRing> ring_;
  std::unique_ptr<db::EmbeddedPostgres> postgres_;
  std::unique_ptr<db::ConnectionPool> pool_;
  std::unique_ptr<db::PostgresKeyStore> key_store_;
  std::unique_ptr<db::PersonKeys> keys_;
  std::unique_ptr<db::PostgresPhotoStore> photos_;
  std::unique_ptr<db::PostgresRegistry> registry_;
  std::unique_ptr<db::PostgresSessionStore> sessions_;
  std::unique_ptr<db::PostgresReviewStore> reviews_;
  std::unique_ptr<db::PostgresGalleryStore> galleries_;
  std::unique_ptr<db::PostgresSellerStore> sellers_;
  std::unique_ptr<db::PostgresCaptureDeviceStore> capture_devices_;
  std::unique_ptr<db::PostgresListStore> lists_;
  std::unique_ptr<db::PostgresSubscriberStore> subscribers_;
};

// A fresh directory under /tmp that the database user can enter.
std::string MakeTemporaryDirectory();

}  // namespace realname::testing
