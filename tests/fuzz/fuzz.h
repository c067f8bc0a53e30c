// SPDX-License-Identifier: Apache-2.0
// What every fuzz target is: one function on bytes. With the fuzz preset libFuzzer calls it, elsewhere
// tests/fuzz/replay.cc, on seeds and mutations that are the same every time.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

// The target. Crashes, or calls Require with what is false, if it found something.
void Fuzz(std::string_view bytes);

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}
