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
                           const PolicyArchive& policies, const Clock& clock)
    : registry_(registry),
      registration_(registration),
      sources_(sources),
      policies_(policies),
      clock_(clock),
      thread_([this] { Run(); }) {}

SourceWorker::~SourceWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void SourceWorker::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    // A policy that asks nobody any more leaves nobody waiting: a person decides about them.
    const auto& sources = policies_.Current().pack.identity_sources();
    auto retry = std::chrono::seconds(sources.empty() ? std::chrono::minutes(1) : std::chrono::hours(24));
    auto wait = sources.empty() ? std::chrono::minutes(0) : std::chrono::minutes::max();
    for (const v1::IdentitySourcePolicy& source : sources) {
      retry = std::min(retry, std::chrono::seconds(source.retry_seconds()));
      wait = std::min(wait, std::chrono::minutes(source.wait_minutes()));
    }
    const size_t finished = Finish(retry, wait);
    lock.lock();
    // A full batch that went well has more behind it.
    if (finished < kBatch) woken_.wait_for(lock, kBeat, [this] { return stopping_; });
  }
}

size_t SourceWorker::Finish(std::chrono::seconds retry, std::chrono::minutes wait) {
  // While no source can be reached only those are taken that waited long enough for a person to decide.
  const TimePoint now = clock_.Now();
  auto taken = registry_.TakeAwaitingSource(now, sources_.Reachable() ? now : now - wait, retry, kBatch, Soon());
  if (!taken.ok()) return 0;
  size_t finished = 0;
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
    Log(LogLevel::kInfo, "applications finished that awaited a source", {{"count", static_cast<int64_t>(finished)}});
  }
  return finished;
}

}  // namespace realname::server
