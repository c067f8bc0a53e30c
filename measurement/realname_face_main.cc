// SPDX-License-Identifier: Apache-2.0
// realname-face: measures and calibrates a face bundle, without a server.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <google/protobuf/util/json_util.h>

#include "face/bundle.h"
#include "face/face_engine.h"
#include "face/sha256.h"
#include "face/text_message.h"
#include "measurement/calibrate.h"
#include "measurement/customer_outcomes.h"
#include "measurement/measure.h"
#include "measurement/measure_attacks.h"
#include "measurement/measure_same_image.h"
#include "measurement/plot.h"
#include "measurement/requirements.h"
#include "rules/face_limits.h"
#include "rules/policy.h"

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
  std::printf("  %-12s %7s %7s %7s %9s %10s", "group", "photos", "people", "failed", "genuine", "impostor");
  for (const double target : kTargets) std::printf("   cut@%-6g FNMR", target);
  std::printf("\n");
  for (int i = 0; i < calibration.message().groups_size(); ++i) {
    const v1::CalibrationGroup& group = calibration.message().groups(i);
    std::printf("%c %-12s %7u %7u %7u %9llu %10llu", calibration.InPopulation(i) ? '*' : ' ', group.name().c_str(),
                group.photos(), group.subjects(), group.failed_to_acquire(),
                static_cast<unsigned long long>(group.genuine_pairs()),
                static_cast<unsigned long long>(group.impostor_pairs()));
    for (const double target : kTargets) {
      double cut = calibration.message().first_similarity();
      while (cut <= 1 && calibration.GroupFmrAt(i, cut) > target) cut += calibration.message().step();
      std::printf("   %8.3f %6.2f%%", cut, 100 * calibration.GroupFnmrAt(i, cut));
    }
    std::printf("\n");
  }
  std::printf("* the population served; the strictest of these groups sets the cut\n");
  std::printf("lowest FMR that the population's data support: %.2g\n", calibration.LowestFmr());
  for (const double target : kTargets) {
    const Result<double> cut = calibration.CutFor(target);
    if (!cut.ok()) {
      std::printf("FMR %g: %s\n", target, cut.status().message().c_str());
      continue;
    }
    std::printf("FMR %g: cut %.3f; FMR [95 %% interval], FNMR by group:", target, *cut);
    for (int i = 0; i < calibration.message().groups_size(); ++i) {
      std::printf(" %s %.2g [%.2g, %.2g], %.2f%%;", calibration.message().groups(i).name().c_str(),
                  calibration.GroupFmrAt(i, *cut), calibration.GroupFmrLower(i, *cut),
                  calibration.GroupFmrUpper(i, *cut), 100 * calibration.GroupFnmrAt(i, *cut));
    }
    std::printf("\n");
  }
}

Result<rules::Policy> ReadPolicyFile(const std::filesystem::path& file) {
  const Result<std::string> text = face::ReadFile(file);
  if (!text.ok()) return text.status();
  return rules::ReadPolicy(*text, face::Sha256Hex(*text));
}

// Whole or not at all.
bool WriteFile(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path unfinished = path.string() + ".unfinished";
  std::ofstream file(unfinished, std::ios::binary);
  file << text;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(unfinished, path, error);
  return file && !error;
}

struct CalibrateArguments {
  std::string images;
  std::vector<std::string> lists;
  std::vector<std::string> population;
  std::string policy = "deploy/policy.textproto";
  bool chip_photos = false;
  unsigned threads = 0;
  std::string out;
};

// Says what a calibration and a policy are to each other. Errors: FAILED_PRECONDITION if the policy asks for more than
// the data support, or does more to genuine customers than it allows itself.
Status Judge(const Calibration& calibration, const rules::Policy& policy) {
  PrintTable(calibration);
  if (calibration.message().outcomes().groups_size() > 0) {
    std::cout << measurement::OutcomesText(calibration.message().outcomes());
  } else {
    std::cout << "nobody has two photographs: what the policy does to genuine customers was not measured\n";
  }
  const double bpcer = calibration.Bpcer(policy.pack.liveness().live_score_fail());
  std::printf(
      "liveness: BPCER %.2f %% at live_score_fail %g, worst group of the population; the policy allows %.2f %%%s\n",
      100 * bpcer, policy.pack.liveness().live_score_fail(), 100 * policy.pack.liveness().max_bpcer(),
      rules::LivenessAsksReviewOnly(policy, bpcer) ? ": liveness can ask for review only" : "");
  for (const double target : {policy.pack.face().match_fmr(), policy.pack.face().review_fmr()}) {
    if (Status status = calibration.SupportsFmr(target); !status.ok()) return status;
  }
  return rules::AllowsOutcomes(policy, calibration.message());
}

