// SPDX-License-Identifier: Apache-2.0
#include "vault/key_ring.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <utility>

#include <sys/stat.h>

#include "vault/digest.h"

namespace realname {
namespace {

constexpr std::string_view kHeader = "realname-key-ring 1";
constexpr std::string_view kFingerprintLabel = "realname-key-fingerprint-v1";
constexpr std::size_t kMaxFileBytes = 1U << 20;
constexpr std::size_t kFingerprintHexDigits = 32;
constexpr KeyPurpose kPurposes[] = {KeyPurpose::kWrap, KeyPurpose::kIndex, KeyPurpose::kDigest};

Status Refuse(const std::string& path, const std::string& what) {
  return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "key file " + path + ": " + what);
}

Status RefuseErrno(const std::string& path, const std::string& doing, int error) {
  return Refuse(path, "cannot " + doing + ": " + std::strerror(error));
}

// A file descriptor that closes itself.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return descriptor_; }
  bool ok() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

// A buffer of fixed size that is wiped: a growing one would leave copies behind.
class WipedText {
 public:
  explicit WipedText(std::size_t capacity) { bytes_.reserve(capacity); }
  ~WipedText() { WipeMemory(bytes_.data(), bytes_.capacity()); }
  WipedText(const WipedText&) = delete;
  WipedText& operator=(const WipedText&) = delete;

