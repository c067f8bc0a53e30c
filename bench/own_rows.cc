// SPDX-License-Identifier: Apache-2.0
#include "bench/own_rows.h"

#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "cli/client.h"
#include "cli/made_up_person.h"
#include "realname/v1/accountability_service.pb.h"
#include "realname/v1/annotations.pb.h"
#include "realname/v1/audit_service.pb.h"
#include "realname/v1/policy_service.pb.h"
#include "realname/v1/review_service.pb.h"
#include "realname/v1/subscriber_service.grpc.pb.h"
#include "rules/explain.h"
#include "server/access.h"

namespace realname {
namespace {

namespace pb = google::protobuf;

// Roles by the names of their certificates.
constexpr std::pair<v1::Role, const char*> kRoles[] = {{v1::ROLE_RETAIL, "retail"},
                                                       {v1::ROLE_ONLINE, "online"},
                                                       {v1::ROLE_AUDITOR, "auditor"},
                                                       {v1::ROLE_REVIEWER, "reviewer"},
                                                       {v1::ROLE_ADMIN, "admin"},
                                                       {v1::ROLE_REGULATOR_RO, "regulator_ro"},
                                                       {v1::ROLE_POLICE_LIAISON, "police_liaison"}};

constexpr uint64_t kRefusedPerson = 43;

struct OwnerRows {
  v1::SubmitRegistrationRequest application;  // of the PASS
  std::string passed;                         // verification ids
  std::string retried;
  std::string session;  // session id
  std::string refused;  // reference number
  // A line that is activated, the inquiry of its holder, and a dispute about it.
  std::string line, inquiry, dispute;
};

std::shared_ptr<grpc::Channel> ChannelOf(const OwnRowsOptions& options, const std::string& certificate) {
  cli::ConnectionOptions connection;
  connection.server = options.server;
  connection.server_name = "localhost";
  connection.ca_file = options.folder + "/ca.crt";
  connection.certificate_file = options.folder + "/" + certificate + ".crt";
  connection.key_file = options.folder + "/" + certificate + ".key";
  return cli::MakeChannel(connection);
}

struct Reply {
  grpc::Status status;
  std::vector<std::unique_ptr<pb::Message>> messages;
};

// Any method, unary or streaming, by its descriptor.
Reply Call(const std::shared_ptr<grpc::Channel>& channel, const pb::MethodDescriptor& method,
           const pb::Message& request) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(method.server_streaming() ? 3 : 60));
  const auto done = [&] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const std::string name = "/" + method.service()->full_name() + "/" + method.name();
  auto call = stub.PrepareCall(&context, name, &queue);
  call->StartCall(nullptr);
  done();
  const std::string bytes = request.SerializeAsString();
  const grpc::Slice slice(bytes);
  call->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
  done();
  Reply reply;
  while (true) {
    grpc::ByteBuffer buffer;
    call->Read(&buffer, nullptr);
    if (!done()) break;
    grpc::Slice whole;
    const auto* type = pb::MessageFactory::generated_factory()->GetPrototype(method.output_type());
    std::unique_ptr<pb::Message> message(type->New());
    if (!buffer.DumpToSingleSlice(&whole).ok() ||
        !message->ParseFromArray(whole.begin(), static_cast<int>(whole.size()))) {
      throw std::runtime_error(name + " answered what is not its message");
    }
    reply.messages.push_back(std::move(message));
  }
  call->Finish(&reply.status, nullptr);
  done();
  return reply;
}

std::vector<const pb::MethodDescriptor*> Methods() {
  std::vector<const pb::MethodDescriptor*> methods;
  for (const char* service : {"realname.v1.RegistrationService", "realname.v1.ReviewService",
                              "realname.v1.AccountabilityService", "realname.v1.SubscriberService",
                              "realname.v1.PolicyService", "realname.v1.AuditService", "realname.v1.FaceService"}) {
    const auto* descriptor = pb::DescriptorPool::generated_pool()->FindServiceByName(service);
    for (int i = 0; i < descriptor->method_count(); ++i) methods.push_back(descriptor->method(i));
  }
  if (methods.size() != server::AccessTable().size()) throw std::runtime_error("a service is not looked at");
  return methods;
}

