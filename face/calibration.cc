// SPDX-License-Identifier: Apache-2.0
#include "face/calibration.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <utility>

#include "face/sha256.h"
#include "face/text_message.h"

namespace realname {
namespace {

// False matches that the smallest group must show at a target: see the header.
constexpr double kErrorsNeeded = 10;
constexpr int kMaxRows = 100'000;

Status Refused(const std::string& name, const std::string& why) {
  return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason, name + ": " + why);
}

std::string Format(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3g", value);
  return text;
}

// What is wrong with a group's table; empty if nothing.
std::string GroupFault(const v1::CalibrationGroup& group, int rows) {
  if (group.name().empty()) return "a group has no name";
  if (group.impostor_pairs() == 0 || group.genuine_pairs() == 0) return group.name() + " has no pairs of either kind";
  if (group.false_matches_size() != rows || group.false_non_matches_size() != rows) {
    return group.name() + " has tables of another length";
  }
  for (int i = 0; i < rows; ++i) {
    if (group.false_matches(i) > group.impostor_pairs() || group.false_non_matches(i) > group.genuine_pairs()) {
      return group.name() + " counts more errors than pairs";
    }
    if (i > 0 && (group.false_matches(i) > group.false_matches(i - 1) ||
                  group.false_non_matches(i) < group.false_non_matches(i - 1))) {
      return group.name() + " has a table that is not monotonous";
    }
  }
  if (group.fmr_lower_size() != rows || group.fmr_upper_size() != rows) {
    return group.name() + " has no intervals: an older realname-face made it";
  }
  for (int i = 0; i < rows; ++i) {
    const double rate = static_cast<double>(group.false_matches(i)) / static_cast<double>(group.impostor_pairs());
    // Negated, so that what is no number is refused. The intervals are floats, the rate is not.
    if (!(group.fmr_lower(i) >= 0 && group.fmr_lower(i) <= rate * 1.000001 && group.fmr_upper(i) >= rate * 0.999999 &&
          group.fmr_upper(i) <= 1)) {
      return group.name() + " has an interval that does not hold its rate";
    }
  }
  for (int i = 0; i < group.live_score_below_size(); ++i) {
    if (group.live_score_below(i) > group.bona_fide() ||
        (i > 0 && group.live_score_below(i) < group.live_score_below(i - 1))) {
      return group.name() + " has live scores that contradict their number";
    }
  }
  return "";
}

// What is wrong with the shares of outcomes; empty if nothing.
std::string OutcomesFault(const v1::CustomerOutcomes& outcomes) {
  for (const v1::GroupOutcomes& group : outcomes.groups()) {
    const double sum = group.pass() + group.review() + group.turned_away();
    const bool shares = group.pass() >= 0 && group.review() >= 0 && group.turned_away() >= 0 && group.retry() >= 0 &&
                        group.retry() <= 1;
    if (!shares || !(std::abs(sum - 1) < 1e-6) || group.people() == 0) {
      return "outcomes of " + group.name() + " are no shares of people";
    }
  }
  return "";
}

}  // namespace

Result<Calibration> Calibration::Load(const std::filesystem::path& file, const std::string& bundle_digest,
                                      unsigned preprocessing_version) {
  Result<std::string> text = face::ReadFile(file);
  if (!text.ok()) return text.status();
  v1::FaceCalibration message;
  if (Status status = face::ParseTextMessage(*text, file, message); !status.ok()) return status;
  return FromMessage(std::move(message), file.string(), face::Sha256Hex(*text), bundle_digest, preprocessing_version);
}

Result<Calibration> Calibration::FromMessage(v1::FaceCalibration message, const std::string& name, std::string digest,
                                             const std::string& bundle_digest, unsigned preprocessing_version) {
  if (message.bundle_digest() != bundle_digest) {
    return Refused(name, "bundle_digest is " + message.bundle_digest() + ", but the bundle's manifest is " +
                             bundle_digest + ": run realname-face calibrate with this bundle");
  }
  if (message.preprocessing_version() != preprocessing_version) {
    return Refused(name, "preprocessing_version is " + std::to_string(message.preprocessing_version()) +
                             ", this program's is " + std::to_string(preprocessing_version) +
                             ": run realname-face calibrate again");
  }
  if (message.groups().empty()) return Refused(name, "groups is empty");
  if (!(message.step() > 0) || !std::isfinite(message.step())) return Refused(name, "step must be positive");
  if (!(message.first_similarity() >= -1 && message.first_similarity() < 1)) {
    return Refused(name, "first_similarity must be -1 to 1");
  }
  const int rows = message.groups(0).false_matches_size();
  if (rows == 0 || rows > kMaxRows) return Refused(name, "false_matches must have 1 to 100000 rows");
  for (const v1::CalibrationGroup& group : message.groups()) {
    if (const std::string fault = GroupFault(group, rows); !fault.empty()) return Refused(name, fault);
  }
  if (const std::string fault = OutcomesFault(message.outcomes()); !fault.empty()) return Refused(name, fault);
  std::vector<int> population;
  for (int i = 0; i < message.groups_size(); ++i) {
    const auto& stated = message.population();
    if (stated.empty() || std::find(stated.begin(), stated.end(), message.groups(i).name()) != stated.end()) {
      population.push_back(i);
    }
  }
  if (!message.population().empty() && static_cast<int>(population.size()) != message.population_size()) {
    return Refused(name, "population names a group that was not measured, or one twice");
  }
  return Calibration(std::move(message), std::move(digest), std::move(population));
}

