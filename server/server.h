// SPDX-License-Identifier: Apache-2.0
// The running service: store, face engine, use cases, gRPC, and the work that goes on by itself.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/server_config.pb.h"
#include "rules/policy.h"
#include "verification/face_examiner.h"

namespace realname::server {

// Makes the face examiner that a server uses. Programs of the project that need thousands of calls link a stand-in of
// their own; the shipped server has only the engine (see server_main.cc).
using FaceExaminerFactory =
    std::function<Result<std::unique_ptr<FaceExaminer>>(const v1::ServerConfig&, const rules::Policy&)>;

class Server {
 public:
  // Opens everything and starts serving, or says what is wrong. `clock` outlives the server.
  static Result<std::unique_ptr<Server>> Start(const v1::ServerConfig& config, const FaceExaminerFactory& faces,
                                               const Clock& clock);
  ~Server();

  // The port that was bound.
  int port() const;

  // Not serving -> drain -> stop. Calls under way have drain_seconds to finish. Safe to call twice.
  void Stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace realname::server