bool NamesARow(const pb::MethodDescriptor& method) {
  return method.input_type()->FindFieldByName("verification_id") != nullptr ||
         method.input_type()->FindFieldByName("session_id") != nullptr ||
         method.input_type()->FindFieldByName("dispute_id") != nullptr ||
         method.input_type()->FindFieldByName("link_id") != nullptr ||
         method.input_type()->FindFieldByName("lead_id") != nullptr ||
         method.input_type()->FindFieldByName("reference_number") != nullptr;
}

bool ListsRows(const pb::MethodDescriptor& method) {
  return method.name() == "ListVerifications" || method.name() == "ListCases" || method.name() == "CountContests" ||
         method.name() == "ListSellers" || method.name() == "ListSellerChanges" ||
         method.name() == "ListCaptureDevices" || method.name() == "ListListEntries" || method.name() == "ListDisputes";
}

// A request that would be answered if the caller were the owner, made at `channel`. Any outlet may contest a refusal
// for who holds the reference number and the document: a stranger has the number only. Throws for a method that this
// proof does not know.
std::unique_ptr<pb::Message> RequestAbout(const pb::MethodDescriptor& method, const OwnerRows& rows,
                                          const OwnRowsOptions& options, const v1::Channel& channel, bool owner) {
  const auto* type = pb::MessageFactory::generated_factory()->GetPrototype(method.input_type());
  std::unique_ptr<pb::Message> request(type->New());
  const auto set = [&](const char* name, const std::string& value) {
    if (const auto* field = method.input_type()->FindFieldByName(name)) {
      request->GetReflection()->SetString(request.get(), field, value);
    }
  };
  set("request_id", cli::NewUuid());
  // One row is activated, so the other is the one to be cancelled.
  set("verification_id", method.name() == "CancelVerification" ? rows.retried : rows.passed);
  if (method.name() == "ListNumbers" || method.name() == "RaiseDispute") set("verification_id", rows.inquiry);
  if (method.name() == "TerminateService") set("verification_id", rows.line);
  set("line_id", rows.line);
  set("dispute_id", rows.dispute);
  set("link_id", cli::NewUuid());
  set("lead_id", cli::NewUuid());
  set("session_id", rows.session);
  set("notice_id", "face-reference");
  if (auto* frame = dynamic_cast<v1::SubmitChallengeFrameRequest*>(request.get())) {
    frame->set_step(1);
    frame->set_frame(cli::ReadFileOrThrow(options.portrait));
  } else if (auto* start = dynamic_cast<v1::StartSessionRequest*>(request.get())) {
    *start->mutable_channel() = channel;
  } else if (auto* review = dynamic_cast<v1::RequestReviewRequest*>(request.get())) {
    review->set_reference_number(rows.refused);
    *review->mutable_document() = cli::MadeUpDocument(owner ? kRefusedPerson : kRefusedPerson + 1);
    *review->mutable_capture() = rows.application.parties(0).capture();
    *review->mutable_channel() = channel;
    cli::SignMadeUp(*review);
  } else if (auto* resubmit = dynamic_cast<v1::ResubmitEvidenceRequest*>(request.get())) {
    resubmit->set_verification_id(rows.retried);
    resubmit->add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
    resubmit->mutable_items(0)->set_photo(cli::ReadFileOrThrow(options.second_portrait));
    cli::SignMadeUp(*resubmit, channel.agent_id(), std::time(nullptr));
  } else if (auto* submit = dynamic_cast<v1::SubmitRegistrationRequest*>(request.get())) {
    *submit = rows.application;  // the owner's request_id, too
  } else if (auto* precheck = dynamic_cast<v1::PrecheckEligibilityRequest*>(request.get())) {
    precheck->set_entry_type(rows.application.entry_type());
    precheck->set_customer_kind(rows.application.customer_kind());
    *precheck->mutable_channel() = channel;
    *precheck->mutable_document() = rows.application.parties(0).document();
  } else if (auto* compare = dynamic_cast<v1::CompareFacesRequest*>(request.get())) {
    compare->set_first(cli::ReadFileOrThrow(options.portrait));
    compare->set_second(cli::ReadFileOrThrow(options.second_portrait));
  } else if (auto* seller = dynamic_cast<v1::SetSellerRequest*>(request.get())) {
    seller->mutable_seller()->set_agent_id("agent9");
    seller->mutable_seller()->set_status(v1::SELLER_STATUS_ACTIVE);
    seller->set_reason("a reason");
  } else if (auto* device = dynamic_cast<v1::SetCaptureDeviceRequest*>(request.get())) {
    device->mutable_device()->set_device_id("another-reader");
    device->mutable_device()->set_status(v1::SELLER_STATUS_ACTIVE);
    device->mutable_device()->set_public_key(cli::MadeUpDeviceKey());
    device->set_reason("a reason");
  } else if (auto* device_changes = dynamic_cast<v1::ListCaptureDeviceChangesRequest*>(request.get())) {
    device_changes->set_device_id("another-reader");
  } else if (auto* import = dynamic_cast<v1::ImportListEntriesRequest*>(request.get())) {
    import->add_entries()->set_kind(v1::LIST_KIND_BAD_AGENT);
    import->mutable_entries(0)->set_agent_id("agent8");
    import->mutable_entries(0)->set_authority("the bureau");
    import->mutable_entries(0)->set_authority_reference("no. 1");
    import->mutable_entries(0)->set_legal_basis("a law");
    import->mutable_entries(0)->set_from_date("2026-01-01");
    import->mutable_entries(0)->set_state(v1::LIST_STATE_PROPOSED);
    import->set_note("a reason");
  } else if (auto* change = dynamic_cast<v1::ChangeListEntryRequest*>(request.get())) {
    change->set_entry_id(cli::NewUuid());
    change->set_state(v1::LIST_STATE_REMOVED);
    change->set_note("a reason");
  } else if (auto* upload = dynamic_cast<v1::UploadPolicyPackRequest*>(request.get())) {
    upload->set_text("no policy");
  } else if (auto* diff = dynamic_cast<v1::DiffPolicyPacksRequest*>(request.get())) {
    diff->set_to_digest(std::string(64, '0'));
  } else if (auto* propose = dynamic_cast<v1::ProposePolicyPackRequest*>(request.get())) {
    propose->set_digest(std::string(64, '0'));
    propose->set_reason("a reason");
  } else if (auto* tried = dynamic_cast<v1::DryRunPolicyPackRequest*>(request.get())) {
    tried->set_digest(std::string(64, '0'));
    tried->mutable_from_time()->set_seconds(std::time(nullptr) - 60);
  } else if (auto* activate = dynamic_cast<v1::ActivatePolicyPackRequest*>(request.get())) {
    activate->set_proposal_id(cli::NewUuid());
  } else if (auto* unlink = dynamic_cast<v1::UnlinkRequest*>(request.get())) {
    unlink->set_reason("a reason");
  } else if (auto* conclude = dynamic_cast<v1::ConcludeFaceLeadRequest*>(request.get())) {
    conclude->set_conclusion(v1::FACE_PAIR_CONCLUSION_TWO_PEOPLE);
  } else if (auto* terminate = dynamic_cast<v1::TerminateServiceRequest*>(request.get())) {
    terminate->set_reason("a reason");
  } else if (auto* resolve = dynamic_cast<v1::ResolveDisputeRequest*>(request.get())) {
    resolve->set_state(v1::DISPUTE_STATE_DISMISSED);
    resolve->set_explanation("a reason");
  } else if (auto* decide = dynamic_cast<v1::DecideCaseRequest*>(request.get())) {
    decide->set_sequence(1);
    decide->set_conclusion(v1::REVIEW_CONCLUSION_APPROVE);
    decide->set_note("a note");
  } else if (!NamesARow(method) && !ListsRows(method) && method.name() != "GetModelCard" &&
             method.name() != "ListPolicyPacks" && method.name() != "ListPolicyProposals") {
    throw std::runtime_error("this proof does not know how to call " + method.full_name());
  }
  return request;
}

