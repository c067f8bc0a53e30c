// SPDX-License-Identifier: Apache-2.0
#include "verification/canonical_payload.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace realname {
namespace {

namespace pb = google::protobuf;

void AppendNumber(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void AppendValue(std::string& out, int field_number, std::string_view value) {
  AppendNumber(out, static_cast<uint64_t>(field_number));
  AppendNumber(out, value.size());
  out += value;
}

std::string Encode(const pb::Message& message);

std::string EncodeSingular(const pb::Message& message, const pb::FieldDescriptor* field, int index) {
  const pb::Reflection* reflection = message.GetReflection();
  const bool repeated = field->is_repeated();
  std::string out;
  switch (field->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return Encode(repeated ? reflection->GetRepeatedMessage(message, field, index)
                             : reflection->GetMessage(message, field));
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return repeated ? reflection->GetRepeatedString(message, field, index) : reflection->GetString(message, field);
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      AppendNumber(out, static_cast<uint64_t>(repeated ? reflection->GetRepeatedEnumValue(message, field, index)
                                                       : reflection->GetEnumValue(message, field)));
      return out;
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      AppendNumber(out, reflection->GetBool(message, field) ? 1 : 0);
      return out;
    case pb::FieldDescriptor::CPPTYPE_INT32:
      AppendNumber(out, static_cast<uint64_t>(reflection->GetInt32(message, field)));
      return out;
    case pb::FieldDescriptor::CPPTYPE_INT64:
      AppendNumber(out, static_cast<uint64_t>(reflection->GetInt64(message, field)));
      return out;
    default:
      // Requests hold no other kinds; a test over the descriptors keeps it so.
      return out;
  }
}

std::string Encode(const pb::Message& message) {
  std::string out;
  const pb::Descriptor* descriptor = message.GetDescriptor();
  const pb::Reflection* reflection = message.GetReflection();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const pb::FieldDescriptor* field = descriptor->field(i);
    const std::string& name = field->name();
    if (name == "request_id" || name == "client_time") continue;
    if (field->is_repeated()) {
      const int size = reflection->FieldSize(message, field);
      for (int index = 0; index < size; ++index) {
        AppendValue(out, field->number(), EncodeSingular(message, field, index));
      }
    } else if (reflection->HasField(message, field)) {
      AppendValue(out, field->number(), EncodeSingular(message, field, 0));
    }
  }
  return out;
}

// One domain byte per kind of call, so that an id cannot be moved from one kind to another.
std::string Canonical(char kind, const pb::Message& message) { return std::string("\x01", 1) + kind + Encode(message); }

}  // namespace

std::string CanonicalPayload(const v1::SubmitRegistrationRequest& request) { return Canonical('S', request); }
std::string CanonicalPayload(const v1::ResubmitEvidenceRequest& request) { return Canonical('R', request); }
std::string CanonicalPayload(const v1::ConfirmActivationRequest& request) { return Canonical('A', request); }
std::string CanonicalPayload(const v1::CancelVerificationRequest& request) { return Canonical('C', request); }

}  // namespace realname