  // Appends within the capacity only.
  bool Append(std::string_view text) {
    if (bytes_.capacity() - bytes_.size() < text.size()) return false;
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return true;
  }
  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::vector<char> bytes_;
};

std::optional<KeyPurpose> ParsePurpose(std::string_view word) {
  for (KeyPurpose purpose : kPurposes) {
    if (word == KeyPurposeName(purpose)) return purpose;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> ParseVersion(std::string_view word) {
  if (word.empty() || word.front() == '0') return std::nullopt;
  std::uint32_t version = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), version);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return version;
}

int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::optional<SecretKey> ParseKey(std::string_view word) {
  if (word.size() != 2 * SecretKey::kBytes) return std::nullopt;
  SecretKey key;
  for (std::size_t i = 0; i < SecretKey::kBytes; ++i) {
    const int high = HexValue(word[2 * i]);
    const int low = HexValue(word[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key.data()[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

// The text up to the next `separator`, which is taken off `rest` too.
std::string_view Take(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return taken;
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void AppendNewKey(WipedText& text, KeyPurpose purpose) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const SecretKey key = SecretKey::Random();
  text.Append("key ");
  text.Append(KeyPurposeName(purpose));
  text.Append(" 1 ");
  for (std::size_t i = 0; i < SecretKey::kBytes; ++i) {
    text.Append({&kDigits[key.data()[i] >> 4], 1});
    text.Append({&kDigits[key.data()[i] & 0x0f], 1});
  }
  text.Append("\ncurrent ");
  text.Append(KeyPurposeName(purpose));
  text.Append(" 1\n");
}

}  // namespace

std::string_view KeyPurposeName(KeyPurpose purpose) {
  switch (purpose) {
    case KeyPurpose::kWrap:
      return "wrap";
    case KeyPurpose::kIndex:
      return "index";
    case KeyPurpose::kDigest:
      return "digest";
  }
  return "";
}

Result<KeyRing> KeyRing::Load(const std::string& path) {
  // Not blocking, in case it is a pipe, which is refused below.
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok()) {
    const int error = errno;
    if (error == ENOENT) {
      return Refuse(path,
                    "the file is missing. Without it the sealed data in the database cannot be read: restore it from "
                    "its backup");
    }
    return RefuseErrno(path, "open it", error);
  }
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return RefuseErrno(path, "read its owner and mode", errno);
  if (!S_ISREG(facts.st_mode)) return Refuse(path, "it is not a regular file");
  if (facts.st_uid != ::geteuid()) {
    return Refuse(path, "it belongs to user id " + std::to_string(facts.st_uid) +
                            ", but this process runs as user id " + std::to_string(::geteuid()) +
                            "; the file must belong to the process's user");
  }
  if ((facts.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(facts.st_mode & 07777));
    return Refuse(path, std::string("its mode is ") + mode + ", so that others may have read it; it must be 0600");
  }
  if (facts.st_size > static_cast<off_t>(kMaxFileBytes)) return Refuse(path, "it is larger than 1 MiB");

  WipedText text(kMaxFileBytes);
  char buffer[4096];
  Status failure;
  while (true) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) failure = RefuseErrno(path, "read it", errno);
    if (count <= 0) break;
    if (!text.Append({buffer, static_cast<std::size_t>(count)})) {
      failure = Refuse(path, "it is larger than 1 MiB");
      break;
    }
  }
  WipeMemory(buffer, sizeof buffer);
  if (!failure.ok()) return failure;
  return Parse(text.view(), path);
}

Result<KeyRing> KeyRing::Parse(std::string_view text, const std::string& path) {
  KeyRing ring;
  std::array<std::size_t, 3> current_line{};
  std::size_t number = 0;
  const auto at_line = [&path](std::size_t line, const std::string& what) {
    return Refuse(path, "line " + std::to_string(line) + ": " + what);
  };
  while (!text.empty() || number == 0) {
    std::string_view line = Take(text, '\n');
    ++number;
    if (number == 1) {
      if (line != kHeader) return at_line(1, "the file must begin with \"" + std::string(kHeader) + "\"");
      continue;
    }
    if (line.empty() || line.front() == '#') continue;
    const std::string_view word = Take(line, ' ');
    if (word != "key" && word != "current") return at_line(number, "it begins with neither \"key\" nor \"current\"");
    const std::optional<KeyPurpose> purpose = ParsePurpose(Take(line, ' '));
    if (!purpose) return at_line(number, "the purpose is none of wrap, index and digest");
    const std::optional<std::uint32_t> version = ParseVersion(Take(line, ' '));
    if (!version) return at_line(number, "the version is not a number from 1 to 4294967295");
    if (word == "current") {
      if (!line.empty()) return at_line(number, "there is something after the version");
      const auto slot = static_cast<std::size_t>(*purpose);
      if (current_line[slot] != 0) {
        return at_line(number, "the current version is already named on line " + std::to_string(current_line[slot]));
      }
      current_line[slot] = number;
      ring.current_[slot] = *version;
      continue;
    }
    std::optional<SecretKey> key = ParseKey(line);
    if (!key) return at_line(number, "the key is not 64 hexadecimal digits up to the end of the line");
    if (ring.Find(*purpose, *version) != nullptr) return at_line(number, "this version has a key already");
    for (const Key& other : ring.keys_) {
      if (other.secret.Reveal() == key->Reveal()) return at_line(number, "the same key is there twice");
    }
    ring.keys_.push_back(Key{*purpose, *version, std::move(*key)});
  }
  for (KeyPurpose purpose : kPurposes) {
    const auto slot = static_cast<std::size_t>(purpose);
    const std::string name(KeyPurposeName(purpose));
    if (current_line[slot] == 0) return Refuse(path, "no line names the current version for \"" + name + "\"");
    if (ring.Find(purpose, ring.current_[slot]) == nullptr) {
      return at_line(current_line[slot], "the file has no key of this version for \"" + name + "\"");
    }
  }
  std::sort(ring.keys_.begin(), ring.keys_.end(), [](const Key& a, const Key& b) {
    return std::pair(a.purpose, a.version) < std::pair(b.purpose, b.version);
  });
  return ring;
}

Result<KeyRing> KeyRing::Create(const std::string& path) {
  WipedText text(4096);
  text.Append(kHeader);
  text.Append(
      "\n# Master keys. Whoever has this file and the database can read everything; without this file nobody can.\n"
      "# Keep a copy apart from the database's backups.\n");
  for (KeyPurpose purpose : kPurposes) AppendNewKey(text, purpose);

  const std::string draft = path + ".new-" + ToHex(RandomBytes(8));
  Status failure;
  {
    const OpenFile file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.ok()) return RefuseErrno(path, "make a file beside it", errno);
    // The process's umask may have taken the owner's own right to read.
    if (::fchmod(file.get(), 0600) != 0 || !WriteAll(file.get(), text.view()) || ::fsync(file.get()) != 0) {
      failure = RefuseErrno(path, "write it", errno);
    }
  }
  // A link, unlike a rename, fails if the name is taken.
  if (failure.ok() && ::link(draft.c_str(), path.c_str()) != 0) {
    failure = errno == EEXIST ? Status(StatusCode::kAlreadyExists, "WRONG_STATE",
                                       "key file " + path + ": it exists already and is not overwritten")
                              : RefuseErrno(path, "give it its name", errno);
  }
  ::unlink(draft.c_str());
  if (!failure.ok()) return failure;

  const OpenFile folder(::open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok() || ::fsync(folder.get()) != 0) return RefuseErrno(path, "write its folder to the disk", errno);
  return Load(path);
}

std::vector<std::uint32_t> KeyRing::versions(KeyPurpose purpose) const {
  std::vector<std::uint32_t> found;
  for (const Key& key : keys_) {
    if (key.purpose == purpose) found.push_back(key.version);
  }
  return found;
}

const SecretKey* KeyRing::Find(KeyPurpose purpose, std::uint32_t version) const {
  for (const Key& key : keys_) {
    if (key.purpose == purpose && key.version == version) return &key.secret;
  }
  return nullptr;
}

std::string KeyRing::Fingerprint() const {
  Sha256Stream all;
  for (const KeyFingerprint& one : KeyFingerprints()) {
    all.Update(KeyPurposeName(one.purpose)).Update(" ").Update(std::to_string(one.version)).Update(" ");
    all.Update(one.hex).Update("\n");
  }
  return ToHex(all.Finish());
}

std::vector<KeyRing::KeyFingerprint> KeyRing::KeyFingerprints() const {
  std::vector<KeyFingerprint> fingerprints;
  for (const Key& key : keys_) {
    std::string hex = ToHex(HmacSha256(key.secret.Reveal(), {kFingerprintLabel}));
    hex.resize(kFingerprintHexDigits);
    fingerprints.push_back(KeyFingerprint{key.purpose, key.version, std::move(hex)});
  }
  return fingerprints;
}

}  // namespace realname