// Number of filled fields that reveal a similarity.
int SimilaritiesIn(const pb::Message& message) {
  std::vector<const pb::FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  int found = 0;
  for (const auto* field : fields) {
    found += field->options().GetExtension(v1::reveals_similarity);
    if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      found += SimilaritiesIn(message.GetReflection()->GetMessage(message, field));
      continue;
    }
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
      found += SimilaritiesIn(message.GetReflection()->GetRepeatedMessage(message, field, i));
    }
  }
  return found;
}

OwnerRows ReadRows(const OwnRowsOptions& options) {
  OwnerRows rows;
  std::ifstream file(options.folder + "/rows");
  if (!(file >> rows.passed >> rows.retried >> rows.refused >> rows.session >> rows.line >> rows.inquiry >>
        rows.dispute))
    throw std::runtime_error("no rows were prepared");
  if (!rows.application.ParseFromString(cli::ReadFileOrThrow(options.folder + "/application"))) {
    throw std::runtime_error("the prepared application cannot be read");
  }
  return rows;
}

bool Mentions(const Reply& reply, const OwnerRows& rows) {
  for (const auto& message : reply.messages) {
    const std::string bytes = message->SerializeAsString();
    for (const std::string& id : {rows.passed, rows.retried, rows.session, rows.line, rows.inquiry, rows.dispute}) {
      if (bytes.find(id) != std::string::npos) return true;
    }
  }
  return false;
}

}  // namespace

