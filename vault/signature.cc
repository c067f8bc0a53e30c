// SPDX-License-Identifier: Apache-2.0
#include "vault/signature.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace realname {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

bool IsKnownKind(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return true;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  char group[32];
  size_t length = 0;
  return EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 && std::strcmp(group, "prime256v1") == 0;
}

Key ReadPublicKey(std::string_view der) {
  const unsigned char* at = Bytes(der);
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (!key || at != Bytes(der) + der.size() || !IsKnownKind(key.get())) return nullptr;
  return key;
}

// Keys that were read before: reading one costs as much as verifying with it. Bounded, because devices are many and
// callers' words for keys are not trusted to be few.
class KnownKeys {
 public:
  // Nothing if it is no key of a kind that is known.
  std::shared_ptr<EVP_PKEY> Find(std::string_view der) {
    std::string name(der);
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = keys_.find(name); found != keys_.end()) return found->second;
    }
    std::shared_ptr<EVP_PKEY> key = ReadPublicKey(der);
    if (!key) return key;
    const std::unique_lock lock(mutex_);
    if (keys_.size() >= kMost) keys_.clear();
    return keys_.emplace(std::move(name), std::move(key)).first->second;
  }

 private:
  static constexpr size_t kMost = 10000;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<EVP_PKEY>> keys_;
};

// Ed25519 hashes by itself.
const EVP_MD* DigestOf(const EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

Status BadKey() {
  return Status(StatusCode::kInvalidArgument, "BAD_KEY",
                "is no key of Ed25519 or P-256 in PEM, or one with a pass phrase");
}

std::string PublicDer(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  std::string bytes(reinterpret_cast<const char*>(der), size > 0 ? static_cast<size_t>(size) : 0);
  OPENSSL_free(der);
  return bytes;
}

// PEM with a pass phrase would ask for one on the terminal.
int NoPassPhrase(char*, int, int, void*) { return -1; }

[[noreturn]] void Broken(const char* what) {
  std::fprintf(stderr, "the cryptographic library fails: %s\n", what);
  std::abort();
}

}  // namespace

struct SigningKey::State {
  Key key;
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

bool IsSignatureKey(std::string_view public_key) { return ReadPublicKey(public_key) != nullptr; }

bool VerifySignature(std::string_view public_key, std::string_view message, std::string_view signature) {
  static KnownKeys& known = *new KnownKeys();  // for as long as any thread runs
  const std::shared_ptr<EVP_PKEY> key = known.Find(public_key);
  if (!key) return false;
  const Context context(EVP_MD_CTX_new());
  if (!context) Broken("out of memory");
  return EVP_DigestVerifyInit(context.get(), nullptr, DigestOf(key.get()), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message), message.size()) == 1;
}

Result<SigningKey> SigningKey::FromPem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassPhrase, nullptr));
  if (!key || !IsKnownKind(key.get())) return BadKey();
  return SigningKey(std::make_unique<State>(State{std::move(key)}));
}

SigningKey SigningKey::FromSeed(std::string_view seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()));
  if (!key) Broken("a seed has 32 bytes");
  return SigningKey(std::make_unique<State>(State{std::move(key)}));
}

std::string SigningKey::PublicKey() const { return PublicDer(state_->key.get()); }

std::string SigningKey::Sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new());
  size_t size = 0;
  EVP_PKEY* key = state_->key.get();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, DigestOf(key), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, Bytes(message), message.size()) != 1) {
    Broken("cannot sign");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, Bytes(message),
                     message.size()) != 1) {
    Broken("cannot sign");
  }
  signature.resize(size);
  return signature;
}

Result<std::string> PublicKeyFromPem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassPhrase, nullptr));
  if (!key || !IsKnownKind(key.get())) return BadKey();
  return PublicDer(key.get());
}

}  // namespace realname
