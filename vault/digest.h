// SPDX-License-Identifier: Apache-2.0
// Digests without a key, and randomness. SHA-256 is FIPS 180-4; HMAC-SHA-256 is RFC 2104 (vectors: RFC 4231). Raw
// digests are strings of 32 bytes. Randomness is OpenSSL's generator, seeded by the operating system.
//
// None of these can fail in a way that a caller could mend: if the library has no SHA-256 or no randomness, the process
// ends with a line on stderr, because going on with predictable bytes would be worse. Functions are thread-safe; a
// Sha256Stream belongs to one thread at a time.
//
// An ID number hashed without a key can be found by trying all of them: for equality on personal data use
// vault/blind_index.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace realname {

inline constexpr std::size_t kSha256Bytes = 32;

std::string Sha256(std::string_view bytes);
// 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

// SHA-256 of bytes that come in pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  Sha256Stream& Update(std::string_view bytes);
  // The digest of all the pieces; the stream then begins anew.
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// HMAC-SHA-256, 32 raw bytes. The pieces are taken one after the other as if they were joined.
std::string HmacSha256(std::string_view key, std::initializer_list<std::string_view> pieces);

// Lower-case hexadecimal.
std::string ToHex(std::string_view bytes);

void FillRandom(void* memory, std::size_t size);
std::string RandomBytes(std::size_t size);

// A random UUID (RFC 9562 version 4) as 36 characters of text.
std::string RandomUuid();

// A UUID that sorts by time (RFC 9562 version 7): 48 bits of milliseconds, then 12 bits of the fraction of the
// millisecond (section 6.2, method 3), then 62 random bits. Two made within a quarter of a microsecond may sort either
// way. A time before 1970 counts as 1970.
std::string TimeOrderedUuid(TimePoint now);

// The least of the UUIDs that TimeOrderedUuid makes in the millisecond of `time`: where a range of them begins.
std::string FirstUuidAt(TimePoint time);

}  // namespace realname
