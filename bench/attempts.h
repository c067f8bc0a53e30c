// SPDX-License-Identifier: Apache-2.0
// Attempts: what a process that a picture has taken over would try. Each can succeed for an ordinary process without
// privileges, and leaves nothing behind.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace realname {

struct Attempt {
  std::string name;
  // 0 if it succeeded, else errno. May also replace or end the process.
  std::function<int()> make;
};

// Of the system as it is when called: some reach for the parent process.
std::vector<Attempt> Attempts();

}  // namespace realname
