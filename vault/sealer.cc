// SPDX-License-Identifier: Apache-2.0
#include "vault/sealer.h"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <openssl/evp.h>

#include "vault/big_endian.h"
#include "vault/digest.h"

namespace realname {
namespace {

constexpr char kFormatVersion = 1;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kSealHeaderBytes = 1 + kKeyIdBytes;
constexpr std::size_t kWrapHeaderBytes = 1 + 4;
constexpr std::string_view kWrapLabel = "realname-wrap-v1";

struct CipherContextFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextFree>;

void Require(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "realname: the cryptographic library failed: %s\n", what);
  std::abort();
}

// Fetched once: a fetch by name takes locks and a look-up at each call.
const EVP_CIPHER* FetchedAes256Gcm() {
  static const EVP_CIPHER* const kCipher = [] {
    EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    Require(cipher != nullptr, "no AES-256-GCM");
    return cipher;
  }();
  return kCipher;
}

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// The library takes lengths as int: longer input goes in steps.
template <typename Step>
bool InSteps(std::string_view input, const Step& step) {
  while (!input.empty()) {
    const std::string_view part = input.substr(0, 1U << 30);
    if (!step(part)) return false;
    input.remove_prefix(part.size());
  }
  return true;
}

// Appends nonce, ciphertext and tag to `out`.
void Encrypt(const SecretKey& key, std::string_view associated, std::string_view plaintext, std::string& out) {
  const std::size_t nonce_at = out.size();
  const std::size_t text_at = nonce_at + kNonceBytes;
  const std::size_t tag_at = text_at + plaintext.size();
  out.resize(tag_at + kTagBytes);
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  FillRandom(bytes + nonce_at, kNonceBytes);

  const CipherContext context(EVP_CIPHER_CTX_new());
  int count = 0;
  Require(context && EVP_EncryptInit_ex2(context.get(), FetchedAes256Gcm(), key.data(), bytes + nonce_at, nullptr) == 1,
          "AES-256-GCM");
  Require(InSteps(associated,
                  [&](std::string_view part) {
                    return EVP_EncryptUpdate(context.get(), nullptr, &count, Bytes(part),
                                             static_cast<int>(part.size())) == 1;
                  }),
          "AES-256-GCM");
  unsigned char* next = bytes + text_at;
  Require(InSteps(plaintext,
                  [&](std::string_view part) {
                    const bool done =
                        EVP_EncryptUpdate(context.get(), next, &count, Bytes(part), static_cast<int>(part.size())) == 1;
                    next += part.size();
                    return done;
                  }),
          "AES-256-GCM");
  Require(EVP_EncryptFinal_ex(context.get(), bytes + tag_at, &count) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, bytes + tag_at) == 1,
          "AES-256-GCM");
}

// Opens nonce, ciphertext and tag. `plaintext` has the ciphertext's size; false leaves zeros in it.
bool Decrypt(const SecretKey& key, std::string_view associated, std::string_view sealed, unsigned char* plaintext) {
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view ciphertext = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));

  const CipherContext context(EVP_CIPHER_CTX_new());
  int count = 0;
  Require(context && EVP_DecryptInit_ex2(context.get(), FetchedAes256Gcm(), key.data(), Bytes(nonce), nullptr) == 1,
          "AES-256-GCM");
  Require(InSteps(associated,
                  [&](std::string_view part) {
                    return EVP_DecryptUpdate(context.get(), nullptr, &count, Bytes(part),
                                             static_cast<int>(part.size())) == 1;
                  }),
          "AES-256-GCM");
  unsigned char* next = plaintext;
  Require(InSteps(ciphertext,
                  [&](std::string_view part) {
                    const bool done =
                        EVP_DecryptUpdate(context.get(), next, &count, Bytes(part), static_cast<int>(part.size())) == 1;
                    next += part.size();
                    return done;
                  }),
          "AES-256-GCM");
  Require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1, "AES-256-GCM");
  unsigned char unused[kTagBytes];
  if (EVP_DecryptFinal_ex(context.get(), unused, &count) == 1) return true;
  WipeMemory(plaintext, ciphertext.size());
  return false;
}

std::string SealAssociatedData(const SealContext& context, std::string_view key_id) {
  std::string data;
  data.reserve(4 * 4 + context.table.size() + context.column.size() + context.row_id.size() + key_id.size());
  for (std::string_view field : {context.table, context.column, context.row_id, key_id}) AppendField(data, field);
  return data;
}

