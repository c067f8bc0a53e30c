// SPDX-License-Identifier: Apache-2.0
// Calibration: what a similarity is worth, measured on labelled pictures of one bundle.
//
// Every answer is that of the strictest group. The false match rate (FMR) at a similarity is the share of pairs of
// different people that score at least as high; between two rows of the table the lower row counts, so the rate is
// never understated. Its upper bound is the upper end of the two-sided 95 % interval of Clopper and Pearson (Biometrika
// 26, 1934), which takes pairs as independent; pairs that share a photograph are not quite, so it is a lower limit of
// the doubt. A target at which the smallest group would show fewer than ten false matches is not supported: with ten,
// the true rate lies within a factor of two of the measured one at 95 % confidence (4.8 to 18.4 by the same interval);
// with fewer it does not.
//
// Immutable; thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

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
  // another version of the preprocessing.
  static Result<Calibration> Load(const std::filesystem::path& file, const std::string& bundle_digest,
                                  unsigned preprocessing_version);

  // As Load, from a message; `name` stands for the file in errors, `digest` is the file's SHA-256 in hex.
  static Result<Calibration> FromMessage(v1::FaceCalibration message, const std::string& name, std::string digest,
                                         const std::string& bundle_digest, unsigned preprocessing_version);

  FalseMatchRate FmrAt(double similarity) const;

  // The lowest similarity whose FMR is at most `target` in every group.
  // Errors: as SupportsFmr; FAILED_PRECONDITION also if no similarity of the table is high enough.
  Result<double> CutFor(double target) const;

  // FMR and FNMR of one group at a similarity, 0 to 1.
  double GroupFmrAt(int group, double similarity) const;
  double GroupFnmrAt(int group, double similarity) const;

  // The lowest target that every group has data for.
  double LowestFmr() const;

  // Errors: FAILED_PRECONDITION if `target` is not in (0, 1) or is below LowestFmr(), which the message names.
  Status SupportsFmr(double target) const;

  const v1::FaceCalibration& message() const { return message_; }
  // SHA-256 of the file, in hex.
  const std::string& digest() const { return digest_; }

 private:
  Calibration(v1::FaceCalibration message, std::string digest)
      : message_(std::move(message)), digest_(std::move(digest)) {}

  // Row whose similarity is the highest that is not above `similarity`; -1 if all are above.
  int RowAt(double similarity) const;
  double SimilarityOf(int row) const;

  v1::FaceCalibration message_;
  std::string digest_;
};

// Upper end of the two-sided 95 % Clopper-Pearson interval for `errors` in `trials`.
double ClopperPearsonUpper(std::uint64_t errors, std::uint64_t trials);

}  // namespace realname
