// SPDX-License-Identifier: Apache-2.0
#include "bench/process_use.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

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

std::vector<std::string> LivingChildren(int pid) {
  std::vector<std::string> children;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (ReadTimes(name).parent == pid) children.push_back(name);
  }
  return children;
}

// proc(5): the second number of statm, in pages.
double ResidentMiB(const std::string& pid) {
  std::uint64_t size = 0, resident = 0;
  std::ifstream("/proc/" + pid + "/statm") >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace

double CpuSeconds(int pid) { return ReadTimes(std::to_string(pid)).own; }

double CpuSecondsOfFamily(int pid) {
  const Times head = ReadTimes(std::to_string(pid));
  double sum = head.own + head.ended_children;
  for (const std::string& child : LivingChildren(pid)) sum += ReadTimes(child).own;
  return sum;
}

double CpuSecondsOfBackends(int postmaster) {
  double sum = 0;
  for (const std::string& child : LivingChildren(postmaster)) {
    // ps_status.c of PostgreSQL: "postgres: USER DATABASE [local] ACTIVITY"; other processes have no host.
    std::string title;
    std::getline(std::ifstream("/proc/" + child + "/cmdline"), title, '\0');
    if (title.find(" [local] ") != std::string::npos) sum += ReadTimes(child).own;
  }
  return sum;
}

double ResidentMiBOfFamily(int pid) {
  double sum = ResidentMiB(std::to_string(pid));
  for (const std::string& child : LivingChildren(pid)) sum += ResidentMiB(child);
  return sum;
}

}  // namespace realname
