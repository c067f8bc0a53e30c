// SPDX-License-Identifier: Apache-2.0
// An identity source for rehearsals and tests: it can match, mismatch field by field, have no record or no photograph,
// be slow, fail and lie.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "realname/v1/identity_source.grpc.pb.h"

namespace realname::authority {

class SimulatedIdentitySource final : public v1::IdentitySource::CallbackService {
 public:
  // `script` says at each question what to answer; thread-safe. Photographs are read from their files then.
  explicit SimulatedIdentitySource(std::function<std::shared_ptr<const v1::SimulatedSource>()> script);

  // Questions so far.
  uint64_t asked() const { return asked_; }

  grpc::ServerUnaryReactor* CheckIdentity(grpc::CallbackServerContext* context, const v1::CheckIdentityRequest* request,
                                          v1::CheckIdentityResponse* response) override;

 private:
  const std::function<std::shared_ptr<const v1::SimulatedSource>()> script_;
  std::atomic<uint64_t> asked_ = 0;
};

}  // namespace realname::authority
