// SPDX-License-Identifier: Apache-2.0
#include "bench/process_cpu.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace realname {
namespace {

struct Times {
  int parent = 0;
  double own = 0;
  double ended_children = 0;
};

// proc(5): fields 4 (ppid), 14 to 17 (utime, stime, cutime, cstime), counted after the command in parentheses.
Times ReadTimes(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string line;
  std::getline(file, line);
  const size_t command_end = line.rfind(')');
  if (command_end == std::string::npos) return {};
  std::istringstream fields(line.substr(command_end + 1));
  std::string state, ignored;
  Times times;
  fields >> state >> times.parent;
  for (int field = 5; field < 14; ++field) fields >> ignored;
  double user = 0, system = 0, children_user = 0, children_system = 0;
  fields >> user >> system >> children_user >> children_system;
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  times.own = (user + system) / ticks;
  times.ended_children = (children_user + children_system) / ticks;
  return times;
}

}  // namespace

double CpuSeconds(int pid) { return ReadTimes(std::to_string(pid)).own; }

double CpuSecondsOfFamily(int pid) {
  const Times head = ReadTimes(std::to_string(pid));
  double sum = head.own + head.ended_children;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const Times child = ReadTimes(name);
    if (child.parent == pid) sum += child.own;
  }
  return sum;
}

}  // namespace realname
