// SPDX-License-Identifier: Apache-2.0
// Key files and bytes with known content, for the tests of the vault.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "tests/vault/scratch_folder.h"
#include "vault/key_ring.h"

namespace realname {

inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

inline std::string Repeat(std::string_view pair, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += pair;
  return text;
}

inline void WriteFile(const std::string& path, const std::string& text, mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary) << text;
  if (::chmod(path.c_str(), mode) != 0) throw std::runtime_error("chmod");
}

// wrap 1 = 11.., index 1 = 22.., digest 1 = 33..; second versions 44.., 55.., 66.., not current.
inline std::string SampleKeyText() {
  return "realname-key-ring 1\n# a comment\n\nkey wrap 1 " + Repeat("11", 32) + "\nkey index 1 " + Repeat("22", 32) +
         "\nkey digest 1 " + Repeat("33", 32) + "\nkey digest 2 " + Repeat("66", 32) + "\nkey wrap 2 " +
         Repeat("44", 32) + "\nkey index 2 " + Repeat("55", 32) +
         "\ncurrent wrap 1\ncurrent index 1\ncurrent digest 1\n";
}

inline KeyRing SampleRing(const std::string& text = SampleKeyText()) {
  const ScratchFolder folder;
  WriteFile(folder.File("keys"), text);
  Result<KeyRing> ring = KeyRing::Load(folder.File("keys"));
  if (!ring.ok()) throw std::runtime_error(ring.status().message());
  return std::move(ring).value();
}

// `text` with each `from` made `to`.
inline std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace realname
