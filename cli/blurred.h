// SPDX-License-Identifier: Apache-2.0
// A photograph out of focus, for the demonstration.
#pragma once

#include <string>

namespace realname::cli {

// Blurs a JPEG: `radius` pixels, three passes of a box, close to a Gaussian of about 1.7 x radius. Throws
// std::runtime_error if the bytes are no JPEG.
std::string Blurred(const std::string& jpeg, int radius);

}  // namespace realname::cli
