// SPDX-License-Identifier: Apache-2.0
#include "server/event_hub.h"

#include <chrono>
#include <utility>

namespace realname::server {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(100);

Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

}  // namespace

EventHub::EventHub(RegistryReader& registry, Verifications& verifications, Reader read)
    : registry_(registry), verifications_(verifications), read_(std::move(read)), thread_([this] { Run(); }) {}

EventHub::~EventHub() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

uint64_t EventHub::Watch(const Scope& scope, const std::string& verification_id, const std::string& resume_token,
                         Listener listener) {
  auto watcher = std::make_shared<Watcher>();
  watcher->scope = scope;
  watcher->verification_id = verification_id;
  watcher->resume_token = resume_token;
  watcher->listener = std::move(listener);
  uint64_t watch = 0;
  {
    const std::lock_guard lock(mutex_);
    watch = next_watch_++;
    watchers_[watch] = std::move(watcher);
  }
  woken_.notify_all();
  return watch;
}

void EventHub::Unwatch(uint64_t watch) {
  const std::lock_guard calling(calling_);
  const std::lock_guard lock(mutex_);
  watchers_.erase(watch);
}

void EventHub::Run() {
  uint64_t position = 0;
  bool positioned = false;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    // The sequencer runs even with nobody watching: positions are for every consumer of the log.
    lock.unlock();
    if (!positioned) {
      const auto end = registry_.FeedEnd(Soon());
      positioned = end.ok();
      if (positioned) position = *end;
    }
    if (positioned) {
      const auto fresh = registry_.Feed(position, 1000, Soon());
      if (fresh.ok() && !fresh->empty()) {
        position = fresh->back().position;
        std::vector<std::string> ids;
        {
          const std::lock_guard relock(mutex_);
          for (const FeedEntry& entry : *fresh) {
            ids.push_back(entry.verification_id);
            for (auto& [number, watcher] : watchers_)
              watcher->behind |= watcher->verification_id == entry.verification_id;
          }
        }
        read_(ids);
      }
    }
    CatchUp();
    lock.lock();
    const bool anybody_behind = [&] {
      for (const auto& [number, watcher] : watchers_) {
        if (watcher->behind) return true;
      }
      return false;
    }();
    if (!stopping_ && !anybody_behind) woken_.wait_for(lock, kPollInterval);
  }
}

void EventHub::CatchUp() {
  std::vector<std::pair<uint64_t, std::shared_ptr<Watcher>>> behind;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [number, watcher] : watchers_) {
      if (watcher->behind) behind.emplace_back(number, watcher);
      watcher->behind = false;
    }
  }
  for (auto& [number, watcher] : behind) {
    auto events = verifications_.EventsAfter(watcher->scope, watcher->verification_id, watcher->resume_token, Soon());
    if (events.ok() && events->empty()) {
      const auto ended = verifications_.HasEnded(watcher->scope, watcher->verification_id, Soon());
      if (ended.ok() && !*ended) continue;
      if (!ended.ok()) events = ended.status();
    }
    const std::lock_guard calling(calling_);
    {
      const std::lock_guard lock(mutex_);
      if (!watchers_.contains(number)) continue;
      if (!events.ok() || events->empty()) watchers_.erase(number);
    }
    if (events.ok()) {
      if (!events->empty()) watcher->resume_token = events->back().resume_token();
      watcher->listener({}, *std::move(events));
    } else {
      watcher->listener(events.status(), {});
    }
  }
}

}  // namespace realname::server
