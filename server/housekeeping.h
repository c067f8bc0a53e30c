// SPDX-License-Identifier: Apache-2.0
// What the server does by itself: ends reservations that ran out and tells of those that are about to, sweeps sessions
// that no registration used, pictures that nobody names and keys of people whom the registry does not know, lets go of
// faces that ran out and looks after what the searches for them may have missed, follows the policy that was activated
// last, and tells the health service the truth.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "db/orphan_keys.h"
#include "db/photo_store.h"
#include "verification/face_search.h"
#include "verification/gallery_store.h"
#include "verification/policy_archive.h"
#include "verification/policy_packs.h"
#include "verification/registry.h"
#include "verification/session_store.h"

namespace realname::server {

class Housekeeping {
 public:
  // Channels are told of cases whose reservations end within the policy's warn_minutes. `set_serving` is called
  // whenever the database begins or ceases to answer, first of all once. Arguments outlive this.
  Housekeeping(Registry& registry, SessionStore& sessions, db::PhotoStore& photos, db::OrphanKeys orphan_keys,
               PolicyPacks& packs, FaceSearch& search, GalleryStore& galleries, const PolicyArchive& policies,
               const Clock& clock, std::function<void(bool)> set_serving);
  ~Housekeeping();

 private:
  void Run();
  // Galleries: what ran out, what a search missed, and how many faces are kept.
  void TendFaces(int beat);

  Registry& registry_;
  SessionStore& sessions_;
  db::PhotoStore& photos_;
  db::OrphanKeys orphan_keys_;
  PolicyPacks& packs_;
  FaceSearch& search_;
  GalleryStore& galleries_;
  const PolicyArchive& policies_;
  const Clock& clock_;
  const std::function<void(bool)> set_serving_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace realname::server
