// SPDX-License-Identifier: Apache-2.0
#include "vault/digest.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace realname {
namespace {

struct DigestContextFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct MacContextFree {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

void Require(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "realname: the cryptographic library failed: %s\n", what);
  std::abort();
}

// Fetched once: a fetch by name takes locks and a look-up at each call.
const EVP_MD* FetchedSha256() {
  static const EVP_MD* const kDigest = [] {
    EVP_MD* digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    Require(digest != nullptr, "no SHA-256");
    return digest;
  }();
  return kDigest;
}

// HMAC-SHA-256 without a key, to be duplicated: setting the digest by its name is a fetch, too.
const EVP_MAC_CTX* HmacSha256Context() {
  static const EVP_MAC_CTX* const kContext = [] {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX* context = mac != nullptr ? EVP_MAC_CTX_new(mac) : nullptr;
    char name[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                     OSSL_PARAM_construct_end()};
    Require(context != nullptr && EVP_MAC_CTX_set_params(context, parameters) == 1, "no HMAC");
    EVP_MAC_free(mac);
    return context;
  }();
  return kContext;
}

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string FormatUuid(std::array<std::uint8_t, 16> bytes, int version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string text = ToHex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (std::size_t position : {8, 13, 18, 23}) text.insert(position, 1, '-');
  return text;
}

}  // namespace

struct Sha256Stream::State {
  std::unique_ptr<EVP_MD_CTX, DigestContextFree> context{EVP_MD_CTX_new()};

  void Begin() { Require(context && EVP_DigestInit_ex2(context.get(), FetchedSha256(), nullptr) == 1, "SHA-256"); }
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) { state_->Begin(); }
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

Sha256Stream& Sha256Stream::Update(std::string_view bytes) {
  Require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1, "SHA-256");
  return *this;
}

std::string Sha256Stream::Finish() {
  std::string digest(kSha256Bytes, '\0');
  Require(EVP_DigestFinal_ex(state_->context.get(), Bytes(digest), nullptr) == 1, "SHA-256");
  state_->Begin();
  return digest;
}

std::string Sha256(std::string_view bytes) {
  std::string digest(kSha256Bytes, '\0');
  Require(EVP_Digest(bytes.data(), bytes.size(), Bytes(digest), nullptr, FetchedSha256(), nullptr) == 1, "SHA-256");
  return digest;
}

std::string Sha256Hex(std::string_view bytes) { return ToHex(Sha256(bytes)); }

std::string HmacSha256(std::string_view key, std::initializer_list<std::string_view> pieces) {
  const std::unique_ptr<EVP_MAC_CTX, MacContextFree> context(EVP_MAC_CTX_dup(HmacSha256Context()));
  Require(context && EVP_MAC_init(context.get(), Bytes(key), key.size(), nullptr) == 1, "HMAC");
  for (std::string_view piece : pieces) {
    Require(EVP_MAC_update(context.get(), Bytes(piece), piece.size()) == 1, "HMAC");
  }
  std::string mac(kSha256Bytes, '\0');
  std::size_t size = 0;
  Require(EVP_MAC_final(context.get(), Bytes(mac), &size, mac.size()) == 1 && size == mac.size(), "HMAC");
  return mac;
}

std::string ToHex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    hex += kDigits[value >> 4];
    hex += kDigits[value & 0x0f];
  }
  return hex;
}

void FillRandom(void* memory, std::size_t size) {
  auto* next = static_cast<unsigned char*>(memory);
  while (size > 0) {
    const int step = static_cast<int>(std::min<std::size_t>(size, 1U << 20));
    Require(RAND_bytes(next, step) == 1, "no randomness");
    next += step;
    size -= static_cast<std::size_t>(step);
  }
}

std::string RandomBytes(std::size_t size) {
  std::string bytes(size, '\0');
  FillRandom(bytes.data(), size);
  return bytes;
}

std::string RandomUuid() {
  std::array<std::uint8_t, 16> bytes;
  FillRandom(bytes.data(), bytes.size());
  return FormatUuid(bytes, 4);
}

std::string TimeOrderedUuid(TimePoint now) {
  std::array<std::uint8_t, 16> bytes;
  FillRandom(bytes.data(), bytes.size());
  const std::int64_t since_1970 = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970, 0));
  const std::uint64_t milliseconds = nanoseconds / 1'000'000;
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  const std::uint64_t fraction = (nanoseconds % 1'000'000) * 4096 / 1'000'000;
  bytes[6] = static_cast<std::uint8_t>(fraction >> 8);
  bytes[7] = static_cast<std::uint8_t>(fraction);
  return FormatUuid(bytes, 7);
}

std::string FirstUuidAt(TimePoint time) {
  const std::int64_t since_1970 =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970, 0));
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  return FormatUuid(bytes, 7);
}

}  // namespace realname
