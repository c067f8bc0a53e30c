// SPDX-License-Identifier: Apache-2.0
// Blind indexes by which documents, names, numbers and addresses are looked up: one definition, because what is claimed
// by one store is found by another. `version` is one of the ring's.
#pragma once

#include <cstdint>
#include <string>

#include "realname/v1/types.pb.h"
#include "vault/blind_index.h"
#include "vault/key_ring.h"

namespace realname::db {

inline std::string DocumentIndex(const KeyRing& ring, uint32_t version, v1::DocumentType type,
                                 const std::string& number) {
  return *BlindIndex(ring, version, "document_claim.document_index", std::to_string(type) + ":" + number);
}

inline std::string NameIndex(const KeyRing& ring, uint32_t version, const std::string& name) {
  return *BlindIndex(ring, version, "document_claim.name_index", name);
}

inline std::string NumberIndex(const KeyRing& ring, uint32_t version, const std::string& msisdn) {
  return *BlindIndex(ring, version, "number_claim.number_index", msisdn);
}

inline std::string AddressIndex(const KeyRing& ring, uint32_t version, const std::string& address) {
  return *BlindIndex(ring, version, "address_use.address_index", address);
}

}  // namespace realname::db
