// SPDX-License-Identifier: Apache-2.0
#include "measurement/trials.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <thread>

#include "face/dot.h"

namespace realname::measurement {
namespace {

float Dot(const std::vector<float>& a, const std::vector<float>& b) { return face::Dot(a.data(), b.data(), a.size()); }

std::size_t BinOf(float similarity) {
  return static_cast<std::size_t>(std::clamp(std::floor((similarity + 1) * 500), 0.0F, 1000.0F));
}

bool Higher(const Trial& a, const Trial& b) { return a.similarity > b.similarity; }
bool Lower(const Trial& a, const Trial& b) { return a.similarity < b.similarity; }

void CompareListed(const LabelledSet& set, int group, const std::vector<std::vector<float>>& first,
                   const std::vector<std::vector<float>>& second, Trials& trials) {
  for (const LabelledPair& pair : set.pairs) {
    if (pair.group != group) continue;
    const auto a = static_cast<std::size_t>(pair.first);
    const auto b = static_cast<std::size_t>(pair.second);
    if (first[a].empty() || second[b].empty()) {
      ++(pair.genuine ? trials.genuine_failed : trials.impostor_failed);
      continue;
    }
    const Trial trial{Dot(first[a], second[b]), set.photos[a].subject, set.photos[b].subject, pair.years, pair.fold};
    (pair.genuine ? trials.genuine : trials.impostors).push_back(trial);
    if (!pair.genuine) ++trials.impostor_bins[BinOf(trial.similarity)];
  }
  trials.impostor_pairs = trials.impostors.size();
}

// What one thread found among every pair.
struct Found {
  std::vector<Trial> genuine;
  std::vector<Trial> impostors;
  std::vector<std::uint64_t> bins = std::vector<std::uint64_t>(kSimilarityBins);
};

void CompareAll(const LabelledSet& set, int group, const std::vector<std::vector<float>>& first,
                const std::vector<std::vector<float>>& second, Trials& trials) {
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < set.photos.size(); ++i) {
    if (set.photos[i].group == group) members.push_back(i);
  }
  std::map<int, int> photos_of;
  const auto keep = [&](float floor, bool genuine_too) {
    std::atomic<std::size_t> next{0};
    const auto work = [&](Found& found) {
      for (std::size_t i = next++; i < members.size(); i = next++) {
        const LabelledPhoto& a = set.photos[members[i]];
        if (first[members[i]].empty()) continue;
        for (std::size_t j = i + 1; j < members.size(); ++j) {
          const LabelledPhoto& b = set.photos[members[j]];
          if (second[members[j]].empty()) continue;
          const float similarity = Dot(first[members[i]], second[members[j]]);
          const int years = a.year > 0 && b.year > 0 ? std::abs(a.year - b.year) : -1;
          const Trial trial{similarity, a.subject, b.subject, years, -1};
          if (a.subject == b.subject) {
            if (genuine_too) found.genuine.push_back(trial);
          } else {
            ++found.bins[BinOf(similarity)];
            if (similarity >= floor) found.impostors.push_back(trial);
          }
        }
      }
    };
    std::vector<Found> found(std::max(1U, std::thread::hardware_concurrency()));
    std::vector<std::thread> threads;
    for (Found& each : found) threads.emplace_back([&] { work(each); });
    for (std::thread& thread : threads) thread.join();
    return found;
  };
  const bool many = members.size() * members.size() / 2 > kKeptImpostors;
  // Where there are many, a first pass finds the similarity above which the highest lie.
  float floor = -2;
  if (many) {
    std::vector<std::uint64_t> bins(kSimilarityBins);
    for (const Found& each : keep(2, false)) {
      for (std::size_t i = 0; i < bins.size(); ++i) bins[i] += each.bins[i];
    }
    std::uint64_t above = 0;
    for (int i = kSimilarityBins - 1; i >= 0; --i) {
      above += bins[static_cast<std::size_t>(i)];
      if (above > kKeptImpostors) break;
      floor = static_cast<float>(i) / 500 - 1;
    }
  }
  for (Found& each : keep(floor, true)) {
    trials.genuine.insert(trials.genuine.end(), each.genuine.begin(), each.genuine.end());
    trials.impostors.insert(trials.impostors.end(), each.impostors.begin(), each.impostors.end());
    for (std::size_t i = 0; i < each.bins.size(); ++i) trials.impostor_bins[i] += each.bins[i];
  }
  for (const std::uint64_t count : trials.impostor_bins) trials.impostor_pairs += count;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const int subject = set.photos[members[i]].subject;
    if (!first[members[i]].empty() || !second[members[i]].empty()) ++photos_of[subject];
    for (std::size_t j = i + 1; j < members.size(); ++j) {
      if (!first[members[i]].empty() && !second[members[j]].empty()) continue;
      ++(set.photos[members[j]].subject == subject ? trials.genuine_failed : trials.impostor_failed);
    }
  }
  trials.compared_sets.emplace_back(photos_of.begin(), photos_of.end());
}

}  // namespace

Trials CompareGroup(const LabelledSet& set, int group, const std::vector<std::vector<float>>& first,
                    const std::vector<std::vector<float>>& second) {
  Trials trials;
  trials.impostor_bins.resize(kSimilarityBins);
  (set.all_pairs ? CompareAll : CompareListed)(set, group, first, second, trials);
  std::sort(trials.genuine.begin(), trials.genuine.end(), Lower);
  std::sort(trials.impostors.begin(), trials.impostors.end(), Higher);
  return trials;
}

Trials Together(const std::vector<Trials>& groups) {
  Trials all;
  all.impostor_bins.resize(kSimilarityBins);
  // Below the highest of these floors some group's trials are missing.
  float floor = -2;
  const bool complete = std::all_of(groups.begin(), groups.end(), [](const Trials& each) { return each.Complete(); });
  for (const Trials& each : groups) {
    all.genuine.insert(all.genuine.end(), each.genuine.begin(), each.genuine.end());
    all.impostors.insert(all.impostors.end(), each.impostors.begin(), each.impostors.end());
    all.impostor_pairs += each.impostor_pairs;
    for (std::size_t i = 0; i < each.impostor_bins.size(); ++i) all.impostor_bins[i] += each.impostor_bins[i];
    all.compared_sets.insert(all.compared_sets.end(), each.compared_sets.begin(), each.compared_sets.end());
    all.genuine_failed += each.genuine_failed;
    all.impostor_failed += each.impostor_failed;
    if (!each.Complete() && !each.impostors.empty()) floor = std::max(floor, each.impostors.back().similarity);
  }
  std::sort(all.genuine.begin(), all.genuine.end(), Lower);
  std::sort(all.impostors.begin(), all.impostors.end(), Higher);
  if (complete) return all;
  while (!all.impostors.empty() && all.impostors.back().similarity < floor) all.impostors.pop_back();
  return all;
}

}  // namespace realname::measurement
