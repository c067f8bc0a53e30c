// SPDX-License-Identifier: Apache-2.0
// A fixed number of threads that carry calls through the pipeline, behind a queue that is bounded by calls and by
// bytes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace realname::server {

// Thread-safe.
class RequestPool {
 public:
  RequestPool(size_t threads, size_t queue_length, size_t bytes_in_flight);
  // Waits for the work that was taken.
  ~RequestPool();

  // Takes work of `bytes` for a thread, or refuses at once: RESOURCE_EXHAUSTED (OVERLOADED) with a time to come back
  // when the queue or the bytes are full, UNAVAILABLE (SHUTTING_DOWN) after Stop. Work is told whether its deadline
  // passed while it waited; it is always called exactly once if it was taken.
  Status Submit(size_t bytes, Deadline deadline, std::function<void(bool expired)> work);

  // Refuses what comes from now on.
  void Stop();

 private:
  struct Item {
    size_t bytes;
    Deadline deadline;
    std::function<void(bool)> work;
  };
  void Run();

  const size_t queue_length_;
  const size_t byte_limit_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Item> queue_;
  size_t bytes_ = 0;
  bool stopping_ = false;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace realname::server
