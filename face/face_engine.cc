// SPDX-License-Identifier: Apache-2.0
#include "face/face_engine.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/core/ocl.hpp>

#include "face/analyzer.h"
#include "face/bundle.h"
#include "face/opencv_guard.h"
#include "face/same_image.h"
#include "face/template_bytes.h"

namespace realname {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// Pace assumed before the first picture, and the weight of each new one in the moving mean.
constexpr double kFirstPace = 0.08;
constexpr double kPaceWeight = 0.1;
constexpr unsigned kQueuePerWorker = 32;
constexpr milliseconds kLeastRetry{50};

// One call of Examine. Lives on the caller's stack until no worker touches it any more.
struct Call {
  Deadline deadline;
  std::vector<v1::FaceEvidence> evidence;
  std::size_t pending = 0;
  // First failure; the rest of the call is then dropped.
  Status failure;
  std::condition_variable done;
};

struct Task {
  Call* call;
  std::string_view picture;
  std::size_t index;
};

}  // namespace

class FaceEngine::Pool {
 public:
  Pool(std::vector<std::unique_ptr<face::Analyzer>> analyzers, std::size_t queue_length)
      : queue_length_(queue_length), analyzers_(std::move(analyzers)) {
    for (const auto& analyzer : analyzers_) threads_.emplace_back([this, &analyzer] { Work(*analyzer); });
  }

  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  Result<std::vector<v1::FaceEvidence>> Run(std::span<const std::string_view> pictures, Deadline deadline) {
    Call call;
    call.deadline = deadline;
    call.evidence.resize(pictures.size());
    std::unique_lock lock(mutex_);
    if (Status status = Admit(pictures.size(), deadline); !status.ok()) return status;
    call.pending = pictures.size();
    for (std::size_t i = 0; i < pictures.size(); ++i) queue_.push_back(Task{&call, pictures[i], i});
    work_.notify_all();
    if (!call.done.wait_until(lock, deadline, [&] { return call.pending == 0; })) {
      // The caller's bytes are borrowed: take back what waits, then let what runs come to its end (a fraction of a
      // second).
      const auto waiting = [&](const Task& task) { return task.call == &call; };
      call.pending -= static_cast<std::size_t>(std::count_if(queue_.begin(), queue_.end(), waiting));
      queue_.erase(std::remove_if(queue_.begin(), queue_.end(), waiting), queue_.end());
      call.done.wait(lock, [&] { return call.pending == 0; });
      return DeadlinePassed();
    }
    if (!call.failure.ok()) return call.failure;
    return std::move(call.evidence);
  }

 private:
  static Status DeadlinePassed() {
    return Status(StatusCode::kDeadlineExceeded, "DEADLINE_PASSED", "time ran out before the pictures were examined");
  }

  // Requires mutex_. Whether `count` more pictures can be taken.
  Status Admit(std::size_t count, Deadline deadline) const {
    const auto now = steady_clock::now();
    if (deadline <= now) return DeadlinePassed();
    const std::size_t ahead = queue_.size() + busy_;
    const double workers = static_cast<double>(threads_.size());
    const Seconds ahead_time(pace_ * static_cast<double>(ahead) / workers);
    const Seconds own_time(pace_ * static_cast<double>((count + threads_.size() - 1) / threads_.size()));
    // A call larger than the whole queue is let in when nobody waits, or it could never be served.
    const bool full = queue_.size() + count > queue_length_ && !queue_.empty();
    const bool late = ahead > 0 && now + ahead_time + own_time > deadline;
    if (!full && !late) return Status();
    const auto wait = std::chrono::duration_cast<milliseconds>(ahead_time);
    return Status(StatusCode::kResourceExhausted, "OVERLOADED", "the face engine has more work than time")
        .WithRetryAfter(std::max(wait, kLeastRetry));
  }

  void Work(face::Analyzer& analyzer) {
    std::unique_lock lock(mutex_);
    while (true) {
      work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const Task task = queue_.front();
      queue_.pop_front();
      const auto start = steady_clock::now();
      v1::FaceEvidence evidence;
      Status status;
      if (stopping_) {
        status = Status(StatusCode::kUnavailable, "SHUTTING_DOWN", "the face engine is going down");
      } else if (start >= task.call->deadline) {
        status = DeadlinePassed();
      } else if (task.call->failure.ok()) {
        ++busy_;
        lock.unlock();
        status = face::GuardOpenCv([&] {
          evidence = analyzer.Analyze(task.picture);
          return Status();
        });
        lock.lock();
        --busy_;
        const double seconds = Seconds(steady_clock::now() - start).count();
        pace_ += kPaceWeight * (seconds - pace_);
      }
      Call& call = *task.call;
      if (status.ok()) {
        call.evidence[task.index] = std::move(evidence);
      } else if (call.failure.ok()) {
        call.failure = std::move(status);
      }
      if (--call.pending == 0) call.done.notify_one();
    }
  }

  const std::size_t queue_length_;
  std::vector<std::unique_ptr<face::Analyzer>> analyzers_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Task> queue_;
  std::size_t busy_ = 0;
  bool stopping_ = false;
  // Moving mean of seconds per picture.
  double pace_ = kFirstPace;

  std::vector<std::thread> threads_;
};

struct FaceEngine::Parts {
  face::Bundle bundle;
  Calibration calibration;
  std::unique_ptr<Pool> pool;
};

FaceEngine::FaceEngine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
FaceEngine::~FaceEngine() = default;

