// SPDX-License-Identifier: Apache-2.0
#include "vault/key_ring.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <spawn.h>
#include <type_traits>
#include <unistd.h>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/vault/sample_keys.h"

namespace realname {
namespace {

static_assert(!std::is_copy_constructible_v<KeyRing> && !std::is_copy_assignable_v<KeyRing>);
static_assert(!std::is_copy_constructible_v<SecretKey> && !std::is_copy_assignable_v<SecretKey>);

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string RefusalOf(const std::string& text) {
  const ScratchFolder folder;
  WriteFile(folder.File("keys"), text);
  const Result<KeyRing> ring = KeyRing::Load(folder.File("keys"));
  EXPECT_FALSE(ring.ok());
  EXPECT_EQ(ring.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(ring.status().message().find(folder.File("keys")), std::string::npos);
  return ring.status().message();
}

TEST(KeyRing, CreatesAPrivateFileThatLoads) {
  const ScratchFolder folder;
  const std::string path = folder.File("keys");
  const Result<KeyRing> made = KeyRing::Create(path);
  ASSERT_TRUE(made.ok()) << made.status().message();
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
  EXPECT_EQ(facts.st_nlink, 1u);
  const Result<KeyRing> loaded = KeyRing::Load(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_EQ(made->Fingerprint(), loaded->Fingerprint());
  std::set<std::string> keys;
  for (KeyPurpose purpose : {KeyPurpose::kWrap, KeyPurpose::kIndex, KeyPurpose::kDigest}) {
    EXPECT_EQ(loaded->current_version(purpose), 1u);
    EXPECT_EQ(loaded->versions(purpose), std::vector<std::uint32_t>{1});
    keys.emplace(loaded->Find(purpose, 1)->Reveal());
  }
  EXPECT_EQ(keys.size(), 3u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "a draft was left behind";
}

TEST(KeyRing, NeverOverwrites) {
  const ScratchFolder folder;
  const std::string path = folder.File("keys");
  WriteFile(path, "something else");
  const Result<KeyRing> made = KeyRing::Create(path);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadAll(path), "something else");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(KeyRing, NeverFollowsADanglingLink) {
  const ScratchFolder folder;
  ASSERT_EQ(::symlink(folder.File("elsewhere").c_str(), folder.File("keys").c_str()), 0);
  EXPECT_EQ(KeyRing::Create(folder.File("keys")).status().code(), StatusCode::kAlreadyExists);
  EXPECT_FALSE(std::filesystem::exists(folder.File("elsewhere")));
}

TEST(KeyRing, MissingFileSaysWhatIsLost) {
  const ScratchFolder folder;
  const Result<KeyRing> ring = KeyRing::Load(folder.File("keys"));
  ASSERT_FALSE(ring.ok());
  EXPECT_EQ(ring.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(ring.status().message().find(folder.File("keys")), std::string::npos);
  EXPECT_NE(ring.status().message().find("missing"), std::string::npos);
  EXPECT_NE(ring.status().message().find("cannot be read"), std::string::npos);
}

TEST(KeyRing, RefusesAFileThatOthersMayTouch) {
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0644, 0777}) {
    const ScratchFolder folder;
    WriteFile(folder.File("keys"), SampleKeyText(), mode);
    const Result<KeyRing> ring = KeyRing::Load(folder.File("keys"));
    ASSERT_FALSE(ring.ok()) << mode;
    char octal[8];
    std::snprintf(octal, sizeof octal, "%04o", static_cast<unsigned>(mode));
    EXPECT_NE(ring.status().message().find(folder.File("keys")), std::string::npos);
    EXPECT_NE(ring.status().message().find(octal), std::string::npos);
  }
  const ScratchFolder folder;
  WriteFile(folder.File("keys"), SampleKeyText(), 0400);
  EXPECT_TRUE(KeyRing::Load(folder.File("keys")).ok());
}

TEST(KeyRing, RefusesAForeignFile) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const ScratchFolder folder;
  WriteFile(folder.File("keys"), SampleKeyText());
  ASSERT_EQ(::chown(folder.File("keys").c_str(), 65534, 65534), 0);
  const Result<KeyRing> ring = KeyRing::Load(folder.File("keys"));
  ASSERT_FALSE(ring.ok());
  EXPECT_NE(ring.status().message().find("65534"), std::string::npos);
}

TEST(KeyRing, RefusesWhatIsNoFile) {
  const ScratchFolder folder;
  EXPECT_FALSE(KeyRing::Load(folder.path()).ok());
  ASSERT_EQ(::mkfifo(folder.File("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(KeyRing::Load(folder.File("pipe")).ok());
}

TEST(KeyRing, ReadsSeveralVersions) {
  const KeyRing ring = SampleRing();
  EXPECT_EQ(ring.versions(KeyPurpose::kWrap), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(ring.current_version(KeyPurpose::kWrap), 1u);
  EXPECT_EQ(ring.Find(KeyPurpose::kIndex, 2)->Reveal(), std::string(32, '\x55'));
  EXPECT_EQ(ring.Find(KeyPurpose::kIndex, 3), nullptr);
  const KeyRing next = SampleRing(Replaced(SampleKeyText(), "current wrap 1", "current wrap 2"));
  EXPECT_EQ(next.current_version(KeyPurpose::kWrap), 2u);
  EXPECT_EQ(next.Fingerprint(), ring.Fingerprint()) << "which one is current is not part of the keys' identity";
}

TEST(KeyRing, FingerprintsTellKeysApart) {
  const KeyRing ring = SampleRing();
  const std::vector<KeyRing::KeyFingerprint> prints = ring.KeyFingerprints();
  ASSERT_EQ(prints.size(), 6u);
  EXPECT_EQ(prints[0].purpose, KeyPurpose::kWrap);
  EXPECT_EQ(prints[0].version, 1u);
  EXPECT_EQ(prints[0].hex, "842be8736cc1c00cf42b6ea0880c71e3");  // made with Python's hmac
  std::set<std::string> distinct;
  for (const auto& print : prints) distinct.insert(print.hex);
  EXPECT_EQ(distinct.size(), 6u);
  const KeyRing other = SampleRing(Replaced(SampleKeyText(), Repeat("66", 32), Repeat("67", 32)));
  EXPECT_NE(other.Fingerprint(), ring.Fingerprint());
  EXPECT_EQ(ring.Fingerprint().size(), 64u);
}

TEST(KeyRing, CorruptLinesAreNamedByNumberOnly) {
  const std::string sound = SampleKeyText();
  const std::string key = Repeat("22", 32);
  const std::pair<std::string, std::string> cases[] = {
      {Replaced(sound, "key index 1 " + key, "key index 1 " + key + "9"), "line 5:"},
      {Replaced(sound, "key index 1 " + key, "key index 1 " + key.substr(2)), "line 5:"},
      {Replaced(sound, "key index 1 " + key, "key index 1 x" + key.substr(1)), "line 5:"},
      {Replaced(sound, "key index 1 " + key, "key index 0 " + key), "line 5:"},
      {Replaced(sound, "key index 1 " + key, "key index 4294967296 " + key), "line 5:"},
      {Replaced(sound, "key index 1 " + key, "key index -1 " + key), "line 5:"},
      {Replaced(sound, "key index 1 " + key, "key other 1 " + key), "line 5:"},
      {Replaced(sound, "key index 1 " + key, key), "line 5:"},
      {Replaced(sound, "key index 2", "key index 1"), "line 9:"},
      {Replaced(sound, Repeat("55", 32), key), "line 9:"},
      {Replaced(sound, "current index 1", "current index 1\ncurrent index 2"), "line 12:"},
      {Replaced(sound, "current index 1", "current index 7"), "line 11:"},
      {Replaced(sound, "current index 1", "current index 1 1"), "line 11:"},
      {Replaced(sound, "current index 1\n", ""), "\"index\""},
      {Replaced(sound, "realname-key-ring 1", "realname-key-ring 2"), "line 1:"},
      {Replaced(sound, "\n", "\r\n"), "line 1:"},
      {"", "line 1:"},
  };
  for (const auto& [text, expected] : cases) {
    const std::string message = RefusalOf(text);
    EXPECT_NE(message.find(expected), std::string::npos) << message;
    EXPECT_EQ(message.find("2222"), std::string::npos) << message;
  }
  RefusalOf(sound + std::string(1U << 20, '#'));
}

// Every file that a cut-off copy could leave is refused, or is the whole.
TEST(KeyRing, CutOffFilesAreRefused) {
  const std::string sound = SampleKeyText();
  const ScratchFolder folder;
  for (std::size_t size = 0; size + 1 < sound.size(); ++size) {
    WriteFile(folder.File("keys"), sound.substr(0, size));
    EXPECT_FALSE(KeyRing::Load(folder.File("keys")).ok()) << size;
  }
}

TEST(KeyRing, OfProcessesAtOnceOneMakesTheFile) {
  const ScratchFolder folder;
  const std::string path = folder.File("keys");
  const char* program = REALNAME_MAKE_KEY_RING;
  std::vector<pid_t> children(8);
  for (pid_t& child : children) {
    char* arguments[] = {const_cast<char*>(program), const_cast<char*>(path.c_str()), nullptr};
    ASSERT_EQ(::posix_spawn(&child, program, nullptr, nullptr, arguments, environ), 0);
  }
  int made = 0;
  int refused = 0;
  for (pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 0) ++made;
    if (WEXITSTATUS(status) == 2) ++refused;
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_TRUE(KeyRing::Load(path).ok());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(SecretKey, MovingLeavesZerosBehind) {
  SecretKey first = SecretKey::Random();
  const std::string bytes(first.Reveal());
  SecretKey second = std::move(first);
  EXPECT_EQ(second.Reveal(), bytes);
  EXPECT_EQ(first.Reveal(), std::string(32, '\0'));  // NOLINT: what is left is the point
  SecretKey third;
  third = std::move(second);
  EXPECT_EQ(third.Reveal(), bytes);
  EXPECT_EQ(second.Reveal(), std::string(32, '\0'));  // NOLINT
}

}  // namespace
}  // namespace realname
