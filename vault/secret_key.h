// SPDX-License-Identifier: Apache-2.0
// SecretKey: 32 bytes that are wiped when they are no longer needed. Move-only, so that a key is never copied by
// accident; a key that was moved from is all zeros. It cannot be printed or compared. One thread at a time may change
// it; any number may read it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace realname {

class SecretKey {
 public:
  static constexpr std::size_t kBytes = 32;

  // All zeros.
  SecretKey() = default;
  ~SecretKey() { Wipe(); }
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { other.Wipe(); }
  SecretKey& operator=(SecretKey&& other) noexcept;

  // A new key from the operating system's randomness.
  static SecretKey Random();

  // Copies `bytes`, which the caller then wipes. Requires bytes.size() == kBytes.
  static SecretKey FromBytes(std::string_view bytes);

  const std::uint8_t* data() const { return bytes_.data(); }
  std::uint8_t* data() { return bytes_.data(); }
  std::string_view Reveal() const { return {reinterpret_cast<const char*>(bytes_.data()), kBytes}; }

 private:
  void Wipe();

  std::array<std::uint8_t, kBytes> bytes_{};
};

// Overwrites memory in a way that the compiler does not remove.
void WipeMemory(void* memory, std::size_t size);

}  // namespace realname
