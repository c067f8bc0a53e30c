// SPDX-License-Identifier: Apache-2.0
// Whether this build has the address sanitizer. Its runtime reserves terabytes of address space, handles signals and
// wants to write its reports, so such a build's worker keeps standard error and gets a wider filter and no limit on
// address space. What is shipped and what the proof runs is the other build.
#pragma once

namespace realname::face {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace realname::face
