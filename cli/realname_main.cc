// SPDX-License-Identifier: Apache-2.0
// realname: the command line client of the service.
//
// Exit status: 0 PASS or done; 1 the call failed; 2 wrong usage; 10 RETRY, 11 REVIEW, 12 REJECT, 13 INCONCLUSIVE;
// 14 a comparison that is no match; 16 a session that awaits a frame, 17 one that has to be started anew, 18 one that
// was used, 19 a customer for one of the operator's own halls; 20 a replay that came out otherwise.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include <CLI/CLI.hpp>
#include <google/protobuf/text_format.h>

#include "cli/client.h"
#include "cli/demo.h"
#include "cli/device_commands.h"
#include "cli/list_commands.h"
#include "cli/made_up_person.h"
#include "cli/policy_commands.h"
#include "cli/print.h"
#include "cli/review_commands.h"
#include "cli/seller_commands.h"
#include "cli/signing_device.h"
#include "cli/subscriber_commands.h"

namespace realname::cli {
namespace {

constexpr int kNoVerdict = 15;
constexpr int kDiffers = 20;

int ExitStatus(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_RETRY:
      return 10;
    case v1::VERDICT_REVIEW:
    case v1::VERDICT_BLOCK_AND_REVIEW:
      return 11;
    case v1::VERDICT_REJECT:
      return 12;
    case v1::VERDICT_INCONCLUSIVE:
      return 13;
    case v1::VERDICT_PASS:
      return 0;
    default:
      return kNoVerdict;
  }
}

int ExitStatus(v1::SessionState state) {
  switch (state) {
    case v1::SESSION_STATE_COMPLETE:
      return 0;
    case v1::SESSION_STATE_AWAITING_FRAME:
      return 16;
    case v1::SESSION_STATE_USED:
      return 18;
    case v1::SESSION_STATE_OWN_HALL:
      return 19;
    default:
      return 17;
  }
}

struct Options {
  ConnectionOptions connection;
  bool json = false;
  int timeout_seconds = 30;
  // Registration.
  std::string request_id, msisdn, product = "prepaid", number, name, sex, birth, address, valid_from, valid_to,
                                  id_photo, live_portrait, capture = "chip_read", channel = "agent_store", agent,
                                  outlet, staff, device, device_key, place;
  bool long_term = false;
  int64_t capture_time = 0;  // seconds since 1970; 0: now
  // The rest.
  std::vector<std::string> references;
  std::vector<std::string> parties, consents;
  bool told = false;
  std::string notice;
  uint64_t sequence = 0;  // 0: the present decision
  std::string transfer_reference;
  std::string previous_document = "passport", previous_number, previous_name, previous_nationality;
  std::string entry = "open", customer = "individual", reference, statement, document_type = "resident_id", nationality,
              mrz;
  // Another document, where faces are not to be compared.
  std::string second_document = "passport", second_number, second_name, second_nationality, second_valid_to,
              second_capture = "ocr";
  std::string verification_id, resume_token, page_token, state, first, second, photos = ".assets/photos";
  std::vector<std::string> evidence;
  std::string session_id, nonce, frame;
  std::vector<std::string> excluded;
  unsigned step = 0;  // 0: the session's next
  int page_size = 50;
};

template <typename Enum>
Enum Parse(bool (*parse)(const std::string&, Enum*), const std::string& prefix, std::string word) {
  for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  Enum value;
  if (!parse(prefix + word, &value))
    throw std::runtime_error("'" + word + "' is no " + prefix.substr(0, prefix.size() - 1));
  return value;
}
bool ParseCapture(const std::string& name, v1::CaptureMethod* value) { return v1::CaptureMethod_Parse(name, value); }
bool ParseChannel(const std::string& name, v1::ChannelType* value) { return v1::ChannelType_Parse(name, value); }
bool ParseConsentEvidence(const std::string& name, v1::ConsentEvidence* value) {
  return v1::ConsentEvidence_Parse(name, value);
}
bool ParseEntry(const std::string& name, v1::EntryType* value) { return v1::EntryType_Parse(name, value); }
bool ParseCustomer(const std::string& name, v1::CustomerKind* value) { return v1::CustomerKind_Parse(name, value); }

// A realname.v1.Party in protobuf's text form, its pictures by the names of their files.
v1::Party ReadParty(const std::string& path) {
  v1::Party party;
  if (!google::protobuf::TextFormat::ParseFromString(ReadFileOrThrow(path), &party)) {
    throw std::runtime_error(path + " is no realname.v1.Party in text form");
  }
  for (std::string* picture : {party.mutable_id_photo(), party.mutable_live_portrait()}) {
    if (!picture->empty()) *picture = ReadFileOrThrow(*picture);
  }
  if (party.has_power()) party.mutable_power()->set_scan(ReadFileOrThrow(party.power().scan()));
  if (!party.has_capture()) party.mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
  if (!party.capture().has_time()) party.mutable_capture()->mutable_time()->set_seconds(std::time(nullptr));
  return party;
}
bool ParseDocumentType(const std::string& name, v1::DocumentType* value) { return v1::DocumentType_Parse(name, value); }
bool ParseSex(const std::string& name, v1::Sex* value) { return v1::Sex_Parse(name, value); }
bool ParseState(const std::string& name, v1::State* value) { return v1::State_Parse(name, value); }
bool ParseAction(const std::string& name, v1::ChallengeAction* value) { return v1::ChallengeAction_Parse(name, value); }
bool ParseItem(const std::string& name, v1::EvidenceItem* value) { return v1::EvidenceItem_Parse(name, value); }

ConnectionOptions WithTimeout(ConnectionOptions connection, int seconds) {
  connection.timeout = std::chrono::seconds(seconds);
  return connection;
}

class Commands {
 public:
  explicit Commands(const Options& options)
      : o_(options), client_(WithTimeout(options.connection, options.timeout_seconds)) {}

