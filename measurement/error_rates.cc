// SPDX-License-Identifier: Apache-2.0
#include "measurement/error_rates.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <random>

#include "measurement/clopper_pearson.h"

namespace realname::measurement {
namespace {

constexpr double kErrorsNeeded = 10;
constexpr std::uint64_t kSeed = 19795;
// Bounds of the buckets of years between two photographs, as rules for documents' validity have them.
constexpr struct {
  int from;
  int to;
} kYears[] = {{0, 1}, {2, 5}, {6, 10}, {11, 20}, {21, std::numeric_limits<int>::max()}};

// How often each subject counts.
using Weights = std::vector<int>;

int SubjectsOf(const Trials& trials) {
  int highest = -1;
  for (const Trial& trial : trials.genuine) highest = std::max(highest, trial.first);
  for (const Trial& trial : trials.impostors) highest = std::max({highest, trial.first, trial.second});
  for (const auto& group : trials.compared_sets) {
    for (const auto& [subject, photos] : group) highest = std::max(highest, subject);
  }
  return highest + 1;
}

// Subjects that occur, so that only those are drawn.
std::vector<int> SubjectsSeen(const Trials& trials) {
  std::vector<char> seen(static_cast<std::size_t>(SubjectsOf(trials)));
  const auto see = [&](int subject) { seen[static_cast<std::size_t>(subject)] = 1; };
  for (const Trial& trial : trials.genuine) see(trial.first);
  for (const Trial& trial : trials.impostors) {
    see(trial.first);
    see(trial.second);
  }
  for (const auto& group : trials.compared_sets) {
    for (const auto& [subject, photos] : group) see(subject);
  }
  std::vector<int> list;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] != 0) list.push_back(static_cast<int>(i));
  }
  return list;
}

double Product(const Trial& trial, const Weights& weights) {
  return static_cast<double>(weights[static_cast<std::size_t>(trial.first)]) *
         weights[static_cast<std::size_t>(trial.second)];
}
double Single(const Trial& trial, const Weights& weights) { return weights[static_cast<std::size_t>(trial.first)]; }

// Weight of every impostor pair of photographs of the compared sets.
double WeightOfSets(const Trials& trials, const Weights* weights) {
  double pairs = 0;
  for (const auto& group : trials.compared_sets) {
    double sum = 0;
    double squares = 0;
    for (const auto& [subject, photos] : group) {
      const double weight =
          static_cast<double>(photos) * (weights == nullptr ? 1 : (*weights)[static_cast<std::size_t>(subject)]);
      sum += weight;
      squares += weight * weight;
    }
    pairs += (sum * sum - squares) / 2;
  }
  return pairs;
}

double ImpostorWeight(const Trials& trials, const Weights& weights) {
  if (trials.Complete()) {
    double sum = 0;
    for (const Trial& trial : trials.impostors) sum += Product(trial, weights);
    return sum;
  }
  return static_cast<double>(trials.impostor_pairs) * WeightOfSets(trials, &weights) / WeightOfSets(trials, nullptr);
}

// Draws subjects and calls `use(weights)` for each replicate.
template <typename Use>
void Replicate(const Trials& trials, Use&& use) {
  const std::vector<int> subjects = SubjectsSeen(trials);
  if (subjects.empty()) return;
  std::mt19937_64 random(kSeed);
  std::uniform_int_distribution<std::size_t> draw(0, subjects.size() - 1);
  Weights weights(static_cast<std::size_t>(SubjectsOf(trials)));
  for (int i = 0; i < kReplicates; ++i) {
    std::fill(weights.begin(), weights.end(), 0);
    for (std::size_t j = 0; j < subjects.size(); ++j) ++weights[static_cast<std::size_t>(subjects[draw(random)])];
    use(static_cast<const Weights&>(weights));
  }
}

double FnmrAt(const std::vector<Trial>& genuine, double cut, const Weights& weights) {
  double below = 0;
  double all = 0;
  for (const Trial& trial : genuine) {
    const double weight = Single(trial, weights);
    all += weight;
    if (trial.similarity < cut) below += weight;
  }
  return all > 0 ? below / all : 0;
}

