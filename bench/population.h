// SPDX-License-Identifier: Apache-2.0
// The people that realname-populate makes. What is true of each follows from seed and place alone, so that whoever
// reads the database can tell what it should say. Pure.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace realname {

struct Population {
  uint64_t seed = 1;
  uint64_t people = 0;  // at most kMostPeople
};

constexpr uint64_t kMostPeople = 10'000'000;
// People made up by others begin here (cli::MadeUpDocument), and so do their phone numbers (cli::MadeUpMsisdn).
constexpr uint64_t kFirstStranger = 100'000'000;
constexpr uint64_t kFirstStrangersNumber = 50'000'000;

// Lines in the person's name, 1 to 5: of a hundred people 85 have one, 10 two, 3 three, one four and one five.
int LinesOf(const Population& population, uint64_t person);

// The n-th of people in no order who have one or two lines.
uint64_t OneWithRoom(const Population& population, uint64_t n);

// For cli::MadeUpMsisdn: no two lines have one number.
uint64_t NumberOf(uint64_t person, int line);

// When the line was applied for: the first lines in the order of the people over two years up to `end`, the others a
// few days later each.
TimePoint AppliedAt(const Population& population, uint64_t person, int line, TimePoint end);

}  // namespace realname
