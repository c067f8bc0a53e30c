// SPDX-License-Identifier: Apache-2.0
// Prints docs/reason-codes.md: every reason code of the contract, as the shipped policy treats it. The terms of the
// trade are taken from the comments of the contract itself.
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include <google/protobuf/descriptor.pb.h>

#include "rules/policy.h"

namespace realname {
namespace {

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(std::string("cannot read ") + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The first sentence of each code's comment: its name in the trade.
std::map<std::string, std::string> Terms(const std::string& descriptors) {
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromString(descriptors)) throw std::runtime_error("no descriptor set");
  std::map<std::string, std::string> terms;
  for (const auto& file : set.file()) {
    if (file.name() != "realname/v1/reason_code.proto") continue;
    for (const auto& location : file.source_code_info().location()) {
      if (location.path_size() != 4 || location.path(0) != 5 || location.path(2) != 2) continue;
      const std::string& comment = location.leading_comments();
      const std::string& code = file.enum_type(location.path(1)).value(location.path(3)).name();
      const size_t from = comment.find_first_not_of(' ');
      terms[code] = comment.substr(from, comment.find('.') - from);
    }
  }
  return terms;
}

std::string Without(const std::string& name, const char* prefix) {
  return name.rfind(prefix, 0) == 0 ? name.substr(std::char_traits<char>::length(prefix)) : name;
}

std::string Readers(const v1::ReasonText& reason) {
  std::string text;
  for (const int reader : reason.visible_to()) {
    text += (text.empty() ? "" : ", ") + Without(v1::Reader_Name(static_cast<v1::Reader>(reader)), "READER_");
  }
  return text;
}

std::string WayOut(const v1::ReasonText& reason) {
  std::string way;
  const auto add = [&](const std::string& more) { way += (way.empty() ? "" : "; ") + more; };
  switch (reason.class_()) {
    case v1::REASON_CLASS_RETRY:
      if (reason.new_application()) add("read the document again, new application");
      if (reason.new_session()) add("new session, new application");
      for (const int item : reason.retry_items()) {
        add("send again " + Without(v1::EvidenceItem_Name(static_cast<v1::EvidenceItem>(item)), "EVIDENCE_ITEM_"));
      }
      if (way.empty() && !reason.own_hall()) add("send the picture again");
      if (reason.max_attempts() > 0) add("then a person");
      break;
    case v1::REASON_CLASS_REVIEW:
      add("a person decides");
      break;
    default:
      break;
  }
  if (reason.own_hall()) add("own hall");
  if (reason.class_() == v1::REASON_CLASS_FINAL) add("contest");
  if (reason.lifted_by_evidence_only()) add("lifted by evidence only");
  return way;
}

void Print(const rules::Policy& policy, const std::map<std::string, std::string>& terms) {
  std::cout << "# Reason codes\n\nMade by `script/reason-table` from the contract and the shipped policy; a test keeps "
               "it fresh. "
               "Whoever was refused can also contest it, and in an own hall do without comparing faces.\n\n"
               "| code | term | check | class | seen by | told to the customer | rule | way out |\n"
               "|---|---|---|---|---|---|---|---|\n";
  for (int code = v1::ReasonCode_MIN + 1; code <= v1::ReasonCode_MAX; ++code) {
    if (!v1::ReasonCode_IsValid(code)) continue;
    const auto reason = static_cast<v1::ReasonCode>(code);
    const v1::ReasonText& text = rules::TextOf(policy, reason);
    std::string rule_ids;
    for (const std::string& rule : text.rule_ids()) rule_ids += (rule_ids.empty() ? "" : "; ") + rule;
    std::cout << "| " << v1::ReasonCode_Name(reason) << " | " << terms.at(v1::ReasonCode_Name(reason)) << " | "
              << Without(v1::Check_Name(rules::CheckOf(reason)), "CHECK_") << " | "
              << Without(v1::ReasonClass_Name(text.class_()), "REASON_CLASS_") << " | " << Readers(text) << " | "
              << text.subject().zh() << " " << text.subject().en() << " | " << rule_ids << " | " << WayOut(text)
              << " |\n";
  }
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: realname-reason-table DESCRIPTOR_SET POLICY\n";
    return 2;
  }
  try {
    const auto policy = realname::rules::ReadPolicy(realname::ReadFile(argv[2]), "digest");
    if (!policy.ok()) throw std::runtime_error(policy.status().message());
    realname::Print(*policy, realname::Terms(realname::ReadFile(argv[1])));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
