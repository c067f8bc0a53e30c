// SPDX-License-Identifier: Apache-2.0
#include "face/bundle.h"

#include <algorithm>
#include <utility>

#include "face/sha256.h"
#include "face/text_message.h"
#include "realname/v1/face_evidence.pb.h"

namespace realname::face {
namespace {

constexpr int kAlignmentNumbers = 10;

Status AtFault(const std::filesystem::path& path, const std::string& what) {
  return Status(StatusCode::kFailedPrecondition, kFaceStartReason, path.string() + ": " + what);
}

// What the preprocessing needs of one network; empty if all is there.
std::string NetworkFault(const v1::Network& network, int outputs) {
  if (network.file().empty() || std::filesystem::path(network.file()).filename() != network.file()) {
    return "file must be a name in the bundle's folder";
  }
  if (network.width() == 0 || network.height() == 0 || network.width() > 4096 || network.height() > 4096) {
    return "width and height must be 1 to 4096";
  }
  if (network.colour() != v1::COLOUR_ORDER_RGB && network.colour() != v1::COLOUR_ORDER_BGR &&
      network.colour() != v1::COLOUR_ORDER_GREY) {
    return "colour must be set";
  }
  const int channels = network.colour() == v1::COLOUR_ORDER_GREY ? 1 : 3;
  if (network.mean_size() != 1 && network.mean_size() != channels)
    return "mean must have one number, or one per channel";
  if (network.scale_size() != 1 && network.scale_size() != channels) {
    return "scale must have one number, or one per channel";
  }
  if (network.crop_scale() < 0 || network.crop_scale() > 16) return "crop_scale must be 0 to 16";
  if (network.outputs_size() != outputs && !(outputs == 1 && network.outputs_size() == 0)) {
    return outputs == 0 ? "outputs must be empty" : "outputs must name " + std::to_string(outputs);
  }
  return "";
}

// What is wrong with the order of a network's classes; `alone`: the first class may be named alone.
std::string ClassFault(const v1::Network& network, int classes, bool alone) {
  const auto& order = network.class_order();
  if (!order.empty() && order.size() != classes && !(alone && order.size() == 1)) {
    return "class_order must have " + std::to_string(classes) + " numbers" + (alone ? ", or one" : "");
  }
  for (int i = 0; i < order.size(); ++i) {
    if (order.Get(i) >= 1000) return "class_order is out of range";
    if (std::find(order.begin(), order.begin() + i, order.Get(i)) != order.begin() + i) {
      return "class_order names a class twice";
    }
  }
  return "";
}

bool IsOnly(const google::protobuf::RepeatedField<float>& values, float value) {
  return values.size() == 1 && values.Get(0) == value;
}

// What cv::FaceDetectorYN leaves no choice about.
std::string FaceDetectorYnFault(const v1::Network& network) {
  if (network.width() % 32 != 0 || network.height() % 32 != 0) return "width and height must be multiples of 32";
  if (network.colour() != v1::COLOUR_ORDER_BGR) return "colour must be COLOUR_ORDER_BGR";
  if (!IsOnly(network.mean(), 0)) return "mean must be 0";
  if (!IsOnly(network.scale(), 1)) return "scale must be 1";
  return "";
}

std::string ManifestFault(const v1::FaceBundle& manifest) {
  if (manifest.name().empty()) return "name is missing";
  if (manifest.licence().empty()) return "licence is missing";
  if (!v1::DetectorKind_IsValid(manifest.detector_kind())) return "detector_kind is unknown";
  const bool gives_points = manifest.detector_kind() == v1::DETECTOR_KIND_FACE_DETECTOR_YN;
  const struct {
    const char* name;
    const v1::Network& network;
    bool needed;
    bool there;
    int outputs;
    int classes;
  } networks[] = {
      {"detector", manifest.detector(), true, manifest.has_detector(), gives_points ? 0 : 2, 0},
      {"landmarks", manifest.landmarks(), !gives_points, manifest.has_landmarks(), 1, 0},
      {"embedder", manifest.embedder(), true, manifest.has_embedder(), 1, 0},
      {"liveness", manifest.liveness(), true, manifest.has_liveness(), 1, 3},
      {"pose", manifest.pose(), false, manifest.has_pose(), 3, 0},
      {"eye", manifest.eye(), false, manifest.has_eye(), 1, 2},
  };
  for (const auto& each : networks) {
    if (!each.there && each.needed) return std::string(each.name) + " is missing";
    if (!each.there) continue;
    std::string fault = NetworkFault(each.network, each.outputs);
    if (fault.empty()) fault = ClassFault(each.network, each.classes, &each.network == &manifest.liveness());
    if (!fault.empty()) return std::string(each.name) + ": " + fault;
  }
  if (gives_points) {
    const std::string fault = FaceDetectorYnFault(manifest.detector());
    if (!fault.empty()) return "detector: " + fault + " for DETECTOR_KIND_FACE_DETECTOR_YN";
  }
  if (manifest.has_eye() && !manifest.has_landmarks()) return "eye: needs landmarks, which say where the eyes are";
  if (!(manifest.detector_threshold() > 0 && manifest.detector_threshold() < 1))
    return "detector_threshold is not in (0, 1)";
  if (!(manifest.detector_nms() > 0 && manifest.detector_nms() < 1)) return "detector_nms is not in (0, 1)";
  if (manifest.alignment_points_size() != kAlignmentNumbers) return "alignment_points must have ten numbers";
  if (manifest.template_length() == 0 || manifest.template_length() > 8192) return "template_length must be 1 to 8192";
  for (const float point : manifest.alignment_points()) {
    if (!(point > 0 && point < 112)) return "alignment_points must lie between 0 and 112";
  }
  if (manifest.has_pose() != (manifest.pose_bin_degrees() > 0)) {
    return manifest.has_pose() ? "pose_bin_degrees must be positive" : "pose_bin_degrees is set, but pose is missing";
  }
  return "";
}

}  // namespace

google::protobuf::RepeatedField<int> NotMeasured(const v1::FaceBundle& manifest) {
  google::protobuf::RepeatedField<int> components;
  if (!manifest.has_eye()) components.Add(v1::FACE_COMPONENT_EYES_OPEN);
  if (!manifest.has_pose()) components.Add(v1::FACE_COMPONENT_PITCH);
  if (!manifest.has_landmarks()) components.Add(v1::FACE_COMPONENT_MOUTH_OPEN);
  if (manifest.liveness().class_order_size() == 1) components.Add(v1::FACE_COMPONENT_ATTACK_KIND);
  return components;
}

Result<Bundle> LoadBundle(const std::filesystem::path& folder) {
  const std::filesystem::path manifest_path = folder / "manifest.textproto";
  Result<std::string> text = ReadFile(manifest_path);
  if (!text.ok()) return text.status();
  Bundle bundle;
  if (Status status = ParseTextMessage(*text, manifest_path, bundle.manifest); !status.ok()) return status;
  if (const std::string fault = ManifestFault(bundle.manifest); !fault.empty()) return AtFault(manifest_path, fault);
  bundle.digest = Sha256Hex(*text);

  const v1::FaceBundle& manifest = bundle.manifest;
  for (const v1::Network* network : {&manifest.detector(), &manifest.landmarks(), &manifest.embedder(),
                                     &manifest.liveness(), &manifest.pose(), &manifest.eye()}) {
    // Left out: see ManifestFault.
    if (network->file().empty()) continue;
    const std::filesystem::path path = folder / network->file();
    Result<std::string> bytes = ReadFile(path);
    if (!bytes.ok()) return bytes.status();
    if (Sha256Hex(*bytes) != network->sha256()) return AtFault(path, "its SHA-256 is not the manifest's");
    bundle.files[network->file()] = *std::move(bytes);
  }
  return bundle;
}

}  // namespace realname::face
