// SPDX-License-Identifier: Apache-2.0
#include "vault/blind_index.h"

#include "vault/big_endian.h"
#include "vault/digest.h"

namespace realname {
namespace {

Result<std::string> KeyedDigest(const KeyRing& ring, KeyPurpose purpose, std::uint32_t version, std::string_view label,
                                std::string_view domain, std::string_view bytes) {
  const SecretKey* key = ring.Find(purpose, version);
  if (key == nullptr) {
    return Status(
        StatusCode::kInternal, "INTERNAL_DEFECT", "a stored value could not be read",
        "the key file has no " + std::string(KeyPurposeName(purpose)) + " key of version " + std::to_string(version));
  }
  std::string head(label);
  AppendField(head, domain);
  return HmacSha256(key->Reveal(), {head, bytes});
}

}  // namespace

Result<std::string> BlindIndex(const KeyRing& ring, std::uint32_t version, std::string_view column,
                               std::string_view value) {
  return KeyedDigest(ring, KeyPurpose::kIndex, version, "realname-index-v1", column, value);
}

Result<std::string> PayloadDigest(const KeyRing& ring, std::uint32_t version, std::string_view domain,
                                  std::string_view canonical_bytes) {
  return KeyedDigest(ring, KeyPurpose::kDigest, version, "realname-digest-v1", domain, canonical_bytes);
}

}  // namespace realname
