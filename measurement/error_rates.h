// SPDX-License-Identifier: Apache-2.0
// Error rates of a comparison in the terms of ISO/IEC 19795-1, with 95 % intervals.
//
// FMR at a cut: share of impostor trials that score at least the cut. FNMR: share of genuine trials that score less.
// EER: their value where they meet. The cut for a target FMR is the lowest at which the FMR does not exceed the target.
//
// Intervals: percentile bootstrap over SUBJECTS, both sides of a pair ("subset bootstrap": R. M. Bolle, N. K. Ratha,
// S. Pankanti, "Error analysis of pattern recognition systems: the subsets bootstrap", CVIU 93, 2004). Subjects are
// drawn with replacement; a genuine trial counts as often as its subject was drawn, an impostor trial as often as the
// product of both counts. Pairs that share a photograph are not independent, so resampling pairs would promise too
// much. Each replicate sets its own cut for a target, so the doubt about the cut is in the FNMR's interval. An error
// never seen has a bootstrap interval of [0, 0]; its upper end is then that of Clopper and Pearson for as many subjects
// as there are.
//
// Pure; deterministic (fixed seed); thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "measurement/trials.h"
#include "realname/v1/face_measurement.pb.h"

namespace realname::measurement {

inline constexpr int kReplicates = 1000;

// The lowest similarity at which the FMR does not exceed `target`. Requires an impostor trial.
double CutFor(const Trials& trials, double target);

// False match rate and false non-match rate at a cut, 0 to 1; 0 where there is no trial of the kind. Above the lowest
// kept impostor the FMR is exact, below it is that of the bin.
double FmrAt(const Trials& trials, double cut);
double FnmrAt(const Trials& trials, double cut);

// EER, and for each target the cut, FMR, FNMR, with intervals; `years` buckets at those cuts where labelled.
// A target below ten errors' worth of impostor trials is marked unsupported.
void MeasureErrors(const Trials& trials, const std::vector<double>& targets, v1::GroupMeasurement& out);

// 95 % intervals of the FMR at each of `cuts` (ascending). Where trials below the lowest kept impostor would be
// needed nothing is promised: the upper end is 1.
std::vector<v1::Estimate> FmrIntervals(const Trials& trials, const std::vector<double>& cuts);

// FNMR at a fixed cut with its 95 % interval.
v1::Estimate FnmrInterval(const Trials& trials, double cut);

// Share of trials told rightly at the cut that tells most of `training` rightly. Nothing if either has no trials.
struct Accuracy {
  double cut = 0;
  double accuracy = 0;
};
std::optional<Accuracy> AccuracyWithCutFrom(const Trials& training, const Trials& test);

// Cross-validation over the folds stated in the list: each fold with the cut chosen on the others. Nothing if fewer
// than two folds are stated. `standard_error` is that of the mean over the folds.
struct FoldAccuracy {
  int folds = 0;
  double mean = 0;
  double standard_error = 0;
};
std::optional<FoldAccuracy> CrossValidated(const Trials& trials);

}  // namespace realname::measurement
