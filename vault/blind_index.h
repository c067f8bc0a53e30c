// SPDX-License-Identifier: Apache-2.0
// Keyed digests: HMAC-SHA-256 (RFC 2104) under the master keys, 32 raw bytes.
//
//   BlindIndex     index key:   "realname-index-v1"  || length of column || column || value
//   PayloadDigest  digest key:  "realname-digest-v1" || length of domain || domain || bytes
//
// (lengths are 4 bytes, big-endian). The same value in two columns, or under two versions, has unrelated digests.
// Equality is of bytes: the caller brings a value to its normal form first (upper case, no spaces).
//
// Errors: INTERNAL with reason INTERNAL_DEFECT if the ring has no key of that version; there is no default, because
// equal defaults would make strangers one person. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/key_ring.h"

namespace realname {

// What stands in the database in place of a value that is looked up by equality.
Result<std::string> BlindIndex(const KeyRing& ring, std::uint32_t version, std::string_view column,
                               std::string_view value);

// Tells whether two payloads are the same without keeping either.
Result<std::string> PayloadDigest(const KeyRing& ring, std::uint32_t version, std::string_view domain,
                                  std::string_view canonical_bytes);

}  // namespace realname
