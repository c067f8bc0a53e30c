// SPDX-License-Identifier: Apache-2.0
#include "face/worker/frame.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <poll.h>

#include <sys/socket.h>

namespace realname::face {
namespace {

constexpr std::size_t kHeaderBytes = 5;

// Waits until the socket can be read or written, at most until then.
bool WaitFor(int socket, short events, Deadline until) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLongest{60'000};
  while (true) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) return false;
    const auto left = std::min(std::chrono::ceil<milliseconds>(until - now), kLongest);
    pollfd wait{socket, events, 0};
    // An error or hang-up is for the call that follows to report.
    if (poll(&wait, 1, static_cast<int>(left.count())) > 0) return true;
  }
}

FrameResult SendAll(int socket, std::string_view bytes, Deadline until) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (sent < 0 && errno == EAGAIN) {
      if (!WaitFor(socket, POLLOUT, until)) return FrameResult::kTimedOut;
    } else if (errno != EINTR) {
      return FrameResult::kClosed;
    }
  }
  return FrameResult::kDone;
}

FrameResult ReceiveAll(int socket, char* to, std::size_t size, Deadline until) {
  while (size > 0) {
    const ssize_t got = recv(socket, to, size, 0);
    if (got > 0) {
      to += got;
      size -= static_cast<std::size_t>(got);
    } else if (got == 0) {
      return FrameResult::kClosed;
    } else if (errno == EAGAIN) {
      if (!WaitFor(socket, POLLIN, until)) return FrameResult::kTimedOut;
    } else if (errno != EINTR) {
      return FrameResult::kClosed;
    }
  }
  return FrameResult::kDone;
}

}  // namespace

const char* FrameResultText(FrameResult result) {
  switch (result) {
    case FrameResult::kDone:
      return "done";
    case FrameResult::kClosed:
      return "it closed its socket";
    case FrameResult::kTimedOut:
      return "it did not answer in time";
    case FrameResult::kMalformed:
      return "it sent what is no frame";
  }
  return "";
}

FrameResult SendFrame(int socket, FrameKind kind, std::string_view body, Deadline until) {
  // The header goes with the beginning of the body, so that a short frame is one message and one wake-up.
  std::string first(kHeaderBytes, '\0');
  for (std::size_t i = 0; i < 4; ++i) first[i] = static_cast<char>((body.size() >> (8 * i)) & 0xFF);
  first[4] = static_cast<char>(kind);
  const std::string_view beginning = body.substr(0, kMaxAnswerBytes);
  first.append(beginning);
  const FrameResult sent = SendAll(socket, first, until);
  return sent == FrameResult::kDone ? SendAll(socket, body.substr(beginning.size()), until) : sent;
}

FrameResult ReceiveFrame(int socket, std::size_t max_body, Deadline until, Frame& frame) {
  std::array<char, kHeaderBytes> header{};
  FrameResult got = ReceiveAll(socket, header.data(), header.size(), until);
  if (got != FrameResult::kDone) return got;
  std::size_t size = 0;
  for (std::size_t i = 4; i-- > 0;) size = (size << 8) | static_cast<unsigned char>(header[i]);
  const auto kind = static_cast<std::uint8_t>(header[4]);
  if (size > max_body || kind < static_cast<std::uint8_t>(FrameKind::kReady) ||
      kind > static_cast<std::uint8_t>(FrameKind::kFault)) {
    return FrameResult::kMalformed;
  }
  frame.kind = static_cast<FrameKind>(kind);
  frame.body.resize(size);
  got = ReceiveAll(socket, frame.body.data(), size, until);
  return got;
}

}  // namespace realname::face