Result<std::unique_ptr<FaceEngine>> FaceEngine::Create(const FaceEngineOptions& options) {
  Result<face::Bundle> bundle = face::LoadBundle(options.bundle_dir);
  if (!bundle.ok()) return bundle.status();
  Result<Calibration> calibration =
      Calibration::Load(options.calibration_file, bundle->digest, face::kPreprocessingVersion);
  if (!calibration.ok()) return calibration.status();

  const unsigned workers = options.workers > 0 ? options.workers : std::max(1U, std::thread::hardware_concurrency());
  const unsigned queue_length = options.queue_length > 0 ? options.queue_length : workers * kQueuePerWorker;
  std::vector<std::unique_ptr<face::Analyzer>> analyzers;
  const Status built = face::GuardOpenCv([&] {
    cv::setNumThreads(1);
    cv::ocl::setUseOpenCL(false);
    for (unsigned i = 0; i < workers; ++i) {
      analyzers.push_back(std::make_unique<face::Analyzer>(*bundle));
      analyzers.back()->SelfTest();
    }
    return Status();
  });
  if (!built.ok()) return built;
  // Each worker has its own networks now.
  bundle->files.clear();
  auto pool = std::make_unique<Pool>(std::move(analyzers), queue_length);
  std::unique_ptr<Parts> parts(new Parts{*std::move(bundle), *std::move(calibration), std::move(pool)});
  return std::unique_ptr<FaceEngine>(new FaceEngine(std::move(parts)));
}

Result<std::vector<v1::FaceEvidence>> FaceEngine::Examine(std::span<const std::string_view> pictures,
                                                          Deadline deadline) {
  if (pictures.empty()) return std::vector<v1::FaceEvidence>();
  return parts_->pool->Run(pictures, deadline);
}

Result<v1::FaceComparison> FaceEngine::Compare(const v1::FaceEvidence& first, const v1::FaceEvidence& second) const {
  const std::size_t length = parts_->bundle.manifest.template_length();
  std::vector<float> templates[2];
  const v1::FaceEvidence* evidence[] = {&first, &second};
  for (int i = 0; i < 2; ++i) {
    templates[i] = face::TemplateFromBytes(evidence[i]->template_());
    if (evidence[i]->status() != v1::FACE_STATUS_OK || evidence[i]->bundle_digest() != parts_->bundle.digest ||
        templates[i].size() != length) {
      return Status(StatusCode::kFailedPrecondition, "WRONG_STATE",
                    std::string(i == 0 ? "the first" : "the second") + " picture has no template of this bundle");
    }
  }
  const double similarity = face::Cosine(templates[0], templates[1]);
  const FalseMatchRate fmr = parts_->calibration.FmrAt(similarity);
  v1::FaceComparison comparison;
  comparison.set_similarity(static_cast<float>(similarity));
  comparison.set_fmr_at_similarity(fmr.rate);
  comparison.set_fmr_upper(fmr.upper);
  comparison.set_calibration_digest(parts_->calibration.digest());
  const Status compared = face::GuardOpenCv([&] {
    comparison.set_image_correlation(face::ImageCorrelation(first.face_thumbnail(), second.face_thumbnail()));
    return Status();
  });
  if (!compared.ok()) return compared;
  return comparison;
}

v1::ModelCard FaceEngine::ModelCard(double match_fmr, double review_fmr) const {
  const v1::FaceBundle& manifest = parts_->bundle.manifest;
  const Calibration& calibration = parts_->calibration;
  v1::ModelCard card;
  card.set_bundle_name(manifest.name());
  card.set_bundle_digest(parts_->bundle.digest);
  card.set_licence(manifest.licence());
  card.set_provenance(manifest.provenance());
  const std::pair<const char*, const v1::Network*> networks[] = {
      {"face detection", &manifest.detector()}, {"68 landmarks", &manifest.landmarks()},
      {"face template", &manifest.embedder()},  {"presentation attack detection", &manifest.liveness()},
      {"head pose", &manifest.pose()},          {"open or closed eyes", &manifest.eye()}};
  for (const auto& [purpose, network] : networks) {
    if (network->file().empty()) continue;
    v1::NetworkCard* entry = card.add_networks();
    entry->set_purpose(purpose);
    entry->set_sha256(network->sha256());
  }
  if (!manifest.has_pose()) card.add_networks()->set_purpose("yaw and roll of the head, estimated from five points");
  card.mutable_not_measured()->CopyFrom(face::NotMeasured(manifest));
  card.set_calibration_digest(calibration.digest());
  card.set_calibration_date(calibration.message().date());
  const Result<double> match = calibration.CutFor(match_fmr);
  const Result<double> review = calibration.CutFor(review_fmr);
  if (match.ok()) card.set_match_similarity(static_cast<float>(*match));
  if (review.ok()) card.set_review_similarity(static_cast<float>(*review));
  for (int i = 0; i < calibration.message().groups_size(); ++i) {
    const v1::CalibrationGroup& group = calibration.message().groups(i);
    v1::GroupCard* entry = card.add_groups();
    entry->set_name(group.name());
    entry->set_photos(group.photos());
    entry->set_genuine_pairs(group.genuine_pairs());
    entry->set_impostor_pairs(group.impostor_pairs());
    if (!match.ok()) continue;
    entry->set_fmr(calibration.GroupFmrAt(i, *match));
    entry->set_fnmr(calibration.GroupFnmrAt(i, *match));
  }
  for (const std::string& attack : manifest.not_countered()) card.add_not_countered(attack);
  return card;
}

Status FaceEngine::SupportsFmr(double target) const { return parts_->calibration.SupportsFmr(target); }

const Calibration& FaceEngine::calibration() const { return parts_->calibration; }

}  // namespace realname
