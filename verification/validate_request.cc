// SPDX-License-Identifier: Apache-2.0
#include "verification/validate_request.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <phonenumbers/phonenumberutil.h>

#include "rules/civil_date.h"
#include "rules/entry.h"
#include "rules/parties.h"
#include "verification/reference_number.h"

namespace realname {
namespace {

namespace pb = google::protobuf;

constexpr size_t kMaxText = 256;
constexpr size_t kMaxViolations = 20;
constexpr int kMaxParties = 7;  // one of each role
constexpr char kReferenceNumber[] = "must be 12 digits of 0-9 A-F, with or without hyphens";

// A certificate's place is of some kinds of channels only: the counter of an agent is no own hall, and nobody stands
// before a web site.
bool IsOf(v1::ChannelType channel, const Caller& caller) {
  switch (channel) {
    case v1::CHANNEL_TYPE_UNSPECIFIED:
      return true;  // a violation of its own
    case v1::CHANNEL_TYPE_OWN_APP:
    case v1::CHANNEL_TYPE_OWN_WEB:
    case v1::CHANNEL_TYPE_MINI_PROGRAM:
    case v1::CHANNEL_TYPE_AGENT_ONLINE:
    case v1::CHANNEL_TYPE_MVNO_ONLINE:
      return caller.role == v1::ROLE_ONLINE;
    case v1::CHANNEL_TYPE_OWN_HALL:
      return caller.role == v1::ROLE_RETAIL && caller.owner.agent_id.empty();
    default:
      return caller.role == v1::ROLE_RETAIL;
  }
}

bool IsNonce(const std::string& text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

class Form {
 public:
  // Refuses fields that this server does not know, and enum values that it does not know, anywhere in the message.
  explicit Form(const pb::Message& message) { Known(message, ""); }

  void Require(bool holds, std::string field, std::string description) {
    // What gRPC carries beside a status is small; who is told of so many reads no more.
    if (!holds && violations_.size() < kMaxViolations)
      violations_.push_back({std::move(field), std::move(description)});
  }
  void Uuid(const std::string& value, const std::string& field) {
    Require(IsUuid(value), field, "must be a UUID, in lower case");
  }
  void Picture(const std::string& bytes, const std::string& field) {
    Require(!bytes.empty(), field, "required");
    Require(bytes.size() <= kMaxPictureBytes, field, "larger than 4 MiB");
  }
  template <typename Enum>
  void Given(Enum value, const std::string& field) {
    Require(static_cast<int>(value) != 0, field, "required");
  }
  void Text(const std::string& value, const std::string& field, size_t longest = kMaxText) {
    Require(value.size() <= longest, field, "longer than " + std::to_string(longest) + " bytes");
    const bool control =
        std::any_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 32; });
    Require(!control, field, "holds control characters");
  }
  void Word(const std::string& value, const std::string& field) {
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
             c == '-';
    });
    Require(plain && value.size() <= 64, field, "must be up to 64 characters of A-Z a-z 0-9 . _ -");
  }
  void Document(const v1::Document& document, const std::string& field, bool number_required) {
    Given(document.type(), field + ".type");
    Require(!number_required || !document.number().empty(), field + ".number", "required");
    Text(document.number(), field + ".number", 64);
    Text(document.name(), field + ".name");
    Text(document.birth_date(), field + ".birth_date", 10);
    Text(document.address(), field + ".address", 512);
    Text(document.valid_from(), field + ".valid_from", 10);
    Text(document.valid_to(), field + ".valid_to", 10);
    Text(document.nationality(), field + ".nationality", 3);
    Require(document.mrz().size() <= 128 && std::all_of(document.mrz().begin(), document.mrz().end(),
                                                        [](char c) { return c == '\n' || c == '\r' || c >= ' '; }),
            field + ".mrz", "must be two or three lines of a machine readable zone");
    Require(!document.valid_long_term() || document.valid_to().empty(), field + ".valid_to",
            "must be empty when valid_long_term is set");
  }
  void Capture(const v1::Capture& capture, const std::string& field) {
    Given(capture.method(), field + ".method");
    Time(capture.time(), field + ".time");
    Word(capture.device_id(), field + ".device_id");
    if (!capture.has_signature()) return;
    const v1::CaptureSignature& signature = capture.signature();
    const std::string at = field + ".signature";
    Require(!capture.device_id().empty(), field + ".device_id", "required with a signature");
    Require(capture.has_time() && capture.time().nanos() % 1000000 == 0, field + ".time",
            "must be whole milliseconds with a signature");
    Require(signature.session_nonce().empty() != (signature.counter() == 0), at + ".counter",
            "either a counter or a session's nonce");
    Require(signature.counter() <= INT64_MAX, at + ".counter", "must not be above 9223372036854775807");
    Require(signature.session_nonce().empty() || IsNonce(signature.session_nonce()), at + ".session_nonce",
            "must be a session's nonce: 64 digits of 0-9 a-f");
    Word(signature.staff_id(), at + ".staff_id");
    if (signature.has_place()) Place(signature.place(), at + ".place");
    Require(!signature.signature().empty() && signature.signature().size() <= 128, at + ".signature",
            "must be 1 to 128 bytes");
  }
  void Place(const v1::Place& place, const std::string& field) {
    Require(
        std::abs(int64_t{place.latitude_e7()}) <= 900000000 && std::abs(int64_t{place.longitude_e7()}) <= 1800000000,
        field, "is no place on the Earth");
  }
  // Who is signed in on the device is who sells.
  void SignedIn(const v1::Capture& capture, const v1::Channel& channel, const Caller& caller,
                const std::string& field) {
    const std::string& staff = channel.staff_id().empty() ? caller.staff_id : channel.staff_id();
    Require(capture.signature().staff_id().empty() || capture.signature().staff_id() == staff,
            field + ".signature.staff_id", "must be channel.staff_id, or empty");
  }
  void Consents(const pb::RepeatedPtrField<v1::Consent>& consents, const std::string& field) {
    std::vector<std::string> seen;
    Require(consents.size() <= 64, field, "more than 64");
    for (int i = 0; i < std::min(consents.size(), 64); ++i) {
      const v1::Consent& consent = consents[i];
      const std::string at = field + "[" + std::to_string(i) + "]";
      Require(!consent.notice_id().empty(), at + ".notice_id", "required");
      Word(consent.notice_id(), at + ".notice_id");
      Require(std::find(seen.begin(), seen.end(), consent.notice_id()) == seen.end(), at + ".notice_id",
              "appears twice");
      seen.push_back(consent.notice_id());
      Require(!consent.version().empty(), at + ".version", "required");
      Word(consent.version(), at + ".version");
      Require(consent.has_time(), at + ".time", "required");
      Time(consent.time(), at + ".time");
      Given(consent.evidence(), at + ".evidence");
      const std::string& reference = consent.reference();
      const bool plain = std::all_of(reference.begin(), reference.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("._-/:").find(c) != std::string::npos;
      });
      Require(plain && reference.size() <= 128, at + ".reference",
              "must be up to 128 characters of A-Z a-z 0-9 . _ - / :");
      Require(consent.evidence() < v1::CONSENT_EVIDENCE_SIGNED || !reference.empty(), at + ".reference",
              "required with a signature or a recording");
      Word(consent.language_tag(), at + ".language_tag");
    }
  }
  void Time(const pb::Timestamp& time, const std::string& field) {
    Require(time.seconds() >= -62135596800 && time.seconds() <= 253402300799 && time.nanos() >= 0 &&
                time.nanos() <= 999999999,
            field, "is no timestamp");
  }
  void Channel(const v1::Channel& channel, const Caller& caller) {
    Given(channel.type(), "channel.type");
    Word(channel.agent_id(), "channel.agent_id");
    Word(channel.outlet_id(), "channel.outlet_id");
    Word(channel.staff_id(), "channel.staff_id");
    foreign_ = channel.agent_id() != caller.owner.agent_id || channel.outlet_id() != caller.owner.outlet_id ||
               (!caller.staff_id.empty() && !channel.staff_id().empty() && channel.staff_id() != caller.staff_id) ||
               !IsOf(channel.type(), caller);
  }

  Status Finish() {
    if (!unknown_.empty()) {
      return Status(StatusCode::kInvalidArgument, "UNKNOWN_FIELD",
                    unknown_ + ": has a field this server does not know");
    }
    if (!violations_.empty()) return Status::InvalidFields(std::move(violations_));
    if (foreign_) {
      return Status(
          StatusCode::kPermissionDenied, "NOT_YOUR_OUTLET",
          "channel.agent_id, outlet_id and staff_id must be those of the client certificate, and channel.type one "
          "that it can be: nothing online for a counter, no own hall for an agent");
    }
    return {};
  }

 private:
  void Known(const pb::Message& message, const std::string& path) {
    const pb::Reflection* reflection = message.GetReflection();
    if (!reflection->GetUnknownFields(message).empty() && unknown_.empty()) unknown_ = path.empty() ? "request" : path;
    std::vector<const pb::FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    for (const pb::FieldDescriptor* field : fields) {
      const std::string name = path.empty() ? field->name() : path + "." + field->name();
      const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
      for (int i = 0; i < size; ++i) {
        const std::string at = field->is_repeated() ? name + "[" + std::to_string(i) + "]" : name;
        if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
          Known(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                     : reflection->GetMessage(message, field),
                at);
        } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM) {
          const int value = field->is_repeated() ? reflection->GetRepeatedEnumValue(message, field, i)
                                                 : reflection->GetEnumValue(message, field);
          Require(field->enum_type()->FindValueByNumber(value) != nullptr, at, "is no value of this enum");
        }
      }
    }
  }

  std::vector<FieldViolation> violations_;
  std::string unknown_;
  bool foreign_ = false;
};

