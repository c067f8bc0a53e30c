// SPDX-License-Identifier: Apache-2.0
// Signatures of capture devices, and the vectors that are published for whoever makes one.
#include "vault/signature.h"

#include <fstream>
#include <set>
#include <sstream>

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "proto/capture_bytes.h"
#include "realname/v1/capture_vectors.pb.h"

namespace realname {
namespace {

v1::CaptureVectors Vectors() {
  std::ifstream file(REALNAME_SOURCE_DIR "/docs/capture-vectors.json");
  std::ostringstream text;
  text << file.rdbuf();
  v1::CaptureVectors vectors;
  const auto status = google::protobuf::util::JsonStringToMessage(text.str(), &vectors);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return vectors;
}

TEST(SignatureTest, EveryPublishedVectorHolds) {
  const v1::CaptureVectors vectors = Vectors();
  std::set<std::string> keys;
  int good = 0;
  for (const v1::CaptureVector& vector : vectors.vectors()) {
    const v1::Document* document = vector.has_document() ? &vector.document() : nullptr;
    EXPECT_EQ(CaptureBytes(vector.capture(), document, vector.id_photo_sha256(), vector.live_portrait_sha256()),
              vector.signed_bytes())
        << vector.description();
    EXPECT_TRUE(IsSignatureKey(vector.public_key())) << vector.description();
    EXPECT_EQ(VerifySignature(vector.public_key(), vector.signed_bytes(), vector.capture().signature().signature()),
              vector.good())
        << vector.description();
    keys.insert(vector.public_key());
    good += vector.good() ? 1 : 0;
  }
  EXPECT_EQ(keys.size(), 2u) << "Ed25519 and P-256";
  EXPECT_GE(good, 7);
  EXPECT_GE(vectors.vectors_size() - good, 14);
}

// RFC 8032, section 7.1, test 2.
TEST(SignatureTest, Ed25519IsThatOfTheStandard) {
  const std::string seed =
      "\x4c\xcd\x08\x9b\x28\xff\x96\xda\x9d\xb6\xc3\x46\xec\x11\x4e\x0f\x5b\x8a\x31\x9f\x35\xab\xa6\x24\xda\x8c\xf6\xed"
      "\x4f\xb8\xa6\xfb";
  const std::string signature =
      "\x92\xa0\x09\xa9\xf0\xd4\xca\xb8\x72\x0e\x82\x0b\x5f\x64\x25\x40\xa2\xb2\x7b\x54\x16\x50\x3f\x8f\xb3\x76\x22\x23"
      "\xeb\xdb\x69\xda\x08\x5a\xc1\xe4\x3e\x15\x99\x6e\x45\x8f\x36\x13\xd0\xf1\x1d\x8c\x38\x7b\x2e\xae\xb4\x30\x2a\xee"
      "\xb0\x0d\x29\x16\x12\xbb\x0c\x00";
  const SigningKey key = SigningKey::FromSeed(seed);
  EXPECT_EQ(key.Sign("\x72"), std::string(signature.data(), 64));
  EXPECT_TRUE(VerifySignature(key.PublicKey(), "\x72", key.Sign("\x72")));
  EXPECT_FALSE(VerifySignature(key.PublicKey(), "\x73", key.Sign("\x72")));
}

TEST(SignatureTest, OnlyTheseKindsOfKeysAreTaken) {
  const std::string der = SigningKey::FromSeed(std::string(32, '\x01')).PublicKey();
  EXPECT_TRUE(IsSignatureKey(der));
  EXPECT_FALSE(IsSignatureKey(""));
  EXPECT_FALSE(IsSignatureKey("no key"));
  EXPECT_FALSE(IsSignatureKey(der.substr(0, der.size() - 1)));
  EXPECT_FALSE(IsSignatureKey(der + "x"));
  EXPECT_FALSE(VerifySignature("no key", "message", "signature"));
  EXPECT_FALSE(VerifySignature(der, "message", ""));
  EXPECT_EQ(SigningKey::FromPem("no key").status().reason(), "BAD_KEY");
  EXPECT_EQ(PublicKeyFromPem("no key").status().reason(), "BAD_KEY");
  // P-384 is none of them.
  EXPECT_EQ(SigningKey::FromPem("-----BEGIN PRIVATE KEY-----\n"
                                "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAPlbFAbYXCPSFz1B+g\n"
                                "-----END PRIVATE KEY-----\n")
                .status()
                .reason(),
            "BAD_KEY");
}

}  // namespace
}  // namespace realname
