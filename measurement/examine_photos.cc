// SPDX-License-Identifier: Apache-2.0
#include "measurement/examine_photos.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>
#include <unistd.h>
#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/core/ocl.hpp>

#include "face/analyzer.h"
#include "face/opencv_guard.h"
#include "face/sha256.h"
#include "face/text_message.h"

namespace realname::measurement {

Result<std::vector<v1::FaceEvidence>> ExaminePhotos(const face::Bundle& bundle,
                                                    const std::vector<std::filesystem::path>& files,
                                                    const ExamineOptions& options, const Progress& progress) {
  cv::setNumThreads(1);
  cv::ocl::setUseOpenCL(false);
  std::vector<v1::FaceEvidence> evidence(files.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::size_t done = 0;
  const auto work = [&]() -> Status {
    return face::GuardOpenCv([&]() -> Status {
      face::Analyzer analyzer(bundle);
      for (std::size_t i = next++; i < files.size() && !failed; i = next++) {
        Result<std::string> bytes = face::ReadFile(files[i]);
        if (!bytes.ok()) return bytes.status();
        if (options.change) {
          std::optional<std::string> changed = options.change(*bytes);
          if (changed) *bytes = *std::move(changed);
        }
        evidence[i] = options.template_only ? analyzer.AnalyzeForTemplate(*bytes, options.subject)
                                            : analyzer.Analyze(*bytes, options.subject);
        evidence[i].set_image_sha256(face::Sha256(*bytes));
        const std::lock_guard lock(mutex);
        ++done;
        if (progress) progress(done, files.size());
      }
      return Status();
    });
  };
  const unsigned count = options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  std::vector<Status> statuses(count);
  std::vector<std::thread> threads;
  for (Status& status : statuses) {
    threads.emplace_back([&, out = &status] {
      *out = work();
      if (!out->ok()) failed = true;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (Status& status : statuses) {
    if (!status.ok()) return std::move(status);
  }
  return evidence;
}

Progress ProgressBar(std::string what) {
  using Clock = std::chrono::steady_clock;
  const bool terminal = isatty(STDERR_FILENO) != 0;
  return [what = std::move(what), terminal, start = Clock::time_point(), shown = Clock::time_point(),
          tenth = std::size_t{0}](std::size_t done, std::size_t all) mutable {
    const Clock::time_point now = Clock::now();
    if (done == 1) {
      start = now;
      tenth = 0;
    }
    const bool last = done == all;
    if (terminal ? !last && now - shown < std::chrono::milliseconds(200) : done * 10 / all == tenth) return;
    shown = now;
    tenth = done * 10 / all;
    const double passed = std::chrono::duration<double>(now - start).count();
    const double left = passed / static_cast<double>(done) * static_cast<double>(all - done);
    constexpr std::size_t kWidth = 30;
    const std::size_t filled = kWidth * done / all;
    const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, '.');
    std::fprintf(stderr, "%s[%s] %3zu %%  %zu of %zu %s, %.0f s left%s", terminal ? "\r" : "", bar.c_str(),
                 100 * done / all, done, all, what.c_str(), left, terminal && !last ? "   " : "\n");
  };
}

}  // namespace realname::measurement