void Parties(const v1::SubmitRegistrationRequest& request, const Caller& caller, Form& form) {
  form.Require(request.parties_size() > 0, "parties", "required");
  form.Require(request.parties_size() <= kMaxParties, "parties", "more than there are roles");
  if (request.parties_size() > kMaxParties) return;
  form.Require(request.parties_size() == 0 || request.parties(0).role() == v1::PARTY_ROLE_SUBSCRIBER, "parties[0].role",
               "must be PARTY_ROLE_SUBSCRIBER");
  std::vector<v1::PartyRole> roles;
  for (const v1::Party& party : request.parties()) roles.push_back(party.role());
  const v1::PartyRole comes = rules::WhoComes(request.customer_kind(), roles);
  for (int i = 0; i < request.parties_size(); ++i) {
    const v1::Party& party = request.parties(i);
    const std::string at = "parties[" + std::to_string(i) + "]";
    form.Given(party.role(), at + ".role");
    form.Require(std::count(roles.begin(), roles.end(), party.role()) == 1, at + ".role", "appears twice");
    form.Require(rules::HasRole(request.customer_kind(), party.role()), at + ".role",
                 "is none that this kind of customer has");
    // Who comes for somebody else without a document is told so by a reason, not by an error.
    const bool shown = i == 0 || party.document().type() != v1::DOCUMENT_TYPE_UNSPECIFIED;
    if (shown) {
      form.Document(party.document(), at + ".document", false);
      form.Capture(party.capture(), at + ".capture");
      form.SignedIn(party.capture(), request.channel(), caller, at + ".capture");
    }
    if (party.role() == comes && shown) {
      form.Picture(party.id_photo(), at + ".id_photo");
      form.Picture(party.live_portrait(), at + ".live_portrait");
    } else if (!party.id_photo().empty() || !party.live_portrait().empty()) {
      form.Require(shown, at + ".document", "required with pictures");
      form.Picture(party.id_photo(), at + ".id_photo");
      form.Picture(party.live_portrait(), at + ".live_portrait");
    }
    if (party.has_power()) {
      const bool comes_for_another =
          party.role() == v1::PARTY_ROLE_HANDLER || party.role() == v1::PARTY_ROLE_AGENT_PERSON;
      form.Require(comes_for_another, at + ".power", "is for a HANDLER or AGENT_PERSON");
      form.Document(party.power().letter(), at + ".power.letter", false);
      form.Text(party.power().principal_number(), at + ".power.principal_number", 64);
      form.Picture(party.power().scan(), at + ".power.scan");
    }
    if (party.has_alternative()) {
      form.Require(i == 0 && comes == v1::PARTY_ROLE_SUBSCRIBER, at + ".alternative",
                   "is for a SUBSCRIBER who comes in person");
      form.Document(party.alternative().second_document(), at + ".alternative.second_document", true);
      form.Capture(party.alternative().second_capture(), at + ".alternative.second_capture");
      form.Require(request.session_nonce().empty(), "session_nonce", "must be empty where faces are not compared");
    }
  }
  form.Require(std::count(roles.begin(), roles.end(), v1::PARTY_ROLE_AGENT_PERSON) == 0 ||
                   std::count(roles.begin(), roles.end(), v1::PARTY_ROLE_GUARDIAN) == 0,
               "parties", "an AGENT_PERSON or a GUARDIAN comes, not both");
  form.Require(request.session_nonce().empty() || request.parties_size() == 1, "session_nonce",
               "must be empty where several people take part");
}

}  // namespace