int RunCalibrate(const std::string& bundle_dir, const CalibrateArguments& arguments) {
  const Result<rules::Policy> policy = ReadPolicyFile(arguments.policy);
  if (!policy.ok()) return Fail(policy.status());
  measurement::CalibrateOptions options;
  options.bundle_dir = bundle_dir;
  options.images = arguments.images;
  options.lists.assign(arguments.lists.begin(), arguments.lists.end());
  options.population = arguments.population;
  options.policy = &*policy;
  options.chip_photos = arguments.chip_photos;
  options.threads = arguments.threads;
  options.date = Today();
  const Result<v1::FaceCalibration> made = measurement::Calibrate(options, measurement::ProgressBar("photographs"));
  if (!made.ok()) return Fail(made.status());
  const Result<Calibration> calibration =
      Calibration::FromMessage(*made, arguments.out, "", made->bundle_digest(), face::kPreprocessingVersion);
  if (!calibration.ok()) return Fail(calibration.status());
  if (Status status = Judge(*calibration, *policy); !status.ok()) {
    std::cerr << "realname-face: refused: " << status.message() << "; nothing was written\n";
    return 3;
  }
  if (!WriteFile(arguments.out, measurement::CalibrationText(*made))) {
    return Fail(Status(StatusCode::kFailedPrecondition, "", "cannot write " + arguments.out));
  }
  std::cout << "written to " << arguments.out << "; in force once signed off: realname-face sign-off\n";
  return 0;
}

// Shows a calibration once more and adds the name of who answers for it.
int RunSignOff(const std::string& file, const std::string& policy_file, const std::string& signatory) {
  const Result<rules::Policy> policy = ReadPolicyFile(policy_file);
  if (!policy.ok()) return Fail(policy.status());
  const Result<std::string> text = face::ReadFile(file);
  if (!text.ok()) return Fail(text.status());
  v1::FaceCalibration message;
  if (Status status = face::ParseTextMessage(*text, file, message); !status.ok()) return Fail(status);
  const Result<Calibration> calibration =
      Calibration::FromMessage(message, file, "", message.bundle_digest(), face::kPreprocessingVersion);
  if (!calibration.ok()) return Fail(calibration.status());
  if (Status status = Judge(*calibration, *policy); !status.ok()) {
    std::cerr << "realname-face: refused: " << status.message() << "; it stays unsigned\n";
    return 3;
  }
  message.mutable_sign_off()->set_signatory(signatory);
  message.mutable_sign_off()->set_date(Today());
  if (!WriteFile(file, measurement::CalibrationText(message))) {
    return Fail(Status(StatusCode::kFailedPrecondition, "", "cannot write " + file));
  }
  std::cout << "signed off by " << signatory << "\n";
  return 0;
}

void PrintEvidence(const std::string& path, const v1::FaceEvidence& e) {
  std::printf("%s\n  %s %ux%u faces %u score %.2f eyes %.1f px sharpness %.3f brightness %.2f contrast %.2f\n",
              path.c_str(), v1::FaceStatus_Name(e.status()).c_str(), e.image_width(), e.image_height(), e.face_count(),
              e.detection_score(), e.eye_distance_px(), e.sharpness(), e.brightness(), e.contrast());
  std::printf("  yaw %.1f pitch %.1f roll %.1f eyes open %.2f %.2f live %.3f print %.3f screen %.3f\n", e.yaw_degrees(),
              e.pitch_degrees(), e.roll_degrees(), e.left_eye_open(), e.right_eye_open(), e.live_score(),
              e.print_score(), e.screen_score());
  std::printf("  quality %.0f mouth open %.2f lower face %.1f background %.2f surroundings %.2f\n", e.quality_score(),
              e.mouth_open(), e.lower_face_difference(), e.background_clutter(), e.liveness_context());
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
    std::printf("similarity %.3f  FMR %.2g (95 %% upper bound %.2g)  same image %.3f\n", comparison->similarity(),
                comparison->fmr_at_similarity(), comparison->fmr_upper(), comparison->image_correlation());
  }
  return 0;
}

