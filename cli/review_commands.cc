// SPDX-License-Identifier: Apache-2.0
#include "cli/review_commands.h"

#include <algorithm>
#include <cctype>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/print.h"

namespace realname::cli {
namespace {

struct ReviewOptions {
  std::string verification_id, save, note, request_id, lead_id;
  bool concluded = false, one_person = false, two_people = false;
  bool approve = false, reject = false;
  std::vector<std::string> ask, checks;
  int page_size = 50;
  uint64_t sequence = 0;
};

std::string Upper(std::string word) {
  for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return word;
}

// A file that only its owner reads. It must not be there yet.
void SavePrivately(const std::string& path, const std::string& bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot make " + path + ": is it there already?");
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = write(file, bytes.data() + done, bytes.size() - done);
    if (written <= 0) break;
    done += static_cast<size_t>(written);
  }
  if (close(file) != 0 || done != bytes.size()) throw std::runtime_error("cannot write " + path);
}

std::string Ending(const std::string& picture) { return picture.starts_with("\x89PNG") ? ".png" : ".jpg"; }

class ReviewCommands {
 public:
  ReviewCommands(const ReviewOptions& options, Client client, bool json)
      : o_(options), client_(std::move(client)), json_(json) {}

  int List() {
    v1::ListCasesRequest request;
    request.set_page_size(o_.page_size);
    v1::ListCasesResponse answer;
    const grpc::Status status =
        client_.Call([&](grpc::ClientContext& c) { return client_.review().ListCases(&c, request, &answer); });
    if (!status.ok()) return Failed(status);
    if (json_) {
      PrintJson(answer);
    } else {
      for (const v1::ReviewCase& each : answer.cases()) PrintRow(each);
    }
    return 0;
  }
  int CountContests() {
    v1::CountContestsResponse answer;
    const grpc::Status status = client_.Call([&](grpc::ClientContext& c) {
      return client_.review().CountContests(&c, v1::CountContestsRequest(), &answer);
    });
    if (!status.ok()) return Failed(status);
    if (json_) {
      PrintJson(answer);
    } else {
      Print(answer);
    }
    return 0;
  }
  int ListLeads() {
    v1::ListFaceLeadsRequest request;
    request.set_verification_id(o_.verification_id);
    request.set_concluded(o_.concluded);
    request.set_page_size(o_.page_size);
    v1::ListFaceLeadsResponse answer;
    return cli::Finish(
        client_.Call([&](grpc::ClientContext& c) { return client_.review().ListFaceLeads(&c, request, &answer); }),
        answer, json_);
  }
  int Conclude() {
    if (o_.one_person == o_.two_people) throw std::runtime_error("give one of --one-person and --two-people");
    v1::ConcludeFaceLeadRequest request;
    request.set_lead_id(o_.lead_id);
    request.set_conclusion(o_.one_person ? v1::FACE_PAIR_CONCLUSION_ONE_PERSON : v1::FACE_PAIR_CONCLUSION_TWO_PEOPLE);
    v1::FaceLead answer;
    return cli::Finish(
        client_.Call([&](grpc::ClientContext& c) { return client_.review().ConcludeFaceLead(&c, request, &answer); }),
        answer, json_);
  }
  int Claim() {
    v1::ClaimCaseRequest request;
    request.set_verification_id(o_.verification_id);
    v1::ReviewCase answer;
    const grpc::Status status =
        client_.Call([&](grpc::ClientContext& c) { return client_.review().ClaimCase(&c, request, &answer); });
    return Finish(status, answer);
  }
  int Extend() {
    v1::ReviewCase answer;
    return Finish(Read(answer), answer);
  }
  int Return() {
    v1::ReturnCaseRequest request;
    request.set_verification_id(o_.verification_id);
    v1::ReviewCase answer;
    const grpc::Status status =
        client_.Call([&](grpc::ClientContext& c) { return client_.review().ReturnCase(&c, request, &answer); });
    return Finish(status, answer);
  }
  int Escalate() {
    v1::EscalateCaseRequest request;
    request.set_verification_id(o_.verification_id);
    v1::ReviewCase answer;
    const grpc::Status status =
        client_.Call([&](grpc::ClientContext& c) { return client_.review().EscalateCase(&c, request, &answer); });
    return Finish(status, answer);
  }
  int Decide() {
    if (int{o_.approve} + int{o_.reject} + int{!o_.ask.empty()} != 1) {
      throw std::runtime_error("give one of --approve, --reject and --ask");
    }
    // To retry a vote that may have been counted, what was seen is named: the case is no longer the caller's to read.
    v1::ReviewCase held;
    held.mutable_verification()->set_sequence(o_.sequence);
    if (o_.sequence == 0) {
      if (const grpc::Status status = Read(held); !status.ok()) return Failed(status);
    }
    v1::DecideCaseRequest request;
    request.set_request_id(o_.request_id.empty() ? NewUuid() : o_.request_id);
    request.set_verification_id(o_.verification_id);
    request.set_sequence(held.verification().sequence());
    request.set_conclusion(o_.approve  ? v1::REVIEW_CONCLUSION_APPROVE
                           : o_.reject ? v1::REVIEW_CONCLUSION_REJECT
                                       : v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE);
    request.set_note(o_.note);
    for (const std::string& item : o_.ask) {
      v1::EvidenceItem value;
      if (!v1::EvidenceItem_Parse("EVIDENCE_ITEM_" + Upper(item), &value))
        throw std::runtime_error(item + " is no item");
      request.add_retry_items(value);
    }
    FillChecks(held, request);
    v1::ReviewCase answer;
    const grpc::Status status =
        client_.Call([&](grpc::ClientContext& c) { return client_.review().DecideCase(&c, request, &answer); });
    return Finish(status, answer);
  }