bool IsE164(const std::string& msisdn) {
  if (msisdn.size() < 8 || msisdn.size() > 16 || msisdn[0] != '+') return false;
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (util.Parse(msisdn, "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR) return false;
  std::string canonical;
  util.Format(number, PhoneNumberUtil::E164, &canonical);
  return canonical == msisdn && util.IsPossibleNumber(number);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

Status Validate(const v1::SubmitRegistrationRequest& request, const Caller& caller) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Given(request.entry_type(), "entry_type");
  form.Given(request.customer_kind(), "customer_kind");
  if (rules::NamesNoNumber(request.entry_type())) {
    form.Require(request.msisdn().empty(), "msisdn", "this entry is about a person, and no number");
  } else {
    form.Require(IsE164(request.msisdn()), "msisdn", "must be a phone number in E.164 form with its plus sign");
  }
  if (request.has_previous_document()) {
    form.Require(request.entry_type() == v1::ENTRY_TYPE_UPDATE, "previous_document", "is for UPDATE");
    form.Document(request.previous_document(), "previous_document", true);
    form.Require(!request.previous_document().name().empty(), "previous_document.name", "required");
  }
  if (request.entry_type() == v1::ENTRY_TYPE_TRANSFER_IN) {
    form.Require(ReferenceDigits(request.transfer_reference_number()).has_value(), "transfer_reference_number",
                 kReferenceNumber);
  } else {
    form.Require(request.transfer_reference_number().empty(), "transfer_reference_number", "is for TRANSFER_IN");
  }
  form.Require(!request.product().empty() || !rules::TakesPlace(request.entry_type()), "product", "required");
  form.Word(request.product(), "product");
  form.Channel(request.channel(), caller);
  form.Require(request.session_nonce().empty() || IsNonce(request.session_nonce()), "session_nonce",
               "must be a session's nonce: 64 digits of 0-9 a-f");
  form.Consents(request.consents(), "consents");
  Parties(request, caller, form);
  return form.Finish();
}

Status Validate(const v1::ResubmitEvidenceRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Uuid(request.verification_id(), "verification_id");
  form.Require(request.items_size() > 0, "items", "required");
  std::vector<int> seen;
  bool pictures = false;
  for (int i = 0; i < request.items_size(); ++i) {
    const v1::Evidence& item = request.items(i);
    const std::string at = "items[" + std::to_string(i) + "]";
    form.Given(item.item(), at + ".item");
    form.Require(std::find(seen.begin(), seen.end(), item.item()) == seen.end(), at + ".item", "appears twice");
    seen.push_back(item.item());
    form.Require(item.item() == v1::EVIDENCE_ITEM_CONSENT || item.consents().empty(), at + ".consents",
                 "is for EVIDENCE_ITEM_CONSENT");
    if (item.item() == v1::EVIDENCE_ITEM_CONSENT) {
      form.Require(!item.consents().empty(), at + ".consents", "required");
      form.Consents(item.consents(), at + ".consents");
      form.Require(!item.has_document() && !item.has_capture() && item.photo().empty(), at, "must hold consents only");
    } else if (item.item() == v1::EVIDENCE_ITEM_ATTESTATION) {
      form.Require(!item.has_document() && !item.has_capture() && item.photo().empty(), at,
                   "must be empty but for its kind: the caller's word is the evidence");
    } else if (item.item() == v1::EVIDENCE_ITEM_DOCUMENT || item.item() == v1::EVIDENCE_ITEM_SECOND_DOCUMENT) {
      form.Document(item.document(), at + ".document", true);
      form.Capture(item.capture(), at + ".capture");
      form.Require(item.photo().empty(), at + ".photo", "must be empty for a document");
    } else {
      form.Picture(item.photo(), at + ".photo");
      form.Require(!item.has_document() && !item.has_capture(), at + ".document", "must be empty for a picture");
      pictures = true;
    }
  }
  form.Require(pictures || !request.has_picture_capture(), "picture_capture", "is for pictures");
  if (request.has_picture_capture()) form.Capture(request.picture_capture(), "picture_capture");
  return form.Finish();
}

Status Validate(const v1::StartSessionRequest& request, const Caller& caller) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Channel(request.channel(), caller);
  form.Word(request.product(), "product");
  std::vector<int> seen;
  for (int i = 0; i < request.excluded_actions_size(); ++i) {
    const std::string at = "excluded_actions[" + std::to_string(i) + "]";
    const int action = request.excluded_actions(i);
    form.Given(request.excluded_actions(i), at);
    form.Require(action != v1::CHALLENGE_ACTION_FACE_CAMERA, at, "cannot be left out");
    form.Require(std::find(seen.begin(), seen.end(), action) == seen.end(), at, "appears twice");
    seen.push_back(action);
  }
  return form.Finish();
}

Status Validate(const v1::SubmitChallengeFrameRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Uuid(request.session_id(), "session_id");
  form.Require(request.step() > 0, "step", "required, counted from 1");
  form.Picture(request.frame(), "frame");
  return form.Finish();
}

Status Validate(const v1::GetSessionRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.session_id(), "session_id");
  return form.Finish();
}

