// SPDX-License-Identifier: Apache-2.0
// A photograph waved about before a camera: shifted, turned, scaled, tilted. For the proof of the active challenge.
#pragma once

#include <string>

namespace realname {

struct Waving {
  double turn_degrees = 0;  // in the picture's plane
  double scale = 1;
  double shift_x = 0;         // of the picture's width
  double shift_y = 0;         // of its height
  double tilt_x_degrees = 0;  // about the horizontal axis, the top away from the camera
  double tilt_y_degrees = 0;  // about the vertical axis, the right side away from the camera
};

// A JPEG of the same size that shows `jpeg` so, its edges drawn out, as a pinhole camera at 1.6 picture widths would
// see it. Throws std::runtime_error if it is no JPEG.
std::string Waved(const std::string& jpeg, const Waving& waving);

}  // namespace realname