struct MeasureArguments {
  std::vector<std::string> live;
  std::vector<std::string> attacks;
  std::string bundle;
  std::string images;
  std::vector<std::string> pairs;
  std::vector<std::string> train;
  std::string policy;
  std::string calibration;
  bool chip_photos = false;
  bool same_image = false;
  std::vector<std::pair<double, double>> max_fnmr;
  std::optional<double> min_accuracy;
  std::optional<double> max_failed;
  std::optional<double> max_gate_cost;
  std::optional<unsigned> max_accepted;
  std::optional<unsigned> max_refused;
  std::optional<double> min_told_same;
  std::optional<double> max_told_same;
  unsigned threads = 0;
  std::string json;
  std::string plots;
};

// 3: a requirement was missed.
int Required(bool met) { return met ? 0 : 3; }

// Writes `message` as JSON if a path is given.
int WriteJson(const google::protobuf::Message& message, const std::string& path) {
  if (path.empty()) return 0;
  std::string json;
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  print.preserve_proto_field_names = true;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, print);
  if (status.ok() && WriteFile(path, json)) return 0;
  return Fail(Status(StatusCode::kFailedPrecondition, "", "cannot write " + path));
}

int RunMeasureAttacks(const MeasureArguments& arguments) {
  if (arguments.live.empty() || arguments.attacks.empty() || !arguments.pairs.empty()) {
    std::cerr << "realname-face: measure needs either --images and --pairs, or --live and --attack\n";
    return 2;
  }
  measurement::AttackOptions options;
  options.bundle_dir = arguments.bundle;
  options.live.assign(arguments.live.begin(), arguments.live.end());
  for (const std::string& attack : arguments.attacks) {
    const std::size_t equals = attack.find('=');
    if (equals == std::string::npos) {
      options.attacks.emplace_back("attack", attack);
    } else {
      options.attacks.emplace_back(attack.substr(0, equals), attack.substr(equals + 1));
    }
  }
  const Result<rules::Policy> policy =
      ReadPolicyFile(arguments.policy.empty() ? "deploy/policy.textproto" : arguments.policy);
  if (!policy.ok()) return Fail(policy.status());
  options.live_score_pass = policy->pack.liveness().live_score_pass();
  options.live_score_fail = policy->pack.liveness().live_score_fail();
  options.threads = arguments.threads;
  const Result<v1::AttackMeasurement> measured =
      measurement::MeasureAttacks(options, measurement::ProgressBar("pictures"));
  if (!measured.ok()) return Fail(measured.status());
  std::cout << measurement::AttackText(*measured);
  unsigned accepted = 0;
  for (const v1::Presentations& kind : measured->species()) accepted += kind.accepted();
  bool met = true;
  const auto at_most = [&](const char* what, unsigned value, std::optional<unsigned> limit) {
    if (!limit) return;
    std::printf("%-6s %s: %u, required at most %u\n", value <= *limit ? "met" : "MISSED", what, value, *limit);
    met &= value <= *limit;
  };
  at_most("attacks accepted", accepted, arguments.max_accepted);
  at_most("live faces refused", measured->bona_fide().refused(), arguments.max_refused);
  if (const int failed = WriteJson(*measured, arguments.json); failed != 0) return failed;
  return Required(met);
}

int RunMeasureSameImage(const MeasureArguments& arguments) {
  const Result<rules::Policy> policy =
      ReadPolicyFile(arguments.policy.empty() ? "deploy/policy.textproto" : arguments.policy);
  if (!policy.ok()) return Fail(policy.status());
  measurement::SameImageOptions options;
  options.bundle_dir = arguments.bundle;
  options.images = arguments.images;
  options.lists.assign(arguments.pairs.begin(), arguments.pairs.end());
  options.limit = policy->pack.face().same_image_correlation();
  options.threads = arguments.threads;
  const Result<v1::SameImageMeasurement> measured =
      measurement::MeasureSameImage(options, measurement::ProgressBar("photographs"));
  if (!measured.ok()) return Fail(measured.status());
  std::cout << measurement::SameImageText(*measured);
  bool met = true;
  const auto require = [&](const v1::CorrelationShare& share, double limit, bool at_least) {
    const double told = share.compared() > 0 ? static_cast<double>(share.told_same()) / share.compared() : -1;
    const bool held = told >= 0 && (at_least ? told >= limit : told <= limit);
    std::printf("%-6s %s: %.2f %% told the same, required at %s %g %%\n", held ? "met" : "MISSED", share.name().c_str(),
                100 * told, at_least ? "least" : "most", 100 * limit);
    met &= held;
  };
  if (arguments.min_told_same) {
    for (const v1::CorrelationShare& share : measured->processed()) require(share, *arguments.min_told_same, true);
  }
  if (arguments.max_told_same) require(measured->other_takes(), *arguments.max_told_same, false);
  if (const int failed = WriteJson(*measured, arguments.json); failed != 0) return failed;
  return Required(met);
}