Status Validate(const v1::ExtendSessionRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Uuid(request.session_id(), "session_id");
  return form.Finish();
}

Status Validate(const v1::PrecheckEligibilityRequest& request, const Caller& caller) {
  Form form(request);
  form.Given(request.entry_type(), "entry_type");
  form.Given(request.customer_kind(), "customer_kind");
  form.Channel(request.channel(), caller);
  form.Document(request.document(), "document", true);
  form.Require(!request.document().name().empty(), "document.name", "required");
  form.Word(request.product(), "product");
  return form.Finish();
}

Status Validate(const v1::GetVerificationRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::ListVerificationsRequest& request, const Caller&) {
  Form form(request);
  form.Require(request.page_size() >= 0 && request.page_size() <= 500, "page_size", "must lie between 0 and 500");
  form.Text(request.page_token(), "page_token");
  return form.Finish();
}

Status Validate(const v1::WatchVerificationRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  form.Text(request.resume_token(), "resume_token");
  return form.Finish();
}

Status Validate(const v1::ConfirmActivationRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::CancelVerificationRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::RequestReviewRequest& request, const Caller& caller) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Require(ReferenceDigits(request.reference_number()).has_value(), "reference_number", kReferenceNumber);
  form.Document(request.document(), "document", true);
  form.Capture(request.capture(), "capture");
  form.SignedIn(request.capture(), request.channel(), caller, "capture");
  form.Channel(request.channel(), caller);
  form.Text(request.statement(), "statement", 2000);
  if (!request.id_photo().empty()) form.Picture(request.id_photo(), "id_photo");
  if (!request.live_portrait().empty()) form.Picture(request.live_portrait(), "live_portrait");
  form.Consents(request.consents(), "consents");
  form.Require(request.msisdn().empty() || IsE164(request.msisdn()), "msisdn",
               "must be a phone number in E.164 form with its plus sign");
  return form.Finish();
}

