// SPDX-License-Identifier: Apache-2.0
#include "face/rounded_dot.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace realname::face {

void RoundedDotBaseline(const std::int8_t* probe, const std::int8_t* rows, std::size_t length, std::size_t count,
                        std::int32_t* products) {
  for (std::size_t row = 0; row < count; ++row, rows += length) {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < length; ++i) sum += std::int32_t{probe[i]} * rows[i];
    products[row] = sum;
  }
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) void RoundedDotAvx2(const std::int8_t* probe, const std::int8_t* rows,
                                                    std::size_t length, std::size_t count, std::int32_t* products) {
  const __m256i ones = _mm256_set1_epi16(1);
  for (std::size_t row = 0; row < count; ++row, rows += length) {
    __m256i sums[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (std::size_t i = 0; i < length; i += 32) {
      const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(probe + i));
      const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows + i));
      // |b| times a with b's sign: two products of at most 127 * 127 fit sixteen bits.
      const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(b), _mm256_sign_epi8(a, b));
      __m256i& sum = sums[i / 32 % 2];
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
    const __m256i sum = _mm256_add_epi32(sums[0], sums[1]);
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, _MM_SHUFFLE(1, 0, 3, 2)));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, _MM_SHUFFLE(2, 3, 0, 1)));
    products[row] = _mm_cvtsi128_si32(four);
  }
}

bool HasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

#else

void RoundedDotAvx2(const std::int8_t* probe, const std::int8_t* rows, std::size_t length, std::size_t count,
                    std::int32_t* products) {
  RoundedDotBaseline(probe, rows, length, count, products);
}

bool HasAvx2() { return false; }

#endif

RoundedDotFunction FastestRoundedDot() { return HasAvx2() ? RoundedDotAvx2 : RoundedDotBaseline; }

}  // namespace realname::face
