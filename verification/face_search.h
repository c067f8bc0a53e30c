// SPDX-License-Identifier: Apache-2.0
// The search for one face under several documents: galleries in memory, kept as the store has them.
//
// No face slips between two: a search says up to which number it compared a gallery, and the commit gives the next one
// only if that still is the last. Otherwise nothing is written; the new ones are read and compared, and it is tried
// again. So of any two portraits in a gallery the later one was compared with the earlier one, whatever process each
// was in. That memory is behind the store costs another round, never a face.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/facts.pb.h"
#include "rules/policy.h"
#include "verification/face_examiner.h"
#include "verification/gallery_store.h"
#include "verification/registry.h"

namespace realname {

// Whose face, and where.
struct FaceSearchQuery {
  std::string operator_id;
  std::string agent_id;   // empty: none
  std::string device_id;  // that proved the capture; empty: none
  v1::ChannelType channel = v1::CHANNEL_TYPE_UNSPECIFIED;
  // Whom the operator takes for this person; empty for somebody new.
  std::vector<std::string> people;
  std::string verification_id;
  const v1::FaceEvidence* portrait = nullptr;  // with a template of the bundle in force
};

class FaceSearch {
  struct Held;

 public:
  // What was found. While it lives nobody else in this process searches its galleries before a commit: of two at one
  // counter the second waits for the first, instead of finding out that it came in between.
  class Search {
   public:
    v1::FaceSearchFacts facts;
    // In the order of their keys; for CommitRequest.
    std::vector<GalleryEntry> entries;

   private:
    friend class FaceSearch;
    std::vector<std::shared_ptr<Held>> held_;
    std::vector<std::unique_lock<std::timed_mutex>> turns_;
  };

  // The arguments outlive this object.
  FaceSearch(GalleryStore& store, const FaceExaminer& faces, const Clock& clock)
      : store_(store), faces_(faces), clock_(clock) {}

  // Searches the galleries that the policy names for the channel. `again`: in what the store has by now, not what
  // memory has. `search` is a new one, or that of the same application a round before. Errors: RESOURCE_EXHAUSTED
  // (OVERLOADED) if the turn did not come in time, and those of GalleryStore.
  Status Run(const rules::Policy& policy, const FaceSearchQuery& query, bool again, Search& search, Deadline deadline);

  // Takes what a commit has just brought into the galleries that it had searched.
  void Entered(const Search& search, const FaceSearchQuery& query, const std::string& person_id);

  // Reads what these verifications, by whatever process, brought into galleries that are in memory.
  Status CatchUp(std::span<const std::string> verification_ids, Deadline deadline);

  // Lets go of templates that ran out, were erased or taken out, and of galleries that nobody searched for an hour.
  // What ran out is gone when it returns; and never found before it is gone.
  Status Tidy(Deadline deadline);

  // The second net: compares what came into galleries since the last sweep, by whatever process, with all that had come
  // before, and notes the pairs that are alike and on record nowhere; returns how many. Looks at `limit` galleries.
  Result<uint32_t> Sweep(const rules::Policy& policy, uint32_t limit, Deadline deadline);

  // Templates in memory.
  size_t size() const;

 private:
  // What is known of a template beside its values, which only the gallery has.
  struct Row {
    std::string person_id;
    std::string verification_id;
    TimePoint expire_time;
  };
  struct Held {
    std::timed_mutex turn;  // from a search to its commit; those of several galleries in the order of their keys
    mutable std::shared_mutex mutex;     // guards what follows
    std::unique_ptr<FaceGallery> faces;  // ids are numbers of templates; null until it was read
    std::unordered_map<uint64_t, Row> rows;
    uint64_t last_sequence = 0;
    uint32_t most = 0;  // GalleryPolicy.max_templates: older ones have left; 0 until somebody searched
    uint64_t removals = 0;
    std::chrono::steady_clock::time_point used;
  };

  Status TakeTurns(const std::vector<GalleryKey>& keys, Search& search, Deadline deadline);
  std::shared_ptr<Held> Find(const GalleryKey& key, bool make);
  // Reads what is new; everything, if templates were taken out. With the mutex held.
  Status Read(const GalleryKey& key, Held& held, Deadline deadline);
  void Add(Held& held, GalleryTemplate face) const;
  static void Drop(Held& held, uint64_t sequence);
  // Drops what ran out, and the oldest where there are more than the policy takes.
  void DropEnded(Held& held) const;

  GalleryStore& store_;
  const FaceExaminer& faces_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<GalleryKey, std::shared_ptr<Held>> held_;
  // Brought in by this process: known before the event log tells of them.
  std::unordered_set<std::string> entered_;
};

}  // namespace realname
