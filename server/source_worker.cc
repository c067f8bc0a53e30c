// SPDX-License-Identifier: Apache-2.0
#include "server/source_worker.h"

#include <algorithm>

#include "server/log.h"

namespace realname::server {
namespace {

constexpr auto kBeat = std::chrono::seconds(1);
constexpr uint32_t kBatch = 20;

Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(10); }

}  // namespace

SourceWorker::SourceWorker(Registry& registry, Registration& registration, IdentitySources& sources,
                           const rules::Policy& policy, const Clock& clock)
    : registry_(registry), registration_(registration), sources_(sources), clock_(clock) {
  const auto& all = policy.pack.identity_sources();
  if (all.empty()) return;
  const auto shortest = [&](auto value) {
    return value(
        *std::min_element(all.begin(), all.end(), [&](const auto& a, const auto& b) { return value(a) < value(b); }));
  };
  thread_ = std::thread(
      [this, retry = std::chrono::seconds(shortest([](const auto& s) { return s.retry_seconds(); })),
       wait = std::chrono::minutes(shortest([](const auto& s) { return s.wait_minutes(); }))] { Run(retry, wait); });
}

SourceWorker::~SourceWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SourceWorker::Run(std::chrono::seconds retry, std::chrono::minutes wait) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    // While no source can be reached only those are taken that waited long enough for a person to decide.
    const TimePoint now = clock_.Now();
    auto taken = registry_.TakeAwaitingSource(now, sources_.Reachable() ? now : now - wait, retry, kBatch, Soon());
    size_t finished = 0;
    if (taken.ok()) {
      for (const AwaitingSource& each : *taken) {
        auto done = registration_.AskAgain(each.operator_id, each.verification_id, Soon());
        if (done.ok() && *done) ++finished;
        if (!done.ok()) {
          Log(LogLevel::kWarn, "an application goes on waiting for its identity source",
              {{"verification_id", std::string_view(each.verification_id)},
               {"reason", std::string_view(done.status().reason())}});
        }
      }
      if (finished > 0) {
        Log(LogLevel::kInfo, "applications finished that awaited a source",
            {{"count", static_cast<int64_t>(finished)}});
      }
    }
    lock.lock();
    // A full batch that went well has more behind it.
    if (finished < kBatch) woken_.wait_for(lock, kBeat, [this] { return stopping_; });
  }
}

}  // namespace realname::server
