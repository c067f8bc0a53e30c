// SPDX-License-Identifier: Apache-2.0
#include "face/networks/detector.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect/face.hpp>

#include "face/networks/network.h"

namespace realname::face {
namespace {

// More candidates than this never matter, and suppression grows with their square.
constexpr std::size_t kMaxCandidates = 1000;
constexpr std::size_t kMaxFaces = 100;

class BoxDetector final : public Detector {
 public:
  explicit BoxDetector(const Bundle& bundle)
      : network_(bundle.manifest.detector(), bundle.files.at(bundle.manifest.detector().file())),
        threshold_(bundle.manifest.detector_threshold()),
        nms_(bundle.manifest.detector_nms()) {}
  Detections Detect(const cv::Mat& bgr) override;

 private:
  LoadedNetwork network_;
  float threshold_;
  float nms_;
};

Detections BoxDetector::Detect(const cv::Mat& bgr) {
  const std::vector<std::vector<float>> outputs = network_.Run(bgr);
  const std::vector<float>& corners = outputs.at(0);
  const std::vector<float>& scores = outputs.at(1);
  CV_Assert(corners.size() % 4 == 0 && scores.size() * 2 == corners.size());
  const auto width = static_cast<float>(bgr.cols);
  const auto height = static_cast<float>(bgr.rows);
  std::vector<Box> candidates;
  for (std::size_t i = 0; i < scores.size() / 2; ++i) {
    if (scores[2 * i + 1] < threshold_) continue;
    const float* corner = &corners[4 * i];
    Box box;
    box.x = corner[0] * width;
    box.y = corner[1] * height;
    box.width = corner[2] * width - box.x;
    box.height = corner[3] * height - box.y;
    box.score = scores[2 * i + 1];
    if (box.width >= 1 && box.height >= 1 && box.width <= 4 * width && box.height <= 4 * height) {
      candidates.push_back(box);
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const Box& a, const Box& b) { return a.score > b.score; });
  if (candidates.size() > kMaxCandidates) candidates.resize(kMaxCandidates);
  std::vector<Box> faces;
  for (const Box& candidate : candidates) {
    const bool seen =
        std::any_of(faces.begin(), faces.end(), [&](const Box& face) { return Overlap(face, candidate) > nms_; });
    if (!seen && faces.size() < kMaxFaces) faces.push_back(candidate);
  }
  return {std::move(faces), {}};
}

// A file that only this user can read, gone when the object is.
class PrivateFile {
 public:
  PrivateFile(const std::string& bytes, const std::string& name) {
    std::string folder = (std::filesystem::temp_directory_path() / "realname-XXXXXX").string();
    CV_Assert(mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    path_ = folder_ / name;
    std::ofstream file(path_, std::ios::binary);
    file << bytes;
    file.close();
    CV_Assert(file.good());
  }
  ~PrivateFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  PrivateFile(const PrivateFile&) = delete;
  PrivateFile& operator=(const PrivateFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

class YuNetDetector final : public Detector {
 public:
  explicit YuNetDetector(const Bundle& bundle)
      : size_(static_cast<int>(bundle.manifest.detector().width()),
              static_cast<int>(bundle.manifest.detector().height())) {
    // OpenCV 4.6 reads this network from a file only; the bytes that were checked are the ones it gets.
    const PrivateFile file(bundle.files.at(bundle.manifest.detector().file()), "detector.onnx");
    network_ = cv::FaceDetectorYN::create(file.path(), "", size_, bundle.manifest.detector_threshold(),
                                          bundle.manifest.detector_nms(), static_cast<int>(kMaxCandidates),
                                          cv::dnn::DNN_BACKEND_OPENCV, cv::dnn::DNN_TARGET_CPU);
  }

  Detections Detect(const cv::Mat& bgr) override {
    const double scale =
        std::min(static_cast<double>(size_.width) / bgr.cols, static_cast<double>(size_.height) / bgr.rows);
    const cv::Size fitted(std::clamp(cvRound(bgr.cols * scale), 1, size_.width),
                          std::clamp(cvRound(bgr.rows * scale), 1, size_.height));
    cv::Mat input(size_, CV_8UC3, cv::Scalar());
    cv::Mat part = input(cv::Rect(cv::Point(), fitted));
    cv::resize(bgr, part, fitted, 0, 0, scale < 0.5 ? cv::INTER_AREA : cv::INTER_LINEAR);
    cv::Mat rows;
    network_->detect(input, rows);
    // x, y, width, height; five points in the order of Points5 (the person's right is the picture's left); score.
    CV_Assert(rows.empty() || (rows.type() == CV_32F && rows.cols == 15));
    const float x_scale = static_cast<float>(bgr.cols) / static_cast<float>(fitted.width);
    const float y_scale = static_cast<float>(bgr.rows) / static_cast<float>(fitted.height);
    Detections found;
    for (int i = 0; i < rows.rows && found.boxes.size() < kMaxFaces; ++i) {
      const float* row = rows.ptr<float>(i);
      for (int j = 0; j < rows.cols; ++j) CV_Assert(std::isfinite(row[j]));
      Box box;
      box.x = row[0] * x_scale;
      box.y = row[1] * y_scale;
      box.width = row[2] * x_scale;
      box.height = row[3] * y_scale;
      box.score = std::clamp(row[14], 0.0F, 1.0F);
      if (box.width < 1 || box.height < 1 || box.width > 4.0F * static_cast<float>(bgr.cols) ||
          box.height > 4.0F * static_cast<float>(bgr.rows)) {
        continue;
      }
      Points5 points;
      for (std::size_t p = 0; p < points.size(); ++p) {
        points[p] = cv::Point2f(row[4 + 2 * p] * x_scale, row[5 + 2 * p] * y_scale);
      }
      found.boxes.push_back(box);
      found.points.push_back(points);
    }
    return found;
  }

 private:
  cv::Size size_;
  cv::Ptr<cv::FaceDetectorYN> network_;
};

}  // namespace

std::unique_ptr<Detector> MakeDetector(const Bundle& bundle) {
  if (bundle.manifest.detector_kind() == v1::DETECTOR_KIND_FACE_DETECTOR_YN) {
    return std::make_unique<YuNetDetector>(bundle);
  }
  return std::make_unique<BoxDetector>(bundle);
}

}  // namespace realname::face
