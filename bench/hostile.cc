// SPDX-License-Identifier: Apache-2.0
#include "bench/hostile.h"

#include <stdexcept>
#include <turbojpeg.h>
#include <zlib.h>

#include <google/protobuf/unknown_field_set.h>

namespace realname {
namespace {

std::string BigEndian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string PngChunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const auto crc = crc32(0, reinterpret_cast<const unsigned char*>(body.data()), static_cast<unsigned>(body.size()));
  return BigEndian(static_cast<uint32_t>(data.size())) + body + BigEndian(static_cast<uint32_t>(crc));
}

// A PNG of the size that it claims, with next to no data behind it.
std::string PngClaiming(uint32_t width, uint32_t height) {
  return std::string("\x89PNG\r\n\x1a\n", 8) +
         PngChunk("IHDR", BigEndian(width) + BigEndian(height) + std::string("\x08\x02\0\0\0", 5)) +
         PngChunk("IDAT", std::string("\x78\x9c\x03\0\0\0\0\x01", 8)) + PngChunk("IEND", "");
}

// A square progressive JPEG of a pattern that repeats every `period` bytes; 1 is flat.
std::string Progressive(int side, size_t period) {
  std::vector<unsigned char> pixels(static_cast<size_t>(side) * static_cast<size_t>(side) * 3);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<unsigned char>(i * 7 % period);
  const tjhandle writer = tjInitCompress();
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const int failed =
      tjCompress2(writer, pixels.data(), side, 0, side, TJPF_RGB, &out, &size, TJSAMP_444, 30, TJFLAG_PROGRESSIVE);
  std::string jpeg(reinterpret_cast<char*>(out), size);
  tjFree(out);
  tjDestroy(writer);
  if (failed != 0) throw std::runtime_error("cannot write a progressive JPEG");
  return jpeg;
}

// A progressive JPEG whose last scan is repeated `times` times.
std::string ManyScans(int times) {
  std::string jpeg = Progressive(512, 251);
  const size_t scan = jpeg.rfind("\xFF\xDA");
  const std::string last = jpeg.substr(scan, jpeg.size() - 2 - scan);
  jpeg.resize(jpeg.size() - 2);
  for (int i = 0; i < times && jpeg.size() + last.size() < (4u << 20) - 2; ++i) jpeg += last;
  return jpeg + "\xFF\xD9";
}

}  // namespace

std::vector<HostilePicture> HostilePictures(const std::string& jpeg) {
  std::vector<HostilePicture> pictures = {
      {"one byte", "x"},
      {"text", "this is no picture at all"},
      {"a GIF", "GIF89a\x01"},
      {"zeroes", std::string(100000, '\0')},
      {"4 MiB of 0xFF", std::string(4u << 20, '\xFF')},
      {"a JPEG's first bytes", "\xFF\xD8\xFF\xE0"},
      {"a PNG of 60,000 x 60,000", PngClaiming(60000, 60000)},
      {"a PNG of 2^31 x 1", PngClaiming(0x7FFFFFFF, 1)},
      {"a PNG of 0 x 0", PngClaiming(0, 0)},
      {"a PNG of 1 x 1", PngClaiming(1, 1)},
      {"a progressive JPEG of thousands of scans", ManyScans(5000)},
      {"a flat progressive JPEG of 25 megapixels", Progressive(5000, 1)},
  };
  for (const size_t tenth : {1u, 3u, 5u, 9u}) {
    pictures.push_back({"truncated", jpeg.substr(0, jpeg.size() * tenth / 10)});
  }
  std::string headless = jpeg;
  headless[0] = 'x';
  pictures.push_back({"wrong magic", headless});
  // A frame header that claims 65,535 x 65,535.
  std::string huge = jpeg;
  for (size_t i = 2; i + 9 < huge.size(); ++i) {
    if (huge[i] == '\xFF' && (huge[i + 1] == '\xC0' || huge[i + 1] == '\xC2')) {
      huge.replace(i + 5, 4, "\xFF\xFF\xFF\xFF");
      break;
    }
  }
  pictures.push_back({"a JPEG of 65,535 x 65,535", huge});
  return pictures;
}

const std::vector<HostileForm>& HostileForms() {
  using R = v1::SubmitRegistrationRequest;
  static const std::vector<HostileForm> kForms = {
      {"no request_id", [](R& r) { r.clear_request_id(); }},
      {"request_id is no UUID", [](R& r) { r.set_request_id("'; drop table realname.person; --"); }},
      {"no entry_type", [](R& r) { r.clear_entry_type(); }},
      {"unknown entry_type", [](R& r) { r.set_entry_type(static_cast<v1::EntryType>(12345)); }},
      {"negative channel", [](R& r) { r.mutable_channel()->set_type(static_cast<v1::ChannelType>(-1)); }},
      {"no msisdn", [](R& r) { r.clear_msisdn(); }},
      {"letters as msisdn", [](R& r) { r.set_msisdn("+86abc"); }},
      {"no parties", [](R& r) { r.clear_parties(); }},
      {"a thousand parties",
       [](R& r) {
         for (int i = 0; i < 1000; ++i) r.add_parties();
       }},
      {"no photos",
       [](R& r) {
         r.mutable_parties(0)->clear_id_photo();
         r.mutable_parties(0)->clear_live_portrait();
       }},
      {"a photo above 4 MiB", [](R& r) { r.mutable_parties(0)->set_id_photo(std::string((4u << 20) + 1, 'x')); }},
      {"an unknown field", [](R& r) { r.GetReflection()->MutableUnknownFields(&r)->AddVarint(4000, 1); }},
      {"an unknown field inside",
       [](R& r) {
         auto* document = r.mutable_parties(0)->mutable_document();
         document->GetReflection()->MutableUnknownFields(document)->AddLengthDelimited(4000, "x");
       }},
      {"a name of a megabyte",
       [](R& r) { r.mutable_parties(0)->mutable_document()->set_name(std::string(1 << 20, 'x')); }},
      {"a zero byte in the name",
       [](R& r) { r.mutable_parties(0)->mutable_document()->set_name(std::string("a\0b", 3)); }},
      {"a time beyond time",
       [](R& r) { r.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(int64_t{1} << 62); }},
      {"a name in GB 18030", [](R& r) { r.mutable_parties(0)->mutable_document()->set_name("\xb2\xe2\xca\xd4"); }},
      {"a party that is no message",
       [](R& r) { r.GetReflection()->MutableUnknownFields(&r)->AddLengthDelimited(6, "\xFF\xFF\xFF\xFF"); }},
      {"a message above the limit",
       [](R& r) {
         r.mutable_parties(0)->set_id_photo(std::string(5u << 20, 'x'));
         r.mutable_parties(0)->set_live_portrait(std::string(5u << 20, 'x'));
       }},
      {"no deadline", [](R&) {}, CallDeadline::kNone},
      {"a deadline next year", [](R&) {}, CallDeadline::kNextYear},
  };
  return kForms;
}

}  // namespace realname
