// SPDX-License-Identifier: Apache-2.0
// Pictures from anywhere: the decoder answers with a status, and a picture that it gives is within its limits.
#include "face/decode.h"
#include "tests/fuzz/fuzz.h"

void Fuzz(std::string_view bytes) {
  const realname::face::DecodeLimits limits;
  const auto picture = realname::face::Decode(bytes, limits);
  Require((picture.status == realname::v1::FACE_STATUS_OK) != picture.bgr.empty(),
          "a picture if and only if all is well");
  Require(picture.status != realname::v1::FACE_STATUS_UNSPECIFIED, "there is an answer");
  if (picture.bgr.empty()) return;
  Require(picture.bgr.type() == CV_8UC3, "three channels of a byte");
  Require(std::max(picture.stored_width, picture.stored_height) <= limits.max_side, "no side above the limit");
  Require(picture.StoredPixelsPerPixel() >= 1 - 1e-9, "never enlarged");
}
