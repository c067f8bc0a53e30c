// SPDX-License-Identifier: Apache-2.0
// ExifOrientation: how a camera was held, read from an Exif block (CIPA DC-008, tag 0x0112 of IFD 0).
// Takes the block from its TIFF header on. Reads at most the first directory, never past the end, and returns 1..8;
// anything malformed is 1 (upright). Pure; thread-safe.
#pragma once

#include <string_view>

namespace realname::face {

int ExifOrientation(std::string_view tiff);

}  // namespace realname::face
