// SPDX-License-Identifier: Apache-2.0
// One face under two documents, registered at almost the same moment through two servers. For stand-in faces.
#pragma once

#include <cstdint>
#include <string>

#include "cli/client.h"

namespace realname {

struct FaceRaceOptions {
  cli::ConnectionOptions connection;
  std::string other_server;  // host:port
  uint64_t first_person = 0;
  int pairs = 2000;
  int pairs_at_once = 8;
  // The second of a pair starts up to so long after the first.
  int gap_milliseconds = 50;
};

// A call that finds no server is repeated, with the same request_id, for two minutes. Prints one line "pairs=n
// unflagged=n both_flagged=n repeated=n": a pair of which both passed is unflagged. 0 if every call was answered with
// PASS or REVIEW.
int RaceFaces(const FaceRaceOptions& options);

// Registers one person with a face. Prints "VERIFICATION VERDICT".
int RegisterFace(const cli::ConnectionOptions& connection, uint64_t person, const std::string& face);

}  // namespace realname
