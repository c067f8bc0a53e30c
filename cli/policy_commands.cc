// SPDX-License-Identifier: Apache-2.0
#include "cli/policy_commands.h"

#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>

#include "cli/command.h"

namespace realname::cli {
namespace {

struct PolicyOptions {
  std::string file, from, digest, proposal_id, reason, dry_run_id;
  int days = 30;
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

int DryRun(const PolicyOptions& o, Client client, bool json) {
  v1::DryRunPolicyPackRequest request;
  request.set_digest(o.digest);
  request.mutable_from_time()->set_seconds(std::time(nullptr) - int64_t{o.days} * 24 * 3600);
  return Run(std::move(client), &v1::PolicyService::Stub::DryRunPolicyPack, request, json);
}

int Propose(const PolicyOptions& o, Client client, bool json) {
  v1::ProposePolicyPackRequest request;
  request.set_digest(o.digest);
  request.set_reason(o.reason);
  request.set_dry_run_id(o.dry_run_id);
  return Run(std::move(client), &v1::PolicyService::Stub::ProposePolicyPack, request, json);
}

// Proposes what was in force before.
int RollBack(const PolicyOptions& o, Client client, bool json) {
  v1::ListPolicyProposalsRequest list;
  list.set_page_size(500);
  v1::ListPolicyProposalsResponse proposals;
  const grpc::Status status = client.Call(
      [&](grpc::ClientContext& context) { return client.policy().ListPolicyProposals(&context, list, &proposals); });
  if (!status.ok()) return Failed(status);
  const v1::PolicyProposal* last = nullptr;
  for (const v1::PolicyProposal& each : proposals.proposals()) {
    if (each.activated_by().empty()) continue;
    if (last == nullptr || last->activate_time().seconds() < each.activate_time().seconds() ||
        (last->activate_time().seconds() == each.activate_time().seconds() &&
         last->activate_time().nanos() < each.activate_time().nanos())) {
      last = &each;
    }
  }
  if (last == nullptr) throw std::runtime_error("no pack was ever activated: there is nothing to go back to");
  v1::ProposePolicyPackRequest request;
  request.set_digest(last->replaces_digest());
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
  sub = command("dry-run",
                "what it would have decided of the past, beside the pack in force (auditors, administrators)", DryRun);
  sub->add_option("digest", o->digest, "pack")->required();
  sub->add_option("--days", o->days, "how far back")->capture_default_str();
  sub = command("propose", "say that a pack, new or old, shall be in force (administrators)", Propose);
  sub->add_option("digest", o->digest, "pack")->required();
  sub->add_option("--reason", o->reason, "why, for the record")->required();
  sub->add_option("--dry-run", o->dry_run_id, "a dry run of it, for whoever activates it to see");
  command("roll-back", "propose what was in force before; somebody else activates it (administrators)", RollBack)
      ->add_option("--reason", o->reason, "why, for the record")
      ->required();
  command("activate", "put it in force, as somebody else than who proposed it (administrators)", Activate)
      ->add_option("proposal_id", o->proposal_id, "the proposal")
      ->required();
  command("proposals", "who proposed and who activated what", Proposals)
      ->add_option("--page-size", o->page_size, "rows")
      ->capture_default_str();
}

}  // namespace realname::cli
