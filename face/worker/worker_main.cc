// SPDX-License-Identifier: Apache-2.0
// realname-face-worker BUNDLE_DIR: examines pictures for the process that started it, in a sandbox. Pictures are
// hostile bytes: whoever takes this process over has one picture at a time, no key, no file and no way out but an
// answer that is checked.
#include <cstdio>
#include <unistd.h>

#include "face/worker/serve_pictures.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: realname-face-worker BUNDLE_DIR (started by realname-server)\n", stderr);
    return 2;
  }
  // Without destructors and exit handlers: the sandbox does not have what they may call.
  _exit(realname::face::ServePictures(argv[1], realname::face::PrepareAnalyzer));
}
