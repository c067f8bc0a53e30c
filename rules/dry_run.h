// SPDX-License-Identifier: Apache-2.0
// What another policy would have decided, counted. Not thread-safe; tallies of several threads are added up.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "realname/v1/facts.pb.h"
#include "realname/v1/policy_service.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// A decision of the past, and whose it was.
struct PastDecision {
  std::string verification_id;
  std::string person_id;
  std::string agent_id;
  std::string outlet_id;
  uint64_t sequence = 0;
  bool line_activated = false;  // the verification opened a line that is activated
};

class DryRunTally {
 public:
  // Decides `facts` by both policies.
  void Count(const Policy& in_force, const Policy& candidate, const PastDecision& past, const v1::Facts& facts);
  void CountErased() { ++erased_; }
  void Add(DryRunTally other);

  // Fills what was counted into a report.
  void Report(v1::DryRun& report) const;

 private:
  struct Share {
    uint64_t decisions = 0;
    uint64_t flips = 0;
  };
  struct Came {
    uint64_t gained = 0;
    uint64_t lost = 0;
  };

  uint64_t decisions_ = 0, erased_ = 0, flips_ = 0;
  std::map<std::pair<int, int>, uint64_t> verdicts_;
  std::map<int, Came> reasons_;
  std::map<int, Share> channels_;
  std::map<std::pair<std::string, std::string>, Share> agents_;
  std::map<std::pair<int, int>, Share> groups_;
  std::set<std::string> people_to_halls_;
  std::set<std::string> lines_barred_;
  // By verification and sequence, a thousand at most.
  std::map<std::pair<std::string, uint64_t>, v1::Flip> examples_;
};

}  // namespace realname::rules
