// SPDX-License-Identifier: Apache-2.0
// Calibrate: labelled photographs of the people served -> a calibration of a bundle, with what a policy would do to
// them.
//
// The tables are bare, so that they do not hang on a policy: no gate, and of several faces in a photograph the one
// nearest the centre. Outcomes and liveness are measured as at registration. NOT for use while a FaceEngine runs in the
// same process (it takes all cores).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "measurement/examine_photos.h"
#include "realname/v1/face_calibration.pb.h"
#include "rules/policy.h"

namespace realname::measurement {

// Rows of the tables that this program writes: similarity 0 to 1.
inline constexpr double kFirstSimilarity = 0.0;
inline constexpr double kSimilarityStep = 0.002;
inline constexpr int kRows = 501;

struct CalibrateOptions {
  std::filesystem::path bundle_dir;
  std::filesystem::path images;
  // Lists as ReadLabelledSet takes them.
  std::vector<std::filesystem::path> lists;
  // The groups that the operator serves; empty: all.
  std::vector<std::string> population;
  const rules::Policy* policy = nullptr;
  // Reduce the first photograph of each pair to what an ID card's chip holds: see chip_photo.h.
  bool chip_photos = false;
  // YYYY-MM-DD.
  std::string date;
  unsigned threads = 0;
};

// A calibration that nobody has signed off yet.
// Errors: FAILED_PRECONDITION for a list, bundle or file at fault, a group without pairs of both kinds, a population
// that was not measured; UNAVAILABLE if OpenCV fails.
Result<v1::FaceCalibration> Calibrate(const CalibrateOptions& options, const Progress& progress);

// Text format, tables on one line each.
std::string CalibrationText(const v1::FaceCalibration& calibration);

}  // namespace realname::measurement
