// SPDX-License-Identifier: Apache-2.0
// Calibration: what a similarity is worth, measured on labelled pictures of one bundle.
//
// Every answer is that of the strictest group of the stated population. The false match rate (FMR) at a similarity is
// the share of pairs of different people that score at least as high; between two rows of the table the lower row
// counts, so the rate is never understated. A target at which the smallest group would show fewer than ten false
// matches is not supported: with ten, the true rate lies within a factor of two of the measured one at 95 % confidence
// (4.8 to 18.4 by the interval of Clopper and Pearson); with fewer it does not.
//
// Immutable; thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "realname/v1/face_calibration.pb.h"

namespace realname {

// A false match rate and the upper end of its 95 % interval; both 0 to 1.
struct FalseMatchRate {
  double rate = 1;
  double upper = 1;
};

class Calibration {
 public:
  // Errors: FAILED_PRECONDITION if the file is unreadable, contradicts itself, or was made with another bundle or
  // another version of the preprocessing. A calibration that nobody signed off loads; whether it may serve is for
  // MayServe to say.
  static Result<Calibration> Load(const std::filesystem::path& file, const std::string& bundle_digest,
                                  unsigned preprocessing_version);

  // As Load, from a message; `name` stands for the file in errors, `digest` is the file's SHA-256 in hex.
  static Result<Calibration> FromMessage(v1::FaceCalibration message, const std::string& name, std::string digest,
                                         const std::string& bundle_digest, unsigned preprocessing_version);

  // The FMR of the best of `references` comparisons, each corrected as FaceComparison.references says. At least 1.
  FalseMatchRate FmrAt(double similarity, int references = 1) const;

  // The lowest similarity whose FMR is at most `target` in every group of the population.
  // Errors: as SupportsFmr; FAILED_PRECONDITION also if no similarity of the table is high enough.
  Result<double> CutFor(double target) const;

  // FMR and FNMR of one group at a similarity, 0 to 1.
  double GroupFmrAt(int group, double similarity) const;
  double GroupFnmrAt(int group, double similarity) const;
  // The FMR's 95 % interval, 0 to 1.
  double GroupFmrLower(int group, double similarity) const;
  double GroupFmrUpper(int group, double similarity) const;

  // Share of bona fide presentations that score below `live_score`, 0 to 1: of one group, and of the worst of the
  // population. Between two rows the higher counts. 1 where nothing was measured.
  double GroupBpcer(int group, double live_score) const;
  double Bpcer(double live_score) const;

  bool InPopulation(int group) const;

  // Whether a service may rest on it.
  // Errors: FAILED_PRECONDITION if nobody signed it off.
  Status MayServe() const;

  // The lowest target that every group of the population has data for.
  double LowestFmr() const;

  // Errors: FAILED_PRECONDITION if `target` is not in (0, 1) or is below LowestFmr(), which the message names.
  Status SupportsFmr(double target) const;

  const v1::FaceCalibration& message() const { return message_; }
  // SHA-256 of the file, in hex.
  const std::string& digest() const { return digest_; }

 private:
  Calibration(v1::FaceCalibration message, std::string digest, std::vector<int> population)
      : message_(std::move(message)), digest_(std::move(digest)), population_(std::move(population)) {}

  // Row whose similarity is the highest that is not above `similarity`; -1 if all are above.
  int RowAt(double similarity) const;
  double SimilarityOf(int row) const;

  v1::FaceCalibration message_;
  std::string digest_;
  // Groups of the stated population, by index.
  std::vector<int> population_;
};

}  // namespace realname
