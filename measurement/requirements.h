// SPDX-License-Identifier: Apache-2.0
// Requirements: what a measurement has to show, so that a bundle, a policy or a change can be refused by a machine.
// Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "realname/v1/face_measurement.pb.h"

namespace realname::measurement {

struct Requirements {
  // FMR asked for -> highest FNMR there, as measured (not its interval), over all groups together.
  std::vector<std::pair<double, double>> max_fnmr;
  // Lowest accuracy with the cut of the training list.
  std::optional<double> min_accuracy;
  // Highest share of photographs that give no template.
  std::optional<double> max_failed;
  // Highest share of genuine pairs that any one gate turns away by itself although they would have matched.
  std::optional<double> max_gate_cost;
};

// One line for each requirement, met or missed, with the figure at full precision.
struct Verdict {
  bool met = true;
  std::string text;
};
Verdict Check(const v1::FaceMeasurement& measurement, const Requirements& requirements);

}  // namespace realname::measurement
