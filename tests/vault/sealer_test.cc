// SPDX-License-Identifier: Apache-2.0
// Golden bytes were made with Python's `cryptography`, from the format as the header documents it.
#include "vault/sealer.h"

#include <set>
#include <thread>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/vault/sample_keys.h"

namespace realname {
namespace {

static_assert(!std::is_copy_constructible_v<DataKey> && !std::is_copy_assignable_v<DataKey>);

constexpr SealContext kRow{"person_detail", "name", "row-1"};
constexpr char kGoldenSealed[] =
    "01a0a1a2a3a4a5a6a7a8a9aaabacadaeaf101112131415161718191a1b9a7013f3f946dc2b4425ff4716d30e483418abaa7476ff3ce3";
constexpr char kGoldenWrapped[] =
    "0100000001101112131415161718191a1b70eb51c03f02620b7714c4005d63ac60edbad2c6f085e010f9cd142c55c2a3dc8f319d604c39e031"
    "bc8d95ea02da55586efdde06f9dadbbf2e8185b5aafc4370";

DataKey GoldenKey() {
  return DataKey(FromHex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"),
                 SecretKey::FromBytes(FromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")));
}

void ExpectDefect(const Status& status) {
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(status.reason(), "INTERNAL_DEFECT");
  EXPECT_FALSE(status.detail().empty());
}

TEST(Sealer, RoundTrip) {
  const DataKey key = DataKey::Random();
  for (const std::size_t size : {0, 1, 15, 16, 17, 1000, 4 << 20}) {
    std::string plaintext(size, '\0');
    for (std::size_t i = 0; i < size; ++i) plaintext[i] = static_cast<char>(i * 7);
    const std::string sealed = Seal(key, kRow, plaintext);
    EXPECT_EQ(sealed.size(), size + kSealOverheadBytes);
    const Result<std::string> opened = Unseal(key, kRow, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(*opened == plaintext);
    if (size > 15) {
      EXPECT_EQ(sealed.find(plaintext.substr(0, 15)), std::string::npos);
    }
  }
}

TEST(Sealer, GoldenBytes) {
  const Result<std::string> opened = Unseal(GoldenKey(), kRow, FromHex(kGoldenSealed));
  ASSERT_TRUE(opened.ok()) << opened.status().detail();
  EXPECT_EQ(*opened, "王小明");
  const Result<DataKey> unwrapped = UnwrapKey(SampleRing(), FromHex(kGoldenWrapped));
  ASSERT_TRUE(unwrapped.ok()) << unwrapped.status().detail();
  EXPECT_EQ(unwrapped->id(), GoldenKey().id());
  EXPECT_EQ(unwrapped->secret().Reveal(), GoldenKey().secret().Reveal());
}

TEST(Sealer, EveryAlteredByteIsNoticed) {
  const DataKey key = DataKey::Random();
  const std::string sealed = Seal(key, kRow, "330102199001011234");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    for (const int bit : {1, 128}) {
      std::string altered = sealed;
      altered[i] = static_cast<char>(altered[i] ^ bit);
      const Result<std::string> opened = Unseal(key, kRow, altered);
      ASSERT_FALSE(opened.ok()) << i;
      ExpectDefect(opened.status());
    }
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(Unseal(key, kRow, sealed.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(Unseal(key, kRow, sealed + "x").ok());
}

TEST(Sealer, AnotherPlaceDoesNotOpen) {
  const DataKey key = DataKey::Random();
  const std::string sealed = Seal(key, {"person", "name", "12"}, "x");
  const SealContext others[] = {{"persons", "name", "12"}, {"person", "address", "12"}, {"person", "name", "13"},
                                {"personn", "ame", "12"},  {"person", "name1", "2"},    {"", "", ""}};
  for (const SealContext& other : others) ExpectDefect(Unseal(key, other, sealed).status());
  EXPECT_TRUE(Unseal(key, {"person", "name", "12"}, sealed).ok());
}

TEST(Sealer, AnotherKeyIsSaid) {
  const DataKey key = DataKey::Random();
  const std::string sealed = Seal(key, kRow, "x");
  const Status foreign = Unseal(DataKey::Random(), kRow, sealed).status();
  ExpectDefect(foreign);
  EXPECT_NE(foreign.detail().find("another key"), std::string::npos);
  const Status same_id = Unseal(DataKey(key.id(), SecretKey::Random()), kRow, sealed).status();
  ExpectDefect(same_id);
  EXPECT_EQ(same_id.detail().find("another key"), std::string::npos);
}

TEST(Sealer, NoncesAreDistinct) {
  const DataKey key = DataKey::Random();
  std::set<std::string> nonces;
  for (int i = 0; i < 10000; ++i) nonces.insert(Seal(key, kRow, "x").substr(17, 12));
  EXPECT_EQ(nonces.size(), 10000u);
}

TEST(Sealer, ThreadsShareAKey) {
  const DataKey key = DataKey::Random();
  std::vector<std::thread> threads;
  std::vector<int> failures(4, 0);
  for (int& failed : failures) {
    threads.emplace_back([&key, &failed] {
      for (int i = 0; i < 500; ++i) {
        const std::string text = std::to_string(i);
        const Result<std::string> opened = Unseal(key, kRow, Seal(key, kRow, text));
        if (!opened.ok() || *opened != text) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, std::vector<int>(4, 0));
}

TEST(WrapKey, RoundTripAcrossARotation) {
  const DataKey key = DataKey::Random();
  const std::string wrapped = WrapKey(SampleRing(), key);
  EXPECT_EQ(wrapped.size(), kWrappedKeyBytes);
  EXPECT_EQ(*WrapVersion(wrapped), 1u);
  const KeyRing next = SampleRing(Replaced(SampleKeyText(), "current wrap 1", "current wrap 2"));
  const Result<DataKey> opened = UnwrapKey(next, wrapped);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->id(), key.id());
  EXPECT_EQ(opened->secret().Reveal(), key.secret().Reveal());
  const std::string anew = WrapKey(next, *opened);
  EXPECT_EQ(*WrapVersion(anew), 2u);
  EXPECT_EQ(UnwrapKey(SampleRing(), anew)->id(), key.id());
}

TEST(WrapKey, AlteredOrForeignIsRefused) {
  const KeyRing ring = SampleRing();
  const std::string wrapped = WrapKey(ring, DataKey::Random());
  for (std::size_t i = 0; i < wrapped.size(); ++i) {
    std::string altered = wrapped;
    altered[i] = static_cast<char>(altered[i] ^ 2);
    const Result<DataKey> opened = UnwrapKey(ring, altered);
    ASSERT_FALSE(opened.ok()) << i;
    ExpectDefect(opened.status());
  }
  // The version is bound, though both versions are in the ring.
  std::string renamed = wrapped;
  renamed[4] = 2;
  EXPECT_FALSE(UnwrapKey(ring, renamed).ok());
  renamed[4] = 9;
  EXPECT_NE(UnwrapKey(ring, renamed).status().detail().find("no wrap key of version 9"), std::string::npos);
  for (std::size_t size = 0; size < wrapped.size(); ++size) {
    EXPECT_FALSE(UnwrapKey(ring, wrapped.substr(0, size)).ok());
    EXPECT_FALSE(WrapVersion(wrapped.substr(0, size)).ok());
  }
  const KeyRing other = SampleRing(Replaced(SampleKeyText(), Repeat("11", 32), Repeat("12", 32)));
  ExpectDefect(UnwrapKey(other, wrapped).status());
}

}  // namespace
}  // namespace realname
