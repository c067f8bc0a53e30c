// SPDX-License-Identifier: Apache-2.0
#include "face/evidence_check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include "face/decode.h"
#include "face/same_image.h"
#include "face/template_bytes.h"

namespace realname::face {
namespace {

// From which point of the work on a field may be filled.
enum class Stage {
  kReceived,  // always
  kDetected,  // the detector ran
  kFound,     // one face stood out
  kMeasured,  // status OK
};

struct Range {
  int field;
  Stage stage;
  double low;
  double high;
};

// Softmax and division leave a probability or a share a little above 1.
constexpr double kOne = 1.001;
// Where the comment names no upper end: beyond what any picture of the accepted sizes can give.
constexpr double kAny = 1e6;
// A JPEG's sides are 16 bits each; what is larger than is decoded still reports its size.
constexpr double kMaxStoredSide = 65535;

using E = v1::FaceEvidence;
constexpr Range kRanges[] = {
    {E::kImageWidthFieldNumber, Stage::kReceived, 0, kMaxStoredSide},
    {E::kImageHeightFieldNumber, Stage::kReceived, 0, kMaxStoredSide},
    {E::kFaceCountFieldNumber, Stage::kDetected, 0, 10'000},
    {E::kDetectionScoreFieldNumber, Stage::kFound, 0, kOne},
    {E::kEyeDistancePxFieldNumber, Stage::kFound, 0, kAny},
    {E::kSharpnessFieldNumber, Stage::kMeasured, 0, kAny},
    {E::kBrightnessFieldNumber, Stage::kMeasured, 0, kOne},
    {E::kContrastFieldNumber, Stage::kMeasured, 0, 0.5 * kOne},
    {E::kYawDegreesFieldNumber, Stage::kMeasured, -180, 180},
    {E::kPitchDegreesFieldNumber, Stage::kMeasured, -180, 180},
    {E::kRollDegreesFieldNumber, Stage::kMeasured, -180, 180},
    {E::kLeftEyeOpenFieldNumber, Stage::kMeasured, 0, kOne},
    {E::kRightEyeOpenFieldNumber, Stage::kMeasured, 0, kOne},
    {E::kLiveScoreFieldNumber, Stage::kMeasured, 0, kOne},
    {E::kPrintScoreFieldNumber, Stage::kMeasured, 0, kOne},
    {E::kScreenScoreFieldNumber, Stage::kMeasured, 0, kOne},
    {E::kMouthOpenFieldNumber, Stage::kMeasured, 0, kAny},
    {E::kLowerFaceDifferenceFieldNumber, Stage::kMeasured, 0, 400},
    {E::kBackgroundClutterFieldNumber, Stage::kMeasured, 0, kOne},
    {E::kQualityScoreFieldNumber, Stage::kMeasured, 0, 100 * kOne},
    {E::kLivenessContextFieldNumber, Stage::kMeasured, 0, kOne},
};

Stage Reached(v1::FaceStatus status) {
  switch (status) {
    case v1::FACE_STATUS_OK:
      return Stage::kMeasured;
    case v1::FACE_STATUS_NO_FACE:
      return Stage::kFound;
    case v1::FACE_STATUS_SEVERAL_FACES:
      return Stage::kDetected;
    default:
      return Stage::kReceived;
  }
}

// Filled numbers: finite, in range, and not before their stage.
std::string NumberFault(const v1::FaceEvidence& evidence, Stage reached) {
  using google::protobuf::FieldDescriptor;
  const auto* reflection = evidence.GetReflection();
  std::vector<const FieldDescriptor*> filled;
  reflection->ListFields(evidence, &filled);
  for (const FieldDescriptor* field : filled) {
    switch (field->number()) {
      case E::kStatusFieldNumber:
      case E::kTemplateFieldNumber:
      case E::kBundleDigestFieldNumber:
      case E::kImageSha256FieldNumber:
      case E::kFaceThumbnailFieldNumber:
      case E::kNotMeasuredFieldNumber:
        continue;  // looked at one by one
      default:
        break;
    }
    const auto* range = std::find_if(std::begin(kRanges), std::end(kRanges),
                                     [&](const Range& each) { return each.field == field->number(); });
    if (range == std::end(kRanges) || field->is_repeated()) return field->name() + " has no known bounds";
    if (reached < range->stage) return field->name() + " does not go with the status";
    double value = 0;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
      value = reflection->GetFloat(evidence, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
      value = reflection->GetUInt32(evidence, field);
    } else {
      return field->name() + " has no known bounds";
    }
    // A NaN is in no range.
    if (!(value >= range->low && value <= range->high)) return field->name() + " is out of range";
  }
  return "";
}

std::string SizeFault(const v1::FaceEvidence& evidence, Stage reached) {
  if (reached < Stage::kDetected) return "";
  const DecodeLimits limits;
  const std::int64_t width = evidence.image_width();
  const std::int64_t height = evidence.image_height();
  if (std::min(width, height) < limits.min_side || std::max(width, height) > limits.max_side ||
      width * height > std::max(limits.max_jpeg_pixels, limits.max_png_pixels)) {
    return "image_width and image_height are none that are decoded";
  }
  return "";
}

std::string TemplateFault(const v1::FaceEvidence& evidence, const ExpectedEvidence& expected) {
  constexpr double kUnitTolerance = 1e-3;
  constexpr std::size_t kThumbnailBytes = static_cast<std::size_t>(kThumbnailSide) * kThumbnailSide;
  const bool measured = evidence.status() == v1::FACE_STATUS_OK;
  if (evidence.face_thumbnail().size() != (measured ? kThumbnailBytes : 0)) return "face_thumbnail has another size";
  if (!measured) return evidence.template_().empty() ? "" : "template does not go with the status";
  if (evidence.template_().size() != expected.template_length * sizeof(float)) return "template has another length";
  const std::vector<float> values = TemplateFromBytes(evidence.template_());
  if (values.size() != expected.template_length) return "template is not finite";
  double square = 0;
  for (const float value : values) square += static_cast<double>(value) * value;
  return std::fabs(std::sqrt(square) - 1) <= kUnitTolerance ? "" : "template is not of unit length";
}

}  // namespace

std::string EvidenceFault(const v1::FaceEvidence& evidence, const ExpectedEvidence& expected) {
  if (!evidence.GetReflection()->GetUnknownFields(evidence).empty()) return "a field is not known";
  if (!v1::FaceStatus_IsValid(evidence.status()) || evidence.status() == v1::FACE_STATUS_UNSPECIFIED) {
    return "status is not known";
  }
  if (evidence.bundle_digest() != expected.bundle_digest) return "bundle_digest is another bundle's";
  if (!evidence.image_sha256().empty()) return "image_sha256 is not the worker's to say";
  const Stage reached = Reached(evidence.status());
  if (std::string fault = NumberFault(evidence, reached); !fault.empty()) return fault;
  if (std::string fault = SizeFault(evidence, reached); !fault.empty()) return fault;
  const unsigned least = evidence.status() == v1::FACE_STATUS_SEVERAL_FACES ? 2
                         : evidence.status() == v1::FACE_STATUS_OK          ? 1
                                                                            : 0;
  if (evidence.face_count() < least) return "face_count does not go with the status";
  const std::vector<int> not_measured(evidence.not_measured().begin(), evidence.not_measured().end());
  if (not_measured != (reached == Stage::kMeasured ? expected.not_measured : std::vector<int>())) {
    return "not_measured is another bundle's";
  }
  return TemplateFault(evidence, expected);
}

}  // namespace realname::face
