// SPDX-License-Identifier: Apache-2.0
#include "face/bundle.h"

#include <utility>

#include "face/sha256.h"
#include "face/text_message.h"

namespace realname::face {
namespace {

constexpr int kAlignmentNumbers = 10;

Status AtFault(const std::filesystem::path& path, const std::string& what) {
  return Status(StatusCode::kFailedPrecondition, kFaceStartReason, path.string() + ": " + what);
}

// What the preprocessing needs of one network; empty if all is there.
std::string NetworkFault(const v1::Network& network, int outputs, int classes) {
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
    return "outputs must name " + std::to_string(outputs);
  }
  if (network.class_order_size() != 0 && network.class_order_size() != classes) {
    return "class_order must have " + std::to_string(classes) + " numbers";
  }
  for (const unsigned index : network.class_order()) {
    if (index >= 1000) return "class_order is out of range";
  }
  return "";
}

std::string ManifestFault(const v1::FaceBundle& manifest) {
  const struct {
    const char* name;
    const v1::Network& network;
    int outputs;
    int classes;
  } networks[] = {{"detector", manifest.detector(), 2, 0}, {"landmarks", manifest.landmarks(), 1, 0},
                  {"embedder", manifest.embedder(), 1, 0}, {"liveness", manifest.liveness(), 1, 3},
                  {"pose", manifest.pose(), 3, 0},         {"eye", manifest.eye(), 1, 2}};
  if (manifest.name().empty()) return "name is missing";
  if (manifest.licence().empty()) return "licence is missing";
  for (const auto& each : networks) {
    const std::string fault = NetworkFault(each.network, each.outputs, each.classes);
    if (!fault.empty()) return std::string(each.name) + ": " + fault;
  }
  if (!(manifest.detector_threshold() > 0 && manifest.detector_threshold() < 1))
    return "detector_threshold is not in (0, 1)";
  if (!(manifest.detector_nms() > 0 && manifest.detector_nms() < 1)) return "detector_nms is not in (0, 1)";
  if (manifest.alignment_points_size() != kAlignmentNumbers) return "alignment_points must have ten numbers";
  if (manifest.template_length() == 0 || manifest.template_length() > 8192) return "template_length must be 1 to 8192";
  if (!(manifest.pose_bin_degrees() > 0)) return "pose_bin_degrees must be positive";
  return "";
}

}  // namespace

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
    const std::filesystem::path path = folder / network->file();
    Result<std::string> bytes = ReadFile(path);
    if (!bytes.ok()) return bytes.status();
    if (Sha256Hex(*bytes) != network->sha256()) return AtFault(path, "its SHA-256 is not the manifest's");
    bundle.files[network->file()] = *std::move(bytes);
  }
  return bundle;
}

}  // namespace realname::face
