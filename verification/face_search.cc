// SPDX-License-Identifier: Apache-2.0
#include "verification/face_search.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "rules/face_search.h"

namespace realname {
namespace {

constexpr size_t kMostHits = 10;
constexpr size_t kMostEntered = 10000;
constexpr auto kLongestWait = std::chrono::seconds(5);
constexpr auto kIdle = std::chrono::hours(1);

bool Contains(const std::vector<std::string>& people, const std::string& person) {
  return std::find(people.begin(), people.end(), person) != people.end();
}

// Whose gallery of this kind it is; empty: there is none here.
std::string OwnerOf(const v1::GalleryPolicy& gallery, const FaceSearchQuery& query) {
  switch (gallery.kind()) {
    case v1::GALLERY_KIND_AGENT:
      return query.agent_id;
    case v1::GALLERY_KIND_DEVICE:
      return query.device_id;
    default:
      return "";
  }
}

}  // namespace

std::shared_ptr<FaceSearch::Held> FaceSearch::Find(const GalleryKey& key, bool make) {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(key);
  if (found != held_.end()) return found->second;
  return make ? held_.emplace(key, std::make_shared<Held>()).first->second : nullptr;
}

void FaceSearch::Drop(Held& held, uint64_t sequence) {
  held.rows.erase(sequence);
  held.faces->Remove(sequence);
}

void FaceSearch::DropEnded(Held& held) const {
  const TimePoint now = clock_.Now();
  const uint64_t oldest = held.most > 0 && held.last_sequence > held.most ? held.last_sequence - held.most : 0;
  std::vector<uint64_t> ended;
  for (const auto& [sequence, row] : held.rows) {
    if (row.expire_time <= now || sequence <= oldest) ended.push_back(sequence);
  }
  for (const uint64_t sequence : ended) Drop(held, sequence);
}

void FaceSearch::Add(Held& held, GalleryTemplate face) const {
  const std::string& values = face.face_template.Reveal();
  if (face.bundle_digest == faces_.BundleDigest() && face.expire_time > clock_.Now() &&
      held.faces->Add(face.sequence, values)) {
    held.rows.emplace(face.sequence, Row{face.person_id, face.verification_id, face.expire_time});
  }
  // It is in the gallery now, and in no copy that is freed as it is.
  explicit_bzero(const_cast<char*>(values.data()), values.size());
}

Status FaceSearch::Read(const GalleryKey& key, Held& held, Deadline deadline) {
  for (uint64_t after = held.faces ? held.last_sequence : 0;;) {
    auto page = store_.ReadGallery(key, after, deadline);
    if (!page.ok()) return page.status();
    if (!held.faces || page->removals != held.removals) {
      const bool whole = after == 0;
      held.faces = faces_.NewGallery();
      held.rows.clear();
      held.last_sequence = 0;
      held.removals = page->removals;
      if (!whole) {
        after = 0;
        continue;
      }
    }
    for (GalleryTemplate& face : page->templates) Add(held, std::move(face));
    held.last_sequence = page->next == 0 ? page->last_sequence : page->next;
    DropEnded(held);
    if (page->next == 0) return {};
    after = page->next;
  }
}

Status FaceSearch::TakeTurns(const std::vector<GalleryKey>& keys, Search& search, Deadline deadline) {
  std::vector<std::shared_ptr<Held>> held;
  for (const GalleryKey& key : keys) held.push_back(Find(key, true));
  if (held == search.held_) return {};
  search.turns_.clear();
  search.held_ = std::move(held);
  // A burst at one counter does not keep every thread of the server waiting.
  const Deadline last_moment = std::chrono::steady_clock::now() + kLongestWait;
  for (const std::shared_ptr<Held>& each : search.held_) {
    std::unique_lock<std::timed_mutex> turn(each->turn, std::min(deadline, last_moment));
    if (!turn.owns_lock()) {
      search.turns_.clear();
      search.held_.clear();
      return Status(StatusCode::kResourceExhausted, "OVERLOADED", "too many faces at once for one gallery")
          .WithRetryAfter(std::chrono::milliseconds(200));
    }
    search.turns_.push_back(std::move(turn));
  }
  return {};
}

Status FaceSearch::Run(const rules::Policy& policy, const FaceSearchQuery& query, bool again, Search& result,
                       Deadline deadline) {
  result.facts.Clear();
  result.entries.clear();
  const TimePoint now = clock_.Now();
  const std::vector<const v1::GalleryPolicy*> galleries = rules::GalleriesOf(policy, query.channel);
  std::vector<GalleryKey> keys;
  for (const v1::GalleryPolicy* gallery : galleries) {
    if (const std::string owner = OwnerOf(*gallery, query); !owner.empty()) {
      keys.push_back({query.operator_id, gallery->name(), owner});
    }
  }
  std::sort(keys.begin(), keys.end());
  if (Status status = TakeTurns(keys, result, deadline); !status.ok()) return status;
  // By the person on the other side.
  std::unordered_map<std::string, std::vector<std::pair<int, int>>> by_person;
  for (const v1::GalleryPolicy* gallery : galleries) {
    const int place = result.facts.galleries_size();
    if (gallery->kind() == v1::GALLERY_KIND_PERSON) {
      if (query.people.empty()) continue;
      const auto since = now - std::chrono::hours(24) * gallery->window_days();
      auto earlier = store_.EarlierPortraits(query.operator_id, query.people, query.verification_id, since,
                                             gallery->max_templates(), deadline);
      if (!earlier.ok()) return earlier.status();
      std::vector<const v1::FaceEvidence*> references;
      std::optional<size_t> newest;
      for (size_t i = 0; i < earlier->size(); ++i) {
        const v1::FaceEvidence& evidence = (*earlier)[i].evidence;
        if (evidence.bundle_digest() != faces_.BundleDigest() || evidence.template_().empty()) continue;
        if (!newest) newest = i;
        references.push_back(&evidence);
      }
      if (!newest) continue;
      auto comparison = faces_.Compare(references, *query.portrait);
      if (!comparison.ok()) return comparison.status();
      v1::SearchedGallery& searched = *result.facts.add_galleries();
      searched.set_gallery(gallery->name());
      searched.set_kind(gallery->kind());
      searched.set_templates(static_cast<uint32_t>(references.size()));
      // Who looks like one of their earlier portraits is who they were.
      if (comparison->fmr_at_similarity() <= policy.pack.face().review_fmr()) continue;
      v1::FaceHit& hit = *searched.add_hits();
      hit.set_verification_id((*earlier)[*newest].verification_id);
      hit.set_fmr_at_similarity(comparison->fmr_at_similarity());
      continue;
    }
    const std::string owner = OwnerOf(*gallery, query);
    if (owner.empty()) continue;
    const GalleryKey key = {query.operator_id, gallery->name(), owner};
    const std::shared_ptr<Held> held = Find(key, true);
    {
      const std::unique_lock lock(held->mutex);
      held->used = std::chrono::steady_clock::now();
      held->most = gallery->max_templates();
      if (again || !held->faces) {
        if (Status status = Read(key, *held, deadline); !status.ok()) return status;
      }
      DropEnded(*held);
    }
    const std::shared_lock lock(held->mutex);
    v1::SearchedGallery& searched = *result.facts.add_galleries();
    searched.set_gallery(gallery->name());
    searched.set_kind(gallery->kind());
    searched.set_last_sequence(held->last_sequence);
    const auto size = static_cast<uint32_t>(held->rows.size());
    searched.set_templates(size);
    const auto own = static_cast<size_t>(std::count_if(held->rows.begin(), held->rows.end(), [&](const auto& row) {
      return Contains(query.people, row.second.person_id) || row.second.verification_id == query.verification_id;
    }));
    for (const FaceCandidate& found :
         held->faces->Search(*query.portrait, rules::FmrLimit(policy, *gallery, size), kMostHits + own)) {
      const Row& face = held->rows.at(found.id);
      if (Contains(query.people, face.person_id) || face.verification_id == query.verification_id ||
          searched.hits_size() == static_cast<int>(kMostHits)) {
        continue;
      }
      by_person[face.person_id].emplace_back(place, searched.hits_size());
      v1::FaceHit& hit = *searched.add_hits();
      hit.set_verification_id(face.verification_id);
      hit.set_fmr_at_similarity(found.fmr_at_similarity);
    }
    result.entries.push_back(
        {key, held->last_sequence, gallery->max_templates(), now + std::chrono::hours(24) * gallery->window_days()});
  }
  std::sort(result.entries.begin(), result.entries.end(),
            [](const GalleryEntry& a, const GalleryEntry& b) { return a.key < b.key; });
  if (by_person.empty() || query.people.empty()) return {};
  std::vector<std::string> others;
  for (const auto& [person, places] : by_person) others.push_back(person);
  auto concluded = store_.ConcludedPairs(query.operator_id, query.people, others, deadline);
  if (!concluded.ok()) return concluded.status();
  for (const ConcludedPair& pair : *concluded) {
    for (const auto& [gallery, hit] : by_person[pair.other_person_id]) {
      result.facts.mutable_galleries(gallery)->mutable_hits(hit)->set_concluded(pair.conclusion);
    }
  }
  return {};
}

void FaceSearch::Entered(const Search& search, const FaceSearchQuery& query, const std::string& person_id) {
  bool all = true;
  for (const GalleryEntry& entry : search.entries) {
    const std::shared_ptr<Held> held = Find(entry.key, false);
    if (!held) continue;
    const std::unique_lock lock(held->mutex);
    if (!held->faces) continue;
    // Others may have come meanwhile; they are read in their order.
    if (!entry.searched || held->last_sequence != *entry.searched) {
      all = false;
      continue;
    }
    Add(*held, {*entry.searched + 1, person_id, query.verification_id, query.portrait->bundle_digest(),
                Redacted(query.portrait->template_()), entry.expire_time});
    held->last_sequence = *entry.searched + 1;
    DropEnded(*held);
  }
  const std::lock_guard lock(mutex_);
  if (all && entered_.size() < kMostEntered) entered_.insert(query.verification_id);
}

Status FaceSearch::CatchUp(std::span<const std::string> verification_ids, Deadline deadline) {
  std::vector<std::string> others;
  {
    const std::lock_guard lock(mutex_);
    if (held_.empty()) return {};
    for (const std::string& id : verification_ids) {
      if (entered_.erase(id) == 0) others.push_back(id);
    }
  }
  if (others.empty()) return {};
  auto keys = store_.GalleriesOf(others, deadline);
  if (!keys.ok()) return keys.status();
  for (const GalleryKey& key : *keys) {
    const std::shared_ptr<Held> held = Find(key, false);
    if (!held) continue;
    const std::unique_lock lock(held->mutex);
    if (!held->faces) continue;
    if (Status status = Read(key, *held, deadline); !status.ok()) return status;
  }
  return {};
}

Status FaceSearch::Tidy(Deadline deadline) {
  const auto steady_now = std::chrono::steady_clock::now();
  std::vector<GalleryKey> keys;
  std::vector<std::shared_ptr<Held>> galleries;
  {
    const std::lock_guard lock(mutex_);
    for (auto each = held_.begin(); each != held_.end();) {
      const std::shared_ptr<Held> held = each->second;
      const std::unique_lock own(held->mutex, std::try_to_lock);
      // The map and this have it, and nobody else.
      if (own && held.use_count() == 2 && steady_now - held->used > kIdle) {
        each = held_.erase(each);
        continue;
      }
      keys.push_back(each->first);
      galleries.push_back(each->second);
      ++each;
    }
  }
  for (const std::shared_ptr<Held>& held : galleries) {
    const std::unique_lock lock(held->mutex);
    if (held->faces) DropEnded(*held);
  }
  if (keys.empty()) return {};
  auto removals = store_.CountRemovals(keys, deadline);
  if (!removals.ok()) return removals.status();
  for (const auto& [key, count] : *removals) {
    const std::shared_ptr<Held> held = Find(key, false);
    if (!held) continue;
    const std::unique_lock lock(held->mutex);
    if (!held->faces || held->removals == count) continue;
    if (Status status = Read(key, *held, deadline); !status.ok()) return status;
  }
  return {};
}

Result<uint32_t> FaceSearch::Sweep(const rules::Policy& policy, uint32_t limit, Deadline deadline) {
  auto unswept = store_.UnsweptGalleries(limit, deadline);
  if (!unswept.ok()) return unswept.status();
  const TimePoint now = clock_.Now();
  // Whether memory up to `last` holds what the store does.
  const auto remembers = [&](const Held& held, const std::vector<GalleryTemplate>& stored, uint64_t last) {
    const uint64_t oldest = held.most > 0 && held.last_sequence > held.most ? held.last_sequence - held.most : 0;
    return std::all_of(stored.begin(), stored.end(), [&](const GalleryTemplate& face) {
      const auto row = held.rows.find(face.sequence);
      if (row != held.rows.end()) return row->second.verification_id == face.verification_id;
      return face.sequence > last || face.sequence <= oldest || face.expire_time <= now ||
             face.bundle_digest != faces_.BundleDigest();
    });
  };
  uint32_t noted = 0;
  for (const UnsweptGallery& gallery : *unswept) {
    const v1::GalleryPolicy* rule = rules::GalleryOf(policy, gallery.key.name);
    const std::shared_ptr<Held> held = Find(gallery.key, true);
    uint64_t last = 0;
    {
      const std::unique_lock lock(held->mutex);
      held->used = std::chrono::steady_clock::now();
      if (rule != nullptr) held->most = rule->max_templates();
      if (Status status = Read(gallery.key, *held, deadline); !status.ok()) return status;
      last = held->last_sequence;
    }
    for (uint64_t after = gallery.swept_sequence; rule != nullptr;) {
      auto page = store_.ReadGallery(gallery.key, after, deadline);
      if (!page.ok()) return page.status();
      // A second net does not rest on what the first one remembers.
      if (const std::unique_lock lock(held->mutex); !remembers(*held, page->templates, last)) {
        held->faces.reset();
        if (Status status = Read(gallery.key, *held, deadline); !status.ok()) return status;
        last = held->last_sequence;
      }
      for (const GalleryTemplate& face : page->templates) {
        if (face.sequence > last || face.bundle_digest != faces_.BundleDigest() || face.expire_time <= now) continue;
        v1::FaceEvidence portrait;
        portrait.set_template_(face.face_template.Reveal());
        portrait.set_bundle_digest(face.bundle_digest);
        std::vector<std::string> others;
        {
          const std::shared_lock lock(held->mutex);
          const double fmr = rules::FmrLimit(policy, *rule, static_cast<uint32_t>(held->rows.size()));
          // As many as the search had noted: those that had come before, the most similar first.
          for (const FaceCandidate& found : held->faces->Search(portrait, fmr, held->rows.size())) {
            const Row& other = held->rows.at(found.id);
            if (found.id < face.sequence && other.person_id != face.person_id && others.size() < kMostHits) {
              others.push_back(other.verification_id);
            }
          }
        }
        for (const std::string& other : others) {
          auto put = store_.PutLead(gallery.key, rule->kind(), face.verification_id, other, now, deadline);
          if (!put.ok()) return put.status();
          noted += *put ? 1 : 0;
        }
      }
      if (page->next == 0) break;
      after = page->next;
    }
    if (Status status = store_.MarkSwept(gallery.key, last, deadline); !status.ok()) return status;
  }
  return noted;
}

size_t FaceSearch::size() const {
  const std::lock_guard lock(mutex_);
  size_t all = 0;
  for (const auto& [key, held] : held_) {
    const std::shared_lock own(held->mutex);
    all += held->rows.size();
  }
  return all;
}

}  // namespace realname