int RunMeasure(const MeasureArguments& arguments) {
  const bool attacks = !arguments.live.empty() || !arguments.attacks.empty();
  if (attacks || arguments.pairs.empty() || arguments.images.empty()) return RunMeasureAttacks(arguments);
  if (arguments.same_image) return RunMeasureSameImage(arguments);
  measurement::MeasureOptions options;
  options.bundle_dir = arguments.bundle;
  options.images = arguments.images;
  options.lists.assign(arguments.pairs.begin(), arguments.pairs.end());
  options.training_lists.assign(arguments.train.begin(), arguments.train.end());
  options.chip_photos = arguments.chip_photos;
  options.threads = arguments.threads;
  options.date = Today();
  std::optional<rules::Policy> policy;
  if (!arguments.policy.empty()) {
    Result<rules::Policy> read = ReadPolicyFile(arguments.policy);
    if (!read.ok()) return Fail(read.status());
    policy = *std::move(read);
    options.policy = &*policy;
  }
  if (!arguments.calibration.empty()) {
    const Result<face::Bundle> bundle = face::LoadBundle(arguments.bundle);
    if (!bundle.ok()) return Fail(bundle.status());
    const Result<Calibration> calibration =
        Calibration::Load(arguments.calibration, bundle->digest, face::kPreprocessingVersion);
    if (!calibration.ok()) return Fail(calibration.status());
    const Result<double> cut = calibration->CutFor(policy ? policy->pack.face().match_fmr() : 1e-3);
    if (!cut.ok()) return Fail(cut.status());
    options.cut_in_force = *cut;
  }
  const Result<v1::FaceMeasurement> measured = measurement::Measure(options, measurement::ProgressBar("photographs"));
  if (!measured.ok()) return Fail(measured.status());
  std::cout << measurement::MeasurementText(*measured);
  measurement::Requirements requirements;
  requirements.max_fnmr = arguments.max_fnmr;
  requirements.min_accuracy = arguments.min_accuracy;
  requirements.max_failed = arguments.max_failed;
  requirements.max_gate_cost = arguments.max_gate_cost;
  const measurement::Verdict verdict = measurement::Check(*measured, requirements);
  std::cout << verdict.text;
  if (const int failed = WriteJson(*measured, arguments.json); failed != 0) return failed;
  if (!arguments.plots.empty()) {
    const std::filesystem::path folder = arguments.plots;
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    if (!WriteFile(folder / "det.svg", measurement::DetSvg(*measured)) ||
        !WriteFile(folder / "histogram.svg", measurement::HistogramSvg(*measured))) {
      return Fail(Status(StatusCode::kFailedPrecondition, "", "cannot write to " + arguments.plots));
    }
  }
  return Required(verdict.met);
}

