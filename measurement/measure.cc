// SPDX-License-Identifier: Apache-2.0
#include "measurement/measure.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "face/bundle.h"
#include "face/sha256.h"
#include "face/template_bytes.h"
#include "face/text_message.h"
#include "measurement/chip_photo.h"
#include "measurement/error_rates.h"
#include "measurement/labelled_set.h"
#include "measurement/trials.h"
#include "rules/quality_gate.h"

namespace realname::measurement {
namespace {

// One photograph in one role.
struct Examined {
  std::vector<float> values;
  // Why it gives no template, or does not pass the gates. Names of reason codes.
  std::vector<std::string> reasons;
};

// Templates that count, by photograph.
std::vector<std::vector<float>> Usable(const std::vector<Examined>& photos) {
  std::vector<std::vector<float>> templates;
  for (const Examined& photo : photos) templates.push_back(photo.reasons.empty() ? photo.values : std::vector<float>());
  return templates;
}

std::vector<Examined> Judge(const std::vector<v1::FaceEvidence>& evidence, const v1::QualityPolicy* limits) {
  std::vector<Examined> photos;
  for (const v1::FaceEvidence& each : evidence) {
    Examined photo;
    photo.values = face::TemplateFromBytes(each.template_());
    std::vector<v1::ReasonCode> reasons = rules::DetectionFaults(each);
    if (reasons.empty() && limits != nullptr) {
      for (const v1::Finding& fault : rules::QualityFaults(each, *limits)) reasons.push_back(fault.code());
    }
    for (const v1::ReasonCode reason : reasons) photo.reasons.push_back(v1::ReasonCode_Name(reason));
    photos.push_back(std::move(photo));
  }
  return photos;
}

void CountGates(const LabelledSet& set, int group, const std::vector<Examined>& first,
                const std::vector<Examined>& second, double cut, v1::GroupMeasurement& out) {
  std::map<std::string, v1::GateEffect> effects;
  const auto count = [&](int i, int j) {
    const Examined& a = first[static_cast<std::size_t>(i)];
    const Examined& b = second[static_cast<std::size_t>(j)];
    std::vector<std::string> reasons = a.reasons;
    reasons.insert(reasons.end(), b.reasons.begin(), b.reasons.end());
    std::sort(reasons.begin(), reasons.end());
    reasons.erase(std::unique(reasons.begin(), reasons.end()), reasons.end());
    for (const std::string& reason : reasons) {
      v1::GateEffect& effect = effects[reason];
      effect.set_reason(reason);
      effect.set_genuine_pairs(effect.genuine_pairs() + 1);
      if (reasons.size() > 1) continue;
      effect.set_alone(effect.alone() + 1);
      if (a.values.empty() || b.values.empty() || face::Cosine(a.values, b.values) < cut) continue;
      effect.set_would_match(effect.would_match() + 1);
    }
  };
  for (const auto& [subject, pairs] : GenuinePairs(set, group)) {
    for (const auto& [i, j] : pairs) count(i, j);
  }
  for (auto& [reason, effect] : effects) *out.add_gates() = std::move(effect);
}

// Photographs of a group by the first reason why they give nothing, in either role.
void CountFailures(const LabelledSet& set, int group, const std::vector<Examined>& first,
                   const std::vector<Examined>& second, v1::GroupMeasurement& out) {
  const std::vector<int> parts = PartsInGroup(set, group);
  std::map<std::string, unsigned> failures;
  std::map<int, int> subjects;
  unsigned photos = 0;
  for (std::size_t i = 0; i < set.photos.size(); ++i) {
    const int role = parts[i];
    if (role == 0) continue;
    ++photos;
    subjects[set.photos[i].subject] = 1;
    std::vector<std::string> reasons;
    if ((role & 1) != 0) reasons = first[i].reasons;
    if ((role & 2) != 0) reasons.insert(reasons.end(), second[i].reasons.begin(), second[i].reasons.end());
    std::sort(reasons.begin(), reasons.end());
    reasons.erase(std::unique(reasons.begin(), reasons.end()), reasons.end());
    for (const std::string& reason : reasons) ++failures[reason];
  }
  out.set_photos(photos);
  out.set_subjects(static_cast<unsigned>(subjects.size()));
  for (const auto& [reason, count] : failures) {
    v1::AcquisitionFailure* failure = out.add_failures();
    failure->set_reason(reason);
    failure->set_photos(count);
  }
}

void Draw(const Trials& trials, v1::GroupMeasurement& out) {
  // The curve needs points where either rate changes: every 0.01, which is finer than a plot shows.
  for (int i = -20; i <= 100; ++i) {
    v1::CurvePoint* point = out.add_curve();
    point->set_cut(i / 100.0);
    point->set_fmr(FmrAt(trials, point->cut()));
    point->set_fnmr(FnmrAt(trials, point->cut()));
  }
  // Bins of 0.02.
  constexpr int kBins = 100;
  constexpr std::size_t kFine = (kSimilarityBins - 1) / kBins;
  std::vector<std::uint64_t> genuine(kBins + 1);
  for (const Trial& trial : trials.genuine) {
    ++genuine[static_cast<std::size_t>(std::clamp((trial.similarity + 1) * 50, 0.0F, 100.0F))];
  }
  for (std::size_t bin = 0; bin <= kBins; ++bin) {
    std::uint64_t impostors = 0;
    for (std::size_t i = bin * kFine; i < std::min((bin + 1) * kFine, trials.impostor_bins.size()); ++i) {
      impostors += trials.impostor_bins[i];
    }
    if (impostors + genuine[bin] == 0) continue;
    v1::HistogramBin* out_bin = out.add_histogram();
    out_bin->set_from(static_cast<double>(bin) / 50 - 1);
    out_bin->set_genuine_pairs(genuine[bin]);
    out_bin->set_impostor_pairs(impostors);
  }
}

v1::GroupMeasurement MeasureGroup(const std::string& name, const Trials& trials, const MeasureOptions& options) {
  v1::GroupMeasurement group;
  group.set_name(name);
  MeasureErrors(trials, options.targets, group);
  if (options.cut_in_force && !trials.impostors.empty()) {
    v1::OperatingPoint* point = group.mutable_in_force();
    const double cut = *options.cut_in_force;
    point->set_cut(cut);
    *point->mutable_fmr() = FmrIntervals(trials, {cut}).front();
    *point->mutable_fnmr() = FnmrInterval(trials, cut);
    point->set_frr(group.failure_to_acquire() + (1 - group.failure_to_acquire()) * point->fnmr().value());
    point->set_supported(point->fmr().value() * static_cast<double>(trials.impostor_pairs) >= 10);
  }
  if (const std::optional<FoldAccuracy> folds = CrossValidated(trials)) {
    group.mutable_cross_validation()->set_folds(static_cast<unsigned>(folds->folds));
    group.mutable_cross_validation()->set_accuracy(folds->mean);
    group.mutable_cross_validation()->set_standard_error(folds->standard_error);
  }
  Draw(trials, group);
  return group;
}

std::string DataDigest(const std::vector<v1::FaceEvidence>& evidence) {
  std::vector<std::string> digests;
  for (const v1::FaceEvidence& each : evidence) digests.push_back(each.image_sha256());
  std::sort(digests.begin(), digests.end());
  std::string all;
  for (const std::string& digest : digests) all += digest;
  return face::Sha256Hex(all);
}

// The photographs of a set in both roles.
struct Roles {
  std::vector<Examined> first;
  std::vector<Examined> second;
  std::string data_digest;
};

Result<Roles> ExamineRoles(const face::Bundle& bundle, const LabelledSet& set, const MeasureOptions& options,
                           const Progress& progress) {
  std::vector<std::filesystem::path> files;
  for (const LabelledPhoto& photo : set.photos) files.push_back(options.images / photo.path);
  ExamineOptions how;
  how.subject = options.policy != nullptr ? face::SubjectRule::kClear : face::SubjectRule::kNearestCentre;
  how.template_only = options.policy == nullptr;
  how.threads = options.threads;
  const Result<std::vector<v1::FaceEvidence>> full = ExaminePhotos(bundle, files, how, progress);
  if (!full.ok()) return full.status();
  std::vector<v1::FaceEvidence> reduced;
  if (options.chip_photos) {
    how.change = ChipPhoto;
    Result<std::vector<v1::FaceEvidence>> chip = ExaminePhotos(bundle, files, how, progress);
    if (!chip.ok()) return chip.status();
    reduced = *std::move(chip);
  }
  const rules::Policy* policy = options.policy;
  Roles roles;
  roles.first = Judge(options.chip_photos ? reduced : *full, policy != nullptr ? &policy->pack.id_photo() : nullptr);
  roles.second = Judge(*full, policy != nullptr ? &policy->pack.live_portrait() : nullptr);
  roles.data_digest = DataDigest(*full);
  return roles;
}

void Append(std::string& text, const char* format, auto... values) {
  char line[512];
  std::snprintf(line, sizeof(line), format, values...);
  text += line;
}

std::string Percent(const v1::Estimate& estimate) {
  char text[96];
  std::snprintf(text, sizeof(text), "%.3g %% [%.3g, %.3g]", 100 * estimate.value(), 100 * estimate.lower(),
                100 * estimate.upper());
  return text;
}

}  // namespace

Result<v1::FaceMeasurement> Measure(const MeasureOptions& options, const Progress& progress) {
  const Result<face::Bundle> bundle = face::LoadBundle(options.bundle_dir);
  if (!bundle.ok()) return bundle.status();
  if (options.policy != nullptr) {
    const std::string limit = rules::LimitOnUnmeasured(options.policy->pack, face::NotMeasured(bundle->manifest));
    if (!limit.empty()) {
      return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason,
                    "the policy's " + limit + " limits what the bundle does not measure; set it to 0 (not asked)");
    }
  }
  const Result<LabelledSet> set = ReadLabelledSet(options.lists);
  if (!set.ok()) return set.status();
  std::optional<LabelledSet> training;
  if (!options.training_lists.empty()) {
    Result<LabelledSet> read = ReadLabelledSet(options.training_lists);
    if (!read.ok()) return read.status();
    training = *std::move(read);
  }
  const Result<Roles> roles = ExamineRoles(*bundle, *set, options, progress);
  if (!roles.ok()) return roles.status();