// Cut just above the trial with which the weight would exceed `allowed`.
double CutAt(const std::vector<Trial>& impostors, double allowed, const Weights* weights) {
  double sum = 0;
  for (const Trial& trial : impostors) {
    sum += weights == nullptr ? 1 : Product(trial, *weights);
    if (sum > allowed) return std::nextafter(trial.similarity, 2.0F);
  }
  return impostors.empty() ? -1 : impostors.back().similarity;
}

double EqualErrorRate(const Trials& trials, const Weights* weights, double impostor_weight) {
  double genuine_weight = 0;
  for (const Trial& trial : trials.genuine) genuine_weight += weights == nullptr ? 1 : Single(trial, *weights);
  if (genuine_weight <= 0 || impostor_weight <= 0) return 0;
  double matched = 0;
  double false_matches = 0;
  auto genuine = trials.genuine.rbegin();
  for (const Trial& trial : trials.impostors) {
    for (; genuine != trials.genuine.rend() && genuine->similarity >= trial.similarity; ++genuine) {
      matched += weights == nullptr ? 1 : Single(*genuine, *weights);
    }
    false_matches += weights == nullptr ? 1 : Product(trial, *weights);
    const double fmr = false_matches / impostor_weight;
    const double fnmr = 1 - matched / genuine_weight;
    if (fmr >= fnmr) return (fmr + fnmr) / 2;
  }
  return 1 - matched / genuine_weight;
}

v1::Estimate Interval(double value, std::vector<double>& replicates, std::size_t subjects) {
  v1::Estimate estimate;
  estimate.set_value(value);
  if (replicates.empty()) {
    estimate.set_upper(1);
    return estimate;
  }
  std::sort(replicates.begin(), replicates.end());
  const auto at = [&](double share) {
    return replicates[static_cast<std::size_t>(share * static_cast<double>(replicates.size() - 1) + 0.5)];
  };
  estimate.set_lower(std::min(at(0.025), value));
  estimate.set_upper(std::max(at(0.975), value));
  if (estimate.upper() <= 0) estimate.set_upper(ClopperPearsonUpper(0, std::max<std::size_t>(subjects, 1)));
  return estimate;
}

std::size_t GenuineSubjects(const std::vector<Trial>& genuine) {
  std::map<int, int> seen;
  for (const Trial& trial : genuine) seen[trial.first] = 1;
  return seen.size();
}

std::vector<Trial> Between(const std::vector<Trial>& genuine, int from, int to) {
  std::vector<Trial> some;
  for (const Trial& trial : genuine) {
    if (trial.years >= from && trial.years <= to) some.push_back(trial);
  }
  return some;
}

// Rightly told trials at the best cut; of several equally good cuts the middle one, so that it does not hang on one
// photograph. Both lists sorted as in Trials.
Accuracy BestCut(const std::vector<Trial>& genuine, const std::vector<Trial>& impostors) {
  std::size_t right = impostors.size();  // the cut above all: every impostor is told
  std::size_t most = right;
  std::vector<double> best = {1.0};
  auto g = genuine.rbegin();
  auto i = impostors.begin();
  while (g != genuine.rend() || i != impostors.end()) {
    // Lower the cut past the next trial; at equal similarity the impostor goes first, so ties count against.
    const bool impostor = i != impostors.end() && (g == genuine.rend() || i->similarity >= g->similarity);
    const double passed = impostor ? i->similarity : g->similarity;
    if (impostor) {
      --right;
      ++i;
    } else {
      ++right;
      ++g;
    }
    if (right < most) continue;
    if (right > most) best.clear();
    most = right;
    double next = -1;
    if (g != genuine.rend()) next = std::max(next, static_cast<double>(g->similarity));
    if (i != impostors.end()) next = std::max(next, static_cast<double>(i->similarity));
    best.push_back((passed + next) / 2);
  }
  return {best[best.size() / 2], static_cast<double>(most) / static_cast<double>(genuine.size() + impostors.size())};
}

double Right(const std::vector<Trial>& genuine, const std::vector<Trial>& impostors, double cut) {
  std::size_t right = 0;
  for (const Trial& trial : genuine) right += trial.similarity >= cut ? 1 : 0;
  for (const Trial& trial : impostors) right += trial.similarity < cut ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(genuine.size() + impostors.size());
}

}  // namespace

double CutFor(const Trials& trials, double target) {
  return CutAt(trials.impostors, target * static_cast<double>(trials.impostor_pairs), nullptr);
}

