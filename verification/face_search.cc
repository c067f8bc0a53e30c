// SPDX-License-Identifier: Apache-2.0
#include "verification/face_search.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rules/face_search.h"

namespace realname {
namespace {

constexpr size_t kMostHits = 10;
constexpr size_t kMostEntered = 10000;
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
  held.templates.erase(sequence);
  held.faces->Remove(sequence);
}

void FaceSearch::Add(Held& held, GalleryTemplate face) const {
  if (face.bundle_digest != faces_.BundleDigest() || face.expire_time <= clock_.Now()) return;
  if (!held.faces->Add(face.sequence, face.face_template.Reveal())) return;
  // It is in the gallery now, and nowhere else.
  face.face_template = Redacted(std::string());
  held.templates.emplace(face.sequence, std::move(face));
}

Status FaceSearch::Read(const GalleryKey& key, Held& held, Deadline deadline) {
  for (uint64_t after = held.faces ? held.last_sequence : 0;;) {
    auto page = store_.ReadGallery(key, after, deadline);
    if (!page.ok()) return page.status();
    if (!held.faces || page->removals != held.removals) {
      const bool whole = after == 0;
      held.faces = faces_.NewGallery();
      held.templates.clear();
      held.last_sequence = 0;
      held.removals = page->removals;
      if (!whole) {
        after = 0;
        continue;
      }
    }
    for (GalleryTemplate& face : page->templates) Add(held, std::move(face));
    held.last_sequence = page->next == 0 ? page->last_sequence : page->next;
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
  for (const std::shared_ptr<Held>& each : search.held_) {
    std::unique_lock<std::timed_mutex> turn(each->turn, deadline);
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
  // By the person on the other side, who is the same person in their own history.
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
      by_person[query.people.front()].emplace_back(place, 0);
      continue;
    }
    const std::string owner = OwnerOf(*gallery, query);
    if (owner.empty()) continue;
    const GalleryKey key = {query.operator_id, gallery->name(), owner};
    const std::shared_ptr<Held> held = Find(key, true);
    {
      const std::unique_lock lock(held->mutex);
      held->used = std::chrono::steady_clock::now();
      if (again || !held->faces) {
        if (Status status = Read(key, *held, deadline); !status.ok()) return status;
      }
    }
    const std::shared_lock lock(held->mutex);
    v1::SearchedGallery& searched = *result.facts.add_galleries();
    searched.set_gallery(gallery->name());
    searched.set_kind(gallery->kind());
    searched.set_last_sequence(held->last_sequence);
    size_t own = 0;
    uint32_t live = 0;
    // The oldest leave when there are more than the policy takes, also by a policy of today.
    const uint64_t oldest =
        held->last_sequence > gallery->max_templates() ? held->last_sequence - gallery->max_templates() : 0;
    const auto counts = [&](const GalleryTemplate& face) { return face.expire_time > now && face.sequence > oldest; };
    size_t left = 0;
    for (const auto& [sequence, face] : held->templates) {
      counts(face) ? ++live : ++left;
      own += Contains(query.people, face.person_id) ? 1 : 0;
    }
    searched.set_templates(live);
    const size_t most = kMostHits + own + left;
    for (const FaceCandidate& found :
         held->faces->Search(*query.portrait, rules::FmrLimit(policy, *gallery, live), most)) {
      const GalleryTemplate& face = held->templates.at(found.id);
      if (!counts(face) || Contains(query.people, face.person_id) || face.verification_id == query.verification_id ||
          searched.hits_size() == static_cast<int>(kMostHits)) {
        continue;
      }
      by_person[face.person_id].emplace_back(place, searched.hits_size());
      v1::FaceHit& hit = *searched.add_hits();
      hit.set_verification_id(face.verification_id);
      hit.set_fmr_at_similarity(found.fmr_at_similarity);
    }
    result.entries.push_back({key, held->last_sequence, gallery->max_templates(),
                              now + std::chrono::hours(24) * gallery->window_days()});
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
  const TimePoint now = clock_.Now();
  const auto steady_now = std::chrono::steady_clock::now();
  std::vector<GalleryKey> keys;
  std::vector<std::shared_ptr<Held>> galleries;
  {
    const std::lock_guard lock(mutex_);
    for (auto each = held_.begin(); each != held_.end();) {
      const std::unique_lock own(each->second->mutex, std::try_to_lock);
      if (own && each->second.use_count() == 1 && steady_now - each->second->used > kIdle) {
        const std::shared_ptr<Held> ending = each->second;
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
    std::vector<uint64_t> ended;
    for (const auto& [sequence, face] : held->templates) {
      if (face.expire_time <= now) ended.push_back(sequence);
    }
    for (const uint64_t sequence : ended) Drop(*held, sequence);
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
  uint32_t noted = 0;
  for (const UnsweptGallery& gallery : *unswept) {
    const v1::GalleryPolicy* rule = rules::GalleryOf(policy, gallery.key.name);
    const std::shared_ptr<Held> held = Find(gallery.key, true);
    uint64_t last = 0;
    {
      const std::unique_lock lock(held->mutex);
      held->used = std::chrono::steady_clock::now();
      if (Status status = Read(gallery.key, *held, deadline); !status.ok()) return status;
      last = held->last_sequence;
    }
    for (uint64_t after = gallery.swept_sequence; rule != nullptr;) {
      auto page = store_.ReadGallery(gallery.key, after, deadline);
      if (!page.ok()) return page.status();
      for (const GalleryTemplate& face : page->templates) {
        if (face.sequence > last || face.bundle_digest != faces_.BundleDigest() || face.expire_time <= now) continue;
        v1::FaceEvidence portrait;
        portrait.set_template_(face.face_template.Reveal());
        portrait.set_bundle_digest(face.bundle_digest);
        std::vector<std::string> others;
        {
          const std::shared_lock lock(held->mutex);
          const double fmr = rules::FmrLimit(policy, *rule, static_cast<uint32_t>(held->templates.size()));
          for (const FaceCandidate& found : held->faces->Search(portrait, fmr, 4 * kMostHits)) {
            const GalleryTemplate& other = held->templates.at(found.id);
            if (found.id < face.sequence && other.person_id != face.person_id) others.push_back(other.verification_id);
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
    all += held->templates.size();
  }
  return all;
}

}  // namespace realname
