// SPDX-License-Identifier: Apache-2.0
#include "cli/policy_commands.h"

#include <memory>
#include <string>

#include "cli/command.h"

namespace realname::cli {
namespace {

struct PolicyOptions {
  std::string file, from, digest, proposal_id, reason;
  int page_size = 50;
};

// Runs one call and prints its answer.
template <typename Request, typename Answer>
int Run(Client client, grpc::Status (v1::PolicyService::Stub::*method)(grpc::ClientContext*, const Request&, Answer*),
        const Request& request, bool json) {
  Answer answer;
  const grpc::Status status =
      client.Call([&](grpc::ClientContext& context) { return (client.policy().*method)(&context, request, &answer); });
  return Finish(status, answer, json);
}

int Upload(const PolicyOptions& o, Client client, bool json) {
  v1::UploadPolicyPackRequest request;
  request.set_text(ReadFileOrThrow(o.file));
  return Run(std::move(client), &v1::PolicyService::Stub::UploadPolicyPack, request, json);
}

int List(const PolicyOptions& o, Client client, bool json) {
  v1::ListPolicyPacksRequest request;
  request.set_page_size(o.page_size);
  return Run(std::move(client), &v1::PolicyService::Stub::ListPolicyPacks, request, json);
}

int Diff(const PolicyOptions& o, Client client, bool json) {
  v1::DiffPolicyPacksRequest request;
  request.set_from_digest(o.from);
  request.set_to_digest(o.digest);
  return Run(std::move(client), &v1::PolicyService::Stub::DiffPolicyPacks, request, json);
}

int Propose(const PolicyOptions& o, Client client, bool json) {
  v1::ProposePolicyPackRequest request;
  request.set_digest(o.digest);
  request.set_reason(o.reason);
  return Run(std::move(client), &v1::PolicyService::Stub::ProposePolicyPack, request, json);
}

int Activate(const PolicyOptions& o, Client client, bool json) {
  v1::ActivatePolicyPackRequest request;
  request.set_proposal_id(o.proposal_id);
  return Run(std::move(client), &v1::PolicyService::Stub::ActivatePolicyPack, request, json);
}

int Proposals(const PolicyOptions& o, Client client, bool json) {
  v1::ListPolicyProposalsRequest request;
  request.set_page_size(o.page_size);
  return Run(std::move(client), &v1::PolicyService::Stub::ListPolicyProposals, request, json);
}

}  // namespace

void AddPolicyCommands(CLI::App& app, std::function<Client()> connect, const bool& json, int& status) {
  CLI::App* const policy = app.add_subcommand("policy", "policy packs: upload, compare, put in force by two people");
  policy->require_subcommand(1);
  const auto o = std::make_shared<PolicyOptions>();
  const auto command = [&](const char* name, const char* help, int (*run)(const PolicyOptions&, Client, bool)) {
    CLI::App* sub = policy->add_subcommand(name, help);
    sub->callback([o, connect, run, &json, &status] { status = run(*o, connect(), json); });
    return sub;
  };
  command("upload", "archive a pack; nothing decides by it yet (administrators)", Upload)
      ->add_option("file", o->file, "PolicyPack as protobuf text")
      ->required();
  command("list", "packs, the newest first", List)
      ->add_option("--page-size", o->page_size, "rows")
      ->capture_default_str();
  CLI::App* sub = command("diff", "what differs, field by field", Diff);
  sub->add_option("digest", o->digest, "pack")->required();
  sub->add_option("--from", o->from, "the other pack (default: the one in force)");
  sub = command("propose", "say that a pack, new or old, shall be in force (administrators)", Propose);
  sub->add_option("digest", o->digest, "pack")->required();
  sub->add_option("--reason", o->reason, "why, for the record")->required();
  command("activate", "put it in force, as somebody else than who proposed it (administrators)", Activate)
      ->add_option("proposal_id", o->proposal_id, "the proposal")
      ->required();
  command("proposals", "who proposed and who activated what", Proposals)
      ->add_option("--page-size", o->page_size, "rows")
      ->capture_default_str();
}

}  // namespace realname::cli
