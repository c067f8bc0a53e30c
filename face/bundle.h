// SPDX-License-Identifier: Apache-2.0
// Bundle: a manifest and the network files that it names, each checked against its SHA-256 when it is loaded. The bytes
// stay in memory, so that every worker builds its networks from what was checked.
// Immutable after loading; thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"
#include "realname/v1/face_bundle.pb.h"

namespace realname::face {

// Version of the code between a picture's bytes and a network's input. Raise it whenever a change moves scores: a
// calibration made with another version is refused.
inline constexpr unsigned kPreprocessingVersion = 4;

struct Bundle {
  v1::FaceBundle manifest;
  // SHA-256 of manifest.textproto, in hex. Since the manifest holds each file's digest, it stands for all of them.
  std::string digest;
  // Network files by name.
  std::map<std::string, std::string> files;
};

// What a bundle of this manifest does not measure.
google::protobuf::RepeatedField<int> NotMeasured(const v1::FaceBundle& manifest);

// Reads folder/manifest.textproto and the files it names.
// Errors: FAILED_PRECONDITION naming the file that is missing or altered, or the field of the manifest at fault.
Result<Bundle> LoadBundle(const std::filesystem::path& folder);

}  // namespace realname::face
