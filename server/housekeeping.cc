// SPDX-License-Identifier: Apache-2.0
#include "server/housekeeping.h"

#include <malloc.h>
#include <optional>

#include "server/log.h"

namespace realname::server {
namespace {

constexpr auto kBeat = std::chrono::seconds(1);
constexpr uint32_t kExpiryBatch = 100;
constexpr int kPhotoSweepBeats = 10;
constexpr int kTrimBeats = 5;
constexpr int kSessionSweepBeats = 5;
// How long the operator's staff can see what became of a session that no registration used.
constexpr auto kSessionAge = std::chrono::hours(24);
// A picture that no registration names by then never will be: no call lives that long.
constexpr auto kOrphanAge = std::chrono::hours(24);
constexpr int kAttemptSweepBeats = 10;
// Limits look back a day.
constexpr auto kAttemptAge = std::chrono::hours(25);
// A thousand keys each time: fifty million take six days.
constexpr int kKeySweepBeats = 10;
// A registry that is restored from an older backup does not know newer people; their keys must outlive the mistake.
constexpr auto kOrphanKeyAge = std::chrono::hours(24 * 90);
// What a search missed is known after so many seconds.
constexpr int kFaceSweepBeats = 10;
constexpr int kFaceCountBeats = 3600;
// Face Recognition Technology Application Security Management Measures (2025): whoever keeps face information of
// 100,000 people files it with the authorities within 30 working days.
constexpr uint64_t kFilingDuty = 100'000;
constexpr uint64_t kNearFilingDuty = 90'000;

Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

}  // namespace

Housekeeping::Housekeeping(Registry& registry, SessionStore& sessions, db::PhotoStore& photos,
                           db::OrphanKeys orphan_keys, PolicyPacks& packs, FaceSearch& search, GalleryStore& galleries,
                           const PolicyArchive& policies, const Clock& clock, std::function<void(bool)> set_serving)
    : registry_(registry),
      sessions_(sessions),
      photos_(photos),
      orphan_keys_(orphan_keys),
      packs_(packs),
      search_(search),
      galleries_(galleries),
      policies_(policies),
      clock_(clock),
      set_serving_(std::move(set_serving)),
      thread_([this] { Run(); }) {}

Housekeeping::~Housekeeping() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void Housekeeping::Run() {
  std::optional<bool> serving;
  std::unique_lock lock(mutex_);
  for (int beat = 0; !stopping_; ++beat) {
    lock.unlock();
    auto ended = registry_.ExpireReservations(clock_.Now(), kExpiryBatch, Soon());
    // A contended sweep is not a dead database.
    const bool alive = ended.ok() || ended.status().code() == StatusCode::kAborted;
    if (serving != alive) {
      serving = alive;
      set_serving_(alive);
      Log(alive ? LogLevel::kInfo : LogLevel::kError, alive ? "serving" : "not serving: the database does not answer");
    }
    if (ended.ok() && *ended > 0) Log(LogLevel::kInfo, "reservations ended", {{"count", int64_t{*ended}}});
    if (alive) {
      auto followed = packs_.Follow(Soon());
      if (followed.ok() && *followed) {
        Log(LogLevel::kInfo, "another policy is in force", {{"digest", std::string_view(policies_.Current().digest)}});
      }
      if (!followed.ok()) {
        Log(LogLevel::kError, "the policy in force cannot be taken up",
            {{"detail", std::string_view(followed.status().detail())}});
      }
      const auto warn_before = std::chrono::minutes(policies_.Current().pack.review().warn_minutes());
      auto told = registry_.WarnReservations(clock_.Now(), clock_.Now() + warn_before, kExpiryBatch, Soon());
      if (told.ok() && *told > 0) Log(LogLevel::kInfo, "reservations about to end", {{"count", int64_t{*told}}});
    }
    // What large requests leave behind in small pieces goes back to the system.
    if (beat % kTrimBeats == 0) malloc_trim(0);
    if (alive && beat % kSessionSweepBeats == 0) {
      auto swept = sessions_.Sweep(clock_.Now() - kSessionAge, 100, Soon());
      if (swept.ok() && *swept > 0) Log(LogLevel::kInfo, "sessions swept", {{"count", int64_t{*swept}}});
    }
    if (alive && beat % kAttemptSweepBeats == 0) {
      (void)registry_.ForgetAttempts(clock_.Now() - kAttemptAge, 10000, Soon());
    }
    if (alive && beat % kPhotoSweepBeats == 0) {
      auto swept = photos_.SweepOrphans(clock_.Now() - kOrphanAge, 1000, Soon());
      if (swept.ok() && *swept > 0) Log(LogLevel::kInfo, "orphan pictures swept", {{"count", int64_t{*swept}}});
      swept = photos_.SweepEvidence(clock_.Now(), 1000, Soon());
      if (swept.ok() && *swept > 0) Log(LogLevel::kInfo, "face templates expired", {{"count", int64_t{*swept}}});
    }
    if (alive) TendFaces(beat);
    if (alive && beat % kKeySweepBeats == 0) {
      auto swept = orphan_keys_.Sweep(clock_.Now() - kOrphanKeyAge, 1000, Soon());
      if (swept.ok() && *swept > 0) Log(LogLevel::kInfo, "orphan keys swept", {{"count", int64_t{*swept}}});
      if (!swept.ok() && swept.status().code() == StatusCode::kFailedPrecondition) {
        Log(LogLevel::kError, "orphan keys left alone", {{"detail", std::string_view(swept.status().detail())}});
      }
    }
    lock.lock();
    if (!(ended.ok() && *ended == kExpiryBatch)) woken_.wait_for(lock, kBeat, [this] { return stopping_; });
  }
}

void Housekeeping::TendFaces(int beat) {
  // Memory first: what ran out is in no dump of it from now on.
  if (Status status = search_.Tidy(Soon()); !status.ok()) {
    Log(LogLevel::kWarn, "galleries in memory are behind", {{"detail", std::string_view(status.message())}});
  }
  if (beat % kFaceSweepBeats == 0) {
    auto noted = search_.Sweep(policies_.Current(), 1000, Soon());
    if (noted.ok() && *noted > 0) {
      Log(LogLevel::kError, "faces that no search had found", {{"pairs", int64_t{*noted}}});
    }
    if (!noted.ok()) {
      Log(LogLevel::kWarn, "galleries are not swept", {{"detail", std::string_view(noted.status().message())}});
    }
    auto swept = galleries_.SweepTemplates(clock_.Now(), 1000, Soon());
    if (swept.ok() && *swept > 0) Log(LogLevel::kInfo, "faces left galleries", {{"count", int64_t{*swept}}});
  }
  if (beat % kFaceCountBeats == 0) {
    auto faces = galleries_.CountFaces(Soon());
    if (!faces.ok()) {
      // Nobody is to rest on an alarm that cannot ring.
      Log(LogLevel::kWarn, "faces are not counted", {{"detail", std::string_view(faces.status().message())}});
      return;
    }
    const LogLevel level = *faces >= kFilingDuty       ? LogLevel::kError
                           : *faces >= kNearFilingDuty ? LogLevel::kWarn
                                                       : LogLevel::kInfo;
    if (level != LogLevel::kInfo) {
      Log(level,
          *faces >= kFilingDuty ? "so many people's faces are kept that it has to be filed with the authorities"
                                : "soon so many people's faces are kept that it has to be filed with the authorities",
          {{"people", static_cast<int64_t>(*faces)}});
    }
  }
}

}  // namespace realname::server
