// SPDX-License-Identifier: Apache-2.0
#include "face/worker/sandbox.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <seccomp.h>
#include <system_error>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "face/worker/sanitized.h"

namespace realname::face {
namespace {

std::string Failed(const char* what, int error) { return std::string(what) + ": " + std::strerror(error); }

bool Limit(__rlimit_resource resource, rlim_t most) {
  const rlimit limit{most, most};
  return setrlimit(resource, &limit) == 0;
}

// proc(5): the first number of statm is the size of the address space in pages.
std::size_t AddressSpace() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : context_(seccomp_init(otherwise)) {}
  ~Filter() {
    if (context_ != nullptr) seccomp_release(context_);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  // Allows the call if its arguments are as told.
  void Allow(int call, std::initializer_list<scmp_arg_cmp> arguments = {}) {
    if (error_ == 0) {
      error_ = context_ == nullptr ? -ENOMEM
                                   : seccomp_rule_add_array(context_, SCMP_ACT_ALLOW, call,
                                                            static_cast<unsigned>(arguments.size()), arguments.begin());
    }
  }

  // Zero, or a negative errno.
  int Load() {
    if (error_ == 0) error_ = seccomp_attr_set(context_, SCMP_FLTATR_CTL_TSYNC, 1);
    if (error_ == 0) error_ = seccomp_load(context_);
    return error_;
  }

 private:
  scmp_filter_ctx context_;
  int error_ = 0;
};

}  // namespace

std::string EnterSandbox(int socket) {
  std::error_code error;
  const auto threads = std::distance(std::filesystem::directory_iterator("/proc/self/task", error), {});
  if (error || threads != 1) return "the process has " + std::to_string(threads) + " threads and not one";
  const std::size_t space = AddressSpace();
  if (space == 0) return "/proc/self/statm cannot be read";

  const auto kept = static_cast<unsigned>(socket);
  // A sanitizer's report goes to standard error.
  const unsigned first = kSanitized ? STDERR_FILENO + 1 : 0;
  if ((kept > first && close_range(first, kept - 1, 0) != 0) || close_range(kept + 1, ~0U, 0) != 0) {
    return Failed("close_range", errno);
  }

  if (prctl(PR_SET_DUMPABLE, 0) != 0) return Failed("PR_SET_DUMPABLE", errno);
  for (const auto resource : {RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_NPROC, RLIMIT_MEMLOCK}) {
    if (!Limit(resource, 0)) return Failed("setrlimit", errno);
  }
  if (!kSanitized && (!Limit(RLIMIT_NOFILE, 0) || !Limit(RLIMIT_AS, space + kSandboxMemory))) {
    return Failed("setrlimit", errno);
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Failed("PR_SET_NO_NEW_PRIVS", errno);

  const auto equals = [](unsigned argument, scmp_datum_t value) {
    return scmp_arg_cmp{argument, SCMP_CMP_EQ, value, 0};
  };
  const auto bits = [](unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
    return scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, mask, value};
  };
  Filter filter(kSanitized ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS);
  // The socket; sendto without an address. Not sendmsg or recvmsg, which pass descriptors.
  filter.Allow(SCMP_SYS(recvfrom), {equals(0, kept)});
  filter.Allow(SCMP_SYS(sendto), {equals(0, kept), equals(4, 0)});
  // Memory of one's own that is never code.
  filter.Allow(SCMP_SYS(mmap), {bits(2, PROT_EXEC, 0), bits(3, MAP_ANONYMOUS, MAP_ANONYMOUS)});
  filter.Allow(SCMP_SYS(mprotect), {bits(2, PROT_EXEC, 0)});
  for (const int call : {SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk)}) filter.Allow(call);
  // Waiting, the time, the end. restart_syscall follows a stop and a continue.
  for (const int call : {SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime),
                         SCMP_SYS(gettimeofday), SCMP_SYS(exit), SCMP_SYS(exit_group)}) {
    filter.Allow(call);
  }
  if (kSanitized) {
    // Reports, and the pipe through which the runtime tries whether memory can be read.
    for (const int call : {SCMP_SYS(write), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(close), SCMP_SYS(sigaltstack),
                           SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(getpid),
                           SCMP_SYS(gettid), SCMP_SYS(tgkill)}) {
      filter.Allow(call);
    }
  }
  const int loaded = filter.Load();
  return loaded == 0 ? "" : Failed("the filter cannot be loaded", -loaded);
}

}  // namespace realname::face
