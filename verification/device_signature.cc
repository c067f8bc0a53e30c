// SPDX-License-Identifier: Apache-2.0
#include "verification/device_signature.h"

#include <cmath>

#include "proto/capture_bytes.h"
#include "rules/capture.h"

namespace realname {

v1::SignatureFacts Authenticate(const SignedCapture& taken, const ObservedDevice& device, const Owner& seller,
                                const std::string& session_nonce, const std::optional<v1::Place>& outlet_place,
                                const SignatureVerifier& verify) {
  const v1::CaptureSignature& signature = taken.capture.signature();
  v1::SignatureFacts facts;
  facts.set_device_id(taken.capture.device_id());
  facts.set_known(device.known);
  if (!device.known) return facts;
  facts.set_status(device.status);
  facts.set_elsewhere(device.agent_id != seller.agent_id ||
                      (!device.outlet_id.empty() && device.outlet_id != seller.outlet_id));
  const v1::Document* document = taken.document ? &*taken.document : nullptr;
  facts.set_good(verify(device.public_key,
                        CaptureBytes(taken.capture, document, taken.id_photo_sha256, taken.live_portrait_sha256),
                        signature.signature()));
  facts.set_replayed(device.counter_used ||
                     (!signature.session_nonce().empty() && signature.session_nonce() != session_nonce));
  if (signature.has_place() && outlet_place) {
    facts.set_distance_m(static_cast<uint32_t>(std::lround(rules::DistanceMetres(signature.place(), *outlet_place))));
  }
  return facts;
}

}  // namespace realname
