// SPDX-License-Identifier: Apache-2.0
// Tells watchers of verifications what happens, by reading the registry's event log. One thread does all the reading,
// so a thousand open streams cost one poll.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "realname/v1/registration_service.pb.h"
#include "verification/caller.h"
#include "verification/registry.h"
#include "verification/verifications.h"

namespace realname::server {

// Thread-safe.
class EventHub {
 public:
  // Called from the hub's thread with new events in order, or with a failure that ends the watch; OK without events
  // says that the story had ended before. Must not block.
  using Listener = std::function<void(const Status& status, std::vector<v1::VerificationEvent> events)>;

  // Told of every verification to which something happened, in whatever process, soon after.
  using Reader = std::function<void(const std::vector<std::string>& verification_ids)>;

  // The first two outlive this object; `read` may block.
  EventHub(RegistryReader& registry, Verifications& verifications, Reader read);
  ~EventHub();

  // Starts a watch after `resume_token`; the listener hears of what already happened first. Returns the watch's number.
  uint64_t Watch(const Scope& scope, const std::string& verification_id, const std::string& resume_token,
                 Listener listener);

  // When it returns the listener is not being called and will not be again. Not to be called from a listener.
  void Unwatch(uint64_t watch);

 private:
  struct Watcher {
    Scope scope;
    std::string verification_id;
    std::string resume_token;
    Listener listener;
    bool behind = true;  // something may have happened that it has not heard of
  };
  void Run();
  void CatchUp();

  RegistryReader& registry_;
  Verifications& verifications_;
  const Reader read_;
  std::mutex mutex_;    // guards the members below
  std::mutex calling_;  // held while listeners are called
  std::condition_variable woken_;
  std::map<uint64_t, std::shared_ptr<Watcher>> watchers_;
  uint64_t next_watch_ = 1;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace realname::server
