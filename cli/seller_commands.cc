// SPDX-License-Identifier: Apache-2.0
#include "cli/seller_commands.h"

#include <cctype>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include "cli/command.h"
#include "cli/signing_device.h"

namespace realname::cli {
namespace {

struct SellerOptions {
  v1::SetSellerRequest set;
  std::string status, place, page_token;
  int page_size = 50;
};

int Set(SellerOptions& o, Client client, bool json) {
  const auto value = ParseWord<v1::SellerStatus>("SELLER_STATUS_", o.status);
  o.set.mutable_seller()->set_status(value);
  if (!o.place.empty()) *o.set.mutable_seller()->mutable_place() = ReadPlace(o.place);
  v1::Seller answer;
  const grpc::Status status =
      client.Call([&](grpc::ClientContext& c) { return client.accountability().SetSeller(&c, o.set, &answer); });
  return Finish(status, answer, json);
}

int List(const SellerOptions& o, Client client, bool json) {
  v1::ListSellersRequest request;
  request.set_agent_id(o.set.seller().agent_id());
  request.set_page_size(o.page_size);
  request.set_page_token(o.page_token);
  v1::ListSellersResponse answer;
  const grpc::Status status =
      client.Call([&](grpc::ClientContext& c) { return client.accountability().ListSellers(&c, request, &answer); });
  return Finish(status, answer, json);
}

int Changes(const SellerOptions& o, Client client, bool json) {
  v1::ListSellerChangesRequest request;
  request.set_agent_id(o.set.seller().agent_id());
  request.set_outlet_id(o.set.seller().outlet_id());
  request.set_staff_id(o.set.seller().staff_id());
  v1::ListSellerChangesResponse answer;
  const grpc::Status status = client.Call(
      [&](grpc::ClientContext& c) { return client.accountability().ListSellerChanges(&c, request, &answer); });
  return Finish(status, answer, json);
}

}  // namespace

void AddSellerCommands(CLI::App& app, std::function<Client()> connect, const bool& json, int& status) {
  CLI::App* const sellers = app.add_subcommand("seller", "agents, outlets and members of staff who may sell");
  sellers->require_subcommand(1);
  const auto o = std::make_shared<SellerOptions>();
  v1::Seller* const seller = o->set.mutable_seller();
  const auto text = [](CLI::App* sub, const char* name, std::string* value, const char* help) {
    return sub->add_option(name, *value, help);
  };
  const auto who = [&](CLI::App* sub) {
    text(sub, "--agent", seller->mutable_agent_id(), "agent");
    text(sub, "--outlet", seller->mutable_outlet_id(), "outlet");
    text(sub, "--staff", seller->mutable_staff_id(), "member of staff");
  };
  CLI::App* sub = sellers->add_subcommand("set", "register or change one (administrators)");
  who(sub);
  sub->add_option("--status", o->status, "active, suspended or ended")->required();
  text(sub, "--contract-from", seller->mutable_contract_from(), "first day of an agent's contract");
  text(sub, "--contract-to", seller->mutable_contract_to(), "last day of an agent's contract");
  text(sub, "--trained-until", seller->mutable_trained_until(), "last day of the training");
  text(sub, "--acts-for", seller->mutable_acts_for(), "the agent for whom it sells, which is not allowed");
  text(sub, "--place", &o->place, "where an outlet is: LATITUDE,LONGITUDE in degrees");
  text(sub, "--reason", o->set.mutable_reason(), "why, for the record")->required();
  sub->callback([o, connect, &json, &status] { status = Set(*o, connect(), json); });
  sub = sellers->add_subcommand("list", "who is registered");
  text(sub, "--agent", seller->mutable_agent_id(), "of this agent only");
  sub->add_option("--page-size", o->page_size, "rows")->capture_default_str();
  sub->add_option("--page-token", o->page_token, "token of the next page");
  sub->callback([o, connect, &json, &status] { status = List(*o, connect(), json); });
  sub = sellers->add_subcommand("changes", "every change of one, the newest first");
  who(sub);
  sub->callback([o, connect, &json, &status] { status = Changes(*o, connect(), json); });
}

}  // namespace realname::cli