Status CannotUnseal(const SealContext& context, const std::string& what) {
  return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "a stored value could not be read",
                "unseal " + std::string(context.table) + "." + std::string(context.column) + ": " + what);
}

Status CannotUnwrap(const std::string& what) {
  return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "a stored value could not be read",
                "unwrap a data key: " + what);
}

}  // namespace

DataKey DataKey::Random() { return DataKey(RandomBytes(kKeyIdBytes), SecretKey::Random()); }

std::string Seal(const DataKey& key, const SealContext& context, std::string_view plaintext) {
  std::string sealed;
  sealed.reserve(plaintext.size() + kSealOverheadBytes);
  sealed += kFormatVersion;
  sealed += key.id();
  Encrypt(key.secret(), SealAssociatedData(context, key.id()), plaintext, sealed);
  return sealed;
}

Result<std::string> Unseal(const DataKey& key, const SealContext& context, std::string_view sealed) {
  if (sealed.size() < kSealOverheadBytes) {
    return CannotUnseal(context, "only " + std::to_string(sealed.size()) + " bytes, too short for a sealed value");
  }
  if (sealed[0] != kFormatVersion) {
    return CannotUnseal(context, "unknown format version " + std::to_string(static_cast<unsigned char>(sealed[0])));
  }
  const std::string_view key_id = sealed.substr(1, kKeyIdBytes);
  if (key_id != key.id()) {
    return CannotUnseal(context, "sealed under another key: " + ToHex(key_id) + ", given " + ToHex(key.id()));
  }
  std::string plaintext(sealed.size() - kSealOverheadBytes, '\0');
  if (!Decrypt(key.secret(), SealAssociatedData(context, key_id), sealed.substr(kSealHeaderBytes),
               reinterpret_cast<unsigned char*>(plaintext.data()))) {
    return CannotUnseal(context, "altered, or from another table, column or row");
  }
  return plaintext;
}

std::string WrapKey(const KeyRing& ring, const DataKey& key) {
  const std::uint32_t version = ring.current_version(KeyPurpose::kWrap);
  std::string wrapped;
  wrapped.reserve(kWrappedKeyBytes);
  wrapped += kFormatVersion;
  AppendUint32(wrapped, version);
  const std::string associated = std::string(kWrapLabel) + wrapped;

  unsigned char content[kKeyIdBytes + SecretKey::kBytes];
  std::copy(key.id().begin(), key.id().end(), content);
  std::copy(key.secret().data(), key.secret().data() + SecretKey::kBytes, content + kKeyIdBytes);
  // The ring holds a key of the current version: no ring is made without.
  Encrypt(*ring.Find(KeyPurpose::kWrap, version), associated, {reinterpret_cast<char*>(content), sizeof content},
          wrapped);
  WipeMemory(content, sizeof content);
  return wrapped;
}

Result<std::uint32_t> WrapVersion(std::string_view wrapped) {
  if (wrapped.size() != kWrappedKeyBytes) {
    return CannotUnwrap(std::to_string(wrapped.size()) + " bytes instead of " + std::to_string(kWrappedKeyBytes));
  }
  if (wrapped[0] != kFormatVersion) {
    return CannotUnwrap("unknown format version " + std::to_string(static_cast<unsigned char>(wrapped[0])));
  }
  return ReadUint32(wrapped.substr(1));
}

Result<DataKey> UnwrapKey(const KeyRing& ring, std::string_view wrapped) {
  const Result<std::uint32_t> version = WrapVersion(wrapped);
  if (!version.ok()) return version.status();
  const SecretKey* wrap_key = ring.Find(KeyPurpose::kWrap, *version);
  if (wrap_key == nullptr) {
    return CannotUnwrap("the key file has no wrap key of version " + std::to_string(*version));
  }
  const std::string associated = std::string(kWrapLabel) + std::string(wrapped.substr(0, kWrapHeaderBytes));
  unsigned char content[kKeyIdBytes + SecretKey::kBytes];
  if (!Decrypt(*wrap_key, associated, wrapped.substr(kWrapHeaderBytes), content)) {
    return CannotUnwrap("altered, or wrapped under another key that has version " + std::to_string(*version));
  }
  const std::string_view opened(reinterpret_cast<char*>(content), sizeof content);
  DataKey key(std::string(opened.substr(0, kKeyIdBytes)), SecretKey::FromBytes(opened.substr(kKeyIdBytes)));
  WipeMemory(content, sizeof content);
  return key;
}

}  // namespace realname
