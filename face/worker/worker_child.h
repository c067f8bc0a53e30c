// SPDX-License-Identifier: Apache-2.0
// WorkerChild: a started worker program and this process's end of the socket to it. Its end of the socket is descriptor
// kWorkerSocket; 0, 1 and 2 are /dev/null (a build with sanitizers keeps 2 for their reports); nothing else is open,
// the environment is empty, the working directory is the root, and SIGTERM, SIGINT and SIGHUP are blocked: a signal to
// the whole service must not take the workers before the calls under way are done. It ends with its socket, or with the
// thread that started it.
//
// Waits for its own process id only and installs no signal handler. NOT thread-safe.
#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

#include "base/result.h"

namespace realname::face {

inline constexpr int kWorkerSocket = 3;

class WorkerChild {
 public:
  // Runs `program` with the bundle's folder as its only argument; does not wait for it to be ready.
  // Errors: FAILED_PRECONDITION naming the program if it cannot be run; UNAVAILABLE if there are too few descriptors or
  // processes.
  static Result<WorkerChild> Spawn(const std::filesystem::path& program, const std::filesystem::path& bundle_dir);

  WorkerChild(WorkerChild&& other) noexcept;
  WorkerChild& operator=(WorkerChild&& other) noexcept;
  // As End.
  ~WorkerChild();

  // Non-blocking.
  int socket() const { return socket_; }
  pid_t pid() const { return pid_; }

  // Kills it, if it still lives, and waits for it: leaves neither process nor descriptor. Says how it ended: "exit
  // status 1", "signal 31 (Bad system call)". Empty if it had been ended before.
  std::string End();

 private:
  WorkerChild(pid_t pid, int socket) : pid_(pid), socket_(socket) {}

  pid_t pid_ = -1;
  int socket_ = -1;
};

}  // namespace realname::face
