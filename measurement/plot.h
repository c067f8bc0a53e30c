// SPDX-License-Identifier: Apache-2.0
// Plots of a measurement as SVG documents. Pure; thread-safe.
#pragma once

#include <string>

#include "realname/v1/face_measurement.pb.h"

namespace realname::measurement {

// Detection error trade-off: FNMR against FMR, both axes logarithmic, one line a group. Rates of 0 are left out.
std::string DetSvg(const v1::FaceMeasurement& measurement);

// Share of genuine and of impostor pairs by similarity, of the last group (the overall one where there are several).
std::string HistogramSvg(const v1::FaceMeasurement& measurement);

}  // namespace realname::measurement
