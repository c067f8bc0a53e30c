// SPDX-License-Identifier: Apache-2.0
#include "proto/capture_bytes.h"

namespace realname {
namespace {

// A netstring: no two sequences of items give the same bytes.
void Append(std::string& bytes, std::string_view item) {
  bytes += std::to_string(item.size());
  bytes += ':';
  bytes += item;
  bytes += ',';
}

}  // namespace

std::string CaptureBytes(const v1::Capture& capture, const v1::Document* document, std::string_view id_photo_sha256,
                         std::string_view live_portrait_sha256) {
  const v1::CaptureSignature& signature = capture.signature();
  std::string bytes;
  Append(bytes, "realname capture 1");
  Append(bytes, capture.device_id());
  Append(bytes, signature.session_nonce());
  Append(bytes, signature.counter() == 0 ? "" : std::to_string(signature.counter()));
  Append(bytes, std::to_string(capture.time().seconds() * 1000 + capture.time().nanos() / 1000000));
  Append(bytes, signature.staff_id());
  Append(bytes, signature.has_place() ? std::to_string(signature.place().latitude_e7()) : "");
  Append(bytes, signature.has_place() ? std::to_string(signature.place().longitude_e7()) : "");
  Append(bytes, v1::CaptureMethod_Name(capture.method()));
  if (document == nullptr) {
    for (int i = 0; i < 11; ++i) Append(bytes, "");
  } else {
    Append(bytes, v1::DocumentType_Name(document->type()));
    Append(bytes, document->number());
    Append(bytes, document->name());
    Append(bytes, v1::Sex_Name(document->sex()));
    Append(bytes, document->birth_date());
    Append(bytes, document->address());
    Append(bytes, document->valid_from());
    Append(bytes, document->valid_to());
    Append(bytes, document->valid_long_term() ? "long term" : "");
    Append(bytes, document->nationality());
    Append(bytes, document->mrz());
  }
  Append(bytes, id_photo_sha256);
  Append(bytes, live_portrait_sha256);
  return bytes;
}

}  // namespace realname
