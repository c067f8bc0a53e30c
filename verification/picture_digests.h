// SPDX-License-Identifier: Apache-2.0
// SHA-256 of the pictures of one call, each computed once: the canonical payload and the photo store both need it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace realname {

// SHA-256 of bytes as 32 bytes. Comes from outside, for no cryptography stands in this room. Thread-safe.
using Sha256Function = std::string (*)(std::string_view bytes);

// One call's; not thread-safe. The pictures outlive it.
class PictureDigests {
 public:
  explicit PictureDigests(Sha256Function sha256) : sha256_(sha256) {}

  std::string Of(std::string_view picture) {
    for (const auto& [known, digest] : known_) {
      if (known.data() == picture.data() && known.size() == picture.size()) return digest;
    }
    return known_.emplace_back(picture, sha256_(picture)).second;
  }

 private:
  const Sha256Function sha256_;
  std::vector<std::pair<std::string_view, std::string>> known_;
};

}  // namespace realname
