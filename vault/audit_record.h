// SPDX-License-Identifier: Apache-2.0
// AuditRecord: the exact bytes that will later be a leaf of a Merkle tree. One record has one encoding and the other
// way round, on every machine and for ever; a change of layout is a new version. It holds no personal data, sealed or
// not: ids, and commitments whose salts are sealed elsewhere, so that erasing a person leaves the tree whole and the
// commitment meaningless.
//
// Encoding, version 1: the byte 1, then ten fields in the struct's order, each a 4-byte big-endian length and its
// bytes. `revision` and `rules_version` are 4 bytes, `occur_time_us` is 8 bytes, big-endian, never negative; the two
// commitments are 32 bytes; the others are text and at most kMaxAuditTextBytes long. Nothing follows the last field.
// (The tree's own leaf prefix, RFC 6962 section 2.1, is added by who builds the tree.)
//
// Errors: INTERNAL with reason INTERNAL_DEFECT. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace realname {

inline constexpr std::size_t kMaxAuditTextBytes = 1024;
inline constexpr std::size_t kCommitmentSaltBytes = 32;

struct AuditRecord {
  std::string verification_id;
  std::uint32_t revision = 0;
  // What happened, as a stable word.
  std::string event_kind;
  // The principal that called.
  std::string caller;
  std::string operator_id;
  std::string policy_digest;
  std::uint32_t rules_version = 0;
  // Microseconds since 1970-01-01T00:00:00Z.
  std::int64_t occur_time_us = 0;
  // From Commitment(), 32 raw bytes each.
  std::string decision_commitment;
  std::string facts_commitment;

  bool operator==(const AuditRecord&) const = default;
};

Result<std::string> EncodeAuditRecord(const AuditRecord& record);
// Strict: EncodeAuditRecord of the result gives the same bytes.
Result<AuditRecord> DecodeAuditRecord(std::string_view bytes);

// SHA-256("realname-commit-v1" || salt || bytes), 32 raw bytes. The salt is random, kCommitmentSaltBytes long (else an
// error), used once, and kept sealed: without it a short secret could be found by trying.
Result<std::string> Commitment(std::string_view salt, std::string_view bytes);

}  // namespace realname
