// SPDX-License-Identifier: Apache-2.0
// AnalyzerWorker: a PictureWorker in this process, without a sandbox: for tests, comparison and programs of the
// operator's own staff.
#pragma once

#include <memory>
#include <optional>

#include "face/analyzer.h"
#include "face/bundle.h"
#include "face/picture_worker.h"

namespace realname::face {

class AnalyzerWorker final : public PictureWorker {
 public:
  // `bundle` is given back once the networks are built from it.
  explicit AnalyzerWorker(std::shared_ptr<const Bundle> bundle);

  Status Start() override;
  bool Ready() override;
  Result<v1::FaceEvidence> Examine(std::string_view picture) override;

 private:
  std::shared_ptr<const Bundle> bundle_;
  std::optional<Analyzer> analyzer_;
};

}  // namespace realname::face