Status Validate(const v1::ListConsentsRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::WithdrawConsentRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Uuid(request.verification_id(), "verification_id");
  form.Require(!request.notice_id().empty(), "notice_id", "required");
  form.Word(request.notice_id(), "notice_id");
  return form.Finish();
}

Status Validate(const v1::ListNumbersRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::TerminateServiceRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Uuid(request.verification_id(), "verification_id");
  form.Require(!request.reason().empty(), "reason", "required");
  form.Text(request.reason(), "reason", 500);
  return form.Finish();
}

Status Validate(const v1::RaiseDisputeRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  form.Uuid(request.line_id(), "line_id");
  form.Text(request.statement(), "statement", 1000);
  return form.Finish();
}

Status Validate(const v1::ListLinksRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::EraseFaceTemplatesRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::UnlinkRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.link_id(), "link_id");
  form.Require(!request.reason().empty(), "reason", "required");
  form.Text(request.reason(), "reason", 500);
  return form.Finish();
}

Status Validate(const v1::GetDisputeRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.dispute_id(), "dispute_id");
  return form.Finish();
}

Status Validate(const v1::ListDisputesRequest& request, const Caller&) {
  Form form(request);
  form.Require(request.page_size() >= 0 && request.page_size() <= 500, "page_size", "must lie between 0 and 500");
  return form.Finish();
}

