// SPDX-License-Identifier: Apache-2.0
#include "vault/secret_key.h"

#include <cassert>
#include <cstring>

#include <openssl/crypto.h>

#include "vault/digest.h"

namespace realname {

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    other.Wipe();
  }
  return *this;
}

SecretKey SecretKey::Random() {
  SecretKey key;
  FillRandom(key.bytes_.data(), kBytes);
  return key;
}

SecretKey SecretKey::FromBytes(std::string_view bytes) {
  assert(bytes.size() == kBytes);
  SecretKey key;
  std::memcpy(key.bytes_.data(), bytes.data(), kBytes);
  return key;
}

void SecretKey::Wipe() { WipeMemory(bytes_.data(), bytes_.size()); }

void WipeMemory(void* memory, std::size_t size) { OPENSSL_cleanse(memory, size); }

}  // namespace realname
