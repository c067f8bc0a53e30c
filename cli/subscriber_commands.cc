// SPDX-License-Identifier: Apache-2.0
#include "cli/subscriber_commands.h"

#include <memory>
#include <string>

#include "cli/command.h"

namespace realname::cli {
namespace {

struct SubscriberOptions {
  std::string verification_id, line_id, dispute_id, link_id, state, text, request_id;
  int page_size = 50;
};

// Runs one call and prints its answer.
template <typename Request, typename Answer>
int Run(Client client,
        grpc::Status (v1::SubscriberService::Stub::*method)(grpc::ClientContext*, const Request&, Answer*),
        const Request& request, bool json) {
  Answer answer;
  const grpc::Status status = client.Call(
      [&](grpc::ClientContext& context) { return (client.subscriber().*method)(&context, request, &answer); });
  return Finish(status, answer, json);
}

int Numbers(const SubscriberOptions& o, Client client, bool json) {
  v1::ListNumbersRequest request;
  request.set_verification_id(o.verification_id);
  return Run(std::move(client), &v1::SubscriberService::Stub::ListNumbers, request, json);
}

int Terminate(const SubscriberOptions& o, Client client, bool json) {
  v1::TerminateServiceRequest request;
  request.set_request_id(o.request_id.empty() ? NewUuid() : o.request_id);
  request.set_verification_id(o.verification_id);
  request.set_reason(o.text);
  return Run(std::move(client), &v1::SubscriberService::Stub::TerminateService, request, json);
}

int Raise(const SubscriberOptions& o, Client client, bool json) {
  v1::RaiseDisputeRequest request;
  request.set_verification_id(o.verification_id);
  request.set_line_id(o.line_id);
  request.set_statement(o.text);
  return Run(std::move(client), &v1::SubscriberService::Stub::RaiseDispute, request, json);
}

int Get(const SubscriberOptions& o, Client client, bool json) {
  v1::GetDisputeRequest request;
  request.set_dispute_id(o.dispute_id);
  return Run(std::move(client), &v1::SubscriberService::Stub::GetDispute, request, json);
}

int List(const SubscriberOptions& o, Client client, bool json) {
  v1::ListDisputesRequest request;
  if (!o.state.empty()) request.set_state(ParseWord<v1::DisputeState>("DISPUTE_STATE_", o.state));
  request.set_page_size(o.page_size);
  return Run(std::move(client), &v1::SubscriberService::Stub::ListDisputes, request, json);
}

int Resolve(const SubscriberOptions& o, Client client, bool json) {
  v1::ResolveDisputeRequest request;
  request.set_dispute_id(o.dispute_id);
  request.set_state(ParseWord<v1::DisputeState>("DISPUTE_STATE_", o.state));
  request.set_explanation(o.text);
  return Run(std::move(client), &v1::SubscriberService::Stub::ResolveDispute, request, json);
}

int Links(const SubscriberOptions& o, Client client, bool json) {
  v1::ListLinksRequest request;
  request.set_verification_id(o.verification_id);
  return Run(std::move(client), &v1::SubscriberService::Stub::ListLinks, request, json);
}

int Unlink(const SubscriberOptions& o, Client client, bool json) {
  v1::UnlinkRequest request;
  request.set_link_id(o.link_id);
  request.set_reason(o.text);
  return Run(std::move(client), &v1::SubscriberService::Stub::Unlink, request, json);
}

int EraseFaces(const SubscriberOptions& o, Client client, bool json) {
  v1::EraseFaceTemplatesRequest request;
  request.set_verification_id(o.verification_id);
  return Run(std::move(client), &v1::SubscriberService::Stub::EraseFaceTemplates, request, json);
}

}  // namespace

void AddSubscriberCommands(CLI::App& app, std::function<Client()> connect, const bool& json, int& status) {
  const auto o = std::make_shared<SubscriberOptions>();
  const auto runs = [&](CLI::App* sub, int (*command)(const SubscriberOptions&, Client, bool)) {
    sub->callback([o, connect, command, &json, &status] { status = command(*o, connect(), json); });
  };
  CLI::App* sub =
      app.add_subcommand("numbers", "numbers in the name of whom an inquiry (register --entry inquiry) identified");
  sub->add_option("verification_id", o->verification_id, "the inquiry")->required();
  runs(sub, Numbers);
  sub = app.add_subcommand("terminate", "end a line on the operator's own account (administrators)");
  sub->add_option("verification_id", o->verification_id, "the registration that opened it")->required();
  sub->add_option("--reason", o->text, "why, for the record")->required();
  sub->add_option("--request-id", o->request_id, "UUID, to repeat a call");
  runs(sub, Terminate);
  sub = app.add_subcommand("links", "documents that were decided to be one person's (staff)");
  sub->add_option("verification_id", o->verification_id, "a verification of the person")->required();
  runs(sub, Links);
  sub = app.add_subcommand("unlink", "take such a link back (administrators)");
  sub->add_option("link_id", o->link_id, "which")->required();
  sub->add_option("--reason", o->text, "why, for the record")->required();
  runs(sub, Unlink);
  sub = app.add_subcommand("erase-faces", "erase what was derived from the pictures of a subscriber (administrators)");
  sub->add_option("verification_id", o->verification_id, "a verification of theirs")->required();
  runs(sub, EraseFaces);
  CLI::App* const disputes =
      app.add_subcommand("dispute", "numbers of which their holders say that they are not theirs");
  disputes->require_subcommand(1);
  sub = disputes->add_subcommand("raise", "for whom an inquiry identified");
  sub->add_option("verification_id", o->verification_id, "the inquiry")->required();
  sub->add_option("line_id", o->line_id, "the line, as `numbers` names it")->required();
  sub->add_option("--statement", o->text, "what the person says");
  runs(sub, Raise);
  sub = disputes->add_subcommand("get", "what became of one");
  sub->add_option("dispute_id", o->dispute_id, "which")->required();
  runs(sub, Get);
  sub = disputes->add_subcommand("list", "those with the nearest deadline first (staff)");
  sub->add_option("--state", o->state, "open, upheld or dismissed");
  sub->add_option("--page-size", o->page_size, "rows")->capture_default_str();
  runs(sub, List);
  sub = disputes->add_subcommand("resolve", "decide one (reviewers)");
  sub->add_option("dispute_id", o->dispute_id, "which")->required();
  sub->add_option("--state", o->state, "upheld: the line ends; dismissed: it stays")->required();
  sub->add_option("--explanation", o->text, "why, for the person who raised it")->required();
  runs(sub, Resolve);
}

}  // namespace realname::cli
