// SPDX-License-Identifier: Apache-2.0
// ChipPhoto: what a photograph would look like on the chip of a resident identity card: 102 x 126 pixels, hard
// compression. For measuring: the usual ID photo at a counter is such a picture. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace realname::measurement {

inline constexpr int kChipWidth = 102;
inline constexpr int kChipHeight = 126;
inline constexpr int kChipJpegQuality = 35;

// The largest central part of these proportions, averaged down, as JPEG of kChipJpegQuality with colour at half
// resolution. Nothing if the bytes cannot be decoded. Throws std::bad_alloc and cv::Exception.
std::optional<std::string> ChipPhoto(std::string_view bytes);

}  // namespace realname::measurement