int Calibration::RowAt(double similarity) const {
  if (!(similarity >= message_.first_similarity())) return -1;
  // The small term undoes rounding, so that SimilarityOf(row) is in its own row.
  const double row = std::floor((similarity - message_.first_similarity()) / message_.step() + 1e-9);
  return static_cast<int>(std::min(row, static_cast<double>(message_.groups(0).false_matches_size() - 1)));
}

double Calibration::SimilarityOf(int row) const { return message_.first_similarity() + row * message_.step(); }

double Calibration::GroupFmrAt(int group, double similarity) const {
  const int row = RowAt(similarity);
  if (row < 0) return 1;
  const v1::CalibrationGroup& table = message_.groups(group);
  return static_cast<double>(table.false_matches(row)) / static_cast<double>(table.impostor_pairs());
}

double Calibration::GroupFnmrAt(int group, double similarity) const {
  const int row = RowAt(similarity);
  if (row < 0) return 0;
  const v1::CalibrationGroup& table = message_.groups(group);
  return static_cast<double>(table.false_non_matches(row)) / static_cast<double>(table.genuine_pairs());
}

double Calibration::GroupFmrLower(int group, double similarity) const {
  const int row = RowAt(similarity);
  return row < 0 ? 0 : static_cast<double>(message_.groups(group).fmr_lower(row));
}

double Calibration::GroupFmrUpper(int group, double similarity) const {
  const int row = RowAt(similarity);
  return row < 0 ? 1 : static_cast<double>(message_.groups(group).fmr_upper(row));
}

double Calibration::GroupBpcer(int group, double live_score) const {
  const v1::CalibrationGroup& table = message_.groups(group);
  const int last = table.live_score_below_size() - 1;
  if (table.bona_fide() == 0 || last < 1) return 1;
  const double row = std::ceil(std::clamp(live_score, 0.0, 1.0) * last - 1e-9);
  return static_cast<double>(table.live_score_below(static_cast<int>(row))) / static_cast<double>(table.bona_fide());
}

double Calibration::Bpcer(double live_score) const {
  double worst = 0;
  for (const int group : population_) worst = std::max(worst, GroupBpcer(group, live_score));
  return worst;
}

bool Calibration::InPopulation(int group) const {
  return std::find(population_.begin(), population_.end(), group) != population_.end();
}

Status Calibration::MayServe() const {
  if (!message_.sign_off().signatory().empty() && !message_.sign_off().date().empty()) return Status();
  return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason,
                "nobody signed the calibration off: look at what it says and run realname-face sign-off");
}

FalseMatchRate Calibration::FmrAt(double similarity, int references) const {
  FalseMatchRate worst{0, 0};
  for (const int group : population_) {
    worst.rate = std::max(worst.rate, GroupFmrAt(group, similarity));
    worst.upper = std::max(worst.upper, GroupFmrUpper(group, similarity));
  }
  // -expm1(n log1p(-f)) is 1 - (1 - f)^n without losing small rates.
  const auto any_of = [references](double rate) {
    return rate >= 1 ? 1.0 : -std::expm1(references * std::log1p(-rate));
  };
  if (references > 1) worst = {any_of(worst.rate), any_of(worst.upper)};
  return worst;
}

double Calibration::LowestFmr() const {
  std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max();
  for (const int group : population_) fewest = std::min(fewest, std::uint64_t{message_.groups(group).impostor_pairs()});
  return std::min(1.0, kErrorsNeeded / static_cast<double>(fewest));
}

Status Calibration::SupportsFmr(double target) const {
  if (!(target > 0 && target < 1)) {
    return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason, "a target FMR must lie between 0 and 1");
  }
  if (target >= LowestFmr()) return Status();
  return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason,
                "the calibration's data support no FMR below " + Format(LowestFmr()) + "; asked for " + Format(target));
}

Result<double> Calibration::CutFor(double target) const {
  if (Status status = SupportsFmr(target); !status.ok()) return status;
  const int rows = message_.groups(0).false_matches_size();
  for (int row = 0; row < rows; ++row) {
    if (FmrAt(SimilarityOf(row)).rate <= target) return SimilarityOf(row);
  }
  return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason,
                "no similarity of the calibration's table reaches FMR " + Format(target));
}

}  // namespace realname
