// SPDX-License-Identifier: Apache-2.0
#include "measurement/clopper_pearson.h"

#include <algorithm>
#include <cmath>

namespace realname::measurement {
namespace {

// Regularised incomplete beta function I_x(a, b) by its continued fraction (NIST DLMF 8.17.22), evaluated with Lentz's
// method; DLMF 8.17.4 swaps the arguments where the fraction converges slowly.
double IncompleteBeta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - IncompleteBeta(b, a, 1 - x);
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x)) / a;
  constexpr double kTiny = 1e-300;
  double numerator = 1;
  double denominator = 1 - (a + b) * x / (a + 1);
  if (std::abs(denominator) < kTiny) denominator = kTiny;
  denominator = 1 / denominator;
  double fraction = denominator;
  for (int m = 1; m <= 100'000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double change = 1;
    for (const double term : {even, odd}) {
      denominator = 1 + term * denominator;
      if (std::abs(denominator) < kTiny) denominator = kTiny;
      numerator = 1 + term / numerator;
      if (std::abs(numerator) < kTiny) numerator = kTiny;
      denominator = 1 / denominator;
      change = numerator * denominator;
      fraction *= change;
    }
    if (std::abs(change - 1) < 1e-12) break;
  }
  return std::min(1.0, front * fraction);
}

}  // namespace

double ClopperPearsonUpper(std::uint64_t errors, std::uint64_t trials) {
  if (trials == 0 || errors >= trials) return 1;
  const double a = static_cast<double>(errors) + 1;
  const double b = static_cast<double>(trials - errors);
  double low = static_cast<double>(errors) / static_cast<double>(trials);
  double high = 1;
  for (int i = 0; i < 80 && high - low > 1e-12 * high; ++i) {
    const double middle = (low + high) / 2;
    (IncompleteBeta(a, b, middle) < 0.975 ? low : high) = middle;
  }
  return high;
}

}  // namespace realname::measurement
