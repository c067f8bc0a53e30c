// SPDX-License-Identifier: Apache-2.0
#include "cli/made_up_person.h"

#include <algorithm>
#include <ctime>

#include "cli/client.h"
#include "cli/signing_device.h"
#include "vault/digest.h"

namespace realname::cli {
namespace {

constexpr char kEverybodysSeed[] = "realname: a device for everybody";

std::string Padded(uint64_t number, size_t width) {
  std::string digits = std::to_string(number);
  return std::string(digits.size() < width ? width - digits.size() : 0, '0') + digits;
}

// ISO/IEC 7064 MOD 11-2, as GB 11643 uses it.
char CheckCharacter(const std::string& digits) {
  int product = 0;
  for (const char c : digits) product = ((product + (c - '0')) * 2) % 11;
  return "0123456789X"[(12 - product % 11) % 11];
}

SigningDevice MadeUpDevice(const std::string& device_id) {
  static const auto key = std::make_shared<const SigningKey>(SigningKey::FromSeed(kEverybodysSeed));
  return SigningDevice(device_id, key);
}

void TakeAt(v1::SubmitRegistrationRequest& request, int64_t seconds) {
  request.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(seconds);
  for (v1::Consent& consent : *request.mutable_consents()) consent.mutable_time()->set_seconds(seconds);
}

// 62 bits of the id, so that the counters after it are counters, too.
uint64_t CounterOf(const std::string& request_id) {
  uint64_t counter = 0;
  for (const char byte : Sha256(request_id).substr(0, 8)) counter = counter << 8 | static_cast<unsigned char>(byte);
  return (counter >> 2) + 1;
}

}  // namespace

std::string MadeUpDeviceId(const std::string& agent_id) { return (agent_id.empty() ? "hall" : agent_id) + "-reader"; }

std::string MadeUpDeviceKey() {
  static const std::string key = SigningKey::FromSeed(kEverybodysSeed).PublicKey();
  return key;
}

void SignMadeUp(v1::SubmitRegistrationRequest& request) {
  MadeUpDevice(MadeUpDeviceId(request.channel().agent_id())).Sign(request, CounterOf(request.request_id()));
}
void SignMadeUp(v1::ResubmitEvidenceRequest& request, const std::string& agent_id, int64_t seconds) {
  const bool pictures = std::any_of(request.items().begin(), request.items().end(),
                                    [](const v1::Evidence& item) { return !item.photo().empty(); });
  if (pictures) {
    request.mutable_picture_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
    request.mutable_picture_capture()->mutable_time()->set_seconds(seconds);
  }
  MadeUpDevice(MadeUpDeviceId(agent_id)).Sign(request, CounterOf(request.request_id()));
}
void SignMadeUp(v1::RequestReviewRequest& request) {
  MadeUpDevice(MadeUpDeviceId(request.channel().agent_id())).Sign(request, CounterOf(request.request_id()));
}

v1::Document MadeUpDocument(uint64_t number) {
  // One province, 10,000 made-up counties, 336 days of one year, 500 men a day. Born in 1990 and issued in 2020, the
  // document has a span that the issuer gives.
  const uint64_t sequence = number % 500;
  const uint64_t day = number / 500 % 336;
  const uint64_t county = number / 500 / 336 % 10000;
  v1::Document document;
  const std::string birth_month = Padded(1 + day / 28, 2);
  const std::string birth_day = Padded(1 + day % 28, 2);
  const std::string digits = "36" + Padded(county, 4) + "1990" + birth_month + birth_day + Padded(2 * sequence + 1, 3);
  document.set_type(v1::DOCUMENT_TYPE_RESIDENT_ID);
  document.set_number(digits + CheckCharacter(digits));
  document.set_name("样本" + std::to_string(number));
  document.set_sex(v1::SEX_MALE);
  document.set_birth_date("1990-" + birth_month + "-" + birth_day);
  document.set_address("样本省样本市样本路" + std::to_string(number / 2) + "号");
  document.set_valid_from("2020-01-01");
  document.set_valid_to("2040-01-01");
  return document;
}

std::string MadeUpMsisdn(uint64_t number) { return "+86139" + Padded(number % 100000000, 8); }

v1::SubmitRegistrationRequest MadeUpApplication(MadeUpVisit visit) {
  v1::SubmitRegistrationRequest request;
  request.set_request_id(NewUuid());
  request.set_entry_type(v1::ENTRY_TYPE_OPEN);
  request.set_customer_kind(v1::CUSTOMER_KIND_INDIVIDUAL);
  request.set_msisdn(MadeUpMsisdn(visit.msisdn));
  request.set_product("prepaid");
  v1::Party* party = request.add_parties();
  party->set_role(v1::PARTY_ROLE_SUBSCRIBER);
  *party->mutable_document() = MadeUpDocument(visit.person);
  party->mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
  party->set_id_photo(std::move(visit.id_photo));
  party->set_live_portrait(std::move(visit.live_portrait));
  request.mutable_channel()->set_type(visit.channel);
  request.mutable_channel()->set_agent_id(visit.agent_id);
  request.mutable_channel()->set_outlet_id(visit.outlet_id);
  for (const char* notice : {"face-information", "number-use", "face-reference"}) {
    v1::Consent& consent = *request.add_consents();
    consent.set_notice_id(notice);
    consent.set_version("1");
    consent.set_evidence(v1::CONSENT_EVIDENCE_TICKED);
  }
  TakeAt(request, visit.seconds == 0 ? std::time(nullptr) : visit.seconds);
  MadeUpDevice(visit.device_id.empty() ? MadeUpDeviceId(visit.agent_id) : visit.device_id)
      .Sign(request, CounterOf(request.request_id()));
  return request;
}

v1::SubmitRegistrationRequest MadeUpApplication(uint64_t person, uint64_t msisdn, const std::string& agent_id,
                                                const std::string& outlet_id, std::string id_photo,
                                                std::string live_portrait) {
  MadeUpVisit visit;
  visit.person = person;
  visit.msisdn = msisdn;
  visit.agent_id = agent_id;
  visit.outlet_id = outlet_id;
  visit.id_photo = std::move(id_photo);
  visit.live_portrait = std::move(live_portrait);
  return MadeUpApplication(std::move(visit));
}

void SetTimes(v1::SubmitRegistrationRequest& request, int64_t seconds) {
  TakeAt(request, seconds);
  SignMadeUp(request);
}

}  // namespace realname::cli
