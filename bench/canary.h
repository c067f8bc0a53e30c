// SPDX-License-Identifier: Apache-2.0
// Searches files for what must never stand in them in the clear: a made-up person's name, identity number, address,
// phone number, and runs of their photographs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace realname {

// One thing to look for, in one spelling.
struct Needle {
  std::string what;
  std::string bytes;
};

// The person's texts in UTF-8, UTF-16 (both orders) and GB18030, and 64-byte runs of the photograph's entropy-coded
// data; each as it is, as hexadecimal in both cases, and as base64 at all three alignments.
std::vector<Needle> CanaryNeedles(uint64_t person, const std::string& photo);

// Looks through every regular file under `folder`. Returns "file: what" for each finding, at most one per file and
// needle.
std::vector<std::string> FindNeedles(const std::string& folder, const std::vector<Needle>& needles);

}  // namespace realname
