// SPDX-License-Identifier: Apache-2.0
// Names as they are compared. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace realname::rules {

// The form under which two spellings of one name are equal: no spaces, one middle dot (U+00B7) for the many code points
// that registers use between the parts of minority names, full-width Latin as ASCII, ASCII capitals. `name` is UTF-8;
// other code points are kept as they are (a rare character stored under another code point stays a difference, and
// differences go to a person).
std::string NormaliseName(std::string_view name);

}  // namespace realname::rules
