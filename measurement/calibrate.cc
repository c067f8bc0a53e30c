// SPDX-License-Identifier: Apache-2.0
#include "measurement/calibrate.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include <google/protobuf/text_format.h>

#include "face/bundle.h"
#include "face/calibration.h"
#include "face/comparison.h"
#include "face/sha256.h"
#include "face/template_bytes.h"
#include "face/text_message.h"
#include "measurement/chip_photo.h"
#include "measurement/clopper_pearson.h"
#include "measurement/customer_outcomes.h"
#include "measurement/error_rates.h"
#include "measurement/labelled_set.h"
#include "measurement/trials.h"

namespace realname::measurement {
namespace {

// Rows of live_score_below: steps of 0.005.
constexpr int kLiveScoreRows = 201;

// Every photograph in both parts, as at registration and bare.
struct Photographs {
  std::vector<v1::FaceEvidence> id_photos;
  std::vector<v1::FaceEvidence> portraits;
  std::vector<std::vector<float>> first;
  std::vector<std::vector<float>> second;
};

// Evidence as at registration; `bare` gets the template of the face nearest the centre.
Result<std::vector<v1::FaceEvidence>> Examine(const face::Bundle& bundle,
                                              const std::vector<std::filesystem::path>& files, bool chip_photos,
                                              const CalibrateOptions& options, const Progress& progress,
                                              std::vector<std::vector<float>>& bare) {
  ExamineOptions how;
  how.subject = face::SubjectRule::kClear;
  how.template_only = false;
  if (chip_photos) how.change = ChipPhoto;
  how.threads = options.threads;
  Result<std::vector<v1::FaceEvidence>> evidence = ExaminePhotos(bundle, files, how, progress);
  if (!evidence.ok()) return evidence;
  std::vector<std::size_t> unclear;
  std::vector<std::filesystem::path> again;
  for (std::size_t i = 0; i < files.size(); ++i) {
    bare.push_back(face::TemplateFromBytes((*evidence)[i].template_()));
    if ((*evidence)[i].status() != v1::FACE_STATUS_SEVERAL_FACES) continue;
    unclear.push_back(i);
    again.push_back(files[i]);
  }
  how.subject = face::SubjectRule::kNearestCentre;
  how.template_only = true;
  const Result<std::vector<v1::FaceEvidence>> nearest = ExaminePhotos(bundle, again, how, Progress());
  if (!nearest.ok()) return nearest.status();
  for (std::size_t i = 0; i < unclear.size(); ++i) {
    bare[unclear[i]] = face::TemplateFromBytes((*nearest)[i].template_());
  }
  return evidence;
}

// The FMR's intervals in each row. What bounds the FMR at a similarity bounds it at any higher one too; and no upper
// end promises more than counting independent pairs would allow.
void AddIntervals(const Trials& trials, v1::CalibrationGroup& group) {
  std::vector<double> cuts;
  for (int row = 0; row < kRows; ++row) cuts.push_back(kFirstSimilarity + row * kSimilarityStep);
  const std::vector<v1::Estimate> intervals = FmrIntervals(trials, cuts);
  double upper = 1;
  for (int row = 0; row < kRows; ++row) {
    const std::uint64_t errors = group.false_matches(row);
    const double rate = static_cast<double>(errors) / static_cast<double>(group.impostor_pairs());
    const v1::Estimate& interval = intervals[static_cast<std::size_t>(row)];
    upper = std::min(upper, std::max(interval.upper(), ClopperPearsonUpper(errors, group.impostor_pairs())));
    group.add_fmr_upper(static_cast<float>(upper));
    group.add_fmr_lower(static_cast<float>(std::min(interval.lower(), rate)));
  }
}

void AddTables(const Trials& trials, v1::CalibrationGroup& group) {
  group.set_genuine_pairs(trials.genuine.size());
  group.set_impostor_pairs(trials.impostor_pairs);
  // Bins of trials are rows of the table; bin kSimilarityBins / 2 begins at similarity 0.
  static_assert(kRows == kSimilarityBins / 2 + 1);
  group.mutable_false_matches()->Resize(kRows, 0);
  std::uint64_t above = 0;
  for (int row = kRows - 1; row >= 0; --row) {
    above += trials.impostor_bins[static_cast<std::size_t>(kSimilarityBins / 2 + row)];
    group.set_false_matches(row, above);
  }
  auto genuine = trials.genuine.begin();
  for (int row = 0; row < kRows; ++row) {
    const auto cut = static_cast<float>(kFirstSimilarity + row * kSimilarityStep);
    while (genuine != trials.genuine.end() && genuine->similarity < cut) ++genuine;
    group.add_false_non_matches(static_cast<std::uint64_t>(genuine - trials.genuine.begin()));
  }
}

v1::CalibrationGroup MeasureGroup(const LabelledSet& set, int number, const Photographs& photos) {
  v1::CalibrationGroup group;
  group.set_name(set.groups[static_cast<std::size_t>(number)]);
  std::vector<std::string> digests;
  std::set<int> people;
  std::vector<unsigned> live_scores(kLiveScoreRows);
  const std::vector<int> parts = PartsInGroup(set, number);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == 0) continue;
    const v1::FaceEvidence& portrait = photos.portraits[i];
    digests.push_back(portrait.image_sha256());
    people.insert(set.photos[i].subject);
    const bool failed = ((parts[i] & 1) != 0 && photos.first[i].empty()) || photos.second[i].empty();
    if (failed) {
      group.set_failed_to_acquire(group.failed_to_acquire() + 1);
    } else {
      group.set_photos(group.photos() + 1);
    }
    if (portrait.status() != v1::FACE_STATUS_OK) continue;
    group.set_bona_fide(group.bona_fide() + 1);
    for (int row = 0; row < kLiveScoreRows; ++row) {
      const double score = static_cast<double>(row) / (kLiveScoreRows - 1);
      if (portrait.live_score() < score) ++live_scores[static_cast<std::size_t>(row)];
    }
  }
  for (const unsigned count : live_scores) group.add_live_score_below(count);
  std::sort(digests.begin(), digests.end());
  std::string all;
  for (const std::string& digest : digests) all += digest;
  group.set_data_digest(face::Sha256Hex(all));
  group.set_subjects(static_cast<unsigned>(people.size()));
  const Trials trials = CompareGroup(set, number, photos.first, photos.second);
  AddTables(trials, group);
  if (trials.impostor_pairs > 0) AddIntervals(trials, group);
  return group;
}

}  // namespace

