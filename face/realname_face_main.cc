// SPDX-License-Identifier: Apache-2.0
// realname-face: measures and calibrates a face bundle, without a server.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "face/bundle.h"
#include "face/calibrate.h"
#include "face/face_engine.h"
#include "face/text_message.h"

namespace realname {
namespace {

constexpr double kTargets[] = {1e-2, 1e-3, 1e-4};

int Fail(const Status& status) {
  std::cerr << "realname-face: " << status.message();
  if (!status.detail().empty()) std::cerr << " (" << status.detail() << ")";
  std::cerr << "\n";
  return 1;
}

std::string Today() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[16];
  std::strftime(text, sizeof(text), "%Y-%m-%d", &utc);
  return text;
}

void PrintTable(const Calibration& calibration) {
  std::printf("%-12s %7s %7s %7s %9s %10s", "group", "photos", "people", "failed", "genuine", "impostor");
  for (const double target : kTargets) std::printf("   cut@%-6g FNMR", target);
  std::printf("\n");
  for (int i = 0; i < calibration.message().groups_size(); ++i) {
    const v1::CalibrationGroup& group = calibration.message().groups(i);
    std::printf("%-12s %7u %7u %7u %9llu %10llu", group.name().c_str(), group.photos(), group.subjects(),
                group.failed_to_acquire(), static_cast<unsigned long long>(group.genuine_pairs()),
                static_cast<unsigned long long>(group.impostor_pairs()));
    for (const double target : kTargets) {
      double cut = calibration.message().first_similarity();
      while (cut <= 1 && calibration.GroupFmrAt(i, cut) > target) cut += calibration.message().step();
      std::printf("   %8.3f %6.2f%%", cut, 100 * calibration.GroupFnmrAt(i, cut));
    }
    std::printf("\n");
  }
  std::printf("lowest FMR supported by every group: %.2g\n", calibration.LowestFmr());
  for (const double target : kTargets) {
    const Result<double> cut = calibration.CutFor(target);
    if (!cut.ok()) {
      std::printf("FMR %g: %s\n", target, cut.status().message().c_str());
      continue;
    }
    std::printf("FMR %g: cut %.3f (upper bound %.2g); FMR, FNMR by group:", target, *cut,
                calibration.FmrAt(*cut).upper);
    for (int i = 0; i < calibration.message().groups_size(); ++i) {
      std::printf(" %s %.2g, %.2f%%;", calibration.message().groups(i).name().c_str(), calibration.GroupFmrAt(i, *cut),
                  100 * calibration.GroupFnmrAt(i, *cut));
    }
    std::printf("\n");
  }
}

int RunCalibrate(const std::string& bundle_dir, const std::string& images, const std::vector<std::string>& lists,
                 const std::string& out) {
  std::vector<LabelledPhoto> photos;
  for (const std::string& list : lists) {
    const Result<std::vector<LabelledPhoto>> read = ReadPhotoList(list);
    if (!read.ok()) return Fail(read.status());
    photos.insert(photos.end(), read->begin(), read->end());
  }
  const Result<v1::FaceCalibration> made = Calibrate(bundle_dir, images, photos, Today());
  if (!made.ok()) return Fail(made.status());
  std::ofstream file(out, std::ios::binary);
  file << CalibrationText(*made);
  file.close();
  if (!file) return Fail(Status(StatusCode::kFailedPrecondition, "", "cannot write " + out));
  const Result<Calibration> loaded = Calibration::Load(out, made->bundle_digest(), face::kPreprocessingVersion);
  if (!loaded.ok()) return Fail(loaded.status());
  PrintTable(*loaded);
  return 0;
}

void PrintEvidence(const std::string& path, const v1::FaceEvidence& e) {
  std::printf("%s\n  %s %ux%u faces %u score %.2f eyes %.1f px sharpness %.3f brightness %.2f contrast %.2f\n",
              path.c_str(), v1::FaceStatus_Name(e.status()).c_str(), e.image_width(), e.image_height(), e.face_count(),
              e.detection_score(), e.eye_distance_px(), e.sharpness(), e.brightness(), e.contrast());
  std::printf("  yaw %.1f pitch %.1f roll %.1f eyes open %.2f %.2f live %.3f print %.3f screen %.3f\n", e.yaw_degrees(),
              e.pitch_degrees(), e.roll_degrees(), e.left_eye_open(), e.right_eye_open(), e.live_score(),
              e.print_score(), e.screen_score());
}

int RunCompare(const FaceEngineOptions& options, const std::vector<std::string>& paths) {
  const Result<std::unique_ptr<FaceEngine>> engine = FaceEngine::Create(options);
  if (!engine.ok()) return Fail(engine.status());
  std::vector<std::string> pictures;
  for (const std::string& path : paths) {
    Result<std::string> bytes = face::ReadFile(path);
    if (!bytes.ok()) return Fail(bytes.status());
    pictures.push_back(*std::move(bytes));
  }
  const std::vector<std::string_view> views(pictures.begin(), pictures.end());
  const Result<std::vector<v1::FaceEvidence>> evidence =
      (*engine)->Examine(views, std::chrono::steady_clock::now() + std::chrono::minutes(5));
  if (!evidence.ok()) return Fail(evidence.status());
  for (std::size_t i = 0; i < paths.size(); ++i) PrintEvidence(paths[i], (*evidence)[i]);
  for (std::size_t i = 1; i < paths.size(); ++i) {
    const Result<v1::FaceComparison> comparison = (*engine)->Compare((*evidence)[0], (*evidence)[i]);
    if (!comparison.ok()) {
      std::printf("not compared: %s\n", comparison.status().message().c_str());
      continue;
    }
    std::printf("similarity %.3f  FMR %.2g (95 %% upper bound %.2g)\n", comparison->similarity(),
                comparison->fmr_at_similarity(), comparison->fmr_upper());
  }
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Measures and calibrates a face bundle.");
  app.require_subcommand(1);
  std::string bundle = ".assets/bundles/faceplugin";
  std::string images;
  std::string out;
  std::vector<std::string> lists;
  CLI::App* calibrate = app.add_subcommand("calibrate", "Measures labelled photographs and writes a calibration.");
  calibrate->add_option("--bundle", bundle, "Folder of the bundle")->capture_default_str();
  calibrate->add_option("--images", images, "Folder below which the lists' photographs lie")->required();
  calibrate->add_option("--photos", lists, "List with the header photo,subject,group; may be repeated")->required();
  calibrate->add_option("--out", out, "Calibration to write")->required();

  std::string calibration = "face/bundles/faceplugin/calibration.textproto";
  std::vector<std::string> pictures;
  CLI::App* compare = app.add_subcommand("compare", "Compares the first picture with each of the others.");
  compare->add_option("--bundle", bundle, "Folder of the bundle")->capture_default_str();
  compare->add_option("--calibration", calibration, "The calibration that fits it")->capture_default_str();
  compare->add_option("pictures", pictures, "JPEG or PNG files, two or more")->required()->expected(2, -1);
  CLI11_PARSE(app, argc, argv);

  if (calibrate->parsed()) return RunCalibrate(bundle, images, lists, out);
  FaceEngineOptions options;
  options.bundle_dir = bundle;
  options.calibration_file = calibration;
  return RunCompare(options, pictures);
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) { return realname::Main(argc, argv); }