int Main(int argc, char** argv) {
  CLI::App app("Measures and calibrates a face bundle.");
  app.require_subcommand(1);
  std::string bundle = ".assets/bundles/faceplugin";
  CalibrateArguments c;
  CLI::App* calibrate = app.add_subcommand(
      "calibrate",
      "Measures photographs of the people served and writes a calibration, unless the policy is too harsh.");
  calibrate->footer(
      "Exit status: 0 written, 1 something failed, 2 wrong usage, 3 refused: the data or the policy do not do.");
  calibrate->add_option("--bundle", bundle, "Folder of the bundle")->capture_default_str();
  calibrate->add_option("--images", c.images, "Folder below which the lists' photographs lie")->required();
  calibrate
      ->add_option("--pairs", c.lists,
                   "List with the header same,a,b[,group] or photo,subject[,group]; may be repeated")
      ->required();
  calibrate->add_option("--population", c.population, "A group that you serve; may be repeated; without it, all");
  calibrate->add_option("--policy", c.policy, "The policy that it is for")->capture_default_str();
  calibrate->add_flag("--chip-photos", c.chip_photos, "Reduce the first photograph of each pair to a chip photo");
  calibrate->add_option("--threads", c.threads, "Threads; 0: one per core");
  calibrate->add_option("--out", c.out, "Calibration to write")->required();

  std::string signed_file;
  std::string signatory;
  CLI::App* sign_off =
      app.add_subcommand("sign-off", "Shows a calibration and puts it in force under somebody's name.");
  sign_off->add_option("calibration", signed_file, "The calibration")->required();
  sign_off->add_option("--policy", c.policy, "The policy that it is for")->capture_default_str();
  sign_off->add_option("--by", signatory, "Who answers for it, by office or name")->required();

  std::string calibration = "face/bundles/faceplugin/calibration.textproto";
  std::vector<std::string> pictures;
  CLI::App* compare = app.add_subcommand("compare", "Compares the first picture with each of the others.");
  compare->add_option("--bundle", bundle, "Folder of the bundle")->capture_default_str();
  compare->add_option("--calibration", calibration, "The calibration that fits it")->capture_default_str();
  compare->add_option("pictures", pictures, "JPEG or PNG files, two or more")->required()->expected(2, -1);

  MeasureArguments m;
  m.bundle = bundle;
  CLI::App* measure = app.add_subcommand("measure", "Reports error rates on labelled photographs (ISO/IEC 19795-1).");
  measure->add_option("--bundle", m.bundle, "Folder of the bundle")->capture_default_str();
  measure->add_option("--images", m.images, "Folder below which the lists' photographs lie");
  measure->add_option(
      "--pairs", m.pairs,
      "List with the header same,a,b[,group][,years][,fold] or photo,subject[,group][,year]; may be repeated");
  measure->add_option("--live", m.live, "Pictures of live faces, file or folder; may be repeated");
  measure->add_option("--attack", m.attacks, "Pictures of attacks, [SPECIES=]file or folder; may be repeated");
  measure->add_option("--train", m.train, "List of pairs on which the cut for an accuracy is chosen; may be repeated");
  measure->add_option(
      "--policy", m.policy,
      "Apply the gates of this policy pack, without it none; liveness and --same-image: its limits, without "
      "it those of deploy/policy.textproto");
  measure->add_flag("--same-image", m.same_image,
                    "Measure how a photograph that is processed again is told from others");
  measure->add_option("--max-fnmr", m.max_fnmr, "Require: an FMR and the highest FNMR at it; may be repeated");
  measure->add_option("--min-accuracy", m.min_accuracy, "Require: lowest accuracy with the cut of the training list");
  measure->add_option("--max-failed", m.max_failed, "Require: highest share of photographs without a template");
  measure->add_option("--max-gate-cost", m.max_gate_cost,
                      "Require: highest share of genuine pairs that one gate turns away although they would match");
  measure->add_option("--max-accepted", m.max_accepted, "Require: attacks accepted at most");
  measure->add_option("--max-refused", m.max_refused, "Require: live faces refused at most");
  measure->add_option("--min-told-same", m.min_told_same,
                      "Require: lowest share of processed photographs told the same");
  measure->add_option("--max-told-same", m.max_told_same, "Require: highest share of other takes told the same");
  measure->footer(
      "Shares are 0 to 1. Exit status: 0 measured, 1 something failed, 2 wrong usage, 3 a requirement was missed.");
  measure->add_option("--calibration", m.calibration, "Report the rates at the cut that it sets for the policy, too");
  measure->add_flag("--chip-photos", m.chip_photos, "Reduce the first photograph of each pair to a chip photo");
  measure->add_option("--threads", m.threads, "Threads; 0: one per core");
  measure->add_option("--json", m.json, "Write the report as JSON");
  measure->add_option("--plots", m.plots, "Folder for the DET curve and the histogram, as SVG");
  CLI11_PARSE(app, argc, argv);
  if (measure->parsed()) return RunMeasure(m);

  if (calibrate->parsed()) return RunCalibrate(bundle, c);
  if (sign_off->parsed()) return RunSignOff(signed_file, c.policy, signatory);
  FaceEngineOptions options;
  options.bundle_dir = bundle;
  options.calibration_file = calibration;
  return RunCompare(options, pictures);
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) { return realname::Main(argc, argv); }
