// SPDX-License-Identifier: Apache-2.0
#include "cli/signing_device.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "cli/client.h"
#include "proto/capture_bytes.h"
#include "vault/digest.h"

namespace realname::cli {
namespace {

std::string DigestOf(const std::string& picture) { return picture.empty() ? std::string() : Sha256(picture); }

}  // namespace

SigningDevice SigningDevice::FromFile(std::string device_id, const std::string& key_file) {
  auto key = SigningKey::FromPem(ReadFileOrThrow(key_file));
  if (!key.ok()) throw std::runtime_error(key_file + " " + key.status().message());
  return SigningDevice(std::move(device_id), std::make_shared<const SigningKey>(*std::move(key)));
}

void SigningDevice::Sign(v1::Capture& capture, uint64_t counter, const v1::Document* document,
                         const std::string& id_photo, const std::string& live_portrait) const {
  capture.set_device_id(device_id_);
  v1::CaptureSignature& signature = *capture.mutable_signature();
  if (signature.session_nonce().empty()) signature.set_counter(counter);
  signature.set_signature(key_->Sign(CaptureBytes(capture, document, DigestOf(id_photo), DigestOf(live_portrait))));
}

void SigningDevice::Sign(v1::SubmitRegistrationRequest& request, uint64_t counter) const {
  for (v1::Party& party : *request.mutable_parties()) {
    if (party.document().type() == v1::DOCUMENT_TYPE_UNSPECIFIED) continue;
    Sign(*party.mutable_capture(), counter++, &party.document(), party.id_photo(), party.live_portrait());
    if (party.has_alternative()) {
      Sign(*party.mutable_alternative()->mutable_second_capture(), counter++, &party.alternative().second_document(),
           "", "");
    }
  }
}

void SigningDevice::Sign(v1::ResubmitEvidenceRequest& request, uint64_t counter) const {
  std::string id_photo, live_portrait;
  for (v1::Evidence& item : *request.mutable_items()) {
    if (item.item() == v1::EVIDENCE_ITEM_ID_PHOTO) id_photo = item.photo();
    if (item.item() == v1::EVIDENCE_ITEM_LIVE_PORTRAIT) live_portrait = item.photo();
    if (item.has_capture()) Sign(*item.mutable_capture(), counter++, &item.document(), "", "");
  }
  if (id_photo.empty() && live_portrait.empty()) return;
  Sign(*request.mutable_picture_capture(), counter, nullptr, id_photo, live_portrait);
}

void SigningDevice::Sign(v1::RequestReviewRequest& request, uint64_t counter) const {
  Sign(*request.mutable_capture(), counter, &request.document(), request.id_photo(), request.live_portrait());
}

v1::Place ReadPlace(const std::string& text) {
  double latitude = 0, longitude = 0;
  if (std::sscanf(text.c_str(), "%lf,%lf", &latitude, &longitude) != 2 || std::abs(latitude) > 90 ||
      std::abs(longitude) > 180) {
    throw std::runtime_error("'" + text + "' is no place: LATITUDE,LONGITUDE in degrees");
  }
  v1::Place place;
  place.set_latitude_e7(static_cast<int32_t>(std::lround(latitude * 1e7)));
  place.set_longitude_e7(static_cast<int32_t>(std::lround(longitude * 1e7)));
  return place;
}

uint64_t NextCounter() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

}  // namespace realname::cli
