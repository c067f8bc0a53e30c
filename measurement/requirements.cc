// SPDX-License-Identifier: Apache-2.0
#include "measurement/requirements.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace realname::measurement {

Verdict Check(const v1::FaceMeasurement& measurement, const Requirements& requirements) {
  Verdict verdict;
  const auto add = [&](const std::string& what, double value, double limit, bool at_most) {
    // Negated, so that what is no number misses.
    const bool met = at_most ? value <= limit : value >= limit;
    char line[200];
    std::snprintf(line, sizeof(line), "%-6s %s: %.4f %%, required at %s %.4g %%\n", met ? "met" : "MISSED",
                  what.c_str(), 100 * value, at_most ? "most" : "least", 100 * limit);
    verdict.text += line;
    verdict.met &= met;
  };
  // The last group is all of them together where there are several.
  if (measurement.groups().empty()) return {false, "MISSED nothing was measured\n"};
  const v1::GroupMeasurement& all = measurement.groups(measurement.groups_size() - 1);
  for (const auto& [target, limit] : requirements.max_fnmr) {
    double fnmr = std::nan("");
    for (const v1::OperatingPoint& point : all.points()) {
      if (std::abs(point.target_fmr() - target) < 1e-9) fnmr = point.fnmr().value();
    }
    char what[64];
    std::snprintf(what, sizeof(what), "FNMR at FMR %g", target);
    add(what, fnmr, limit, true);
  }
  if (requirements.min_accuracy) {
    add("accuracy", all.has_trained() ? all.trained().accuracy() : std::nan(""), *requirements.min_accuracy, false);
  }
  if (requirements.max_failed) {
    unsigned failed = 0;
    for (const v1::AcquisitionFailure& failure : all.failures()) failed += failure.photos();
    add("photographs that failed", static_cast<double>(failed) / std::max(1U, all.photos()), *requirements.max_failed,
        true);
  }
  if (requirements.max_gate_cost) {
    const double tried = static_cast<double>(all.genuine_pairs() + all.genuine_pairs_failed());
    for (const v1::GateEffect& gate : all.gates()) {
      add("pairs that would match but for " + gate.reason(), static_cast<double>(gate.would_match()) / tried,
          *requirements.max_gate_cost, true);
    }
  }
  return verdict;
}

}  // namespace realname::measurement
