// SPDX-License-Identifier: Apache-2.0
#include "measurement/measure_attacks.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>

#include "face/bundle.h"
#include "face/text_message.h"

namespace realname::measurement {
namespace {

bool IsPicture(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

Result<std::vector<std::filesystem::path>> PicturesIn(const std::filesystem::path& path) {
  std::error_code error;
  std::vector<std::filesystem::path> pictures;
  if (std::filesystem::is_regular_file(path, error)) return std::vector<std::filesystem::path>{path};
  for (std::filesystem::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file() && IsPicture(entry->path())) pictures.push_back(entry->path());
  }
  if (error || pictures.empty()) {
    return Status(StatusCode::kFailedPrecondition, face::kFaceStartReason,
                  path.string() + ": " + (error ? error.message() : "no .jpg, .jpeg or .png in it"));
  }
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

double Share(unsigned part, unsigned all) { return all > 0 ? static_cast<double>(part) / all : 0; }

unsigned Acquired(const v1::Presentations& kind) { return kind.pictures() - kind.not_acquired(); }

}  // namespace

v1::Presentations Count(const std::string& name, const std::vector<v1::FaceEvidence>& evidence, float pass,
                        float fail) {
  v1::Presentations out;
  out.set_name(name);
  out.set_pictures(static_cast<unsigned>(evidence.size()));
  for (const v1::FaceEvidence& each : evidence) {
    if (each.status() != v1::FACE_STATUS_OK) {
      out.set_not_acquired(out.not_acquired() + 1);
      continue;
    }
    if (each.liveness_context() < 0.999F) out.set_crop_outside(out.crop_outside() + 1);
    if (each.live_score() >= pass) {
      out.set_accepted(out.accepted() + 1);
    } else if (each.live_score() >= fail) {
      out.set_uncertain(out.uncertain() + 1);
    } else {
      out.set_refused(out.refused() + 1);
    }
  }
  return out;
}

Result<v1::AttackMeasurement> MeasureAttacks(const AttackOptions& options, const Progress& progress) {
  const Result<face::Bundle> bundle = face::LoadBundle(options.bundle_dir);
  if (!bundle.ok()) return bundle.status();
  ExamineOptions how;
  how.template_only = false;
  how.threads = options.threads;
  const auto examine = [&](const std::string& name,
                           const std::vector<std::filesystem::path>& places) -> Result<v1::Presentations> {
    std::vector<std::filesystem::path> files;
    for (const std::filesystem::path& place : places) {
      const Result<std::vector<std::filesystem::path>> found = PicturesIn(place);
      if (!found.ok()) return found.status();
      files.insert(files.end(), found->begin(), found->end());
    }
    const Result<std::vector<v1::FaceEvidence>> evidence = ExaminePhotos(*bundle, files, how, progress);
    if (!evidence.ok()) return evidence.status();
    return Count(name, *evidence, options.live_score_pass, options.live_score_fail);
  };
  v1::AttackMeasurement measurement;
  measurement.set_bundle_name(bundle->manifest.name());
  measurement.set_bundle_digest(bundle->digest);
  measurement.set_live_score_pass(options.live_score_pass);
  measurement.set_live_score_fail(options.live_score_fail);
  const Result<v1::Presentations> live = examine("bona fide", options.live);
  if (!live.ok()) return live.status();
  *measurement.mutable_bona_fide() = *live;
  measurement.set_bpcer(Share(live->refused(), Acquired(*live)));
  std::map<std::string, std::vector<std::filesystem::path>> species;
  for (const auto& [name, place] : options.attacks) species[name].push_back(place);
  for (const auto& [name, places] : species) {
    const Result<v1::Presentations> attack = examine(name, places);
    if (!attack.ok()) return attack.status();
    measurement.set_apcer(std::max(measurement.apcer(), Share(attack->accepted(), Acquired(*attack))));
    *measurement.add_species() = *attack;
  }
  return measurement;
}

std::string AttackText(const v1::AttackMeasurement& measurement) {
  std::string text;
  const auto line = [&](const v1::Presentations& kind) {
    char out[320];
    std::snprintf(out, sizeof(out),
                  "%-16s %5u pictures: %u not acquired; accepted %u (%.1f %%), uncertain %u, refused %u (%.1f %%); "
                  "surroundings cut in %u\n",
                  kind.name().c_str(), kind.pictures(), kind.not_acquired(), kind.accepted(),
                  100 * Share(kind.accepted(), Acquired(kind)), kind.uncertain(), kind.refused(),
                  100 * Share(kind.refused(), Acquired(kind)), kind.crop_outside());
    text += out;
  };
  line(measurement.bona_fide());
  for (const v1::Presentations& kind : measurement.species()) line(kind);
  char out[160];
  std::snprintf(out, sizeof(out),
                "APCER %.1f %% (worst species), BPCER %.1f %% at live score %.3f accepted, %.3f refused\n",
                100 * measurement.apcer(), 100 * measurement.bpcer(), measurement.live_score_pass(),
                measurement.live_score_fail());
  return text + out;
}

}  // namespace realname::measurement
