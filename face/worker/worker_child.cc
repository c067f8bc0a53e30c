// SPDX-License-Identifier: Apache-2.0
#include "face/worker/worker_child.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>
#include <utility>

#include <sys/socket.h>
#include <sys/wait.h>

#include "face/worker/sanitized.h"

namespace realname::face {
namespace {

std::string Describe(int wait_status) {
  if (WIFEXITED(wait_status)) return "exit status " + std::to_string(WEXITSTATUS(wait_status));
  const int signal = WTERMSIG(wait_status);
  const char* name = sigdescr_np(signal);
  return "signal " + std::to_string(signal) + " (" + (name != nullptr ? name : "?") + ")";
}

}  // namespace

Result<WorkerChild> WorkerChild::Spawn(const std::filesystem::path& program, const std::filesystem::path& bundle_dir) {
  const auto too_few = [](int error) {
    return Status(StatusCode::kUnavailable, "FACE_ENGINE_UNAVAILABLE", "the face engine cannot do this now",
                  std::string("cannot start a worker: ") + std::strerror(error));
  };
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return too_few(errno);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // First, since a service without standard streams may have been given one of their numbers for the socket. Onto
  // itself it clears close-on-exec.
  posix_spawn_file_actions_adddup2(&actions, ends[1], kWorkerSocket);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  if (!kSanitized) posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, kWorkerSocket + 1);
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&blocked, signal);
  posix_spawnattr_setsigmask(&attributes, &blocked);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::string path = std::filesystem::absolute(program).string();
  std::string argument = std::filesystem::absolute(bundle_dir).string();
  char* arguments[] = {path.data(), argument.data(), nullptr};
  char* environment[] = {nullptr};
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, path.c_str(), &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  if (failed == 0) return WorkerChild(pid, ends[0]);
  close(ends[0]);
  if (failed == EAGAIN || failed == ENOMEM) return too_few(failed);
  return Status(StatusCode::kFailedPrecondition, "FACE_ENGINE_UNAVAILABLE",
                path + ": the face worker cannot be run: " + std::strerror(failed));
}

WorkerChild::WorkerChild(WorkerChild&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), socket_(std::exchange(other.socket_, -1)) {}

WorkerChild& WorkerChild::operator=(WorkerChild&& other) noexcept {
  if (this != &other) {
    End();
    pid_ = std::exchange(other.pid_, -1);
    socket_ = std::exchange(other.socket_, -1);
  }
  return *this;
}

WorkerChild::~WorkerChild() { End(); }

std::string WorkerChild::End() {
  if (pid_ < 0) return "";
  close(std::exchange(socket_, -1));
  const pid_t pid = std::exchange(pid_, -1);
  // Until it was waited for, the number is its own. One that is ending already keeps its own status.
  kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return "unknown";
  }
  return Describe(status);
}

}  // namespace realname::face
