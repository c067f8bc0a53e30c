// SPDX-License-Identifier: Apache-2.0
#include "vault/audit_record.h"

#include <gtest/gtest.h>

#include "tests/vault/sample_keys.h"
#include "vault/digest.h"

namespace realname {
namespace {

AuditRecord Sample() {
  AuditRecord record;
  record.verification_id = "v-1";
  record.revision = 2;
  record.event_kind = "REGISTERED";
  record.caller = "spiffe://op/outlet/7";
  record.operator_id = "op";
  record.policy_digest = "sha256:ab";
  record.rules_version = 3;
  record.occur_time_us = 1700000000000001;
  record.decision_commitment = std::string(32, 'D');
  record.facts_commitment = std::string(32, 'F');
  return record;
}

// These bytes are for ever: what was written must stay provable. A change of layout is a new version, not new bytes.
constexpr char kGolden[] =
    "0100000003762d3100000004000000020000000a52454749535445524544000000147370696666653a2f2f6f702f6f75746c65742f37"
    "000000026f70000000097368613235363a616200000004000000030000000800060a24181e4001000000204444444444444444444444444444"
    "4444"
    "44444444444444444444444444444444000000204646464646464646464646464646464646464646464646464646464646464646";

TEST(AuditRecord, GoldenBytes) {
  EXPECT_EQ(ToHex(*EncodeAuditRecord(Sample())), kGolden);
  const Result<AuditRecord> decoded = DecodeAuditRecord(FromHex(kGolden));
  ASSERT_TRUE(decoded.ok()) << decoded.status().detail();
  EXPECT_EQ(*decoded, Sample());
}

TEST(AuditRecord, RoundTripAtTheEdges) {
  AuditRecord record;
  record.decision_commitment = std::string(32, '\0');
  record.facts_commitment = std::string(32, '\xff');
  record.revision = 0xffffffff;
  record.rules_version = 0x80000000;
  record.occur_time_us = INT64_MAX;
  record.caller = std::string(kMaxAuditTextBytes, 'c');
  EXPECT_EQ(*DecodeAuditRecord(*EncodeAuditRecord(record)), record);
}

TEST(AuditRecord, RefusesWhatHasNoEncoding) {
  AuditRecord record = Sample();
  record.facts_commitment.pop_back();
  EXPECT_EQ(EncodeAuditRecord(record).status().reason(), "INTERNAL_DEFECT");
  record = Sample();
  record.occur_time_us = -1;
  EXPECT_FALSE(EncodeAuditRecord(record).ok());
  record = Sample();
  record.caller = std::string(kMaxAuditTextBytes + 1, 'c');
  EXPECT_FALSE(EncodeAuditRecord(record).ok());
}

TEST(AuditRecord, DecodesStrictly) {
  const std::string bytes = FromHex(kGolden);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeAuditRecord(bytes.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeAuditRecord(bytes + std::string(1, '\0')).ok());
  // Whatever still decodes is another record, and has exactly those bytes.
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string altered = bytes;
      altered[i] = static_cast<char>(altered[i] ^ (1 << bit));
      const Result<AuditRecord> decoded = DecodeAuditRecord(altered);
      if (!decoded.ok()) continue;
      EXPECT_FALSE(*decoded == Sample());
      EXPECT_EQ(*EncodeAuditRecord(*decoded), altered);
    }
  }
}

TEST(Commitment, GoldenBytes) {
  const std::string salt = FromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(ToHex(*Commitment(salt, "bytes")), "283e701c85379c5ea9245eb4412088ed41e429acfef5f48f54da12da3bf3294d");
  EXPECT_FALSE(Commitment(salt.substr(1), "bytes").ok());
  EXPECT_FALSE(Commitment("", "bytes").ok());
}

}  // namespace
}  // namespace realname
