// SPDX-License-Identifier: Apache-2.0
// Sandbox: gives up everything that a worker does not need to compute. After EnterSandbox the process can read and
// write one socket, map and unmap anonymous memory that is never executable, wait, tell the time and end. Any other
// system call kills it (SECCOMP_RET_KILL_PROCESS): no file, no network, no process, no signal, no descriptor passed in
// or out.
//
// In this order: every other descriptor closed; no core, no dump, no tracing by its own user (PR_SET_DUMPABLE 0);
// limits of zero for files, written bytes and processes; address space limited to what it has and kSandboxMemory more;
// no_new_privs; the filter (libseccomp), which holds for all threads. Limits cannot be raised again: the filter has no
// setrlimit.
//
// A build with the address sanitizer answers what is not allowed with EPERM instead of killing, and allows what the
// sanitizer's runtime needs, so that it can report (sanitized.h); such a process is no sandbox.
#pragma once

#include <cstddef>
#include <string>

namespace realname::face {

// Memory that a picture may take beyond the loaded networks: the dearest picture that is decoded was measured at 88 MB
// (script/prove hostile-images), and as much again and more for the allocator's.
inline constexpr std::size_t kSandboxMemory = 256u << 20;

// Call it once, while the process has a single thread. Empty if it holds, else what could not be done: the process then
// must not read anything that a stranger wrote.
std::string EnterSandbox(int socket);

}  // namespace realname::face
