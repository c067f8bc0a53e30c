// SPDX-License-Identifier: Apache-2.0
#include "cli/list_commands.h"

#include <cctype>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <google/protobuf/util/json_util.h>

#include "cli/command.h"

namespace realname::cli {
namespace {

constexpr int kBatch = 500;

struct ListOptions {
  std::string file, note, entry_id, state, kind, page_token;
  bool in_force = false;
  int page_size = 50;
};

// In batches; after a failure the same file may be sent again: what is there already is known.
int Import(const ListOptions& o, Client client, bool json) {
  std::ifstream file(o.file);
  if (!file) throw std::runtime_error(o.file + " cannot be read");
  v1::ImportListEntriesResponse all;
  v1::ImportListEntriesRequest batch;
  batch.set_note(o.note);
  uint32_t lines = 0, first = 0;
  const auto send = [&] {
    if (batch.entries().empty()) return grpc::Status::OK;
    v1::ImportListEntriesResponse answer;
    const grpc::Status status = client.Call(
        [&](grpc::ClientContext& c) { return client.accountability().ImportListEntries(&c, batch, &answer); });
    all.set_taken(all.taken() + answer.taken());
    all.set_known(all.known() + answer.known());
    for (v1::ListEntryFault& fault : *answer.mutable_faults()) {
      fault.set_position(fault.position() + first);
      *all.add_faults() = fault;
    }
    batch.clear_entries();
    return status;
  };
  for (std::string line; std::getline(file, line); ++lines) {
    if (batch.entries().empty()) first = lines;
    if (const auto read = google::protobuf::util::JsonStringToMessage(line, batch.add_entries()); !read.ok()) {
      throw std::runtime_error(o.file + " line " + std::to_string(lines + 1) +
                               " is no realname.v1.ListEntry in JSON; " + std::to_string(first) +
                               " lines before it were sent");
    }
    if (batch.entries_size() < kBatch) continue;
    if (const grpc::Status status = send(); !status.ok()) return Finish(status, all, json);
  }
  const grpc::Status status = send();
  const int finished = Finish(status, all, json);
  return finished == 0 && all.faults_size() > 0 ? 1 : finished;
}

int Change(const ListOptions& o, Client client, bool json) {
  v1::ChangeListEntryRequest request;
  request.set_entry_id(o.entry_id);
  request.set_state(ParseWord<v1::ListState>("LIST_STATE_", o.state));
  request.set_note(o.note);
  v1::ListEntry answer;
  const grpc::Status status = client.Call(
      [&](grpc::ClientContext& c) { return client.accountability().ChangeListEntry(&c, request, &answer); });
  return Finish(status, answer, json);
}

int Show(const ListOptions& o, Client client, bool json) {
  v1::ListListEntriesRequest request;
  if (!o.kind.empty()) request.set_kind(ParseWord<v1::ListKind>("LIST_KIND_", o.kind));
  request.set_in_force(o.in_force);
  request.set_page_size(o.page_size);
  request.set_page_token(o.page_token);
  v1::ListListEntriesResponse answer;
  const grpc::Status status = client.Call(
      [&](grpc::ClientContext& c) { return client.accountability().ListListEntries(&c, request, &answer); });
  return Finish(status, answer, json);
}

}  // namespace

void AddListCommands(CLI::App& app, std::function<Client()> connect, const bool& json, int& status) {
  CLI::App* const lists =
      app.add_subcommand("lists", "punished people, bad agents and organisations, disputed numbers");
  lists->require_subcommand(1);
  const auto o = std::make_shared<ListOptions>();
  CLI::App* sub = lists->add_subcommand("import", "put entries on lists (administrators, liaison officers)");
  sub->footer(
      "FILE holds a realname.v1.ListEntry in JSON on each line, for example (in one line)\n"
      "  "
      "{\"kind\":\"LIST_KIND_PUNISHED_PERSON\",\"document\":{\"type\":\"DOCUMENT_TYPE_RESIDENT_ID\",\"number\":\"...\"}"
      ",\n"
      "   \"authority\":\"...\",\"authority_reference\":\"...\",\"legal_basis\":\"...\",\"from_date\":\"2026-01-01\",\n"
      "   \"to_date\":\"2028-12-31\",\"state\":\"LIST_STATE_PROPOSED\"}\n"
      "Exit status: 0 every line is on a list, 1 some are not.");
  sub->add_option("file", o->file, "entries, JSON, one a line")->required();
  sub->add_option("--note", o->note, "why, or by what document, for the record")->required();
  sub->callback([o, connect, &json, &status] { status = Import(*o, connect(), json); });
  sub = lists->add_subcommand("change", "move an entry on");
  sub->add_option("entry_id", o->entry_id, "entry")->required();
  sub->add_option("--state", o->state, "notified, active, appealed, upheld, removed")->required();
  sub->add_option("--note", o->note, "why, or by what document, for the record")->required();
  sub->callback([o, connect, &json, &status] { status = Change(*o, connect(), json); });
  sub = lists->add_subcommand("show", "entries, the newest first");
  sub->add_option("--kind", o->kind, "punished_person, bad_agent, bad_organisation, disputed_number");
  sub->add_flag("--in-force", o->in_force, "those in force today");
  sub->add_option("--page-size", o->page_size, "rows")->capture_default_str();
  sub->add_option("--page-token", o->page_token, "token of the next page");
  sub->callback([o, connect, &json, &status] { status = Show(*o, connect(), json); });
}

}  // namespace realname::cli
