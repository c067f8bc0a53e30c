// SPDX-License-Identifier: Apache-2.0
#include "tests/face/lies.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include "face/template_bytes.h"

namespace realname::face {
namespace {

std::string RawFrame(std::size_t stated_size, char kind, const std::string& body) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((stated_size >> shift) & 0xFF);
  return bytes + kind + body;
}

constexpr char kReadyKind = 1;
constexpr char kEvidenceKind = 3;

}  // namespace

std::string EvidenceFrame(const std::string& body) { return RawFrame(body.size(), kEvidenceKind, body); }

std::string SaidAndWaits(const std::string& bytes) { return "w" + bytes; }

std::vector<std::pair<std::string, v1::FaceEvidence>> ImpossibleEvidence(const v1::FaceEvidence& honest) {
  using google::protobuf::FieldDescriptor;
  std::vector<std::pair<std::string, v1::FaceEvidence>> all;
  const auto add = [&](const std::string& name, const auto& change) {
    v1::FaceEvidence evidence = honest;
    change(evidence);
    all.emplace_back(name, std::move(evidence));
  };

  const auto* descriptor = v1::FaceEvidence::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->is_repeated()) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
      const float infinity = std::numeric_limits<float>::infinity();
      for (const float value : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity, 1e9F, -1e9F}) {
        add(field->name() + " " + std::to_string(value),
            [&](v1::FaceEvidence& e) { e.GetReflection()->SetFloat(&e, field, value); });
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
      for (const unsigned value : {0U, 4'000'000'000U}) {
        add(field->name() + " " + std::to_string(value),
            [&](v1::FaceEvidence& e) { e.GetReflection()->SetUInt32(&e, field, value); });
      }
    }
  }
  add("a probability of 1.01", [](v1::FaceEvidence& e) { e.set_live_score(1.01F); });
  add("a probability below 0", [](v1::FaceEvidence& e) { e.set_left_eye_open(-0.01F); });
  add("a turn of 181 degrees", [](v1::FaceEvidence& e) { e.set_yaw_degrees(181); });
  add("a status that is not known", [](v1::FaceEvidence& e) { e.set_status(static_cast<v1::FaceStatus>(77)); });
  add("no status", [](v1::FaceEvidence& e) { e.clear_status(); });
  add("more pixels than are decoded", [](v1::FaceEvidence& e) {
    e.set_image_width(19'000);
    e.set_image_height(19'000);
  });
  add("a picture of 10 x 10", [](v1::FaceEvidence& e) {
    e.set_image_width(10);
    e.set_image_height(10);
  });
  add("another bundle", [](v1::FaceEvidence& e) { e.set_bundle_digest(std::string(64, 'a')); });
  add("no bundle", [](v1::FaceEvidence& e) { e.clear_bundle_digest(); });
  add("a digest of the picture", [](v1::FaceEvidence& e) { e.set_image_sha256(std::string(32, 'a')); });
  add("not measured what was", [](v1::FaceEvidence& e) { e.add_not_measured(v1::FACE_COMPONENT_MOUTH_OPEN); });
  add("no template", [](v1::FaceEvidence& e) { e.clear_template_(); });
  add("a shorter template", [](v1::FaceEvidence& e) { e.mutable_template_()->resize(e.template_().size() - 4); });
  add("a longer template", [](v1::FaceEvidence& e) { e.mutable_template_()->append(4, '\0'); });
  add("a template of zeros", [](v1::FaceEvidence& e) { e.set_template_(std::string(e.template_().size(), '\0')); });
  add("a template of twice the length", [](v1::FaceEvidence& e) {
    std::vector<float> values = TemplateFromBytes(e.template_());
    for (float& value : values) value *= 2;
    e.set_template_(TemplateToBytes(values));
  });
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    add("a template with " + std::to_string(value), [&](v1::FaceEvidence& e) {
      std::vector<float> values = TemplateFromBytes(e.template_());
      if (!values.empty()) values.front() = value;
      e.set_template_(TemplateToBytes(values));
    });
  }
  add("no thumbnail", [](v1::FaceEvidence& e) { e.clear_face_thumbnail(); });
  add("a thumbnail of another size", [](v1::FaceEvidence& e) { e.mutable_face_thumbnail()->append("x"); });
  add("an unknown field",
      [](v1::FaceEvidence& e) { e.GetReflection()->MutableUnknownFields(&e)->AddLengthDelimited(4000, "smuggled"); });
  for (const v1::FaceStatus status :
       {v1::FACE_STATUS_DECODE_FAILED, v1::FACE_STATUS_IMAGE_TOO_SMALL, v1::FACE_STATUS_IMAGE_TOO_LARGE,
        v1::FACE_STATUS_NO_FACE, v1::FACE_STATUS_SEVERAL_FACES}) {
    add("measurements and " + v1::FaceStatus_Name(status), [&](v1::FaceEvidence& e) { e.set_status(status); });
  }
  add("a template and nothing else, no face", [](v1::FaceEvidence& e) {
    v1::FaceEvidence bare;
    bare.set_status(v1::FACE_STATUS_NO_FACE);
    bare.set_bundle_digest(e.bundle_digest());
    bare.set_image_width(e.image_width());
    bare.set_image_height(e.image_height());
    bare.set_template_(e.template_());
    e = bare;
  });
  add("several faces, and one was found", [](v1::FaceEvidence& e) {
    v1::FaceEvidence bare;
    bare.set_status(v1::FACE_STATUS_SEVERAL_FACES);
    bare.set_bundle_digest(e.bundle_digest());
    bare.set_image_width(e.image_width());
    bare.set_image_height(e.image_height());
    bare.set_face_count(1);
    e = bare;
  });
  return all;
}

std::vector<Lie> Lies(const v1::FaceEvidence& honest) {
  std::vector<Lie> lies;
  for (const auto& [name, evidence] : ImpossibleEvidence(honest)) {
    lies.push_back({name, SaidAndWaits(EvidenceFrame(evidence.SerializeAsString()))});
  }
  const std::string body = honest.SerializeAsString();
  const std::string frame = EvidenceFrame(body);
  lies.push_back({"an answer of 4 GiB is announced", "w" + RawFrame(0xFFFFFFFF, kEvidenceKind, body)});
  lies.push_back({"an answer of 64 KiB and one byte", "w" + EvidenceFrame(std::string((64u << 10) + 1, 'x'))});
  lies.push_back({"a kind of frame that is none", "w" + RawFrame(body.size(), 99, body)});
  lies.push_back({"ready again", "w" + RawFrame(body.size(), kReadyKind, body)});
  lies.push_back({"evidence that is no message", "w" + EvidenceFrame(std::string(500, '\xFF'))});
  lies.push_back({"evidence cut in the middle", "w" + EvidenceFrame(body.substr(0, body.size() / 2))});
  lies.push_back({"no evidence", "w" + EvidenceFrame("")});
  lies.push_back({"garbage", "w" + std::string(3000, '\xA5')});
  lies.push_back({"half a header and an end", "x" + frame.substr(0, 3)});
  lies.push_back({"half an answer and an end", "x" + frame.substr(0, frame.size() / 2)});
  lies.push_back({"an end without a word", "x"});
  lies.push_back({"half an answer, then silence", "w" + frame.substr(0, frame.size() / 2)});
  lies.push_back({"silence", "w"});
  return lies;
}

}  // namespace realname::face
