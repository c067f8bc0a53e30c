// SPDX-License-Identifier: Apache-2.0
// The exact interval of C. J. Clopper and E. S. Pearson ("The use of confidence or fiducial limits illustrated in the
// case of the binomial", Biometrika 26, 1934) for errors in independent trials. Pure; thread-safe.
#pragma once

#include <cstdint>

namespace realname::measurement {

// Upper end of the two-sided 95 % interval for `errors` in `trials`; 1 without trials.
double ClopperPearsonUpper(std::uint64_t errors, std::uint64_t trials);

}  // namespace realname::measurement
