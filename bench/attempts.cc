// SPDX-License-Identifier: Apache-2.0
#include "bench/attempts.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>

namespace realname {
namespace {

int Errno(long result) { return result < 0 ? errno : 0; }

// A descriptor that was made, given back.
int Made(int descriptor) {
  if (descriptor < 0) return errno;
  close(descriptor);
  return 0;
}

int MadeProcess(long pid) {
  if (pid < 0) return errno;
  if (pid == 0) _exit(0);
  return Errno(waitpid(static_cast<pid_t>(pid), nullptr, 0));
}

int Mapped(void* where) { return where == MAP_FAILED ? errno : 0; }

constexpr std::size_t kPage = 4096;

int CreateFile() {
  char name[] = "/tmp/realname-attempt-XXXXXX";
  const int file = mkstemp(name);
  if (file < 0) return errno;
  unlink(name);
  return Made(file);
}

int BindToLoopback() {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) return errno;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int bound = bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  const int error = bound < 0 ? errno : 0;
  close(made);
  return error;
}

// Passes a descriptor through `through`, as sendmsg(2) can.
int PassDescriptor() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), ends, sizeof(int));
  const int error = Errno(sendmsg(ends[0], &message, 0));
  close(ends[0]);
  close(ends[1]);
  return error;
}

// sendmsg and recvmsg on a descriptor that is there: the worker's socket, or whatever is number 3.
int MessageOn(long call) {
  msghdr message{};
  const long result = syscall(call, 3, &message, MSG_DONTWAIT);
  // That there is no socket, or nothing to read, is an answer of the call itself.
  return result >= 0 || errno == EAGAIN || errno == ENOTSOCK || errno == EBADF ? 0 : errno;
}

int MakeCode() {
  void* page = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return errno;
  return Errno(mprotect(page, kPage, PROT_READ | PROT_EXEC));
}

int ReadItself() {
  int from = 7;
  int to = 0;
  const iovec local{&to, sizeof(to)};
  const iovec remote{&from, sizeof(from)};
  return Errno(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
}

int SharedMemory() {
  const int id = shmget(IPC_PRIVATE, kPage, IPC_CREAT | 0600);
  if (id < 0) return errno;
  return Errno(shmctl(id, IPC_RMID, nullptr));
}

int Clone3() {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  return MadeProcess(syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

int Execute() {
  char program[] = "/bin/true";
  char* arguments[] = {program, nullptr};
  char* environment[] = {nullptr};
  execve(program, arguments, environment);
  return errno;
}

#if defined(__x86_64__)
// getpid by the 32-bit gate: a filter that looks at numbers only would take it for another call.
int By32BitGate() {
  long result = 20;
  asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
  return result > 0 ? 0 : static_cast<int>(-result);
}
#endif

}  // namespace

std::vector<Attempt> Attempts() {
  std::vector<Attempt> all = {
      // Files.
      {"read /etc/passwd", [] { return Made(open("/etc/passwd", O_RDONLY | O_CLOEXEC)); }},
      {"open /proc/self/maps", [] { return Made(open("/proc/self/maps", O_RDONLY | O_CLOEXEC)); }},
      {"open /proc", [] { return Made(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }},
      {"open the root by path only", [] { return Made(open("/", O_PATH | O_CLOEXEC)); }},
      {"create a file", CreateFile},
      {"stat /",
       [] {
         struct stat seen {};
         return Errno(stat("/", &seen));
       }},
      {"access /", [] { return Errno(access("/", R_OK)); }},
      {"chdir", [] { return Errno(chdir("/")); }},
      {"getcwd",
       [] {
         char path[kPage];
         return Errno(syscall(SYS_getcwd, path, sizeof(path)));
       }},
      {"make and remove a folder",
       [] {
         char name[] = "/tmp/realname-attempt-XXXXXX";
         return mkdtemp(name) == nullptr ? errno : Errno(rmdir(name));
       }},
      {"memfd_create", [] { return Made(memfd_create("attempt", MFD_CLOEXEC)); }},
      {"pipe",
       [] {
         int ends[2];
         if (pipe2(ends, O_CLOEXEC) != 0) return errno;
         close(ends[0]);
         close(ends[1]);
         return 0;
       }},
      {"eventfd", [] { return Made(eventfd(0, EFD_CLOEXEC)); }},
      {"dup", [] { return Made(static_cast<int>(syscall(SYS_dup, 3))); }},
      {"fcntl", [] { return Errno(fcntl(3, F_GETFD)); }},
      {"read another descriptor",
       [] {
         char byte = 0;
         return Errno(read(0, &byte, 1));
       }},
      {"write to another descriptor", [] { return Errno(write(1, "", 0)); }},
      // Network.
      {"socket AF_INET", [] { return Made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }},
      {"socket AF_INET6", [] { return Made(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)); }},
      {"socket AF_UNIX", [] { return Made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }},
      {"socket AF_NETLINK", [] { return Made(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0)); }},
      {"bind to loopback", BindToLoopback},
      {"pass a descriptor", PassDescriptor},
      {"sendmsg on the socket", [] { return MessageOn(SYS_sendmsg); }},
      {"recvmsg on the socket", [] { return MessageOn(SYS_recvmsg); }},
      // Processes.
      {"fork", [] { return MadeProcess(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }},
      {"clone3", Clone3},
      {"execve", Execute},
      {"ptrace", [] { return Errno(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }},
      {"process_vm_readv", ReadItself},
      {"signal the parent", [] { return Errno(kill(getppid(), 0)); }},
      {"pidfd_open the parent", [] { return Made(static_cast<int>(syscall(SYS_pidfd_open, getppid(), 0))); }},
      {"unshare", [] { return Errno(unshare(CLONE_FILES)); }},
      {"setuid", [] { return Errno(setuid(getuid())); }},
      {"setrlimit",
       [] {
         rlimit limit{};
         if (getrlimit(RLIMIT_CORE, &limit) != 0) return errno;
         return Errno(setrlimit(RLIMIT_CORE, &limit));
       }},
      {"prctl PR_SET_DUMPABLE", [] { return Errno(prctl(PR_SET_DUMPABLE, 1)); }},
      {"sched_setaffinity",
       [] {
         cpu_set_t cores;
         if (sched_getaffinity(0, sizeof(cores), &cores) != 0) return errno;
         return Errno(sched_setaffinity(0, sizeof(cores), &cores));
       }},
      {"catch a signal", [] { return signal(SIGUSR1, SIG_IGN) == SIG_ERR ? errno : 0; }},
      {"uname",
       [] {
         utsname name{};
         return Errno(uname(&name));
       }},
      // Memory.
      {"mmap PROT_EXEC",
       [] { return Mapped(mmap(nullptr, kPage, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)); }},
      {"mmap writable and executable",
       [] {
         return Mapped(mmap(nullptr, kPage, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
       }},
      {"mprotect PROT_EXEC", MakeCode},
      {"shared memory", SharedMemory},
      {"a GiB of memory",
       [] {
         return Mapped(mmap(nullptr, std::size_t{1} << 30, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
       }},
  };
#if defined(__x86_64__)
  all.push_back({"a call by the 32-bit gate", By32BitGate});
#endif
  return all;
}

}  // namespace realname