Status Validate(const v1::ResolveDisputeRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.dispute_id(), "dispute_id");
  form.Require(request.state() == v1::DISPUTE_STATE_UPHELD || request.state() == v1::DISPUTE_STATE_DISMISSED, "state",
               "UPHELD or DISMISSED");
  form.Require(!request.explanation().empty(), "explanation", "required");
  form.Text(request.explanation(), "explanation", 500);
  return form.Finish();
}

namespace {

bool IsDigest(const std::string& text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

template <typename Request>
Status ValidatePage(const Request& request) {
  Form form(request);
  form.Require(request.page_size() >= 0 && request.page_size() <= 500, "page_size", "must lie between 0 and 500");
  return form.Finish();
}

}  // namespace

Status Validate(const v1::UploadPolicyPackRequest& request, const Caller&) {
  Form form(request);
  form.Require(!request.text().empty() && request.text().size() <= 2u << 20, "text", "1 byte to 2 MiB");
  return form.Finish();
}

Status Validate(const v1::ListPolicyPacksRequest& request, const Caller&) { return ValidatePage(request); }

Status Validate(const v1::DiffPolicyPacksRequest& request, const Caller&) {
  Form form(request);
  form.Require(request.from_digest().empty() || IsDigest(request.from_digest()), "from_digest", "64 digits of 0-9 a-f");
  form.Require(IsDigest(request.to_digest()), "to_digest", "64 digits of 0-9 a-f");
  return form.Finish();
}

Status Validate(const v1::ProposePolicyPackRequest& request, const Caller&) {
  Form form(request);
  form.Require(IsDigest(request.digest()), "digest", "64 digits of 0-9 a-f");
  form.Require(!request.reason().empty(), "reason", "required");
  form.Text(request.reason(), "reason", 500);
  if (!request.dry_run_id().empty()) form.Uuid(request.dry_run_id(), "dry_run_id");
  return form.Finish();
}

Status Validate(const v1::DryRunPolicyPackRequest& request, const Caller&) {
  Form form(request);
  form.Require(IsDigest(request.digest()), "digest", "64 digits of 0-9 a-f");
  form.Require(request.has_from_time(), "from_time", "required");
  form.Time(request.from_time(), "from_time");
  form.Time(request.to_time(), "to_time");
  return form.Finish();
}

Status Validate(const v1::ActivatePolicyPackRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.proposal_id(), "proposal_id");
  return form.Finish();
}

