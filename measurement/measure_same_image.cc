// SPDX-License-Identifier: Apache-2.0
#include "measurement/measure_same_image.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "face/bundle.h"
#include "face/decode.h"
#include "face/opencv_guard.h"
#include "face/same_image.h"
#include "measurement/chip_photo.h"
#include "measurement/labelled_set.h"
#include "measurement/write_jpeg.h"

namespace realname::measurement {
namespace {

constexpr int kQuality = 90;

cv::Mat Scaled(const cv::Mat& bgr, double factor) {
  cv::Mat out;
  cv::resize(bgr, out, cv::Size(), factor, factor, factor < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return out;
}

// The part that begins at (left, top) and is `share` as wide and as high; fractions of the picture.
cv::Mat Part(const cv::Mat& bgr, double left, double top, double share) {
  return bgr(cv::Rect(static_cast<int>(bgr.cols * left), static_cast<int>(bgr.rows * top),
                      static_cast<int>(bgr.cols * share), static_cast<int>(bgr.rows * share)))
      .clone();
}

cv::Mat Mirrored(const cv::Mat& bgr) {
  cv::Mat out;
  cv::flip(bgr, out, 1);
  return out;
}

cv::Mat Toned(const cv::Mat& bgr) {
  cv::Mat out;
  bgr.convertTo(out, -1, 0.8, 30);
  return out;
}

struct Way {
  const char* name;
  std::string (*process)(const cv::Mat& bgr);
};

const Way kWays[] = {
    {"half size", [](const cv::Mat& bgr) { return WriteJpeg(Scaled(bgr, 0.5), kQuality); }},
    {"1.7 times", [](const cv::Mat& bgr) { return WriteJpeg(Scaled(bgr, 1.7), kQuality); }},
    {"JPEG quality 25", [](const cv::Mat& bgr) { return WriteJpeg(bgr, 25); }},
    {"mirrored", [](const cv::Mat& bgr) { return WriteJpeg(Mirrored(bgr), kQuality); }},
    {"cropped to 0.9", [](const cv::Mat& bgr) { return WriteJpeg(Part(bgr, 0.05, 0.05, 0.9), kQuality); }},
    {"cropped aside", [](const cv::Mat& bgr) { return WriteJpeg(Part(bgr, 0.12, 0.08, 0.85), kQuality); }},
    {"brightened", [](const cv::Mat& bgr) { return WriteJpeg(Toned(bgr), kQuality); }},
    {"all of these",
     [](const cv::Mat& bgr) { return WriteJpeg(Toned(Mirrored(Scaled(Part(bgr, 0.06, 0.05, 0.9), 0.8))), 40); }},
};

v1::CorrelationShare Summary(const std::string& name, std::vector<double> correlations, double limit) {
  std::sort(correlations.begin(), correlations.end());
  v1::CorrelationShare share;
  share.set_name(name);
  share.set_compared(static_cast<unsigned>(correlations.size()));
  if (correlations.empty()) return share;
  const auto at_limit = std::lower_bound(correlations.begin(), correlations.end(), limit);
  share.set_told_same(static_cast<unsigned>(correlations.end() - at_limit));
  share.set_lowest(correlations.front());
  share.set_median(correlations[correlations.size() / 2]);
  share.set_highest(correlations.back());
  return share;
}

}  // namespace

Result<v1::SameImageMeasurement> MeasureSameImage(const SameImageOptions& options, const Progress& progress) {
  const Result<face::Bundle> bundle = face::LoadBundle(options.bundle_dir);
  if (!bundle.ok()) return bundle.status();
  const Result<LabelledSet> set = ReadLabelledSet(options.lists);
  if (!set.ok()) return set.status();
  std::vector<std::filesystem::path> files;
  for (const LabelledPhoto& photo : set->photos) {
    if (static_cast<int>(files.size()) < options.most_photos) files.push_back(options.images / photo.path);
  }
  ExamineOptions how;
  how.template_only = false;
  how.threads = options.threads;
  const Result<std::vector<v1::FaceEvidence>> originals = ExaminePhotos(*bundle, files, how, progress);
  if (!originals.ok()) return originals.status();
  const auto correlate = [](const v1::FaceEvidence& a, const v1::FaceEvidence& b, std::vector<double>& into) {
    if (a.status() != v1::FACE_STATUS_OK || b.status() != v1::FACE_STATUS_OK) return;
    into.push_back(face::ImageCorrelation(a.face_thumbnail(), b.face_thumbnail()));
  };
  v1::SameImageMeasurement measurement;
  measurement.set_bundle_name(bundle->manifest.name());
  measurement.set_bundle_digest(bundle->digest);
  measurement.set_limit(options.limit);
  const auto one_way = [&](const std::string& name, auto process) -> Status {
    how.change = process;
    const Result<std::vector<v1::FaceEvidence>> again = ExaminePhotos(*bundle, files, how, progress);
    if (!again.ok()) return again.status();
    return face::GuardOpenCv([&] {
      std::vector<double> correlations;
      for (std::size_t i = 0; i < files.size(); ++i) correlate((*originals)[i], (*again)[i], correlations);
      *measurement.add_processed() = Summary(name, std::move(correlations), options.limit);
      return Status();
    });
  };
  for (const Way& way : kWays) {
    const auto process = [&way](std::string_view bytes) -> std::optional<std::string> {
      const face::DecodedPicture picture = face::Decode(bytes);
      if (picture.status != v1::FACE_STATUS_OK) return std::nullopt;
      return way.process(picture.bgr);
    };
    if (Status status = one_way(way.name, process); !status.ok()) return status;
  }
  if (Status status = one_way("chip photo", ChipPhoto); !status.ok()) return status;
  const Status status = face::GuardOpenCv([&] {
    std::vector<double> correlations;
    for (int group = 0; group < static_cast<int>(set->groups.size()); ++group) {
      for (const auto& [person, pairs] : GenuinePairs(*set, group)) {
        for (const auto& [i, j] : pairs) {
          if (std::max(i, j) >= static_cast<int>(files.size())) continue;
          correlate((*originals)[static_cast<std::size_t>(i)], (*originals)[static_cast<std::size_t>(j)], correlations);
        }
      }
    }
    *measurement.mutable_other_takes() = Summary("other takes of the person", std::move(correlations), options.limit);
    return Status();
  });
  if (!status.ok()) return status;
  return measurement;
}

std::string SameImageText(const v1::SameImageMeasurement& measurement) {
  char line[256];
  std::snprintf(line, sizeof(line), "the same image at correlation %.3f and above; lowest, median, highest seen:\n",
                measurement.limit());
  std::string text = line;
  const auto add = [&](const v1::CorrelationShare& share) {
    std::snprintf(line, sizeof(line), "  %-26s %5u compared, %5u told the same (%.1f %%)  %.3f %.3f %.3f\n",
                  share.name().c_str(), share.compared(), share.told_same(),
                  100.0 * share.told_same() / std::max(1U, share.compared()), share.lowest(), share.median(),
                  share.highest());
    text += line;
  };
  for (const v1::CorrelationShare& share : measurement.processed()) add(share);
  add(measurement.other_takes());
  return text;
}

}  // namespace realname::measurement
