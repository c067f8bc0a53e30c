// SPDX-License-Identifier: Apache-2.0
// Template bytes: a face template as it is stored and sent: little-endian float32 values, unit length. Pure;
// thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace realname::face {

std::string TemplateToBytes(const std::vector<float>& values);

// Empty unless the size is a multiple of four and every value is finite.
std::vector<float> TemplateFromBytes(std::string_view bytes);

// Cosine of two unit vectors of equal length, -1 to 1.
double Cosine(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace realname::face
