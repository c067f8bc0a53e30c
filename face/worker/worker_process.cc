// SPDX-License-Identifier: Apache-2.0
#include "face/worker/worker_process.h"

#include <algorithm>
#include <poll.h>
#include <utility>

#include "face/decode.h"
#include "face/sha256.h"
#include "face/worker/frame.h"

namespace realname::face {
namespace {

Status Unavailable(const std::string& detail) {
  return Status(StatusCode::kUnavailable, "FACE_ENGINE_UNAVAILABLE", "the face engine cannot do this now", detail);
}

// A worker's words for the log: short, and nothing but printable ASCII.
std::string Words(std::string_view said) {
  constexpr std::size_t kLongest = 400;
  std::string words(said.substr(0, kLongest));
  std::replace_if(
      words.begin(), words.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return words;
}

}  // namespace

WorkerProcess::WorkerProcess(WorkerProcessOptions options) : options_(std::move(options)) {}

Status WorkerProcess::Lose(const std::string& why) {
  const pid_t pid = child_->pid();
  const std::string end = child_->End();
  child_.reset();
  const std::string said = "face worker " + std::to_string(pid) + ": " + why + "; it ended with " + end;
  if (options_.on_lost) options_.on_lost(said);
  return Unavailable(said);
}

Status WorkerProcess::Start() {
  child_.reset();
  Result<WorkerChild> child = WorkerChild::Spawn(options_.program, options_.bundle_dir);
  if (!child.ok()) return child.status();
  child_ = *std::move(child);
  Frame frame;
  const FrameResult got = ReceiveFrame(child_->socket(), kMaxAnswerBytes,
                                       std::chrono::steady_clock::now() + options_.start_time_limit, frame);
  if (got == FrameResult::kDone && frame.kind == FrameKind::kReady && frame.body == options_.expected.bundle_digest) {
    return Status();
  }
  // What to mend goes to whoever starts the server; it is no picture's business.
  const std::string why = got != FrameResult::kDone         ? FrameResultText(got)
                          : frame.kind == FrameKind::kFault ? Words(frame.body)
                          : frame.kind == FrameKind::kReady ? "it loaded another bundle"
                                                            : "it spoke out of turn";
  const Status lost = Lose("not ready: " + why);
  return Status(StatusCode::kUnavailable, "FACE_ENGINE_UNAVAILABLE",
                options_.program.string() + ": the face worker does not become ready: " + why, lost.detail());
}

bool WorkerProcess::Ready() {
  if (!child_) return false;
  pollfd wait{child_->socket(), POLLIN, 0};
  if (poll(&wait, 1, 0) <= 0) return true;
  // Between pictures there is nothing to say: it ended, or it babbles.
  (void)Lose((wait.revents & POLLHUP) != 0 ? "it ended between pictures" : "it spoke out of turn");
  return false;
}

Result<v1::FaceEvidence> WorkerProcess::Examine(std::string_view picture) {
  const Deadline until = std::chrono::steady_clock::now() + options_.picture_time_limit;
  // Of a picture that is too long to be decoded, no more than shows that it is.
  const std::string_view sent_bytes = picture.substr(0, DecodeLimits().max_bytes + 1);
  const FrameResult sent = SendFrame(child_->socket(), FrameKind::kPicture, sent_bytes, until);
  if (sent != FrameResult::kDone) return Lose(FrameResultText(sent));
  // While the worker works.
  const std::string sha256 = Sha256(picture);
  Frame frame;
  const FrameResult got = ReceiveFrame(child_->socket(), kMaxAnswerBytes, until, frame);
  if (got != FrameResult::kDone) return Lose(FrameResultText(got));
  // Its words stay out of the log now: it has seen pictures.
  if (frame.kind == FrameKind::kFault)
    return Unavailable("a library failed on the picture; an engine in process says how");
  if (frame.kind != FrameKind::kEvidence) return Lose("it spoke out of turn");
  v1::FaceEvidence evidence;
  if (!evidence.ParseFromString(frame.body)) return Lose("its evidence is no message");
  if (const std::string fault = EvidenceFault(evidence, options_.expected); !fault.empty()) {
    return Lose("its evidence cannot be: " + fault);
  }
  evidence.set_image_sha256(sha256);
  return evidence;
}

}  // namespace realname::face
