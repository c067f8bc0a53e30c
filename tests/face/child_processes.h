// SPDX-License-Identifier: Apache-2.0
// The processes that this one started and the descriptors that it holds, from /proc. For counting what is left behind.
#pragma once

#include <cstddef>
#include <vector>

#include <sys/types.h>

namespace realname::face {

struct ChildProcess {
  pid_t pid;
  // proc(5): R, S, D, T (stopped), Z (ended and not waited for), ...
  char state;
  // A seccomp filter holds: a worker that is ready, or about to say so.
  bool filtered;
};

// In the order of their ids. One that has not run its program yet counts as well.
std::vector<ChildProcess> ChildProcesses();

// Whether there is such a process that has not ended, of whatever parent.
bool Lives(pid_t pid);

std::size_t OpenDescriptors();

}  // namespace realname::face