double FmrAt(const Trials& trials, double cut) {
  if (trials.impostor_pairs == 0) return 0;
  std::uint64_t matches = 0;
  if (trials.Complete() || (!trials.impostors.empty() && cut >= trials.impostors.back().similarity)) {
    const auto end = std::partition_point(trials.impostors.begin(), trials.impostors.end(),
                                          [&](const Trial& trial) { return trial.similarity >= cut; });
    matches = static_cast<std::uint64_t>(end - trials.impostors.begin());
  } else {
    const auto bin = static_cast<std::size_t>(std::clamp((cut + 1) * 500, 0.0, 1000.0));
    for (std::size_t i = bin; i < trials.impostor_bins.size(); ++i) matches += trials.impostor_bins[i];
  }
  return static_cast<double>(matches) / static_cast<double>(trials.impostor_pairs);
}

double FnmrAt(const Trials& trials, double cut) {
  if (trials.genuine.empty()) return 0;
  const auto end = std::partition_point(trials.genuine.begin(), trials.genuine.end(),
                                        [&](const Trial& trial) { return trial.similarity < cut; });
  return static_cast<double>(end - trials.genuine.begin()) / static_cast<double>(trials.genuine.size());
}

void MeasureErrors(const Trials& trials, const std::vector<double>& targets, v1::GroupMeasurement& out) {
  out.set_genuine_pairs(trials.genuine.size());
  out.set_impostor_pairs(trials.impostor_pairs);
  out.set_genuine_pairs_failed(trials.genuine_failed);
  const double tried = static_cast<double>(trials.genuine.size() + trials.genuine_failed);
  const double fta = tried > 0 ? static_cast<double>(trials.genuine_failed) / tried : 0;
  out.set_failure_to_acquire(fta);
  if (trials.impostors.empty() || trials.genuine.empty()) return;

  std::vector<std::vector<Trial>> by_years;
  for (const auto& bucket : kYears) by_years.push_back(Between(trials.genuine, bucket.from, bucket.to));
  std::vector<double> cuts;
  for (const double target : targets) cuts.push_back(CutFor(trials, target));

  std::vector<double> eers;
  std::vector<std::vector<double>> fmrs(targets.size());
  std::vector<std::vector<double>> fnmrs(targets.size());
  std::vector<std::vector<std::vector<double>>> years(targets.size(),
                                                      std::vector<std::vector<double>>(by_years.size()));
  Replicate(trials, [&](const Weights& weights) {
    const double impostor_weight = ImpostorWeight(trials, weights);
    if (impostor_weight <= 0) return;
    eers.push_back(EqualErrorRate(trials, &weights, impostor_weight));
    // FMR at the cuts, and each target's own cut, in one walk.
    std::vector<double> own(targets.size(), trials.impostors.back().similarity);
    std::vector<double> above(targets.size());
    std::vector<char> set(targets.size());
    const double lowest = *std::min_element(cuts.begin(), cuts.end());
    double sum = 0;
    for (const Trial& trial : trials.impostors) {
      const double weight = Product(trial, weights);
      sum += weight;
      bool more = trial.similarity >= lowest;
      for (std::size_t t = 0; t < targets.size(); ++t) {
        if (trial.similarity >= cuts[t]) above[t] += weight;
        if (set[t] == 0 && sum > targets[t] * impostor_weight) {
          own[t] = std::nextafter(trial.similarity, 2.0F);
          set[t] = 1;
        }
        more |= set[t] == 0;
      }
      if (!more) break;
    }
    for (std::size_t t = 0; t < targets.size(); ++t) {
      fmrs[t].push_back(above[t] / impostor_weight);
      fnmrs[t].push_back(FnmrAt(trials.genuine, own[t], weights));
      for (std::size_t y = 0; y < by_years.size(); ++y) {
        if (!by_years[y].empty()) years[t][y].push_back(FnmrAt(by_years[y], own[t], weights));
      }
    }
  });

  const std::size_t subjects = SubjectsSeen(trials).size();
  const std::size_t genuine_subjects = GenuineSubjects(trials.genuine);
  *out.mutable_eer() =
      Interval(EqualErrorRate(trials, nullptr, static_cast<double>(trials.impostor_pairs)), eers, genuine_subjects);
  for (std::size_t t = 0; t < targets.size(); ++t) {
    v1::OperatingPoint* point = out.add_points();
    point->set_target_fmr(targets[t]);
    point->set_cut(cuts[t]);
    *point->mutable_fmr() = Interval(FmrAt(trials, cuts[t]), fmrs[t], subjects);
    *point->mutable_fnmr() = Interval(FnmrAt(trials, cuts[t]), fnmrs[t], genuine_subjects);
    point->set_frr(fta + (1 - fta) * point->fnmr().value());
    point->set_supported(targets[t] * static_cast<double>(trials.impostor_pairs) >= kErrorsNeeded);
    for (std::size_t y = 0; y < by_years.size(); ++y) {
      if (by_years[y].empty()) continue;
      v1::YearsPoint* bucket = point->add_by_years();
      bucket->set_from_years(static_cast<unsigned>(kYears[y].from));
      if (kYears[y].to != std::numeric_limits<int>::max()) bucket->set_to_years(static_cast<unsigned>(kYears[y].to));
      bucket->set_genuine_pairs(by_years[y].size());
      const Weights once(static_cast<std::size_t>(SubjectsOf(trials)), 1);
      *bucket->mutable_fnmr() = Interval(FnmrAt(by_years[y], cuts[t], once), years[t][y], GenuineSubjects(by_years[y]));
    }
  }
}

