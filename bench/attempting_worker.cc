// SPDX-License-Identifier: Apache-2.0
// realname-attempting-worker BUNDLE_DIR: realname-face-worker in everything, the networks and the sandbox included, but
// that a picture "attempt N" makes it try the Nth of Attempts() and answer with the errno (in image_width) instead of
// examining. For script/prove; the shipped worker has no such picture.
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>

#include "bench/attempts.h"
#include "face/worker/serve_pictures.h"

int main(int argc, char** argv) {
  using namespace realname;        // NOLINT
  using namespace realname::face;  // NOLINT
  if (argc != 2) return 2;
  _exit(ServePictures(argv[1], [](const Bundle& bundle) -> ExaminePicture {
    return [analyze = PrepareAnalyzer(bundle), attempts = Attempts()](std::string_view picture) {
      constexpr std::string_view kAttempt = "attempt ";
      if (picture.substr(0, kAttempt.size()) != kAttempt) return analyze(picture);
      const auto index = static_cast<std::size_t>(std::atoi(std::string(picture.substr(kAttempt.size())).c_str()));
      v1::FaceEvidence evidence;
      evidence.set_status(v1::FACE_STATUS_DECODE_FAILED);
      evidence.set_image_width(static_cast<unsigned>(attempts.at(index).make()));
      return evidence;
    };
  }));
}
