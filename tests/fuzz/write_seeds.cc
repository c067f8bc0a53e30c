// SPDX-License-Identifier: Apache-2.0
// Writes seeds for the fuzz targets into FOLDER/TARGET/: made-up requests, numbers, records and small pictures.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include <opencv2/core.hpp>

#include "realname/v1/registration_service.pb.h"
#include "tests/face/hostile_pictures.h"
#include "tests/rules/sample_facts.h"
#include "vault/audit_record.h"
#include "vault/digest.h"

namespace realname {
namespace {

void Write(const std::filesystem::path& file, const std::string& bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

v1::SubmitRegistrationRequest Application() {
  v1::SubmitRegistrationRequest request;
  request.set_request_id("0190b6a0-0000-7000-8000-000000000001");
  request.set_entry_type(v1::ENTRY_TYPE_OPEN);
  request.set_customer_kind(v1::CUSTOMER_KIND_INDIVIDUAL);
  request.set_msisdn("+8613900000001");
  request.set_product("prepaid");
  request.mutable_channel()->set_type(v1::CHANNEL_TYPE_AGENT_STORE);
  request.mutable_channel()->set_agent_id("agent1");
  v1::Party& party = *request.add_parties();
  party.set_role(v1::PARTY_ROLE_SUBSCRIBER);
  *party.mutable_document() = testing::SampleDocument();
  party.mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
  party.mutable_capture()->mutable_time()->set_seconds(testing::kNoon);
  party.mutable_capture()->set_device_id("reader-1");
  v1::CaptureSignature& signature = *party.mutable_capture()->mutable_signature();
  signature.set_counter(7);
  signature.mutable_place()->set_latitude_e7(312304000);
  signature.set_signature("a signature");
  party.set_id_photo("a picture");
  party.set_live_portrait("another");
  return request;
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) {
  using namespace realname;
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  Write(folder / "request/good", Application().SerializeAsString());
  auto manual = Application();
  manual.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
  manual.mutable_parties(0)->mutable_document()->set_number("360426199101010072");
  Write(folder / "request/manual", manual.SerializeAsString());
  Write(folder / "text/number", "360426199101010071");
  Write(folder / "text/date", "2024-02-29");
  Write(folder / "text/name", "测试·甲");
  Write(folder / "text/policy", testing::ShippedPolicyText().substr(0, 2000));
  AuditRecord record;
  record.verification_id = "0190b6a0-0000-7000-8000-000000000001";
  record.revision = 1;
  record.event_kind = "decision";
  record.caller = "urn:realname:operator:op:role:retail";
  record.operator_id = "op";
  record.policy_digest = "digest";
  record.rules_version = 1;
  record.decision_commitment = Sha256("a");
  record.facts_commitment = Sha256("b");
  Write(folder / "sealed/record", *EncodeAuditRecord(record));
  // Small ones: the fuzzer makes large ones of its own, and works on these a hundred times as often. Truncations it
  // finds.
  cv::Mat picture(72, 96, CV_8UC3);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      picture.at<cv::Vec3b>(y, x) =
          cv::Vec3b(static_cast<unsigned char>(2 * x), static_cast<unsigned char>(3 * y), x < 48 && y < 36 ? 230 : 20);
    }
  }
  int number = 0;
  for (const auto& each : face::HostilePictures(picture)) {
    if (each.bytes.size() > 16'384 || each.name.find(" cut off ") != std::string::npos) continue;
    Write(folder / "decode" / std::to_string(++number), each.bytes);
  }
  std::cout << "seeds in " << folder.string() << "\n";
  return 0;
}
