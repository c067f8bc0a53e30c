// SPDX-License-Identifier: Apache-2.0
#include "server/request_pool.h"

namespace realname::server {

RequestPool::RequestPool(size_t threads, size_t queue_length, size_t bytes_in_flight)
    : queue_length_(queue_length), byte_limit_(bytes_in_flight) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

RequestPool::~RequestPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = ending_ = true;
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Status RequestPool::Submit(size_t bytes, Deadline deadline, std::function<void(bool)> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      return Status(StatusCode::kUnavailable, "SHUTTING_DOWN", "the server is going down")
          .WithRetryAfter(std::chrono::seconds(1));
    }
    if (queue_.size() >= queue_length_ || bytes_ + bytes > byte_limit_) {
      return Status(StatusCode::kResourceExhausted, "OVERLOADED", "more calls than the server can do now")
          .WithRetryAfter(std::chrono::milliseconds(250));
    }
    bytes_ += bytes;
    queue_.push_back({bytes, deadline, std::move(work)});
  }
  arrived_.notify_one();
  return {};
}

void RequestPool::Stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
}

void RequestPool::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Item item = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    item.work(std::chrono::steady_clock::now() >= item.deadline);
    item.work = nullptr;
    lock.lock();
    bytes_ -= item.bytes;
  }
}

}  // namespace realname::server
