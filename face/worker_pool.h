// SPDX-License-Identifier: Apache-2.0
// WorkerPool: a fixed number of threads, each with a worker of its own, take one picture at a time from a bounded
// queue.
//
// A call is turned away at once (RESOURCE_EXHAUSTED, OVERLOADED, with a time to come back) if the queue is full or if,
// at the pace of the last pictures, the work ahead of it would take until its deadline; work whose deadline has passed
// is dropped, not done. A worker that is lost is started again by its thread, while the others go on and calls wait;
// after a start that failed the thread waits before the next, twice as long each time, and once no worker can be
// started all calls are UNAVAILABLE until one can.
//
// Thread-safe. Destroy it only after all calls have returned.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "face/picture_worker.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::face {

class WorkerPool {
 public:
  // Starts all workers, each on its own thread. Errors: the first worker's that could not be started.
  static Result<std::unique_ptr<WorkerPool>> Start(std::vector<std::unique_ptr<PictureWorker>> workers,
                                                   std::size_t queue_length);
  ~WorkerPool();

  // The evidence of each picture, in order. Errors: as FaceExaminer::Examine.
  Result<std::vector<v1::FaceEvidence>> Run(std::span<const std::string_view> pictures, Deadline deadline);

 private:
  // One call of Run. Lives on the caller's stack until no worker touches it any more.
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

  WorkerPool(std::vector<std::unique_ptr<PictureWorker>> workers, std::size_t queue_length);

  Status Admit(std::size_t count, Deadline deadline) const;
  void Work(PictureWorker& worker);
  void DoNext(PictureWorker& worker, std::unique_lock<std::mutex>& lock);
  void Finish(const Task& task, Status status);
  void FailAll(const Status& status);

  const std::size_t queue_length_;
  const std::vector<std::unique_ptr<PictureWorker>> workers_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable started_;
  std::deque<Task> queue_;
  std::size_t busy_ = 0;
  // Workers whose first start is over, and those whose last start failed.
  std::size_t tried_ = 0;
  std::size_t down_ = 0;
  // Why the last start failed.
  Status start_failure_;
  bool stopping_ = false;
  // Moving mean of seconds per picture.
  double pace_;

  std::vector<std::thread> threads_;
};

}  // namespace realname::face
