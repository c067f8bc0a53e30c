// SPDX-License-Identifier: Apache-2.0
#include "rules/policy_diff.h"

#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

namespace realname::rules {
namespace {

namespace pb = google::protobuf;
using pb::util::MessageDifferencer;

// The field by which entries of a list are told apart; null where they have none.
const pb::FieldDescriptor* NameOf(const pb::Descriptor* entry) {
  for (const char* name : {"notice_id", "name", "code", "type", "action", "kind", "product"}) {
    const pb::FieldDescriptor* field = entry->FindFieldByName(name);
    if (field != nullptr && !field->is_repeated() && field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) {
      return field;
    }
  }
  return nullptr;
}

std::string ValueOf(const pb::Message& message, const pb::FieldDescriptor* field, int index) {
  std::string value;
  pb::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  printer.PrintFieldValueToString(message, field, index, &value);
  return value;
}

class Collector final : public MessageDifferencer::Reporter {
 public:
  using Path = std::vector<MessageDifferencer::SpecificField>;

  // Reports name the innermost messages; paths begin at these.
  Collector(const v1::PolicyPack& from, const v1::PolicyPack& to) : from_(from), to_(to) {}

  void ReportAdded(const pb::Message&, const pb::Message&, const Path& path) override { Add(path, false, true); }
  void ReportDeleted(const pb::Message&, const pb::Message&, const Path& path) override { Add(path, true, false); }
  void ReportModified(const pb::Message&, const pb::Message&, const Path& path) override {
    // A message is reported beside what differs in it.
    if (path.back().field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) Add(path, true, true);
  }

  std::vector<v1::PolicyDifference> differences;

 private:
  static const pb::Message& Child(const pb::Message& message, const pb::FieldDescriptor* field, int index) {
    const pb::Reflection* reflection = message.GetReflection();
    return field->is_repeated() ? reflection->GetRepeatedMessage(message, field, index)
                                : reflection->GetMessage(message, field);
  }

  void Add(const Path& path, bool was, bool is) {
    v1::PolicyDifference difference;
    // The path is walked on the side that has the field.
    const pb::Message* message = is ? &to_ : &from_;
    const pb::Message* before = was ? &from_ : nullptr;
    for (size_t i = 0; i < path.size(); ++i) {
      const auto& step = path[i];
      const pb::FieldDescriptor* field = step.field;
      const bool list = field->is_repeated();
      const int index = list ? (is ? step.new_index : step.index) : -1;
      std::string* place = difference.mutable_field();
      *place += (place->empty() ? "" : ".") + field->name();
      const bool entry = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
      if (list) {
        const pb::FieldDescriptor* name = entry ? NameOf(field->message_type()) : nullptr;
        *place +=
            "[" + (name == nullptr ? std::to_string(index) : ValueOf(Child(*message, field, index), name, -1)) + "]";
      }
      if (i + 1 == path.size()) {
        if (is) difference.set_to_value(ValueOf(*message, field, index));
        if (was && before != nullptr) difference.set_from_value(ValueOf(*before, field, list ? step.index : -1));
        break;
      }
      message = &Child(*message, field, index);
      if (before != nullptr) before = &Child(*before, field, list ? step.index : -1);
    }
    differences.push_back(std::move(difference));
  }

  const pb::Message& from_;
  const pb::Message& to_;
};

}  // namespace

std::vector<v1::PolicyDifference> PolicyDifferences(const v1::PolicyPack& from, const v1::PolicyPack& to) {
  MessageDifferencer differencer;
  // Every list of named entries, wherever in the pack.
  std::vector<const pb::Descriptor*> messages = {v1::PolicyPack::descriptor()};
  for (size_t i = 0; i < messages.size(); ++i) {
    for (int f = 0; f < messages[i]->field_count(); ++f) {
      const pb::FieldDescriptor* field = messages[i]->field(f);
      if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
      messages.push_back(field->message_type());
      const pb::FieldDescriptor* name = field->is_repeated() ? NameOf(field->message_type()) : nullptr;
      if (name != nullptr) differencer.TreatAsMap(field, name);
    }
  }
  Collector collector(from, to);
  differencer.ReportDifferencesTo(&collector);
  differencer.Compare(from, to);
  return std::move(collector.differences);
}

}  // namespace realname::rules
