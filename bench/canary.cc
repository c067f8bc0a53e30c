// SPDX-License-Identifier: Apache-2.0
#include "bench/canary.h"

#include <filesystem>
#include <fstream>
#include <iconv.h>
#include <sstream>
#include <stdexcept>

#include "cli/made_up_person.h"

namespace realname {
namespace {

std::string Converted(const std::string& text, const char* encoding) {
  const iconv_t converter = iconv_open(encoding, "UTF-8");
  if (converter == reinterpret_cast<iconv_t>(-1)) throw std::runtime_error(std::string("no encoding ") + encoding);
  std::string in = text;
  std::string out(text.size() * 4 + 8, '\0');
  char* from = in.data();
  char* to = out.data();
  size_t from_left = in.size();
  size_t to_left = out.size();
  iconv(converter, &from, &from_left, &to, &to_left);
  iconv_close(converter);
  out.resize(out.size() - to_left);
  return out;
}

std::string Hex(const std::string& bytes, const char* digits) {
  std::string text;
  for (const char c : bytes) {
    text.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    text.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return text;
}

// Base64 of the bytes as they would stand `skip` bytes into a longer stream, without the characters at both ends that
// depend on their neighbours.
std::string Base64(const std::string& bytes, size_t skip) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t begin = (3 - skip) % 3;
  std::string text;
  for (size_t i = begin; i + 3 <= bytes.size(); i += 3) {
    const unsigned group = static_cast<unsigned char>(bytes[i]) << 16 | static_cast<unsigned char>(bytes[i + 1]) << 8 |
                           static_cast<unsigned char>(bytes[i + 2]);
    for (const int shift : {18, 12, 6, 0}) text.push_back(kAlphabet[group >> shift & 63]);
  }
  return text;
}

void AddForms(std::vector<Needle>& needles, const std::string& what, const std::string& bytes) {
  needles.push_back({what, bytes});
  needles.push_back({what + " as hex", Hex(bytes, "0123456789abcdef")});
  needles.push_back({what + " as HEX", Hex(bytes, "0123456789ABCDEF")});
  for (size_t skip = 0; skip < 3; ++skip) {
    const std::string base64 = Base64(bytes, skip);
    // Shorter ones would be found by chance.
    if (base64.size() >= 8) needles.push_back({what + " as base64", base64});
  }
}

}  // namespace

std::vector<Needle> CanaryNeedles(uint64_t person, const std::string& photo) {
  std::vector<Needle> needles;
  const v1::Document document = cli::MadeUpDocument(person);
  const std::string msisdn = cli::MadeUpMsisdn(person);
  for (const auto& [what, text] : {std::pair<std::string, std::string>("name", document.name()),
                                   {"identity number", document.number()},
                                   {"address", document.address()},
                                   {"phone number", msisdn},
                                   {"phone number without prefix", msisdn.substr(3)}}) {
    AddForms(needles, what, text);
    AddForms(needles, what + " in UTF-16LE", Converted(text, "UTF-16LE"));
    AddForms(needles, what + " in UTF-16BE", Converted(text, "UTF-16BE"));
    if (Converted(text, "GB18030") != text) AddForms(needles, what + " in GB18030", Converted(text, "GB18030"));
  }
  for (const size_t eighth : {3u, 5u, 7u}) {
    AddForms(needles, "photograph", photo.substr(photo.size() * eighth / 8, 64));
  }
  return needles;
}

std::vector<std::string> FindNeedles(const std::string& folder, const std::vector<Needle>& needles) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    const std::string content = text.str();
    for (const Needle& needle : needles) {
      if (content.find(needle.bytes) != std::string::npos) found.push_back(entry.path().string() + ": " + needle.what);
    }
  }
  return found;
}

}  // namespace realname
