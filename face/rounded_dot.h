// SPDX-License-Identifier: Apache-2.0
// Dot products of one int8 row with many: the inner loop of a gallery's search. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace realname::face {

// products[i] = sum of probe[k] * rows[i * length + k], for `count` rows of `length` values, a multiple of 32 and at
// most 4096; every value is -127 to 127.
using RoundedDotFunction = void (*)(const std::int8_t* probe, const std::int8_t* rows, std::size_t length,
                                    std::size_t count, std::int32_t* products);

// For any processor, and for those with AVX2.
void RoundedDotBaseline(const std::int8_t* probe, const std::int8_t* rows, std::size_t length, std::size_t count,
                        std::int32_t* products);
void RoundedDotAvx2(const std::int8_t* probe, const std::int8_t* rows, std::size_t length, std::size_t count,
                    std::int32_t* products);

// Whether this processor has AVX2.
bool HasAvx2();

// The fastest one that this processor can run.
RoundedDotFunction FastestRoundedDot();

}  // namespace realname::face
