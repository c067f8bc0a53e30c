// SPDX-License-Identifier: Apache-2.0
// Measure: a bundle's face comparison on labelled photographs -> rates in the terms of ISO/IEC 19795-1.
//
// Bare (no policy): no gate; of several faces the one nearest the centre counts. Gated (with a policy): photographs are
// treated as at registration; the first of a pair has to pass the limits of an ID photo, the second those of a live
// portrait. Each photograph is examined once (again as a chip photo, and again for a training list).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "measurement/examine_photos.h"
#include "realname/v1/face_measurement.pb.h"
#include "rules/policy.h"

namespace realname::measurement {

struct MeasureOptions {
  std::filesystem::path bundle_dir;
  std::filesystem::path images;
  std::vector<std::filesystem::path> lists;
  // Lists on which the cut for TrainedAccuracy is chosen; may be empty.
  std::vector<std::filesystem::path> training_lists;
  const rules::Policy* policy = nullptr;
  // A cut to report besides those for the targets, e.g. that of the calibration in force.
  std::optional<double> cut_in_force;
  bool chip_photos = false;
  std::vector<double> targets = {1e-2, 1e-3, 1e-4};
  // YYYY-MM-DD.
  std::string date;
  unsigned threads = 0;
};

// Errors: FAILED_PRECONDITION for a list, bundle or file at fault; UNAVAILABLE if OpenCV fails.
Result<v1::FaceMeasurement> Measure(const MeasureOptions& options, const Progress& progress);

// The measurement as a table for people.
std::string MeasurementText(const v1::FaceMeasurement& measurement);

}  // namespace realname::measurement