Status Validate(const v1::ListPolicyProposalsRequest& request, const Caller&) { return ValidatePage(request); }

Status Validate(const v1::ReplayDecisionRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::SetSellerRequest& request, const Caller&) {
  Form form(request);
  const v1::Seller& seller = request.seller();
  const bool staff = !seller.staff_id().empty();
  const bool agent = !staff && seller.outlet_id().empty();
  form.Word(seller.agent_id(), "seller.agent_id");
  form.Word(seller.outlet_id(), "seller.outlet_id");
  form.Word(seller.staff_id(), "seller.staff_id");
  form.Word(seller.acts_for(), "seller.acts_for");
  form.Given(seller.status(), "seller.status");
  for (const auto& [date, field] : {std::pair(&seller.contract_from(), "seller.contract_from"),
                                    {&seller.contract_to(), "seller.contract_to"},
                                    {&seller.trained_until(), "seller.trained_until"}}) {
    form.Require(date->empty() || rules::ParseDate(*date), field, "must be a day, YYYY-MM-DD");
  }
  form.Require(agent || (seller.contract_from().empty() && seller.contract_to().empty() && seller.acts_for().empty()),
               "seller.contract_from", "contract and acts_for are an agent's, or the operator's own");
  form.Require(!agent || !seller.agent_id().empty() || (seller.trained_until().empty() && seller.acts_for().empty()),
               "seller", "of the operator itself status and contract are kept, and nothing else");
  form.Require(agent || staff || seller.trained_until().empty(), "seller.trained_until", "is an agent's or staff's");
  form.Require(!seller.has_place() || (!agent && !staff), "seller.place", "is an outlet's");
  form.Place(seller.place(), "seller.place");
  form.Require(!request.reason().empty(), "reason", "required");
  form.Text(request.reason(), "reason", 500);
  return form.Finish();
}

Status Validate(const v1::ListSellersRequest& request, const Caller&) {
  Form form(request);
  form.Word(request.agent_id(), "agent_id");
  form.Require(request.page_size() >= 0 && request.page_size() <= 500, "page_size", "must lie between 0 and 500");
  form.Text(request.page_token(), "page_token");
  return form.Finish();
}

Status Validate(const v1::ListSellerChangesRequest& request, const Caller&) {
  Form form(request);
  form.Word(request.agent_id(), "agent_id");
  form.Word(request.outlet_id(), "outlet_id");
  form.Word(request.staff_id(), "staff_id");
  return form.Finish();
}

Status Validate(const v1::ImportListEntriesRequest& request, const Caller&) {
  Form form(request);
  form.Require(request.entries_size() >= 1 && request.entries_size() <= 500, "entries", "must be 1 to 500");
  form.Require(!request.note().empty(), "note", "required");
  form.Text(request.note(), "note", 500);
  return form.Finish();
}

Status Validate(const v1::ChangeListEntryRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.entry_id(), "entry_id");
  form.Given(request.state(), "state");
  form.Require(!request.note().empty(), "note", "required");
  form.Text(request.note(), "note", 500);
  return form.Finish();
}

Status Validate(const v1::ListListEntriesRequest& request, const Caller&) {
  Form form(request);
  form.Require(request.page_size() >= 0 && request.page_size() <= 500, "page_size", "must lie between 0 and 500");
  if (!request.page_token().empty()) form.Uuid(request.page_token(), "page_token");
  return form.Finish();
}

