// SPDX-License-Identifier: Apache-2.0
#include "rules/replay.h"

#include <chrono>
#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>

#include "rules/decide.h"
#include "rules/review.h"

namespace realname::rules {
namespace {

namespace pb = google::protobuf;

// A field's value in text; empty where it has none.
std::string TextOf(const pb::Message& message, const pb::FieldDescriptor* field) {
  const pb::Reflection* reflection = message.GetReflection();
  if (!field->is_repeated() && !reflection->HasField(message, field)) return "";
  std::string text;
  const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
  for (int i = 0; i < size; ++i) {
    std::string value;
    pb::TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    printer.PrintFieldValueToString(message, field, field->is_repeated() ? i : -1, &value);
    text += (text.empty() ? "" : ", ") + value;
  }
  return text;
}

void Compare(const std::string& prefix, const pb::Message& stored, const pb::Message& replayed,
             std::vector<v1::DecisionDifference>& differences) {
  const pb::Descriptor* descriptor = stored.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const pb::FieldDescriptor* field = descriptor->field(i);
    if (field->name() == "checks" || field->name() == "rules_version") continue;
    const std::string before = TextOf(stored, field);
    const std::string after = TextOf(replayed, field);
    if (before == after) continue;
    v1::DecisionDifference& difference = differences.emplace_back();
    difference.set_field(prefix + field->name());
    difference.set_stored(before);
    difference.set_replayed(after);
  }
}

const v1::CheckDecision& CheckIn(const v1::Decision& decision, v1::Check check) {
  for (const v1::CheckDecision& each : decision.checks()) {
    if (each.check() == check) return each;
  }
  return v1::CheckDecision::default_instance();
}

bool SaysNothing(const v1::CheckDecision& check) {
  return check.outcome() == v1::OUTCOME_UNSPECIFIED || check.outcome() == v1::OUTCOME_SKIPPED;
}

}  // namespace

v1::Decision Replay(const Policy& policy, const v1::Facts& facts, const v1::Decision& stored) {
  const v1::Decision decided = Decide(policy, facts);
  if (!stored.has_review() || stored.review().votes().empty()) return decided;
  const auto& time = stored.review().votes().rbegin()->vote_time();
  const TimePoint voted =
      TimePoint(std::chrono::seconds(time.seconds()) + std::chrono::microseconds(time.nanos() / 1000));
  return ReviewedDecision(policy, facts, decided, stored.review(), voted);
}

std::vector<v1::DecisionDifference> Differences(const v1::Decision& stored, const v1::Decision& replayed) {
  std::vector<v1::DecisionDifference> differences;
  Compare("", stored, replayed, differences);
  for (int i = v1::Check_MIN + 1; i <= v1::Check_MAX; ++i) {
    const auto check = static_cast<v1::Check>(i);
    const v1::CheckDecision& before = CheckIn(stored, check);
    const v1::CheckDecision& after = CheckIn(replayed, check);
    if (SaysNothing(before) && SaysNothing(after)) continue;
    Compare("checks[" + v1::Check_Name(check) + "].", before, after, differences);
  }
  return differences;
}

}  // namespace realname::rules