  v1::FaceMeasurement measurement;
  measurement.set_bundle_name(bundle->manifest.name());
  measurement.set_bundle_digest(bundle->digest);
  measurement.set_preprocessing_version(face::kPreprocessingVersion);
  measurement.set_date(options.date);
  if (options.policy != nullptr) measurement.set_policy_version(options.policy->pack.version());
  measurement.set_chip_photos(options.chip_photos);
  measurement.set_data_digest(roles->data_digest);

  const std::vector<std::vector<float>> first = Usable(roles->first);
  const std::vector<std::vector<float>> second = Usable(roles->second);
  std::vector<Trials> trials;
  for (int group = 0; group < static_cast<int>(set->groups.size()); ++group) {
    trials.push_back(CompareGroup(*set, group, first, second));
    v1::GroupMeasurement measured = MeasureGroup(set->groups[static_cast<std::size_t>(group)], trials.back(), options);
    CountFailures(*set, group, roles->first, roles->second, measured);
    if (options.policy != nullptr) {
      const double cut = options.cut_in_force.value_or(measured.points_size() > 0 ? measured.points(0).cut() : 1);
      CountGates(*set, group, roles->first, roles->second, cut, measured);
    }
    *measurement.add_groups() = std::move(measured);
  }
  if (trials.size() > 1) {
    v1::GroupMeasurement overall = MeasureGroup("overall", Together(trials), options);
    std::map<std::string, unsigned> failures;
    std::map<std::string, v1::GateEffect> gates;
    overall.set_subjects(static_cast<unsigned>(set->subjects));
    overall.set_photos(static_cast<unsigned>(set->photos.size()));
    for (const v1::GroupMeasurement& group : measurement.groups()) {
      for (const v1::AcquisitionFailure& failure : group.failures()) failures[failure.reason()] += failure.photos();
      for (const v1::GateEffect& gate : group.gates()) {
        v1::GateEffect& sum = gates[gate.reason()];
        sum.set_reason(gate.reason());
        sum.set_genuine_pairs(sum.genuine_pairs() + gate.genuine_pairs());
        sum.set_alone(sum.alone() + gate.alone());
        sum.set_would_match(sum.would_match() + gate.would_match());
      }
    }
    for (const auto& [reason, count] : failures) {
      v1::AcquisitionFailure* failure = overall.add_failures();
      failure->set_reason(reason);
      failure->set_photos(count);
    }
    for (auto& [reason, gate] : gates) *overall.add_gates() = std::move(gate);
    *measurement.add_groups() = std::move(overall);
  }
  if (training) {
    const Result<Roles> trained = ExamineRoles(*bundle, *training, options, progress);
    if (!trained.ok()) return trained.status();
    std::vector<Trials> each;
    for (int group = 0; group < static_cast<int>(training->groups.size()); ++group) {
      each.push_back(CompareGroup(*training, group, Usable(trained->first), Usable(trained->second)));
    }
    const Trials together = Together(each);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const std::optional<Accuracy> accuracy = AccuracyWithCutFrom(together, trials[i]);
      if (!accuracy) continue;
      v1::TrainedAccuracy* out = measurement.mutable_groups(static_cast<int>(i))->mutable_trained();
      out->set_cut(accuracy->cut);
      out->set_accuracy(accuracy->accuracy);
    }
  }
  return measurement;
}

