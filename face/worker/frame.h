// SPDX-License-Identifier: Apache-2.0
// Frames: what a worker process and its parent say to each other over one stream socket. A frame is the length of its
// body (4 bytes, little-endian), its kind (1 byte) and the body. The reader says how long a body may be, and nothing is
// reserved before the length was found to be within that.
//
//   worker -> parent   kReady (digest of the bundle), or kFault and an end: why it cannot start
//   parent -> worker   kPicture (bytes of a picture as received)
//   worker -> parent   kEvidence (a serialised v1::FaceEvidence), or kFault (why not, in words; the worker lives on)
//
// A picture travels over the socket: 300 kB and a byte back took 0.05 ms, 4 MiB 0.9 ms; in a sealed memfd, which the
// worker maps, 0.18 ms and 7.9 ms (page faults), and the filter would have to let descriptors in. Thread-safe: no
// state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace realname::face {

enum class FrameKind : std::uint8_t { kReady = 1, kPicture = 2, kEvidence = 3, kFault = 4 };

// Longest body that a parent reads: a template of the greatest length that a manifest may name, and the rest.
inline constexpr std::size_t kMaxAnswerBytes = 64u << 10;

struct Frame {
  FrameKind kind = FrameKind::kFault;
  std::string body;
};

enum class FrameResult {
  kDone,
  kClosed,     // the other side is gone
  kTimedOut,   // `until` passed; half a frame may have been sent or read
  kMalformed,  // an unknown kind or a body longer than `max_body`
};

const char* FrameResultText(FrameResult result);

// `until` bounds the wait on a non-blocking socket; a blocking one waits as long as it takes.
FrameResult SendFrame(int socket, FrameKind kind, std::string_view body, Deadline until);
FrameResult ReceiveFrame(int socket, std::size_t max_body, Deadline until, Frame& frame);

}  // namespace realname::face
