// SPDX-License-Identifier: Apache-2.0
// People that do not exist, for demonstrations and load: identity numbers with valid check characters, phone numbers
// that are nobody's business.
#pragma once

#include <cstdint>
#include <string>

#include "realname/v1/registration_service.pb.h"

namespace realname::cli {

// The made-up person of a number: the same number, the same person. Born in 1990, document valid 2020 to 2040.
v1::Document MadeUpDocument(uint64_t number);

// A made-up mobile number of China.
std::string MadeUpMsisdn(uint64_t number);

// A capture device for demonstrations and load. Its private key is in this program for everybody to read: register it
// with development servers only. It is named after the agent who has it.
std::string MadeUpDeviceId(const std::string& agent_id);
// SubjectPublicKeyInfo in DER.
std::string MadeUpDeviceKey();
// Signs what the device captured, after whatever was changed in it. The counter follows from the request_id: what is
// sent again has to be the same.
void SignMadeUp(v1::SubmitRegistrationRequest& request);
// Pictures are taken at `seconds` since 1970.
void SignMadeUp(v1::ResubmitEvidenceRequest& request, const std::string& agent_id, int64_t seconds);
void SignMadeUp(v1::RequestReviewRequest& request);

// Who comes to which counter, and what for.
struct MadeUpVisit {
  uint64_t person = 0;
  uint64_t msisdn = 0;
  v1::ChannelType channel = v1::CHANNEL_TYPE_AGENT_STORE;
  std::string agent_id;
  std::string outlet_id;
  std::string id_photo;
  std::string live_portrait;
  int64_t seconds = 0;    // since 1970, when document and consents were taken; 0: just now
  std::string device_id;  // a made-up device of this name; empty: the agent's
};

// An application at a counter: the document was read from its chip by a made-up device, and the notices of the shipped
// policy were ticked, with consent to keep the face reference.
v1::SubmitRegistrationRequest MadeUpApplication(MadeUpVisit visit);
v1::SubmitRegistrationRequest MadeUpApplication(uint64_t person, uint64_t msisdn, const std::string& agent_id,
                                                const std::string& outlet_id, std::string id_photo,
                                                std::string live_portrait);

// Sets when document and consents of a made-up application were taken, in seconds since 1970: what is sent again has to
// be the same. Signs anew.
void SetTimes(v1::SubmitRegistrationRequest& request, int64_t seconds);

}  // namespace realname::cli