int PrepareOwnRows(const OwnRowsOptions& options) {
  const auto stub = v1::RegistrationService::NewStub(ChannelOf(options, "retail"));
  const auto submit = [&](uint64_t person, const std::string& portrait, v1::Verdict wanted,
                          v1::SubmitRegistrationRequest& request, v1::EntryType entry = v1::ENTRY_TYPE_OPEN) {
    request = cli::MadeUpApplication(person, person, "agent1", "outlet1", cli::ReadFileOrThrow(options.portrait),
                                     cli::ReadFileOrThrow(portrait));
    request.set_entry_type(entry);
    if (entry == v1::ENTRY_TYPE_INQUIRY) {
      request.clear_msisdn();
      request.mutable_channel()->set_type(v1::CHANNEL_TYPE_PARTNER_STORE);  // agents' shops take none
    }
    if (wanted == v1::VERDICT_REJECT)
      request.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    v1::Verification answer;
    const auto status = stub->SubmitRegistration(&context, request, &answer);
    if (!status.ok() || answer.verdict() != wanted) {
      throw std::runtime_error("the owner's registration: " +
                               (status.ok() ? v1::Verdict_Name(answer.verdict()) : cli::Describe(status)));
    }
    return answer;
  };
  v1::SubmitRegistrationRequest passed, retried, refused;
  std::ofstream rows(options.folder + "/rows");
  rows << submit(41, options.second_portrait, v1::VERDICT_PASS, passed).verification_id() << " ";
  rows << submit(42, options.no_face, v1::VERDICT_RETRY, retried).verification_id() << " ";
  rows << submit(kRefusedPerson, options.second_portrait, v1::VERDICT_REJECT, refused).reference_number() << " ";
  v1::StartSessionRequest start;
  start.set_request_id(cli::NewUuid());
  *start.mutable_channel() = passed.channel();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::Session session;
  if (const auto status = stub->StartSession(&context, start, &session); !status.ok()) {
    throw std::runtime_error("the owner's session: " + cli::Describe(status));
  }
  rows << session.session_id() << " ";
  // Registered at the place of the owner, of a kind that inquiries are made at.
  v1::SubmitRegistrationRequest line, inquiry;
  const v1::Verification opened = submit(44, options.second_portrait, v1::VERDICT_PASS, line);
  v1::ConfirmActivationRequest confirm;
  confirm.set_request_id(cli::NewUuid());
  confirm.set_verification_id(opened.verification_id());
  grpc::ClientContext confirming;
  confirming.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::Verification activated;
  if (const auto status = stub->ConfirmActivation(&confirming, confirm, &activated); !status.ok()) {
    throw std::runtime_error("the owner's activation: " + cli::Describe(status));
  }
  const v1::Verification inquired =
      submit(44, options.second_portrait, v1::VERDICT_PASS, inquiry, v1::ENTRY_TYPE_INQUIRY);
  rows << opened.verification_id() << " " << inquired.verification_id() << " ";
  v1::RaiseDisputeRequest raise;
  raise.set_verification_id(inquired.verification_id());
  raise.set_line_id(opened.verification_id());
  grpc::ClientContext raising;
  raising.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::Dispute dispute;
  if (const auto status =
          v1::SubscriberService::NewStub(ChannelOf(options, "retail"))->RaiseDispute(&raising, raise, &dispute);
      !status.ok()) {
    throw std::runtime_error("the owner's dispute: " + cli::Describe(status));
  }
  rows << dispute.dispute_id() << "\n";
  std::ofstream(options.folder + "/application", std::ios::binary) << passed.SerializeAsString();
  std::cout << "the owner has a PASS, a RETRY, a REJECT, a session, a line, an inquiry and a dispute\n";
  return 0;
}

