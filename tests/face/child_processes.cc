// SPDX-License-Identifier: Apache-2.0
#include "tests/face/child_processes.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>
#include <unistd.h>

namespace realname::face {

namespace {

struct Stat {
  char state = 'X';
  pid_t parent = 0;
};

// proc(5): fields 3 and 4, counted after the command in parentheses.
Stat ReadStat(const std::filesystem::path& folder) {
  std::ifstream file(folder / "stat");
  std::string line;
  std::getline(file, line);
  const std::size_t command_end = line.rfind(')');
  Stat stat;
  if (command_end == std::string::npos) return stat;
  std::istringstream fields(line.substr(command_end + 1));
  fields >> stat.state >> stat.parent;
  return stat;
}

bool HasFilter(const std::filesystem::path& folder) {
  std::ifstream file(folder / "status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("Seccomp:", 0) == 0) return line.find('2') != std::string::npos;
  }
  return false;
}

}  // namespace

std::vector<ChildProcess> ChildProcesses() {
  std::vector<ChildProcess> children;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const Stat stat = ReadStat(entry.path());
    if (stat.parent != getpid()) continue;
    children.push_back({static_cast<pid_t>(std::stoi(name)), stat.state, HasFilter(entry.path())});
  }
  std::sort(children.begin(), children.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return children;
}

bool Lives(pid_t pid) {
  const char state = ReadStat("/proc/" + std::to_string(pid)).state;
  return state != 'X' && state != 'Z';
}

std::size_t OpenDescriptors() {
  // Without the one that lists them.
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {})) - 1;
}

}  // namespace realname::face