std::string MeasurementText(const v1::FaceMeasurement& measurement) {
  std::string text;
  Append(text, "bundle %s, preprocessing version %u, %s%s\n", measurement.bundle_name().c_str(),
         measurement.preprocessing_version(),
         measurement.policy_version().empty() ? "bare (no gates, the face nearest the centre)"
                                              : ("gated by policy " + measurement.policy_version()).c_str(),
         measurement.chip_photos() ? ", first of each pair as a chip photo" : "");
  text += "95 % intervals resample subjects\n";
  for (const v1::GroupMeasurement& group : measurement.groups()) {
    Append(text, "\n%s: %u photos of %u people, %llu genuine and %llu impostor pairs\n", group.name().c_str(),
           group.photos(), group.subjects(), static_cast<unsigned long long>(group.genuine_pairs()),
           static_cast<unsigned long long>(group.impostor_pairs()));
    if (group.failures_size() > 0) {
      text += "  photos that failed:";
      for (const v1::AcquisitionFailure& failure : group.failures()) {
        Append(text, " %s %u (%.2f %%)", failure.reason().c_str(), failure.photos(),
               100.0 * failure.photos() / std::max(1U, group.photos()));
      }
      text += "\n";
    }
    Append(text, "  FTA %.2f %% of genuine pairs (%llu)\n", 100 * group.failure_to_acquire(),
           static_cast<unsigned long long>(group.genuine_pairs_failed()));
    Append(text, "  EER %s\n", Percent(group.eer()).c_str());
    const auto print = [&](const v1::OperatingPoint& point) {
      if (point.target_fmr() > 0) {
        Append(text, "  FMR %g: cut %.3f, FMR %s, FNMR %s, FRR %.2f %%%s\n", point.target_fmr(), point.cut(),
               Percent(point.fmr()).c_str(), Percent(point.fnmr()).c_str(), 100 * point.frr(),
               point.supported() ? "" : "  (too few pairs to rely on)");
      } else {
        Append(text, "  cut in force %.3f: FMR %s, FNMR %s, FRR %.2f %%\n", point.cut(), Percent(point.fmr()).c_str(),
               Percent(point.fnmr()).c_str(), 100 * point.frr());
      }
      for (const v1::YearsPoint& years : point.by_years()) {
        const std::string to = years.to_years() > 0 ? "-" + std::to_string(years.to_years()) : "+";
        Append(text, "    %u%s years apart: %llu genuine pairs, FNMR %s\n", years.from_years(), to.c_str(),
               static_cast<unsigned long long>(years.genuine_pairs()), Percent(years.fnmr()).c_str());
      }
    };
    for (const v1::OperatingPoint& point : group.points()) print(point);
    if (group.has_in_force()) print(group.in_force());
    if (group.has_cross_validation()) {
      Append(text, "  %u-fold accuracy %.2f %% +- %.2f\n", group.cross_validation().folds(),
             100 * group.cross_validation().accuracy(), 100 * group.cross_validation().standard_error());
    }
    if (group.has_trained()) {
      Append(text, "  accuracy %.2f %% with the cut of the training list, %.3f\n", 100 * group.trained().accuracy(),
             group.trained().cut());
    }
    for (const v1::GateEffect& gate : group.gates()) {
      Append(text, "  gate %s: %llu genuine pairs turned away, %llu by it alone, of which %llu would have matched\n",
             gate.reason().c_str(), static_cast<unsigned long long>(gate.genuine_pairs()),
             static_cast<unsigned long long>(gate.alone()), static_cast<unsigned long long>(gate.would_match()));
    }
  }
  return text;
}

}  // namespace realname::measurement
