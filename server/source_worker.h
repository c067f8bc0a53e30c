// SPDX-License-Identifier: Apache-2.0
// Finishes applications whose identity source did not answer, once it does, or once they waited as long as they may.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "verification/identity_sources.h"
#include "verification/policy_archive.h"
#include "verification/registration.h"
#include "verification/registry.h"

namespace realname::server {

class SourceWorker {
 public:
  // Every process may have one: they share the work. Arguments outlive this. Rests under a policy without
  // sources.
  SourceWorker(Registry& registry, Registration& registration, IdentitySources& sources, const PolicyArchive& policies,
               const Clock& clock);
  ~SourceWorker();

 private:
  void Run();
  // One batch; returns how many wait no longer.
  size_t Finish(std::chrono::seconds retry, std::chrono::minutes wait);

  Registry& registry_;
  Registration& registration_;
  IdentitySources& sources_;
  const PolicyArchive& policies_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace realname::server
