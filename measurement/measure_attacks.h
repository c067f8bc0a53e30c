// SPDX-License-Identifier: Apache-2.0
// MeasureAttacks: a bundle's presentation attack detection on pictures of live faces and of attacks, in the terms of
// ISO/IEC 30107-3. Liveness alone: no quality gate; of several faces the one nearest the centre counts.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "measurement/examine_photos.h"
#include "realname/v1/face_evidence.pb.h"
#include "realname/v1/face_measurement.pb.h"

namespace realname::measurement {

struct AttackOptions {
  std::filesystem::path bundle_dir;
  // Files, or folders that are searched to the bottom for .jpg, .jpeg and .png.
  std::vector<std::filesystem::path> live;
  // Species and where its pictures are, as above.
  std::vector<std::pair<std::string, std::filesystem::path>> attacks;
  float live_score_pass = 0;
  float live_score_fail = 0;
  unsigned threads = 0;
};

// Errors: FAILED_PRECONDITION if a path is missing or holds no picture; UNAVAILABLE if OpenCV fails.
Result<v1::AttackMeasurement> MeasureAttacks(const AttackOptions& options, const Progress& progress);

// Counts one kind of presentation. Pure.
v1::Presentations Count(const std::string& name, const std::vector<v1::FaceEvidence>& evidence, float pass, float fail);

std::string AttackText(const v1::AttackMeasurement& measurement);

}  // namespace realname::measurement