std::vector<v1::Estimate> FmrIntervals(const Trials& trials, const std::vector<double>& cuts) {
  std::vector<std::vector<double>> rates(cuts.size());
  Replicate(trials, [&](const Weights& weights) {
    const double all = ImpostorWeight(trials, weights);
    if (all <= 0) return;
    double sum = 0;
    auto trial = trials.impostors.begin();
    for (std::size_t i = cuts.size(); i-- > 0;) {
      for (; trial != trials.impostors.end() && trial->similarity >= cuts[i]; ++trial) sum += Product(*trial, weights);
      rates[i].push_back(sum / all);
    }
  });
  const std::size_t subjects = SubjectsSeen(trials).size();
  const double floor = trials.Complete() || trials.impostors.empty() ? -2 : trials.impostors.back().similarity;
  std::vector<v1::Estimate> intervals(cuts.size());
  for (std::size_t i = cuts.size(); i-- > 0;) {
    intervals[i] = Interval(FmrAt(trials, cuts[i]), rates[i], subjects);
    if (cuts[i] < floor) intervals[i].set_upper(1);
  }
  return intervals;
}

v1::Estimate FnmrInterval(const Trials& trials, double cut) {
  std::vector<double> rates;
  Replicate(trials, [&](const Weights& weights) { rates.push_back(FnmrAt(trials.genuine, cut, weights)); });
  return Interval(FnmrAt(trials, cut), rates, GenuineSubjects(trials.genuine));
}

std::optional<Accuracy> AccuracyWithCutFrom(const Trials& training, const Trials& test) {
  if (training.genuine.empty() || training.impostors.empty() || test.genuine.size() + test.impostors.size() == 0) {
    return std::nullopt;
  }
  Accuracy result = BestCut(training.genuine, training.impostors);
  result.accuracy = Right(test.genuine, test.impostors, result.cut);
  return result;
}

std::optional<FoldAccuracy> CrossValidated(const Trials& trials) {
  std::map<int, int> folds;
  for (const Trial& trial : trials.genuine) ++folds[trial.fold];
  folds.erase(-1);
  if (folds.size() < 2) return std::nullopt;
  std::vector<double> rights;
  for (const auto& [fold, count] : folds) {
    std::vector<Trial> genuine[2];
    std::vector<Trial> impostors[2];
    for (const Trial& trial : trials.genuine) genuine[trial.fold == fold ? 1 : 0].push_back(trial);
    for (const Trial& trial : trials.impostors) impostors[trial.fold == fold ? 1 : 0].push_back(trial);
    rights.push_back(Right(genuine[1], impostors[1], BestCut(genuine[0], impostors[0]).cut));
  }
  FoldAccuracy result;
  result.folds = static_cast<int>(rights.size());
  for (const double right : rights) result.mean += right / result.folds;
  double squares = 0;
  for (const double right : rights) squares += (right - result.mean) * (right - result.mean);
  result.standard_error = std::sqrt(squares / (result.folds - 1) / result.folds);
  return result;
}

}  // namespace realname::measurement
