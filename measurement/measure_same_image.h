// SPDX-License-Identifier: Apache-2.0
// MeasureSameImage: how surely a portrait that is the ID photo again is told from another take of the person. Every
// photograph is processed again in the ways that people have (made smaller or larger, re-compressed, mirrored, cropped,
// brightened, all of it at once) and correlated with itself as it was; and with the other photographs of the same
// person.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "measurement/examine_photos.h"
#include "realname/v1/face_measurement.pb.h"

namespace realname::measurement {

struct SameImageOptions {
  std::filesystem::path bundle_dir;
  std::filesystem::path images;
  // Lists as ReadLabelledSet takes them; of at most `most_photos` photographs in the order of the lists.
  std::vector<std::filesystem::path> lists;
  int most_photos = 500;
  // FaceComparison.image_correlation at or above which a portrait is the ID photo again.
  double limit = 1;
  unsigned threads = 0;
};

// Errors: FAILED_PRECONDITION for a list, bundle or file at fault; UNAVAILABLE if OpenCV fails.
Result<v1::SameImageMeasurement> MeasureSameImage(const SameImageOptions& options, const Progress& progress);

std::string SameImageText(const v1::SameImageMeasurement& measurement);

}  // namespace realname::measurement
