// SPDX-License-Identifier: Apache-2.0
// What a damaged or hostile database may hold: sealed values, wrapped keys, audit records.
#include "tests/fuzz/fuzz.h"
#include "vault/audit_record.h"
#include "vault/sealer.h"

void Fuzz(std::string_view bytes) {
  using namespace realname;
  static const DataKey kKey = DataKey::Random();
  static const SealContext kContext = {"table", "column", "row"};
  Require(!Unseal(kKey, kContext, bytes).ok(), "nobody else can seal");
  const std::string sealed = Seal(kKey, kContext, bytes);
  const auto opened = Unseal(kKey, kContext, sealed);
  Require(opened.ok() && *opened == bytes, "what was sealed can be opened");
  if (!bytes.empty()) {
    std::string spoiled = sealed;
    spoiled[static_cast<unsigned char>(bytes[0]) % spoiled.size()] ^= 1;
    Require(!Unseal(kKey, kContext, spoiled).ok(), "what was changed cannot");
  }
  const auto record = DecodeAuditRecord(bytes);
  if (record.ok()) {
    const auto encoded = EncodeAuditRecord(*record);
    Require(encoded.ok() && *encoded == bytes, "an audit record has one encoding");
  }
}