  int Register() {
    v1::SubmitRegistrationRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    request.set_entry_type(Parse<v1::EntryType>(ParseEntry, "ENTRY_TYPE_", o_.entry));
    request.set_customer_kind(Parse<v1::CustomerKind>(ParseCustomer, "CUSTOMER_KIND_", o_.customer));
    request.set_msisdn(o_.msisdn);
    request.set_product(o_.product);
    v1::Party* party = request.add_parties();
    party->set_role(v1::PARTY_ROLE_SUBSCRIBER);
    FillDocument(*party->mutable_document());
    FillCapture(*party->mutable_capture());
    if (!o_.id_photo.empty()) party->set_id_photo(ReadFileOrThrow(o_.id_photo));
    if (!o_.live_portrait.empty()) party->set_live_portrait(ReadFileOrThrow(o_.live_portrait));
    for (const std::string& path : o_.parties) *request.add_parties() = ReadParty(path);
    request.set_transfer_reference_number(o_.transfer_reference);
    if (!o_.previous_number.empty()) {
      v1::Document& previous = *request.mutable_previous_document();
      previous.set_type(Parse<v1::DocumentType>(ParseDocumentType, "DOCUMENT_TYPE_", o_.previous_document));
      previous.set_number(o_.previous_number);
      previous.set_name(o_.previous_name.empty() ? o_.name : o_.previous_name);
      previous.set_nationality(o_.previous_nationality);
    }
    if (!o_.second_number.empty()) {
      v1::AlternativeIdentification& alternative = *party->mutable_alternative();
      v1::Document& second = *alternative.mutable_second_document();
      second.set_type(Parse<v1::DocumentType>(ParseDocumentType, "DOCUMENT_TYPE_", o_.second_document));
      second.set_number(o_.second_number);
      second.set_name(o_.second_name.empty() ? o_.name : o_.second_name);
      second.set_nationality(o_.second_nationality);
      second.set_valid_to(o_.second_valid_to);
      FillCapture(*alternative.mutable_second_capture());
      alternative.mutable_second_capture()->set_method(
          Parse<v1::CaptureMethod>(ParseCapture, "CAPTURE_METHOD_", o_.second_capture));
    }
    FillChannel(*request.mutable_channel());
    for (const std::string& text : o_.consents) *request.add_consents() = ReadConsent(text);
    if (o_.told) {
      if (const grpc::Status status = AddNotices(request); !status.ok()) return Failed(status);
    }
    request.set_session_nonce(o_.nonce);
    if (!o_.session_id.empty()) {
      v1::Session session;
      if (const grpc::Status status = ReadSession(session); !status.ok()) return Failed(status);
      request.set_session_nonce(session.nonce());
    }
    SignCaptures(request);
    v1::Verification answer;
    return Finish(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().SubmitRegistration(&context, request, &answer);
    }),
                  answer);
  }

  int Resubmit() {
    v1::ResubmitEvidenceRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    request.set_verification_id(o_.verification_id);
    for (const std::string& pair : o_.evidence) {
      if (pair == "attestation") {
        request.add_items()->set_item(v1::EVIDENCE_ITEM_ATTESTATION);
        continue;
      }
      const size_t equals = pair.find('=');
      if (equals == std::string::npos)
        throw std::runtime_error("evidence is ITEM=FILE, for example live_portrait=me.jpg, or attestation");
      v1::Evidence* item = request.add_items();
      item->set_item(Parse<v1::EvidenceItem>(ParseItem, "EVIDENCE_ITEM_", pair.substr(0, equals)));
      item->set_photo(ReadFileOrThrow(pair.substr(equals + 1)));
    }
    if (!o_.number.empty()) {
      v1::Evidence* item = request.add_items();
      item->set_item(v1::EVIDENCE_ITEM_DOCUMENT);
      FillDocument(*item->mutable_document());
      FillCapture(*item->mutable_capture());
    }
    const bool pictures = std::any_of(request.items().begin(), request.items().end(),
                                      [](const v1::Evidence& item) { return !item.photo().empty(); });
    if (pictures) FillCapture(*request.mutable_picture_capture());
    SignCaptures(request);
    v1::Verification answer;
    return Finish(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().ResubmitEvidence(&context, request, &answer);
    }),
                  answer);
  }

  int Get() {
    v1::GetVerificationRequest request;
    request.set_verification_id(o_.verification_id);
    v1::Verification answer;
    return Finish(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().GetVerification(&context, request, &answer);
    }),
                  answer);
  }

  int List() {
    v1::ListVerificationsRequest request;
    request.set_page_size(o_.page_size);
    request.set_page_token(o_.page_token);
    if (!o_.state.empty()) request.set_state(Parse<v1::State>(ParseState, "STATE_", o_.state));
    v1::ListVerificationsResponse answer;
    const grpc::Status status = client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().ListVerifications(&context, request, &answer);
    });
    if (!status.ok()) return Failed(status);
    if (o_.json) {
      PrintJson(answer);
    } else {
      for (const v1::Verification& verification : answer.verifications()) PrintRow(verification);
      if (!answer.next_page_token().empty()) std::cout << "more: --page-token " << answer.next_page_token() << "\n";
    }
    return 0;
  }

  int Watch() {
    v1::WatchVerificationRequest request;
    request.set_verification_id(o_.verification_id);
    request.set_resume_token(o_.resume_token);
    grpc::ClientContext context;
    client_.Prepare(context);
    const auto stream = client_.registration().WatchVerification(&context, request);
    v1::VerificationEvent event;
    while (stream->Read(&event)) {
      if (o_.json) {
        PrintJson(event);
      } else {
        Print(event);
      }
      std::cout.flush();
    }
    const grpc::Status status = stream->Finish();
    // The end of the time asked for is no failure of a watch.
    if (status.ok() || status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return 0;
    return Failed(status);
  }

  int Confirm() {
    v1::ConfirmActivationRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    request.set_verification_id(o_.verification_id);
    v1::Verification answer;
    return Finish(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().ConfirmActivation(&context, request, &answer);
    }),
                  answer);
  }

  int Cancel() {
    v1::CancelVerificationRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    request.set_verification_id(o_.verification_id);
    v1::Verification answer;
    const int status = Finish(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().CancelVerification(&context, request, &answer);
    }),
                              answer);
    return status == kNoVerdict ? 0 : status;  // that is what was asked for
  }

  int RequestReview() {
    v1::RequestReviewRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    request.set_reference_number(o_.reference);
    FillDocument(*request.mutable_document());
    FillCapture(*request.mutable_capture());
    FillChannel(*request.mutable_channel());
    request.set_statement(o_.statement);
    request.set_msisdn(o_.msisdn);
    if (!o_.id_photo.empty()) request.set_id_photo(ReadFileOrThrow(o_.id_photo));
    if (!o_.live_portrait.empty()) request.set_live_portrait(ReadFileOrThrow(o_.live_portrait));
    SignCaptures(request);
    v1::Verification answer;
    return Finish(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().RequestReview(&context, request, &answer);
    }),
                  answer);
  }

  int Precheck() {
    v1::PrecheckEligibilityResponse answer;
    if (const grpc::Status status = AskBeforehand(answer); !status.ok()) return Failed(status);
    if (o_.json) {
      PrintJson(answer);
    } else {
      std::cout << v1::Eligibility_Name(answer.eligibility()).substr(12) << "  " << answer.text().zh() << " "
                << answer.text().en() << "\n";
      for (const v1::NoticeToShow& notice : answer.notices()) Print(notice);
    }
    return answer.eligibility() == v1::ELIGIBILITY_YES ? 0 : answer.eligibility() == v1::ELIGIBILITY_NO ? 12 : 11;
  }

  int Replay() {
    v1::ReplayDecisionRequest request;
    request.set_verification_id(o_.verification_id);
    request.set_sequence(o_.sequence);
    v1::ReplayDecisionResponse answer;
    const grpc::Status status = client_.Call(
        [&](grpc::ClientContext& context) { return client_.audit().ReplayDecision(&context, request, &answer); });
    if (!status.ok()) return Failed(status);
    if (o_.json) {
      PrintJson(answer);
    } else {
      Print(answer);
    }
    return answer.identical() ? 0 : kDiffers;
  }

  int ListConsents() {
    v1::ListConsentsRequest request;
    request.set_verification_id(o_.verification_id);
    v1::ListConsentsResponse answer;
    return FinishConsents(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().ListConsents(&context, request, &answer);
    }),
                          answer);
  }

  int WithdrawConsent() {
    v1::WithdrawConsentRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    request.set_verification_id(o_.verification_id);
    request.set_notice_id(o_.notice);
    v1::ListConsentsResponse answer;
    return FinishConsents(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().WithdrawConsent(&context, request, &answer);
    }),
                          answer);
  }

  int StartSession() {
    v1::StartSessionRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    FillChannel(*request.mutable_channel());
    for (const std::string& action : o_.excluded) {
      request.add_excluded_actions(Parse<v1::ChallengeAction>(ParseAction, "CHALLENGE_ACTION_", action));
    }
    v1::Session session;
    return Finish(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().StartSession(&context, request, &session);
    }),
                  session);
  }

  int SubmitFrame() {
    v1::SubmitChallengeFrameRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    request.set_session_id(o_.session_id);
    request.set_frame(ReadFileOrThrow(o_.frame));
    request.set_step(o_.step);
    v1::Session session;
    if (o_.step == 0) {
      if (const grpc::Status status = ReadSession(session); !status.ok()) return Failed(status);
      request.set_step(std::max(session.next_step(), 1u));
    }
    return Finish(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().SubmitChallengeFrame(&context, request, &session);
    }),
                  session);
  }

  int GetSession() {
    v1::Session session;
    const grpc::Status status = ReadSession(session);
    return Finish(status, session);
  }

  int ExtendSession() {
    v1::ExtendSessionRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    request.set_session_id(o_.session_id);
    v1::Session session;
    return Finish(client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().ExtendSession(&context, request, &session);
    }),
                  session);
  }

  int Compare() {
    v1::CompareFacesRequest request;
    request.set_first(ReadFileOrThrow(o_.first));
    request.set_second(ReadFileOrThrow(o_.second));
    for (const std::string& path : o_.references) request.add_more_references(ReadFileOrThrow(path));
    v1::CompareFacesResponse answer;
    const grpc::Status status = client_.Call(
        [&](grpc::ClientContext& context) { return client_.face().CompareFaces(&context, request, &answer); });
    if (!status.ok()) return Failed(status);
    if (o_.json) {
      PrintJson(answer);
    } else {
      Print(answer);
    }
    return answer.band() == v1::MATCH_BAND_MATCH ? 0 : 14;
  }

  int ModelCard() {
    v1::ModelCard answer;
    const grpc::Status status = client_.Call([&](grpc::ClientContext& context) {
      return client_.face().GetModelCard(&context, v1::GetModelCardRequest(), &answer);
    });
    if (!status.ok()) return Failed(status);
    if (o_.json) {
      PrintJson(answer);
    } else {
      Print(answer);
    }
    return 0;
  }

  int Demo() { return PlayDemo(client_, o_.photos, o_.agent, o_.outlet) ? 0 : 1; }

 private:
  void FillCapture(v1::Capture& capture) const {
    capture.set_method(Parse<v1::CaptureMethod>(ParseCapture, "CAPTURE_METHOD_", o_.capture));
    capture.mutable_time()->set_seconds(Now());
    capture.set_device_id(o_.device);
    if (o_.device_key.empty()) return;
    capture.mutable_signature()->set_staff_id(o_.staff);
    if (!o_.place.empty()) *capture.mutable_signature()->mutable_place() = ReadPlace(o_.place);
  }
  template <typename Request>
  void SignCaptures(Request& request) const {
    if (o_.device_key.empty()) return;
    SigningDevice::FromFile(o_.device, o_.device_key).Sign(request, NextCounter());
  }
  grpc::Status AskBeforehand(v1::PrecheckEligibilityResponse& answer) {
    v1::PrecheckEligibilityRequest request;
    request.set_entry_type(Parse<v1::EntryType>(ParseEntry, "ENTRY_TYPE_", o_.entry));
    request.set_customer_kind(Parse<v1::CustomerKind>(ParseCustomer, "CUSTOMER_KIND_", o_.customer));
    request.set_product(o_.product);
    FillChannel(*request.mutable_channel());
    FillDocument(*request.mutable_document());
    return client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().PrecheckEligibility(&context, request, &answer);
    });
  }
  // Every notice that the server hands out for this application, as ticked now, but those that were named.
  grpc::Status AddNotices(v1::SubmitRegistrationRequest& request) {
    v1::PrecheckEligibilityResponse answer;
    if (const grpc::Status status = AskBeforehand(answer); !status.ok()) return status;
    for (const v1::NoticeToShow& notice : answer.notices()) {
      const bool named = std::any_of(request.consents().begin(), request.consents().end(),
                                     [&](const v1::Consent& each) { return each.notice_id() == notice.notice_id(); });
      if (named) continue;
      v1::Consent& consent = *request.add_consents();
      consent.set_notice_id(notice.notice_id());
      consent.set_version(notice.version());
      consent.mutable_time()->set_seconds(Now());
      consent.set_evidence(v1::CONSENT_EVIDENCE_TICKED);
    }
    return grpc::Status::OK;
  }
  // NOTICE@VERSION=EVIDENCE[:REFERENCE]
  v1::Consent ReadConsent(const std::string& text) const {
    const size_t at = text.find('@');
    const size_t equals = text.find('=', at);
    if (at == std::string::npos || equals == std::string::npos) {
      throw std::runtime_error(
          "a consent is NOTICE@VERSION=EVIDENCE[:REFERENCE], for example fraud-risk@1=signed:scans/7");
    }
    const size_t colon = text.find(':', equals);
    v1::Consent consent;
    consent.set_notice_id(text.substr(0, at));
    consent.set_version(text.substr(at + 1, equals - at - 1));
    consent.mutable_time()->set_seconds(Now());
    consent.set_evidence(Parse<v1::ConsentEvidence>(ParseConsentEvidence, "CONSENT_EVIDENCE_",
                                                    text.substr(equals + 1, colon - equals - 1)));
    if (colon != std::string::npos) consent.set_reference(text.substr(colon + 1));
    return consent;
  }
  int64_t Now() const { return o_.capture_time != 0 ? o_.capture_time : std::time(nullptr); }
  int FinishConsents(const grpc::Status& status, const v1::ListConsentsResponse& answer) {
    if (!status.ok()) return Failed(status);
    if (o_.json) {
      PrintJson(answer);
    } else {
      Print(answer);
    }
    return 0;
  }
  void FillDocument(v1::Document& document) const {
    document.set_type(Parse<v1::DocumentType>(ParseDocumentType, "DOCUMENT_TYPE_", o_.document_type));
    document.set_nationality(o_.nationality);
    document.set_mrz(o_.mrz.empty() ? "" : ReadFileOrThrow(o_.mrz));
    document.set_number(o_.number);
    document.set_name(o_.name);
    if (!o_.sex.empty()) document.set_sex(Parse<v1::Sex>(ParseSex, "SEX_", o_.sex));
    document.set_birth_date(o_.birth);
    document.set_address(o_.address);
    document.set_valid_from(o_.valid_from);
    document.set_valid_to(o_.valid_to);
    document.set_valid_long_term(o_.long_term);
  }
  void FillChannel(v1::Channel& channel) const {
    channel.set_type(Parse<v1::ChannelType>(ParseChannel, "CHANNEL_TYPE_", o_.channel));
    channel.set_agent_id(o_.agent);
    channel.set_outlet_id(o_.outlet);
    channel.set_staff_id(o_.staff);
  }
  static int Failed(const grpc::Status& status) {
    std::cerr << "realname: " << Describe(status) << "\n";
    return 1;
  }
  int Finish(const grpc::Status& status, const v1::Verification& answer) const {
    if (!status.ok()) return Failed(status);
    if (o_.json) {
      PrintJson(answer);
    } else {
      Print(answer);
    }
    return ExitStatus(answer.verdict());
  }

  int Finish(const grpc::Status& status, const v1::Session& session) const {
    if (!status.ok()) return Failed(status);
    if (o_.json) {
      PrintJson(session);
    } else {
      Print(session);
    }
    return ExitStatus(session.state());
  }
  grpc::Status ReadSession(v1::Session& session) {
    v1::GetSessionRequest request;
    request.set_session_id(o_.session_id);
    return client_.Call(
        [&](grpc::ClientContext& context) { return client_.registration().GetSession(&context, request, &session); });
  }

  const Options& o_;
  Client client_;
};

