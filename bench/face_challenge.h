// SPDX-License-Identifier: Apache-2.0
// The clients of the face-challenge proof: online sign-up with an active challenge, on the real photographs of one
// person who was filmed (one for each action), as an honest customer does it and as those do whom it must refuse.
#pragma once

#include <string>

namespace realname {

struct FaceChallengeOptions {
  std::string server;        // host:port
  std::string certificates;  // as script/dev-certs makes them, with foreign_app besides
  std::string photos;        // the sample photographs
  std::string folder;        // where one step leaves what the next needs
};

// Each prints what it saw and returns an exit status.

// Two sessions begin: one is broken off after two frames, one is complete and waits for its registration. Their ids go
// to FOLDER/interrupted and FOLDER/late.
int BeginChallenges(const FaceChallengeOptions& options);

// After the server was killed and the late session's time was moved into the past: the first session goes on and ends
// in PASS, the late one is refused, and so is everything else that must be.
int FinishChallenges(const FaceChallengeOptions& options);

}  // namespace realname