int CallOnForeignRows(const OwnRowsOptions& options) {
  const OwnerRows rows = ReadRows(options);
  int calls = 0, not_found = 0, lists = 0, wrong = 0;
  for (const char* whose : {"operator", "agent", "outlet", "hall", "nowhere"}) {
    for (const auto& [role, role_name] : kRoles) {
      const std::string certificate = std::string("foreign_") + whose + "_" + role_name;
      if (!std::ifstream(options.folder + "/" + certificate + ".crt")) continue;  // a role without agents or outlets
      const auto channel = ChannelOf(options, certificate);
      // As script/prove names them in the certificates.
      v1::Channel place = rows.application.channel();
      if (whose == std::string("agent")) place.set_agent_id("agent2");
      if (whose == std::string("outlet")) place.set_outlet_id("outlet2");
      if (whose != std::string("agent") && whose != std::string("outlet")) place.clear_agent_id();
      if (whose == std::string("operator") || whose == std::string("nowhere")) place.clear_outlet_id();
      if (place.agent_id().empty()) place.set_type(v1::CHANNEL_TYPE_OWN_HALL);
      if (role == v1::ROLE_ONLINE) place.set_type(v1::CHANNEL_TYPE_OWN_APP);
      for (const auto* method : Methods()) {
        const bool lists_rows = ListsRows(*method);
        if (!server::MayCall(role, method->full_name()) || !(NamesARow(*method) || lists_rows)) continue;
        ++calls;
        const Reply reply = Call(channel, *method, *RequestAbout(*method, rows, options, place, false));
        const bool right = lists_rows ? reply.status.ok() && !Mentions(reply, rows)
                                      : reply.status.error_code() == grpc::StatusCode::NOT_FOUND;
        ++(right ? lists_rows ? lists : not_found : wrong);
        if (!right) std::cout << certificate << " " << method->name() << ": " << cli::Describe(reply.status) << "\n";
      }
    }
  }
  std::cout << calls << " calls by strangers: " << not_found << " NOT_FOUND, " << lists << " lists without the rows, "
            << wrong << " anything else\n";
  return wrong == 0 && not_found > 0 && lists > 0 ? 0 : 1;
}

int CallOnOwnRows(const OwnRowsOptions& options) {
  const OwnerRows rows = ReadRows(options);
  int calls = 0, refused = 0, wrong = 0, leaked = 0, seen_by_entitled = 0, owner_answered = 0;
  for (const auto& [role, role_name] : kRoles) {
    const auto channel = ChannelOf(options, role_name);
    for (const auto* method : Methods()) {
      ++calls;
      const Reply reply =
          Call(channel, *method, *RequestAbout(*method, rows, options, rows.application.channel(), true));
      const bool denied = cli::ErrorReasonOf(reply.status) == "ROLE_NOT_ALLOWED";
      refused += denied;
      if (denied == server::MayCall(role, method->full_name())) {
        ++wrong;
        std::cout << role_name << " " << method->name() << ": " << cli::Describe(reply.status) << "\n";
      }
      // A watch ends with the story or with its deadline, after what it had to tell.
      owner_answered += role == v1::ROLE_RETAIL && (reply.status.ok() || !reply.messages.empty());
      int similarities = 0;
      for (const auto& message : reply.messages) similarities += SimilaritiesIn(*message);
      if (rules::MaySeeSimilarity(role)) {
        seen_by_entitled += similarities;
      } else if (similarities > 0) {
        ++leaked;
        std::cout << role_name << " " << method->name() << " was shown a similarity\n";
      }
    }
  }
  int owners_methods = 0;
  for (const auto* method : Methods()) owners_methods += server::MayCall(v1::ROLE_RETAIL, method->full_name());
  std::cout << calls << " calls, every role on every method: " << refused << " refused, " << wrong
            << " against the table of access; similarities: " << leaked << " replies to roles that may not see one, "
            << seen_by_entitled << " fields seen by those who may\n"
            << "positive control: " << owner_answered << " of the owner's " << owners_methods << " methods answered\n";
  return wrong == 0 && leaked == 0 && seen_by_entitled > 0 && owner_answered == owners_methods ? 0 : 1;
}

}  // namespace realname
