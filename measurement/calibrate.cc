// SPDX-License-Identifier: Apache-2.0
#include "measurement/calibrate.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <sstream>
#include <thread>
#include <utility>

#include <google/protobuf/text_format.h>
#include <opencv2/core.hpp>
#include <opencv2/core/ocl.hpp>

#include "face/analyzer.h"
#include "face/bundle.h"
#include "face/opencv_guard.h"
#include "face/pair_counts.h"
#include "face/sha256.h"
#include "face/template_bytes.h"
#include "face/text_message.h"

namespace realname {
namespace {

using face::kFaceStartReason;

// What is kept of one photograph.
struct Measured {
  std::string digest;
  std::vector<float> values;
};

Status MeasureSome(const face::Bundle& bundle, const std::filesystem::path& images,
                   const std::vector<LabelledPhoto>& photos, std::atomic<std::size_t>& next,
                   std::vector<Measured>& measured) {
  return face::GuardOpenCv([&]() -> Status {
    face::Analyzer analyzer(bundle);
    analyzer.SelfTest();
    for (std::size_t i = next++; i < photos.size(); i = next++) {
      const Result<std::string> bytes = face::ReadFile(images / photos[i].path);
      if (!bytes.ok()) return bytes.status();
      const v1::FaceEvidence evidence = analyzer.AnalyzeForTemplate(*bytes, face::SubjectRule::kNearestCentre);
      measured[i].digest = face::Sha256(*bytes);
      measured[i].values = face::TemplateFromBytes(evidence.template_());
    }
    return Status();
  });
}

v1::CalibrationGroup CountGroup(const std::string& name, const std::vector<LabelledPhoto>& photos,
                                const std::vector<Measured>& measured) {
  v1::CalibrationGroup group;
  group.set_name(name);
  std::map<std::string, int> subjects;
  std::vector<std::string> digests;
  std::vector<face::LabelledTemplate> templates;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    if (photos[i].group != name) continue;
    digests.push_back(measured[i].digest);
    if (measured[i].values.empty()) {
      group.set_failed_to_acquire(group.failed_to_acquire() + 1);
      continue;
    }
    face::LabelledTemplate entry;
    entry.subject = subjects.emplace(photos[i].subject, static_cast<int>(subjects.size())).first->second;
    entry.values = measured[i].values;
    templates.push_back(std::move(entry));
  }
  std::sort(digests.begin(), digests.end());
  std::string all;
  for (const std::string& digest : digests) all += digest;
  group.set_data_digest(face::Sha256Hex(all));
  group.set_photos(static_cast<unsigned>(templates.size()));
  group.set_subjects(static_cast<unsigned>(subjects.size()));
  face::CountPairs(templates, group);
  return group;
}

}  // namespace

Result<std::vector<LabelledPhoto>> ReadPhotoList(const std::filesystem::path& file) {
  const Result<std::string> text = face::ReadFile(file);
  if (!text.ok()) return text.status();
  std::vector<LabelledPhoto> photos;
  std::istringstream lines(*text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::size_t first = line.find(',');
    const std::size_t second = first == std::string::npos ? first : line.find(',', first + 1);
    const bool header_wrong = number == 1 && line != "photo,subject,group";
    if (header_wrong || second == std::string::npos || line.find(',', second + 1) != std::string::npos) {
      return Status(StatusCode::kFailedPrecondition, kFaceStartReason,
                    file.string() + ": line " + std::to_string(number) + " is not photo,subject,group");
    }
    if (number == 1) continue;
    photos.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return photos;
}

Result<v1::FaceCalibration> Calibrate(const std::filesystem::path& bundle_dir, const std::filesystem::path& images,
                                      const std::vector<LabelledPhoto>& photos, const std::string& date) {
  const Result<face::Bundle> bundle = face::LoadBundle(bundle_dir);
  if (!bundle.ok()) return bundle.status();
  cv::setNumThreads(1);
  cv::ocl::setUseOpenCL(false);
  std::vector<Measured> measured(photos.size());
  std::atomic<std::size_t> next{0};
  std::vector<Status> statuses(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  for (Status& status : statuses) {
    threads.emplace_back([&, out = &status] { *out = MeasureSome(*bundle, images, photos, next, measured); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Status& status : statuses) {
    if (!status.ok()) return status;
  }
  v1::FaceCalibration calibration;
  calibration.set_bundle_digest(bundle->digest);
  calibration.set_preprocessing_version(face::kPreprocessingVersion);
  calibration.set_date(date);
  calibration.set_first_similarity(face::kFirstSimilarity);
  calibration.set_step(face::kSimilarityStep);
  std::vector<std::string> names;
  for (const LabelledPhoto& photo : photos) names.push_back(photo.group);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) *calibration.add_groups() = CountGroup(name, photos, measured);
  return calibration;
}

std::string CalibrationText(const v1::FaceCalibration& calibration) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  std::string text;
  printer.PrintToString(calibration, &text);
  return "# SPDX-License-Identifier: Apache-2.0\n# proto-file: realname/v1/face_calibration.proto\n"
         "# proto-message: realname.v1.FaceCalibration\n# Made by realname-face calibrate; edits make it worthless.\n" +
         text;
}

}  // namespace realname
