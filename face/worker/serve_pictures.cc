// SPDX-License-Identifier: Apache-2.0
#include "face/worker/serve_pictures.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include <opencv2/core.hpp>
#include <opencv2/core/ocl.hpp>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "face/analyzer.h"
#include "face/decode.h"
#include "face/opencv_guard.h"
#include "face/worker/frame.h"
#include "face/worker/sandbox.h"
#include "face/worker/worker_child.h"

namespace realname::face {
namespace {

// The worker's socket blocks: it waits for as long as its parent does.
constexpr Deadline kForever = Deadline::max();

int CannotStart(const std::string& why) {
  (void)SendFrame(kWorkerSocket, FrameKind::kFault, why, kForever);
  return 1;
}

}  // namespace

ExaminePicture PrepareAnalyzer(const Bundle& bundle) {
  auto analyzer = std::make_shared<Analyzer>(bundle);
  analyzer->SelfTest();
  return [analyzer](std::string_view picture) { return analyzer->Analyze(picture); };
}

int ServePictures(const std::filesystem::path& bundle_dir, const PrepareExaminer& prepare) {
  struct stat socket {};
  if (fstat(kWorkerSocket, &socket) != 0 || !S_ISSOCK(socket.st_mode)) {
    std::fputs("this program is started by realname-server and has no use by itself\n", stderr);
    return 2;
  }
  // If the parent is gone already, its end of the socket says so.
  prctl(PR_SET_PDEATHSIG, SIGKILL);

  ExaminePicture examine;
  std::string digest;
  {
    Result<Bundle> bundle = LoadBundle(bundle_dir);
    if (!bundle.ok()) return CannotStart(bundle.status().message());
    digest = bundle->digest;
    const Status prepared = GuardOpenCv([&] {
      cv::setNumThreads(1);
      cv::ocl::setUseOpenCL(false);
      examine = prepare(*bundle);
      return Status();
    });
    if (!prepared.ok()) return CannotStart(prepared.detail());
  }
  if (const std::string fault = EnterSandbox(kWorkerSocket); !fault.empty()) {
    return CannotStart("no sandbox: " + fault);
  }
  if (SendFrame(kWorkerSocket, FrameKind::kReady, digest, kForever) != FrameResult::kDone) return 0;

  const std::size_t longest = DecodeLimits().max_bytes + 1;
  Frame picture;
  std::string evidence_bytes;
  while (ReceiveFrame(kWorkerSocket, longest, kForever, picture) == FrameResult::kDone) {
    const Status examined = GuardOpenCv([&] {
      evidence_bytes = examine(picture.body).SerializeAsString();
      return Status();
    });
    const FrameResult sent = examined.ok() ? SendFrame(kWorkerSocket, FrameKind::kEvidence, evidence_bytes, kForever)
                                           : SendFrame(kWorkerSocket, FrameKind::kFault, "", kForever);
    if (sent != FrameResult::kDone) break;
  }
  return 0;
}

}  // namespace realname::face
