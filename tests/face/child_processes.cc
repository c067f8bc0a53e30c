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

std::vector<ChildProcess> ChildProcesses() {
  std::vector<ChildProcess> children;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream stat(entry.path() / "stat");
    std::string line;
    std::getline(stat, line);
    const std::size_t command_end = line.rfind(')');
    if (command_end == std::string::npos) continue;
    std::istringstream fields(line.substr(command_end + 1));
    char state = '?';
    pid_t parent = 0;
    fields >> state >> parent;
    if (parent == getpid()) children.push_back({static_cast<pid_t>(std::stoi(name)), state});
  }
  std::sort(children.begin(), children.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return children;
}

std::size_t OpenDescriptors() {
  // Without the one that lists them.
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {})) - 1;
}

}  // namespace realname::face
