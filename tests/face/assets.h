// SPDX-License-Identifier: Apache-2.0
// Where the fetched networks and sample photographs are. A test that needs one and does not find it fails, and says
// what to run.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace realname::face {

inline std::filesystem::path AssetsDir() {
  const char* set = std::getenv("REALNAME_ASSETS");
  return set != nullptr ? std::filesystem::path(set) : std::filesystem::path(REALNAME_ASSETS_DIR);
}

inline std::filesystem::path BundleDir() { return AssetsDir() / "bundles" / "faceplugin"; }
inline std::filesystem::path CalibrationFile() {
  return std::filesystem::path(REALNAME_SOURCE_DIR) / "face/bundles/faceplugin/calibration.textproto";
}

inline std::string Photo(const std::string& name) {
  const std::filesystem::path path = AssetsDir() / "photos" / name;
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_FALSE(bytes.empty()) << path << " is missing: run script/bootstrap";
  return bytes;
}

}  // namespace realname::face
