// SPDX-License-Identifier: Apache-2.0
// Names as they are compared. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace realname::rules {

// The form under which two spellings of one name are equal: Unicode NFKC (compatibility ideographs, full-width Latin);
// the eighty characters that GBK kept in the private use area and GB 18030 has since given code points; no spaces; one
// middle dot (U+00B7) for the many code points that registers use between the parts of minority names; ASCII capitals.
// `name` is UTF-8. Other private code points are kept as they are: a difference, and differences go to a person.
std::string NormaliseName(std::string_view name);

// How two names compare.
enum class NameMatch {
  // Equal by NormaliseName, or the same romanised words in whichever order, marks dropped or spelled out.
  kSame,
  // One name, written in two ways that no rule makes equal: a middle dot left out, a rare character that one side could
  // not
  // store, romanised words parted otherwise or cut as a machine readable zone does. For a person to see.
  kVariant,
  kDifferent,
};

// Compares names as written in documents, registers or machine readable zones (ICAO Doc 9303 part 3 section 6), UTF-8.
NameMatch CompareNames(std::string_view first, std::string_view second);

}  // namespace realname::rules
