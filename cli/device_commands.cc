// SPDX-License-Identifier: Apache-2.0
#include "cli/device_commands.h"

#include <cctype>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include "cli/command.h"
#include "cli/made_up_person.h"
#include "vault/signature.h"

namespace realname::cli {
namespace {

struct DeviceOptions {
  v1::SetCaptureDeviceRequest set;
  std::string status, public_key, page_token;
  bool made_up = false;
  int page_size = 50;
};

int Set(DeviceOptions& o, Client client, bool json) {
  const auto value = ParseWord<v1::SellerStatus>("SELLER_STATUS_", o.status);
  v1::CaptureDevice& device = *o.set.mutable_device();
  device.set_status(value);
  if (o.made_up) {
    device.set_device_id(MadeUpDeviceId(device.agent_id()));
    device.set_public_key(MadeUpDeviceKey());
  } else {
    auto key = PublicKeyFromPem(ReadFileOrThrow(o.public_key));
    if (!key.ok()) throw std::runtime_error(o.public_key + " " + key.status().message());
    device.set_public_key(*key);
  }
  v1::CaptureDevice answer;
  const grpc::Status status =
      client.Call([&](grpc::ClientContext& c) { return client.accountability().SetCaptureDevice(&c, o.set, &answer); });
  return Finish(status, answer, json);
}

int List(const DeviceOptions& o, Client client, bool json) {
  v1::ListCaptureDevicesRequest request;
  request.set_agent_id(o.set.device().agent_id());
  request.set_page_size(o.page_size);
  request.set_page_token(o.page_token);
  v1::ListCaptureDevicesResponse answer;
  const grpc::Status status = client.Call(
      [&](grpc::ClientContext& c) { return client.accountability().ListCaptureDevices(&c, request, &answer); });
  return Finish(status, answer, json);
}

int Changes(const DeviceOptions& o, Client client, bool json) {
  v1::ListCaptureDeviceChangesRequest request;
  request.set_device_id(o.set.device().device_id());
  v1::ListCaptureDeviceChangesResponse answer;
  const grpc::Status status = client.Call(
      [&](grpc::ClientContext& c) { return client.accountability().ListCaptureDeviceChanges(&c, request, &answer); });
  return Finish(status, answer, json);
}

}  // namespace

void AddDeviceCommands(CLI::App& app, std::function<Client()> connect, const bool& json, int& status) {
  CLI::App* const devices = app.add_subcommand("device", "capture devices whose signatures count");
  devices->require_subcommand(1);
  const auto o = std::make_shared<DeviceOptions>();
  v1::CaptureDevice* const device = o->set.mutable_device();
  CLI::App* sub = devices->add_subcommand("set", "register or change one (administrators)");
  sub->footer(
      "A key pair, for a device that makes none itself:\n"
      "  openssl genpkey -algorithm ed25519 -out reader-7.key && openssl pkey -in reader-7.key -pubout -out "
      "reader-7.pub");
  CLI::Option* const made_up =
      sub->add_flag("--made-up", o->made_up, "the device of demonstrations, whose private key everybody knows");
  CLI::Option* const key =
      sub->add_option("--public-key", o->public_key, "its public key, PEM: Ed25519 or P-256")->excludes(made_up);
  sub->add_option("--device", *device->mutable_device_id(), "its name")->excludes(made_up)->needs(key);
  sub->add_option("--agent", *device->mutable_agent_id(), "the agent who has it; none: the operator's own");
  sub->add_option("--outlet", *device->mutable_outlet_id(), "where it stands; none: any of the agent's");
  sub->add_option("--status", o->status, "active, suspended or ended")->required();
  sub->add_option("--description", *device->mutable_description(), "make and model");
  sub->add_option("--reason", *o->set.mutable_reason(), "why, for the record")->required();
  sub->callback([o, connect, &json, &status] {
    if (!o->made_up && o->public_key.empty()) throw CLI::RequiredError("--public-key");
    status = Set(*o, connect(), json);
  });
  sub = devices->add_subcommand("list", "what is registered");
  sub->add_option("--agent", *device->mutable_agent_id(), "of this agent only");
  sub->add_option("--page-size", o->page_size, "rows")->capture_default_str();
  sub->add_option("--page-token", o->page_token, "token of the next page");
  sub->callback([o, connect, &json, &status] { status = List(*o, connect(), json); });
  sub = devices->add_subcommand("changes", "every change of one, the newest first");
  sub->add_option("--device", *device->mutable_device_id(), "its name")->required();
  sub->callback([o, connect, &json, &status] { status = Changes(*o, connect(), json); });
}

}  // namespace realname::cli