Result<v1::FaceCalibration> Calibrate(const CalibrateOptions& options, const Progress& progress) {
  const Result<face::Bundle> bundle = face::LoadBundle(options.bundle_dir);
  if (!bundle.ok()) return bundle.status();
  const Result<LabelledSet> set = ReadLabelledSet(options.lists);
  if (!set.ok()) return set.status();
  std::vector<std::filesystem::path> files;
  for (const LabelledPhoto& photo : set->photos) files.push_back(options.images / photo.path);
  Photographs photos;
  Result<std::vector<v1::FaceEvidence>> portraits = Examine(*bundle, files, false, options, progress, photos.second);
  if (!portraits.ok()) return portraits.status();
  photos.portraits = *std::move(portraits);
  if (options.chip_photos) {
    Result<std::vector<v1::FaceEvidence>> id_photos = Examine(*bundle, files, true, options, progress, photos.first);
    if (!id_photos.ok()) return id_photos.status();
    photos.id_photos = *std::move(id_photos);
  } else {
    photos.first = photos.second;
    photos.id_photos = photos.portraits;
  }

  v1::FaceCalibration message;
  message.set_bundle_digest(bundle->digest);
  message.set_preprocessing_version(face::kPreprocessingVersion);
  message.set_date(options.date);
  message.set_first_similarity(kFirstSimilarity);
  message.set_step(kSimilarityStep);
  message.set_chip_photos(options.chip_photos);
  for (const std::string& name : options.population) message.add_population(name);
  std::vector<std::pair<std::string, int>> groups;
  for (int i = 0; i < static_cast<int>(set->groups.size()); ++i) {
    groups.emplace_back(set->groups[static_cast<std::size_t>(i)], i);
  }
  std::sort(groups.begin(), groups.end());
  for (const auto& [name, number] : groups) *message.add_groups() = MeasureGroup(*set, number, photos);
  const Result<Calibration> calibration =
      Calibration::FromMessage(message, "the calibration", "", bundle->digest, face::kPreprocessingVersion);
  if (!calibration.ok()) return calibration.status();
  const face::TemplateKind kind{bundle->digest, bundle->manifest.template_length()};
  Result<v1::CustomerOutcomes> outcomes =
      MeasureOutcomes(*set, photos.id_photos, photos.portraits, kind, *calibration, *options.policy);
  if (!outcomes.ok()) return outcomes.status();
  if (outcomes->groups_size() > 0) *message.mutable_outcomes() = *std::move(outcomes);
  return message;
}

std::string CalibrationText(const v1::FaceCalibration& calibration) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  std::string text;
  printer.PrintToString(calibration, &text);
  return "# SPDX-License-Identifier: Apache-2.0\n# proto-file: realname/v1/face_calibration.proto\n"
         "# proto-message: realname.v1.FaceCalibration\n# Made by realname-face calibrate; edits make it worthless.\n" +
         text;
}

}  // namespace realname::measurement