 private:
  // Those named, and the conclusion's own outcome for the others that found something.
  void FillChecks(const v1::ReviewCase& held, v1::DecideCaseRequest& request) const {
    for (const v1::CheckResult& check : held.verification().checks()) {
      if (check.outcome() == v1::OUTCOME_PASSED || check.outcome() == v1::OUTCOME_SKIPPED) continue;
      v1::CheckVote& vote = *request.add_checks();
      vote.set_check(check.check());
      vote.set_outcome(o_.approve ? v1::OUTCOME_PASSED : v1::OUTCOME_FAILED);
    }
    for (const std::string& pair : o_.checks) {
      const size_t equals = pair.find('=');
      v1::Check check;
      v1::Outcome outcome;
      if (equals == std::string::npos || !v1::Check_Parse("CHECK_" + Upper(pair.substr(0, equals)), &check) ||
          !v1::Outcome_Parse("OUTCOME_" + Upper(pair.substr(equals + 1)), &outcome)) {
        throw std::runtime_error("a check is CHECK=OUTCOME, for example face_match=passed");
      }
      const auto found = std::find_if(request.mutable_checks()->begin(), request.mutable_checks()->end(),
                                      [&](const v1::CheckVote& vote) { return vote.check() == check; });
      if (found != request.mutable_checks()->end()) {
        found->set_outcome(outcome);
      } else {
        v1::CheckVote& vote = *request.add_checks();
        vote.set_check(check);
        vote.set_outcome(outcome);
      }
    }
  }
  grpc::Status Read(v1::ReviewCase& held) {
    v1::ExtendClaimRequest request;
    request.set_verification_id(o_.verification_id);
    return client_.Call([&](grpc::ClientContext& c) { return client_.review().ExtendClaim(&c, request, &held); });
  }
  int Finish(const grpc::Status& status, v1::ReviewCase& answer) const {
    if (!status.ok()) return Failed(status);
    if (!o_.save.empty()) {
      const std::string stem = o_.save + "/" + answer.verification().verification_id();
      SavePrivately(stem + "_id_photo" + Ending(answer.id_photo()), answer.id_photo());
      SavePrivately(stem + "_live_portrait" + Ending(answer.live_portrait()), answer.live_portrait());
      if (answer.has_previous_registration()) {
        const v1::PreviousRegistration& previous = answer.previous_registration();
        SavePrivately(stem + "_previous_id_photo" + Ending(previous.id_photo()), previous.id_photo());
        SavePrivately(stem + "_previous_live_portrait" + Ending(previous.live_portrait()), previous.live_portrait());
      }
      for (const v1::FaceLead& lead : answer.face_leads()) {
        SavePrivately(stem + "_lead_" + lead.lead_id() + "_id_photo" + Ending(lead.id_photo()), lead.id_photo());
        SavePrivately(stem + "_lead_" + lead.lead_id() + "_live_portrait" + Ending(lead.live_portrait()),
                      lead.live_portrait());
      }
      if (answer.has_contested()) {
        const v1::ContestedRefusal& contested = answer.contested();
        SavePrivately(stem + "_refused_id_photo" + Ending(contested.id_photo()), contested.id_photo());
        SavePrivately(stem + "_refused_live_portrait" + Ending(contested.live_portrait()), contested.live_portrait());
      }
    }
    if (json_) {
      PrintJson(answer);
    } else {
      Print(answer);
    }
    return 0;
  }
  static int Failed(const grpc::Status& status) {
    std::cerr << "realname: " << Describe(status) << "\n";
    return 1;
  }

