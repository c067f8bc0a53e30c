// SPDX-License-Identifier: Apache-2.0
// Asks identity sources over gRPC (proto/realname/v1/identity_source.proto), and does not let one that is slow, dead or
// wrong hold anything up: every question has a deadline; a bounded number is under way; what broke is repeated within a
// budget; who keeps failing is left alone for a while.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/server_config.pb.h"
#include "verification/identity_sources.h"

namespace realname::authority {

class IdentitySourceClient final : public IdentitySources {
 public:
  // Told when a source is left alone, answers again, or gave an answer that makes no sense. Called from any thread.
  using OnTrouble = std::function<void(std::string_view source, std::string_view what)>;

  // Connects when it first asks. FAILED_PRECONDITION naming the file if certificates cannot be read. `clock` outlives
  // this.
  static Result<std::unique_ptr<IdentitySourceClient>> Make(const std::vector<v1::IdentitySourceEndpoint>& endpoints,
                                                            const Clock& clock, OnTrouble on_trouble);
  // Waits for what is under way.
  ~IdentitySourceClient() override;

  std::future<IdentityAnswer> Ask(const IdentityQuestion& question, Deadline deadline) override;
  bool Reachable() const override;

 private:
  struct Source;
  struct Call;

  IdentitySourceClient(const Clock& clock, OnTrouble on_trouble);

  const Clock& clock_;
  const OnTrouble on_trouble_;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace realname::authority