int Main(int argc, char** argv) {
  CLI::App app{"Client of the real-name registration verification service"};
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 PASS or done, 1 the call failed, 2 wrong usage, 10 RETRY, 11 REVIEW, 12 REJECT, 13 "
      "INCONCLUSIVE,\n"
      "14 a comparison that is no match, 15 the application ended without a verdict (cancelled, expired),\n"
      "16 to 19 sessions: see session --help.\n"
      "--server, --ca, --cert and --key may also be given as REALNAME_SERVER, REALNAME_CA, REALNAME_CERT, "
      "REALNAME_KEY.");
  Options o;
  app.add_option("--server", o.connection.server, "address of the service")
      ->envname("REALNAME_SERVER")
      ->capture_default_str();
  app.add_option("--ca", o.connection.ca_file, "CA of the server's certificate, PEM")->envname("REALNAME_CA");
  app.add_option("--cert", o.connection.certificate_file, "your certificate, PEM")->envname("REALNAME_CERT");
  app.add_option("--key", o.connection.key_file, "its private key, PEM")->envname("REALNAME_KEY");
  app.add_option("--server-name", o.connection.server_name, "name in the server's certificate, if not the address");
  app.add_option("--identity", o.connection.identity, "plaintext development servers only: your URI");
  app.add_option("--timeout", o.timeout_seconds, "seconds to wait for the answer")->capture_default_str();
  app.add_flag("--json", o.json, "print JSON, one object a line");

  int status = 0;
  const auto command = [&](const char* name, const char* text, int (Commands::*run)()) {
    CLI::App* sub = app.add_subcommand(name, text);
    sub->callback([&o, &status, run] { status = (Commands(o).*run)(); });
    return sub;
  };
  const auto document = [&o](CLI::App* sub) {
    sub->add_option("--document", o.document_type, "resident_id, passport, hk_macao_travel_permit ...")
        ->capture_default_str();
    sub->add_option("--number", o.number, "its number")->required();
    sub->add_option("--nationality", o.nationality, "ISO 3166-1 alpha-3, for passports and travel documents");
    sub->add_option("--mrz", o.mrz, "file with the machine readable zone, line by line");
    sub->add_option("--name", o.name, "name")->required();
    sub->add_option("--channel", o.channel, "own_hall, agent_store, own_app ...")->capture_default_str();
    sub->add_option("--agent", o.agent, "agent, as in your certificate");
    sub->add_option("--outlet", o.outlet, "outlet, as in your certificate");
  };
  const auto details = [&o](CLI::App* sub) {
    sub->add_option("--sex", o.sex, "female or male");
    sub->add_option("--birth", o.birth, "YYYY-MM-DD");
    sub->add_option("--address", o.address, "address on the document");
    sub->add_option("--valid-from", o.valid_from, "YYYY-MM-DD");
    sub->add_option("--valid-to", o.valid_to, "YYYY-MM-DD");
    sub->add_flag("--long-term", o.long_term, "the document is valid without an end");
    sub->add_option("--capture", o.capture, "chip_read, nfc, ocr, manual ...")->capture_default_str();
    sub->add_option(
        "--capture-time", o.capture_time,
        "when it was read, seconds since 1970; a retry with the same --request-id gives the same (default: now)");
    CLI::Option* const device = sub->add_option("--device", o.device, "the reader, as it is registered");
    sub->add_option("--device-key", o.device_key, "sign as the reader does: its private key, PEM")->needs(device);
    sub->add_option("--place", o.place, "where it is: LATITUDE,LONGITUDE in degrees");
  };
  const auto verification = [&o](CLI::App* sub) {
    sub->add_option("verification_id", o.verification_id, "verification")->required();
  };
  const auto request_id = [&o](CLI::App* sub) {
    sub->add_option("--request-id", o.request_id, "UUID; give the same one to retry the same call");
  };

  CLI::App* const sessions = app.add_subcommand("session", "online sign-up: an active challenge, frame by frame");
  sessions->require_subcommand(1);
  sessions->footer(
      "Exit status: 0 the session is complete, 16 it awaits a frame (also after a frame that was refused: see "
      "'refused'),\n"
      "17 a new one has to be started, 18 a registration used it, 19 the customer has to come to an own hall,\n"
      "1 the call failed, 2 wrong usage.");
  const auto session_command = [&](const char* name, const char* text, int (Commands::*run)()) {
    CLI::App* sub = sessions->add_subcommand(name, text);
    sub->callback([&o, &status, run] { status = (Commands(o).*run)(); });
    sub->footer(sessions->get_footer());
    return sub;
  };
  CLI::App* sub = session_command("start", "begin: prints nonce, notices and what is asked", &Commands::StartSession);
  sub->add_option("--channel", o.channel, "own_app, own_web, mini_program ...")->required();
  sub->add_option("--agent", o.agent, "agent, as in your certificate");
  sub->add_option("--outlet", o.outlet, "outlet, as in your certificate");
  sub->add_option("--exclude", o.excluded,
                  "what the customer cannot do: turn_left, turn_right, look_up, blink, open_mouth");
  request_id(sub);
  sub = session_command("frame", "send the picture of one step", &Commands::SubmitFrame);
  sub->add_option("session_id", o.session_id, "session")->required();
  sub->add_option("frame", o.frame, "JPEG or PNG, not mirrored")->required();
  sub->add_option("--step", o.step, "the step that it shows (default: the next)");
  request_id(sub);
  sub = session_command("get", "show a session, to go on with it", &Commands::GetSession);
  sub->add_option("session_id", o.session_id, "session")->required();
  sub = session_command("extend", "ask for more time", &Commands::ExtendSession);
  sub->add_option("session_id", o.session_id, "session")->required();
  request_id(sub);

  AddReviewCommands(
      app, [&o] { return Client(WithTimeout(o.connection, o.timeout_seconds)); }, o.json, status);
  AddDeviceCommands(
      app, [&o] { return Client(WithTimeout(o.connection, o.timeout_seconds)); }, o.json, status);
  AddListCommands(
      app, [&o] { return Client(WithTimeout(o.connection, o.timeout_seconds)); }, o.json, status);
  AddSellerCommands(
      app, [&o] { return Client(WithTimeout(o.connection, o.timeout_seconds)); }, o.json, status);
  AddPolicyCommands(
      app, [&o] { return Client(WithTimeout(o.connection, o.timeout_seconds)); }, o.json, status);
  AddSubscriberCommands(
      app, [&o] { return Client(WithTimeout(o.connection, o.timeout_seconds)); }, o.json, status);

  sub = command("register", "submit a registration", &Commands::Register);
  document(sub);
  request_id(sub);
  sub->add_option("--msisdn", o.msisdn, "phone number, +8613...; not with update and inquiry");
  sub->add_option("--id-photo", o.id_photo, "portrait of the document, JPEG or PNG");
  sub->add_option("--live-portrait", o.live_portrait, "portrait taken now, JPEG or PNG");
  sub->add_option(
         "--entry", o.entry,
         "open, port_in, back_registration, sim_replacement, transfer_out, transfer_in, update, termination, port_out, "
         "inquiry")
      ->capture_default_str();
  sub->add_option("--transfer-reference", o.transfer_reference,
                  "transfer_in: the reference number of the holder's transfer_out");
  sub->add_option("--previous-number", o.previous_number, "update: number of the document registered before");
  sub->add_option("--previous-document", o.previous_document, "its kind")->capture_default_str();
  sub->add_option("--previous-name", o.previous_name, "its name (default: the same)");
  sub->add_option("--previous-nationality", o.previous_nationality, "its nationality");
  sub->add_option("--customer", o.customer, "individual, org_ordinary, org_iot, iot_individual")->capture_default_str();
  sub->add_flag("--told", o.told, "every notice that the server hands out was shown and ticked just now");
  sub->add_option("--consent", o.consents, "NOTICE@VERSION=EVIDENCE[:REFERENCE]: shown, ticked, signed, read_aloud");
  sub->add_option("--party", o.parties,
                  "file with somebody else who takes part: a realname.v1.Party in text form, pictures by file name");
  sub->add_option("--product", o.product, "product code")->capture_default_str();
  details(sub);
  sub->add_option("--staff", o.staff, "member of staff");
  sub->add_option(
      "--second-number", o.second_number,
      "number of another document: nothing compares the faces (own halls; another member of staff has to confirm)");
  sub->add_option("--second-document", o.second_document, "its kind")->capture_default_str();
  sub->add_option("--second-name", o.second_name, "its name (default: the same)");
  sub->add_option("--second-nationality", o.second_nationality, "its nationality");
  sub->add_option("--second-valid-to", o.second_valid_to, "its last valid day");
  sub->add_option("--second-capture", o.second_capture, "how it was read")->capture_default_str();
  CLI::Option* session = sub->add_option("--session", o.session_id, "the session whose challenge was passed (online)");
  sub->add_option("--nonce", o.nonce, "its nonce, instead of --session")->excludes(session);

  sub = command("resubmit", "send again what a RETRY asked for", &Commands::Resubmit);
  verification(sub);
  request_id(sub);
  sub->add_option("evidence", o.evidence,
                  "ITEM=FILE, for example live_portrait=me.jpg; or attestation: you confirm who it is");
  sub->add_option("--number", o.number,
                  "the document, where it was asked for: its number, and the options that follow");
  sub->add_option("--name", o.name, "name");
  details(sub);

  verification(command("get", "show a verification", &Commands::Get));
  sub = command("list", "list your verifications, newest first", &Commands::List);
  sub->add_option("--state", o.state, "only those in this state, for example in_review");
  sub->add_option("--page-size", o.page_size, "rows")->capture_default_str();
  sub->add_option("--page-token", o.page_token, "token of the next page");
  sub = command("watch", "follow a verification until it ends or --timeout", &Commands::Watch);
  verification(sub);
  sub->add_option("--resume-token", o.resume_token, "go on after this event");
  sub = command("confirm", "say that the number was activated", &Commands::Confirm);
  verification(sub);
  request_id(sub);
  sub = command("cancel", "give up before activation", &Commands::Cancel);
  verification(sub);
  request_id(sub);
  sub = command("request-review", "contest a refusal: a person who had no part in it looks again",
                &Commands::RequestReview);
  sub->add_option("reference", o.reference, "the refusal's reference number")->required();
  request_id(sub);
  document(sub);
  details(sub);
  sub->add_option("--statement", o.statement, "what the customer says");
  sub->add_option("--id-photo", o.id_photo, "a new portrait of the document (default: as it was)");
  sub->add_option("--live-portrait", o.live_portrait, "a new portrait (default: as it was)");
  sub->add_option("--msisdn", o.msisdn, "another number to open (default: as it was)");
  sub = command("precheck", "ask whether a registration would make sense, and what to tell the customer",
                &Commands::Precheck);
  document(sub);
  sub->add_option("--product", o.product, "product code")->capture_default_str();
  sub =
      command("replay", "decide once more from the stored facts and policy, and compare (auditors and administrators)",
              &Commands::Replay);
  verification(sub);
  sub->add_option("--sequence", o.sequence, "event that the decision was (default: the present decision)");
  verification(command("consents", "what the customer was told, and agreed to", &Commands::ListConsents));
  sub = command("withdraw-consent", "withdraw one consent", &Commands::WithdrawConsent);
  verification(sub);
  sub->add_option("--notice", o.notice, "which")->required();
  request_id(sub);
  sub = command("compare", "compare two pictures (auditors and administrators)", &Commands::Compare);
  sub->add_option("first", o.first, "JPEG or PNG, judged as an ID photo")->required();
  sub->add_option("second", o.second, "JPEG or PNG, judged as a live portrait")->required();
  sub->add_option("--reference", o.references, "another reference of the first person; up to two");
  command("model-card", "show networks, calibration and error rates in force", &Commands::ModelCard);
  sub = command("demo", "play a day at a counter with sample photographs", &Commands::Demo);
  sub->add_option("--photos", o.photos, "folder of the sample photographs")->capture_default_str();
  sub->add_option("--agent", o.agent, "agent, as in your certificate");
  sub->add_option("--outlet", o.outlet, "outlet, as in your certificate");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "realname: " << error.what() << "\n";
    return 1;
  }
  return status;
}

}  // namespace
}  // namespace realname::cli

int main(int argc, char** argv) { return realname::cli::Main(argc, argv); }
