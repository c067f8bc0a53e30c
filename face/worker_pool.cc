// SPDX-License-Identifier: Apache-2.0
#include "face/worker_pool.h"

#include <algorithm>
#include <string>
#include <utility>

namespace realname::face {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// Pace assumed before the first picture, and the weight of each new one in the moving mean.
constexpr double kFirstPace = 0.08;
constexpr double kPaceWeight = 0.1;
constexpr milliseconds kLeastRetry{50};
// Between starts that fail.
constexpr milliseconds kFirstPause{250};
constexpr milliseconds kLongestPause{30'000};
// How often an idle thread looks whether its worker still lives.
constexpr milliseconds kLookAfter{500};

Status DeadlinePassed() {
  return Status(StatusCode::kDeadlineExceeded, "DEADLINE_PASSED", "time ran out before the pictures were examined");
}

// For callers, who need not know where programs and bundles lie.
Status NoWorker(const Status& start_failure) {
  return Status(StatusCode::kUnavailable, "FACE_ENGINE_UNAVAILABLE", "the face engine cannot do this now",
                start_failure.message() + " " + start_failure.detail())
      .WithRetryAfter(milliseconds(1000));
}

}  // namespace

WorkerPool::WorkerPool(std::vector<std::unique_ptr<PictureWorker>> workers, std::size_t queue_length)
    : queue_length_(queue_length), workers_(std::move(workers)), pace_(kFirstPace) {}

Result<std::unique_ptr<WorkerPool>> WorkerPool::Start(std::vector<std::unique_ptr<PictureWorker>> workers,
                                                      std::size_t queue_length) {
  std::unique_ptr<WorkerPool> pool(new WorkerPool(std::move(workers), queue_length));
  for (const auto& worker : pool->workers_) {
    pool->threads_.emplace_back([raw = pool.get(), &worker] { raw->Work(*worker); });
  }
  Status failure;
  {
    std::unique_lock lock(pool->mutex_);
    pool->started_.wait(lock, [&] { return pool->tried_ == pool->workers_.size(); });
    if (pool->down_ > 0) failure = pool->start_failure_;
  }
  if (!failure.ok()) return failure;
  return pool;
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Result<std::vector<v1::FaceEvidence>> WorkerPool::Run(std::span<const std::string_view> pictures, Deadline deadline) {
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

// Requires mutex_. Whether `count` more pictures can be taken.
Status WorkerPool::Admit(std::size_t count, Deadline deadline) const {
  const auto now = steady_clock::now();
  if (deadline <= now) return DeadlinePassed();
  if (down_ == workers_.size()) return NoWorker(start_failure_);
  const std::size_t able = workers_.size() - down_;
  const std::size_t ahead = queue_.size() + busy_;
  const Seconds ahead_time(pace_ * static_cast<double>(ahead) / static_cast<double>(able));
  const Seconds own_time(pace_ * static_cast<double>((count + able - 1) / able));
  // A call larger than the whole queue is let in when nobody waits, or it could never be served.
  const bool full = queue_.size() + count > queue_length_ && !queue_.empty();
  const bool late = ahead > 0 && now + ahead_time + own_time > deadline;
  if (!full && !late) return Status();
  const auto wait = std::chrono::duration_cast<milliseconds>(ahead_time);
  return Status(StatusCode::kResourceExhausted, "OVERLOADED", "the face engine has more work than time")
      .WithRetryAfter(std::max(wait, kLeastRetry));
}

void WorkerPool::Work(PictureWorker& worker) {
  std::unique_lock lock(mutex_);
  bool tried = false;
  bool down = false;
  milliseconds pause = kFirstPause;
  while (!stopping_) {
    if (worker.Ready()) {
      if (queue_.empty()) {
        work_.wait_for(lock, kLookAfter, [this] { return stopping_ || !queue_.empty(); });
      } else {
        DoNext(worker, lock);
      }
      continue;
    }
    lock.unlock();
    Status status = worker.Start();
    lock.lock();
    if (status.ok()) {
      if (std::exchange(down, false)) --down_;
      pause = kFirstPause;
    } else {
      if (!std::exchange(down, true)) ++down_;
      start_failure_ = std::move(status);
      if (down_ == workers_.size()) FailAll(NoWorker(start_failure_));
    }
    if (!std::exchange(tried, true)) {
      ++tried_;
      started_.notify_one();
    }
    if (down) {
      work_.wait_for(lock, pause, [this] { return stopping_; });
      pause = std::min(2 * pause, kLongestPause);
    }
  }
  FailAll(Status(StatusCode::kUnavailable, "SHUTTING_DOWN", "the face engine is going down"));
}

// Requires mutex_, which is released while the worker works. Requires a task in the queue.
void WorkerPool::DoNext(PictureWorker& worker, std::unique_lock<std::mutex>& lock) {
  const Task task = queue_.front();
  queue_.pop_front();
  const auto start = steady_clock::now();
  if (start >= task.call->deadline) return Finish(task, DeadlinePassed());
  if (!task.call->failure.ok()) return Finish(task, Status());
  ++busy_;
  lock.unlock();
  Result<v1::FaceEvidence> evidence = worker.Examine(task.picture);
  lock.lock();
  --busy_;
  if (!evidence.ok()) return Finish(task, evidence.status());
  const double seconds = Seconds(steady_clock::now() - start).count();
  pace_ += kPaceWeight * (seconds - pace_);
  task.call->evidence[task.index] = *std::move(evidence);
  Finish(task, Status());
}

// Requires mutex_.
void WorkerPool::Finish(const Task& task, Status status) {
  Call& call = *task.call;
  if (!status.ok() && call.failure.ok()) call.failure = std::move(status);
  if (--call.pending == 0) call.done.notify_one();
}

// Requires mutex_.
void WorkerPool::FailAll(const Status& status) {
  for (const Task& task : std::exchange(queue_, {})) Finish(task, status);
}

}  // namespace realname::face
