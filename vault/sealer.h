// SPDX-License-Identifier: Apache-2.0
// Sealing: AES-256-GCM (NIST SP 800-38D) of personal data under a person's data key, and of the data key under a master
// key. Nonces are 96 random bits, so one key may seal 2^32 values; that is far above what one person, and above what
// the persons of one operator under one wrap key, will need.
//
// A sealed value:
//
//   offset  bytes
//   0       1      format version, 1
//   1       16     key id of the data key
//   17      12     nonce
//   29      n      ciphertext, as long as the plaintext
//   29+n    16     tag
//
//   associated data: 4-byte big-endian length and bytes of each of table, column, row id, key id. The person is not in
//   it, so that a row can be linked to another person without being sealed anew.
//
// A wrapped data key (81 bytes):
//
//   offset  bytes
//   0       1      format version, 1
//   1       4      version of the wrap key, big-endian
//   5       12     nonce
//   17      48     ciphertext of key id (16) and key (32)
//   65      16     tag
//
//   associated data: "realname-wrap-v1" and the first 5 bytes.
//
// Errors: INTERNAL with reason INTERNAL_DEFECT; the detail says which table and column, and what is wrong: too short,
// unknown format, sealed under another key, altered. Functions are thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "vault/key_ring.h"
#include "vault/secret_key.h"

namespace realname {

inline constexpr std::size_t kKeyIdBytes = 16;
// How much longer a sealed value is than its plaintext.
inline constexpr std::size_t kSealOverheadBytes = 1 + kKeyIdBytes + 12 + 16;
inline constexpr std::size_t kWrappedKeyBytes = 1 + 4 + 12 + kKeyIdBytes + SecretKey::kBytes + 16;

// One person's key and its random id. Move-only; wiped on destruction.
class DataKey {
 public:
  static DataKey Random();
  // Requires key_id.size() == kKeyIdBytes.
  DataKey(std::string key_id, SecretKey secret) : id_(std::move(key_id)), secret_(std::move(secret)) {}

  // kKeyIdBytes raw bytes; not secret.
  const std::string& id() const { return id_; }
  const SecretKey& secret() const { return secret_; }

 private:
  std::string id_;
  SecretKey secret_;
};

// Where a value is stored. A value moved to another place does not open there.
struct SealContext {
  std::string_view table;
  std::string_view column;
  // The row's own id, made by the client that writes the row.
  std::string_view row_id;
};

std::string Seal(const DataKey& key, const SealContext& context, std::string_view plaintext);
Result<std::string> Unseal(const DataKey& key, const SealContext& context, std::string_view sealed);

// Wraps under the current wrap key.
std::string WrapKey(const KeyRing& ring, const DataKey& key);
Result<DataKey> UnwrapKey(const KeyRing& ring, std::string_view wrapped);
// The version of the wrap key, to find keys that should be wrapped anew. Reads the header only.
Result<std::uint32_t> WrapVersion(std::string_view wrapped);

}  // namespace realname
