// SPDX-License-Identifier: Apache-2.0
// Numbers as those see them who must recognise them and need not know them. Pure.
#pragma once

#include <algorithm>
#include <string>

namespace realname {

// All but the first `front` and the last four characters are starred; of a short text all but the last two.
inline std::string Masked(const std::string& text, size_t front) {
  if (text.size() < front + 6) {
    return std::string(text.size() - std::min<size_t>(text.size(), 2), '*') +
           text.substr(text.size() - std::min<size_t>(text.size(), 2));
  }
  return text.substr(0, front) + std::string(text.size() - front - 4, '*') + text.substr(text.size() - 4);
}

// A phone number, E.164: country code, the first digits and the last four stay.
inline std::string MaskedNumber(const std::string& msisdn) { return Masked(msisdn, 6); }

}  // namespace realname
