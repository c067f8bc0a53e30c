// SPDX-License-Identifier: Apache-2.0
// Signatures of capture devices: Ed25519 (RFC 8032), and ECDSA with SHA-256 on P-256 (FIPS 186-4), which the secure
// elements of readers and phones know. Functions are thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace realname {

// Whether bytes are a public key of one of these kinds: SubjectPublicKeyInfo in DER and nothing after it.
bool IsSignatureKey(std::string_view public_key);

// False for whatever is no such key or no such signature.
bool VerifySignature(std::string_view public_key, std::string_view message, std::string_view signature);

// A private key, of a device or of whoever stands in for one. One thread at a time.
class SigningKey {
 public:
  // PEM, without a pass phrase. INVALID_ARGUMENT (BAD_KEY).
  static Result<SigningKey> FromPem(std::string_view pem);
  // Ed25519 from its 32 secret bytes. For tests and vectors.
  static SigningKey FromSeed(std::string_view seed);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  // SubjectPublicKeyInfo in DER.
  std::string PublicKey() const;
  std::string Sign(std::string_view message) const;

 private:
  struct State;
  explicit SigningKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The public key in a PEM file, as `openssl pkey -pubout` writes it, in DER. INVALID_ARGUMENT (BAD_KEY).
Result<std::string> PublicKeyFromPem(std::string_view pem);

}  // namespace realname
