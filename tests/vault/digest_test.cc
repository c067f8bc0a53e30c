// SPDX-License-Identifier: Apache-2.0
#include "vault/digest.h"

#include <chrono>
#include <set>

#include <gtest/gtest.h>

#include "tests/vault/sample_keys.h"
#include "vault/blind_index.h"

namespace realname {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  Sha256Stream stream;
  for (int i = 0; i < 1000; ++i) stream.Update(std::string(1000, 'a'));
  EXPECT_EQ(ToHex(stream.Finish()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(stream.Update("a").Update("bc").Finish(), Sha256("abc")) << "a stream begins anew";
}

// RFC 4231, test cases 1, 2, 3, 6 and 7.
TEST(HmacSha256, KnownAnswers) {
  EXPECT_EQ(ToHex(HmacSha256(std::string(20, '\x0b'), {"Hi There"})),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(ToHex(HmacSha256("Jefe", {"what do ya want ", "for nothing?"})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(ToHex(HmacSha256(std::string(20, '\xaa'), {std::string(50, '\xdd')})),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(ToHex(HmacSha256(std::string(131, '\xaa'), {"Test Using Larger Than Block-Size Key - Hash Key First"})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(ToHex(HmacSha256(std::string(131, '\xaa'),
                             {"This is a test using a larger than block-size key and a larger than block-size data. ",
                              "The key needs to be hashed before being used by the HMAC algorithm."})),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

// Made with Python's hmac from the construction as the header documents it.
TEST(BlindIndex, GoldenBytes) {
  const KeyRing ring = SampleRing();
  EXPECT_EQ(ToHex(*BlindIndex(ring, 1, "document", "11010519491231002X")),
            "31d6efceb527ce5ba1e9e0f91c6cb3ff4110552e9575853ba2b83bf89426ca1b");
  EXPECT_EQ(ToHex(*PayloadDigest(ring, 1, "register", "payload")),
            "f015599f3276685fcbdfdff619a80907a925af769d2bf23d7f005a48f915e623");
}

TEST(BlindIndex, ColumnsVersionsAndPurposesAreSeparate) {
  const KeyRing ring = SampleRing();
  const std::set<std::string> distinct = {
      *BlindIndex(ring, 1, "document", "x"),    *BlindIndex(ring, 2, "document", "x"),
      *BlindIndex(ring, 1, "documentx", ""),    *BlindIndex(ring, 1, "number", "x"),
      *BlindIndex(ring, 1, "document", "y"),    *PayloadDigest(ring, 1, "document", "x"),
      *PayloadDigest(ring, 2, "document", "x"), *PayloadDigest(ring, 1, "documentx", "")};
  EXPECT_EQ(distinct.size(), 8u);
  EXPECT_EQ(*BlindIndex(ring, 1, "document", "x"), *BlindIndex(ring, 1, "document", "x"));
  EXPECT_EQ(BlindIndex(ring, 3, "document", "x").status().reason(), "INTERNAL_DEFECT");
  EXPECT_EQ(PayloadDigest(ring, 0, "document", "x").status().reason(), "INTERNAL_DEFECT");
}

TEST(RandomBytes, AreDistinctAndOfTheSizeAsked) {
  EXPECT_EQ(RandomBytes(0).size(), 0u);
  EXPECT_EQ(RandomBytes(3 << 20).size(), 3u << 20);
  EXPECT_NE(RandomBytes(32), RandomBytes(32));
}

// 8-4-4-4-12 lower-case hexadecimal digits with the version and the variant in their places.
bool HasUuidForm(const std::string& text, char version) {
  if (text.size() != 36 || text[14] != version || std::string("89ab").find(text[19]) == std::string::npos) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (std::string(dash ? "-" : "0123456789abcdef").find(text[i]) == std::string::npos) return false;
  }
  return true;
}

TEST(Uuid, HaveTheFormOfTheirVersion) {
  std::set<std::string> seen;
  const TimePoint now = std::chrono::system_clock::now();
  for (int i = 0; i < 500; ++i) {
    seen.insert(RandomUuid());
    EXPECT_TRUE(HasUuidForm(RandomUuid(), '4'));
    seen.insert(TimeOrderedUuid(now));
    EXPECT_TRUE(HasUuidForm(TimeOrderedUuid(now), '7'));
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Uuid, TimeOrdered) {
  // RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC is 017f22e2-79b0-7...
  const TimePoint example{std::chrono::milliseconds(1645557742000)};
  EXPECT_EQ(TimeOrderedUuid(example).substr(0, 18), "017f22e2-79b0-7000");
  EXPECT_EQ(TimeOrderedUuid(example + std::chrono::microseconds(500)).substr(0, 18), "017f22e2-79b0-7800");
  std::string last;
  for (int i = 0; i < 5000; ++i) {
    const std::string next = TimeOrderedUuid(example + std::chrono::microseconds(i));
    EXPECT_LT(last, next);
    last = next;
  }
  EXPECT_EQ(TimeOrderedUuid(TimePoint(std::chrono::hours(-1))).substr(0, 18), "00000000-0000-7000");
}

}  // namespace
}  // namespace realname
