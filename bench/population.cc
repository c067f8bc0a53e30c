// SPDX-License-Identifier: Apache-2.0
#include "bench/population.h"

namespace realname {
namespace {

// Numbers in no order from numbers in order: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
uint64_t Scattered(uint64_t seed, uint64_t number) {
  uint64_t z = seed * 0x9e3779b97f4a7c15 + number + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

int LinesOf(const Population& population, uint64_t person) {
  const uint64_t of_hundred = Scattered(population.seed, person) % 100;
  if (of_hundred < 85) return 1;
  if (of_hundred < 95) return 2;
  return of_hundred < 98 ? 3 : of_hundred < 99 ? 4 : 5;
}

uint64_t OneWithRoom(const Population& population, uint64_t n) {
  uint64_t person = Scattered(population.seed + 1, n) % population.people;
  while (LinesOf(population, person) > 2) person = (person + 1) % population.people;
  return person;
}

uint64_t NumberOf(uint64_t person, int line) { return person + static_cast<uint64_t>(line) * kMostPeople; }

TimePoint AppliedAt(const Population& population, uint64_t person, int line, TimePoint end) {
  constexpr auto kSpan = std::chrono::seconds(std::chrono::hours(24 * 730));
  constexpr auto kBetween = std::chrono::seconds(std::chrono::hours(24 * 3));
  const auto first =
      end - kSpan - 5 * kBetween + kSpan * static_cast<int64_t>(person) / static_cast<int64_t>(population.people);
  return std::chrono::floor<std::chrono::seconds>(first) + line * kBetween;
}

}  // namespace realname
