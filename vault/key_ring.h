// SPDX-License-Identifier: Apache-2.0
// KeyRing: the master keys, from a file that only the server's user can read. The keys never enter the database;
// without the file nothing that was sealed can be read again.
//
// Three purposes, so that no key serves two: `wrap` wraps the persons' data keys, `index` makes blind indexes, `digest`
// makes digests of idempotency payloads and names of photos. Each purpose has one or more versions, because what an old
// version made must stay readable while a new one takes over; one of them is the current one, with which new things are
// made. A rotation adds the new version to every server's file first and moves `current` afterwards.
//
// The file is text, at most 1 MiB, lines ended by \n, words separated by one space:
//
//   realname-key-ring 1            the format's name and version; the first line
//   # anything                     a comment; empty lines are skipped too
//   key wrap 1 <64 hex digits>     purpose, version (1..4294967295), 256 bits
//   current wrap 1                 exactly one for each purpose, anywhere in the file
//
// Its owner is the process's effective user and nobody else may have any right to it (mode 0600 or 0400).
//
// Errors: FAILED_PRECONDITION with a message that names the file, and the line's number where a line is at fault, never
// a line's content. Thread-safe once loaded: nothing changes it. Memory that held a key is wiped.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "vault/secret_key.h"

namespace realname {

enum class KeyPurpose { kWrap = 0, kIndex = 1, kDigest = 2 };

// "wrap", "index" or "digest".
std::string_view KeyPurposeName(KeyPurpose purpose);

class KeyRing {
 public:
  // Identifies one key without telling anything about it: HMAC-SHA-256 of a constant under the key, first 16 bytes, as
  // 32 hexadecimal digits.
  struct KeyFingerprint {
    KeyPurpose purpose;
    std::uint32_t version;
    std::string hex;
  };

  static Result<KeyRing> Load(const std::string& path);

  // Makes the file with one random key, version 1, for each purpose, and loads it. The file appears complete or not at
  // all, and is on the disk when this returns. Never overwrites: ALREADY_EXISTS if anything is at `path`, also when
  // another process was faster by a moment; the caller may then Load.
  static Result<KeyRing> Create(const std::string& path);

  KeyRing(KeyRing&&) noexcept = default;
  KeyRing& operator=(KeyRing&&) noexcept = default;
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;
  ~KeyRing() = default;

  std::uint32_t current_version(KeyPurpose purpose) const { return current_[static_cast<std::size_t>(purpose)]; }
  // Ascending.
  std::vector<std::uint32_t> versions(KeyPurpose purpose) const;
  // Null if the ring has no such version. The key lives as long as the ring.
  const SecretKey* Find(KeyPurpose purpose, std::uint32_t version) const;

  // One digest over all keys, 64 hexadecimal digits, safe to store in the database. It changes when a key is added.
  std::string Fingerprint() const;
  // One per key, by purpose and version: stored in the database they tell a wrong file from one with a new version
  // added.
  std::vector<KeyFingerprint> KeyFingerprints() const;

 private:
  struct Key {
    KeyPurpose purpose;
    std::uint32_t version;
    SecretKey secret;
  };

  KeyRing() = default;
  static Result<KeyRing> Parse(std::string_view text, const std::string& path);

  std::vector<Key> keys_;  // by purpose and version
  std::array<std::uint32_t, 3> current_{};
};

}  // namespace realname
