// SPDX-License-Identifier: Apache-2.0
#include "face/calibration.h"

#include <algorithm>
#include <cmath>
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

// Regularised incomplete beta function I_x(a, b) by its continued fraction (NIST DLMF 8.17.22), evaluated with Lentz's
// method; DLMF 8.17.4 swaps the arguments where the fraction converges slowly.
double IncompleteBeta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - IncompleteBeta(b, a, 1 - x);
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x)) / a;
  constexpr double kTiny = 1e-300;
  double numerator = 1;
  double denominator = 1 - (a + b) * x / (a + 1);
  if (std::abs(denominator) < kTiny) denominator = kTiny;
  denominator = 1 / denominator;
  double fraction = denominator;
  for (int m = 1; m <= 100'000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double change = 1;
    for (const double term : {even, odd}) {
      denominator = 1 + term * denominator;
      if (std::abs(denominator) < kTiny) denominator = kTiny;
      numerator = 1 + term / numerator;
      if (std::abs(numerator) < kTiny) numerator = kTiny;
      denominator = 1 / denominator;
      change = numerator * denominator;
      fraction *= change;
    }
    if (std::abs(change - 1) < 1e-12) break;
  }
  return std::min(1.0, front * fraction);
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
  return "";
}

}  // namespace

double ClopperPearsonUpper(std::uint64_t errors, std::uint64_t trials) {
  if (trials == 0 || errors >= trials) return 1;
  const double a = static_cast<double>(errors) + 1;
  const double b = static_cast<double>(trials - errors);
  double low = static_cast<double>(errors) / static_cast<double>(trials);
  double high = 1;
  for (int i = 0; i < 80 && high - low > 1e-12 * high; ++i) {
    const double middle = (low + high) / 2;
    (IncompleteBeta(a, b, middle) < 0.975 ? low : high) = middle;
  }
  return high;
}

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
  return Calibration(std::move(message), std::move(digest));
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

FalseMatchRate Calibration::FmrAt(double similarity) const {
  const int row = RowAt(similarity);
  if (row < 0) return {};
  FalseMatchRate worst{0, 0};
  for (const v1::CalibrationGroup& group : message_.groups()) {
    const std::uint64_t errors = group.false_matches(row);
    worst.rate = std::max(worst.rate, static_cast<double>(errors) / static_cast<double>(group.impostor_pairs()));
    worst.upper = std::max(worst.upper, ClopperPearsonUpper(errors, group.impostor_pairs()));
  }
  return worst;
}

double Calibration::LowestFmr() const {
  std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max();
  for (const v1::CalibrationGroup& group : message_.groups()) fewest = std::min(fewest, group.impostor_pairs());
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
    double worst = 0;
    for (const v1::CalibrationGroup& group : message_.groups()) {
      worst =
          std::max(worst, static_cast<double>(group.false_matches(row)) / static_cast<double>(group.impostor_pairs()));
    }
    if (worst <= target) return SimilarityOf(row);
  }
  return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason,
                "no similarity of the calibration's table reaches FMR " + Format(target));
}

}  // namespace realname
