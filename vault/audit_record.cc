// SPDX-License-Identifier: Apache-2.0
#include "vault/audit_record.h"

#include <limits>

#include "vault/big_endian.h"
#include "vault/digest.h"

namespace realname {
namespace {

constexpr char kVersion = 1;
constexpr std::string_view kCommitLabel = "realname-commit-v1";

Status Defect(const std::string& what) {
  return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "the audit record is not well formed",
                "audit record: " + what);
}

class FieldWriter {
 public:
  FieldWriter() { bytes_ += kVersion; }

  void Text(const char* name, std::string_view text) {
    if (text.size() > kMaxAuditTextBytes) Fail(name, "too long");
    AppendField(bytes_, text);
  }
  void Number32(std::uint32_t value) {
    AppendUint32(bytes_, 4);
    AppendUint32(bytes_, value);
  }
  void Time(const char* name, std::int64_t value) {
    if (value < 0) Fail(name, "negative");
    AppendUint32(bytes_, 8);
    AppendUint64(bytes_, static_cast<std::uint64_t>(value));
  }
  void Hash(const char* name, std::string_view hash) {
    if (hash.size() != kSha256Bytes) Fail(name, "not 32 bytes");
    AppendField(bytes_, hash);
  }
  Result<std::string> Take() {
    if (!failure_.ok()) return failure_;
    return std::move(bytes_);
  }

 private:
  void Fail(const char* name, const char* what) {
    if (failure_.ok()) failure_ = Defect(std::string(name) + ": " + what);
  }

  std::string bytes_;
  Status failure_;
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {
    if (rest_.empty() || rest_[0] != kVersion) {
      failure_ = Defect("unknown version");
    } else {
      rest_.remove_prefix(1);
    }
  }

  std::string Text(const char* name) { return std::string(Field(name, 0, kMaxAuditTextBytes)); }
  std::uint32_t Number32(const char* name) {
    const std::string_view field = Field(name, 4, 4);
    return failure_.ok() ? ReadUint32(field) : 0;
  }
  std::int64_t Time(const char* name) {
    const std::string_view field = Field(name, 8, 8);
    if (!failure_.ok()) return 0;
    const std::uint64_t value = ReadUint64(field);
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      failure_ = Defect(std::string(name) + ": out of range");
      return 0;
    }
    return static_cast<std::int64_t>(value);
  }
  std::string Hash(const char* name) { return std::string(Field(name, kSha256Bytes, kSha256Bytes)); }
  Status End() {
    if (failure_.ok() && !rest_.empty()) failure_ = Defect("bytes after the last field");
    return failure_;
  }

 private:
  std::string_view Field(const char* name, std::size_t least, std::size_t most) {
    if (!failure_.ok()) return {};
    if (rest_.size() < 4) return Fail(name, "cut off");
    const std::size_t size = ReadUint32(rest_);
    rest_.remove_prefix(4);
    if (size < least || size > most) return Fail(name, "wrong length");
    if (size > rest_.size()) return Fail(name, "cut off");
    const std::string_view field = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return field;
  }
  std::string_view Fail(const char* name, const char* what) {
    failure_ = Defect(std::string(name) + ": " + what);
    return {};
  }

  std::string_view rest_;
  Status failure_;
};

}  // namespace

Result<std::string> EncodeAuditRecord(const AuditRecord& record) {
  FieldWriter writer;
  writer.Text("verification_id", record.verification_id);
  writer.Number32(record.revision);
  writer.Text("event_kind", record.event_kind);
  writer.Text("caller", record.caller);
  writer.Text("operator_id", record.operator_id);
  writer.Text("policy_digest", record.policy_digest);
  writer.Number32(record.rules_version);
  writer.Time("occur_time_us", record.occur_time_us);
  writer.Hash("decision_commitment", record.decision_commitment);
  writer.Hash("facts_commitment", record.facts_commitment);
  return writer.Take();
}

Result<AuditRecord> DecodeAuditRecord(std::string_view bytes) {
  FieldReader reader(bytes);
  AuditRecord record;
  record.verification_id = reader.Text("verification_id");
  record.revision = reader.Number32("revision");
  record.event_kind = reader.Text("event_kind");
  record.caller = reader.Text("caller");
  record.operator_id = reader.Text("operator_id");
  record.policy_digest = reader.Text("policy_digest");
  record.rules_version = reader.Number32("rules_version");
  record.occur_time_us = reader.Time("occur_time_us");
  record.decision_commitment = reader.Hash("decision_commitment");
  record.facts_commitment = reader.Hash("facts_commitment");
  if (Status end = reader.End(); !end.ok()) return end;
  return record;
}

Result<std::string> Commitment(std::string_view salt, std::string_view bytes) {
  if (salt.size() != kCommitmentSaltBytes) return Defect("a commitment's salt is not 32 bytes");
  return Sha256Stream().Update(kCommitLabel).Update(salt).Update(bytes).Finish();
}

}  // namespace realname
