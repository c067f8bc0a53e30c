// SPDX-License-Identifier: Apache-2.0
// realname-lying-worker BUNDLE_DIR: what a worker process would be that a picture has taken over. It becomes ready as
// an honest one does (or says what the file "first_words" in the bundle's folder holds), and answers each picture with
// the picture's own bytes, raw: so whoever sends pictures decides what it says. The first byte says what comes after:
// 'w' it waits for the next picture, 'x' it ends.
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/socket.h>

#include "face/sha256.h"
#include "face/text_message.h"
#include "face/worker/frame.h"
#include "face/worker/worker_child.h"

namespace {

using namespace realname;        // NOLINT
using namespace realname::face;  // NOLINT

constexpr std::size_t kLongestPicture = 8u << 20;

void Say(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(kWorkerSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder(argv[1]);
  const Result<std::string> manifest = ReadFile(folder / "manifest.textproto");
  if (!manifest.ok()) return 2;
  const Result<std::string> first_words = ReadFile(folder / "first_words");
  if (first_words.ok()) {
    Say(*first_words);
  } else {
    (void)SendFrame(kWorkerSocket, FrameKind::kReady, Sha256Hex(*manifest), Deadline::max());
  }
  Frame picture;
  while (ReceiveFrame(kWorkerSocket, kLongestPicture, Deadline::max(), picture) == FrameResult::kDone) {
    if (picture.body.empty()) continue;
    Say(std::string_view(picture.body).substr(1));
    if (picture.body[0] == 'x') return 0;
  }
  return 0;
}