Status Validate(const v1::SetCaptureDeviceRequest& request, const Caller&) {
  Form form(request);
  const v1::CaptureDevice& device = request.device();
  form.Require(!device.device_id().empty(), "device.device_id", "required");
  form.Word(device.device_id(), "device.device_id");
  form.Word(device.agent_id(), "device.agent_id");
  form.Word(device.outlet_id(), "device.outlet_id");
  form.Given(device.status(), "device.status");
  form.Text(device.description(), "device.description");
  form.Require(!request.reason().empty(), "reason", "required");
  form.Text(request.reason(), "reason", 500);
  return form.Finish();
}

Status Validate(const v1::ListCaptureDevicesRequest& request, const Caller&) {
  Form form(request);
  form.Word(request.agent_id(), "agent_id");
  form.Require(request.page_size() >= 0 && request.page_size() <= 500, "page_size", "must lie between 0 and 500");
  form.Word(request.page_token(), "page_token");
  return form.Finish();
}

Status Validate(const v1::ListCaptureDeviceChangesRequest& request, const Caller&) {
  Form form(request);
  form.Require(!request.device_id().empty(), "device_id", "required");
  form.Word(request.device_id(), "device_id");
  return form.Finish();
}

Status Validate(const v1::CountContestsRequest& request, const Caller&) {
  Form form(request);
  form.Time(request.from_time(), "from_time");
  form.Time(request.to_time(), "to_time");
  return form.Finish();
}

Status Validate(const v1::ListFaceLeadsRequest& request, const Caller&) {
  Form form(request);
  if (!request.verification_id().empty()) form.Uuid(request.verification_id(), "verification_id");
  form.Require(request.page_size() >= 0 && request.page_size() <= 500, "page_size", "must lie between 0 and 500");
  return form.Finish();
}

Status Validate(const v1::ConcludeFaceLeadRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.lead_id(), "lead_id");
  form.Given(request.conclusion(), "conclusion");
  return form.Finish();
}

Status Validate(const v1::ListCasesRequest& request, const Caller&) {
  Form form(request);
  form.Require(request.page_size() >= 0 && request.page_size() <= 500, "page_size", "must lie between 0 and 500");
  return form.Finish();
}

Status Validate(const v1::ClaimCaseRequest& request, const Caller&) {
  Form form(request);
  if (!request.verification_id().empty()) form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::ExtendClaimRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::DecideCaseRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.request_id(), "request_id");
  form.Uuid(request.verification_id(), "verification_id");
  form.Require(request.sequence() > 0, "sequence", "required");
  form.Given(request.conclusion(), "conclusion");
  for (int i = 0; i < request.checks_size(); ++i) {
    form.Given(request.checks(i).check(), "checks[" + std::to_string(i) + "].check");
  }
  for (int i = 0; i < request.retry_items_size(); ++i) {
    form.Given(request.retry_items(i), "retry_items[" + std::to_string(i) + "]");
    const auto& items = request.retry_items();
    form.Require(std::count(items.begin(), items.end(), items[i]) == 1, "retry_items", "each at most once");
  }
  form.Require(!request.note().empty(), "note", "required");
  form.Text(request.note(), "note", 2000);
  return form.Finish();
}

Status Validate(const v1::ReturnCaseRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::EscalateCaseRequest& request, const Caller&) {
  Form form(request);
  form.Uuid(request.verification_id(), "verification_id");
  return form.Finish();
}

Status Validate(const v1::CompareFacesRequest& request, const Caller&) {
  Form form(request);
  form.Picture(request.first(), "first");
  form.Picture(request.second(), "second");
  for (int i = 0; i < request.more_references_size(); ++i) {
    form.Picture(request.more_references(i), "more_references[" + std::to_string(i) + "]");
  }
  form.Require(request.more_references_size() <= 2, "more_references", "at most two");
  return form.Finish();
}

Status Validate(const v1::GetModelCardRequest& request, const Caller&) { return Form(request).Finish(); }

}  // namespace realname
