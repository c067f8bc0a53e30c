// SPDX-License-Identifier: Apache-2.0
// Signs captures as a registered device does (CaptureSignature). Throws std::runtime_error where a key cannot be read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "realname/v1/registration_service.pb.h"
#include "vault/signature.h"

namespace realname::cli {

class SigningDevice {
 public:
  SigningDevice(std::string device_id, std::shared_ptr<const SigningKey> key)
      : device_id_(std::move(device_id)), key_(std::move(key)) {}
  // `key_file` in PEM, without a pass phrase.
  static SigningDevice FromFile(std::string device_id, const std::string& key_file);

  // Signs every capture of the request, with the counters from `counter` on: one for each party and second document.
  // What is given of staff and place in the captures' signatures is signed, too.
  void Sign(v1::SubmitRegistrationRequest& request, uint64_t counter) const;
  void Sign(v1::ResubmitEvidenceRequest& request, uint64_t counter) const;
  void Sign(v1::RequestReviewRequest& request, uint64_t counter) const;

 private:
  // `document` may be null; empty pictures are none.
  void Sign(v1::Capture& capture, uint64_t counter, const v1::Document* document, const std::string& id_photo,
            const std::string& live_portrait) const;

  std::string device_id_;
  std::shared_ptr<const SigningKey> key_;
};

// "31.23,121.47": degrees north and east.
v1::Place ReadPlace(const std::string& text);

// Rises with every call of every process on this machine: microseconds since 1970.
uint64_t NextCounter();

}  // namespace realname::cli
