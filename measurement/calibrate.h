// SPDX-License-Identifier: Apache-2.0
// Calibrate: labelled photographs -> a calibration of a bundle. Every pair within a group is compared; of several faces
// in a photograph the one nearest the centre is taken. NOT for use while a FaceEngine runs in the same process (it
// takes all cores).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "realname/v1/face_calibration.pb.h"

namespace realname {

struct LabelledPhoto {
  // Path below the folder of images.
  std::string path;
  std::string subject;
  std::string group;
};

// Reads a list with the header line `photo,subject,group`, no quoting.
// Errors: FAILED_PRECONDITION naming the file and the line.
Result<std::vector<LabelledPhoto>> ReadPhotoList(const std::filesystem::path& file);

// `date` is YYYY-MM-DD. Errors: FAILED_PRECONDITION if a file cannot be read; UNAVAILABLE if OpenCV fails.
Result<v1::FaceCalibration> Calibrate(const std::filesystem::path& bundle_dir, const std::filesystem::path& images,
                                      const std::vector<LabelledPhoto>& photos, const std::string& date);

// Text format, tables on one line each.
std::string CalibrationText(const v1::FaceCalibration& calibration);

}  // namespace realname