  const ReviewOptions& o_;
  Client client_;
  const bool json_;
};

}  // namespace

void AddReviewCommands(CLI::App& app, std::function<Client()> connect, const bool& json, int& status) {
  CLI::App* const desk =
      app.add_subcommand("review", "the review desk: needs a reviewer's or administrator's certificate");
  desk->require_subcommand(1);
  const auto o = std::make_shared<ReviewOptions>();
  const auto command = [&](const char* name, const char* text, int (ReviewCommands::*run)()) {
    CLI::App* sub = desk->add_subcommand(name, text);
    sub->callback([o, connect, &json, &status, run] { status = (ReviewCommands(*o, connect(), json).*run)(); });
    return sub;
  };
  const auto named = [&](CLI::App* sub) {
    sub->add_option("verification_id", o->verification_id, "verification")->required();
    return sub;
  };
  const auto save = [&](CLI::App* sub) {
    sub->add_option("--save", o->save, "folder to write the pictures to, readable by you alone");
  };
  command("list", "the cases that wait, in the order of work", &ReviewCommands::List)
      ->add_option("--page-size", o->page_size, "rows")
      ->capture_default_str();
  CLI::App* sub = command("claim", "take the next case, or the one named", &ReviewCommands::Claim);
  sub->add_option("verification_id", o->verification_id, "verification");
  save(sub);
  sub = named(command("extend", "look again, and keep the case longer", &ReviewCommands::Extend));
  save(sub);
  sub = named(command("decide", "vote on the case that you hold", &ReviewCommands::Decide));
  sub->add_flag("--approve", o->approve, "the person is the holder of the document");
  sub->add_flag("--reject", o->reject, "the application is refused");
  sub->add_option("--ask", o->ask, "ask for better evidence: id_photo, live_portrait, document");
  sub->add_option("--check", o->checks,
                  "CHECK=passed or CHECK=failed, for example face_match=passed; by default every check that found "
                  "something passes with --approve and fails otherwise");
  sub->add_option("--note", o->note, "why, for the file")->required();
  sub->add_option("--request-id", o->request_id,
                  "UUID; give the same one to retry the same call, with --sequence and every --check");
  sub->add_option("--sequence", o->sequence, "event of the verification that you voted on (default: read it)");
  command("contests", "how contested refusals ended, by who had refused and why", &ReviewCommands::CountContests);
  sub =
      command("leads", "records that were found to have one face, or one record with two", &ReviewCommands::ListLeads);
  sub->add_option("verification_id", o->verification_id, "only of this verification");
  sub->add_flag("--concluded", o->concluded, "also those that were decided");
  sub->add_option("--page-size", o->page_size, "rows")->capture_default_str();
  sub = command("conclude", "say whether two records are one person or two people", &ReviewCommands::Conclude);
  sub->add_option("lead_id", o->lead_id, "which")->required();
  sub->add_flag("--one-person", o->one_person,
                "they are one person; with the word of two members of staff they are linked");
  sub->add_flag("--two-people", o->two_people, "they are twins, or look alike");
  named(command("return", "give the case back undecided", &ReviewCommands::Return));
  named(command("escalate", "give the case to an administrator", &ReviewCommands::Escalate));
}

}  // namespace realname::cli
