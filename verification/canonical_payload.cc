// SPDX-License-Identifier: Apache-2.0
#include "verification/canonical_payload.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace realname {
namespace {

namespace pb = google::protobuf;

void AppendNumber(std::string& out, uint64_t value) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (56 - 8 * i));
  out.append(bytes, sizeof bytes);
}

// Null where a payload has no pictures.
void Encode(const pb::Message& message, PictureDigests* digests, std::string& out);

void EncodeValue(const pb::Message& message, const pb::FieldDescriptor* field, int index, PictureDigests* digests,
                 std::string& out) {
  const pb::Reflection* reflection = message.GetReflection();
  const bool repeated = field->is_repeated();
  std::string scratch;
  switch (field->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      Encode(repeated ? reflection->GetRepeatedMessage(message, field, index) : reflection->GetMessage(message, field),
             digests, out);
      return;
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      const std::string& value = repeated ? reflection->GetRepeatedStringReference(message, field, index, &scratch)
                                          : reflection->GetStringReference(message, field, &scratch);
      out += field->type() == pb::FieldDescriptor::TYPE_BYTES && digests != nullptr ? digests->Of(value) : value;
      return;
    }
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      AppendNumber(out, static_cast<uint64_t>(repeated ? reflection->GetRepeatedEnumValue(message, field, index)
                                                       : reflection->GetEnumValue(message, field)));
      return;
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      AppendNumber(out, reflection->GetBool(message, field) ? 1 : 0);
      return;
    case pb::FieldDescriptor::CPPTYPE_INT32:
      AppendNumber(out, static_cast<uint64_t>(reflection->GetInt32(message, field)));
      return;
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      AppendNumber(out, reflection->GetUInt32(message, field));
      return;
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      AppendNumber(out, reflection->GetUInt64(message, field));
      return;
    case pb::FieldDescriptor::CPPTYPE_INT64:
      AppendNumber(out, static_cast<uint64_t>(reflection->GetInt64(message, field)));
      return;
    default:
      // Requests hold no other kinds; a test over the descriptors keeps it so.
      return;
  }
}

void Encode(const pb::Message& message, PictureDigests* digests, std::string& out) {
  const pb::Descriptor* descriptor = message.GetDescriptor();
  const pb::Reflection* reflection = message.GetReflection();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const pb::FieldDescriptor* field = descriptor->field(i);
    const std::string& name = field->name();
    if (name == "request_id" || name == "client_time") continue;
    const int size =
        field->is_repeated() ? reflection->FieldSize(message, field) : (reflection->HasField(message, field) ? 1 : 0);
    for (int index = 0; index < size; ++index) {
      AppendNumber(out, static_cast<uint64_t>(field->number()));
      const size_t length_at = out.size();
      AppendNumber(out, 0);
      EncodeValue(message, field, index, digests, out);
      std::string length;
      AppendNumber(length, out.size() - length_at - 8);
      out.replace(length_at, 8, length);
    }
  }
}

// One domain byte per kind of call, so that an id cannot be moved from one kind to another.
std::string Canonical(char kind, const pb::Message& message, PictureDigests* digests) {
  std::string out = {'\x01', kind};
  Encode(message, digests, out);
  return out;
}

}  // namespace

std::string CanonicalPayload(const v1::SubmitRegistrationRequest& request, PictureDigests& digests) {
  return Canonical('S', request, &digests);
}
std::string CanonicalPayload(const v1::ResubmitEvidenceRequest& request, PictureDigests& digests) {
  return Canonical('R', request, &digests);
}
std::string CanonicalPayload(const v1::SubmitChallengeFrameRequest& request, PictureDigests& digests) {
  return Canonical('F', request, &digests);
}
std::string CanonicalPayload(const v1::RequestReviewRequest& request, PictureDigests& digests) {
  return Canonical('Q', request, &digests);
}
std::string CanonicalPayload(const v1::StartSessionRequest& request) { return Canonical('B', request, nullptr); }
std::string CanonicalPayload(const v1::ExtendSessionRequest& request) { return Canonical('E', request, nullptr); }
std::string CanonicalPayload(const v1::ConfirmActivationRequest& request) { return Canonical('A', request, nullptr); }
std::string CanonicalPayload(const v1::TerminateServiceRequest& request) { return Canonical('E', request, nullptr); }
std::string CanonicalPayload(const v1::DecideCaseRequest& request) { return Canonical('D', request, nullptr); }
std::string CanonicalPayload(const v1::CancelVerificationRequest& request) { return Canonical('C', request, nullptr); }
std::string CanonicalPayload(const v1::WithdrawConsentRequest& request) { return Canonical('W', request, nullptr); }

}  // namespace realname
