// SPDX-License-Identifier: Apache-2.0
// realname-proof: the clients of the project's proofs. script/prove runs servers around it.
//
//   quota-race   64 clients race for one person's last number
//   load         registers people until told to stop, keeping a journal of what was acknowledged
//   verify       holds the server against a journal
//   canary       sends one person through every call and error path
//   hostile      sends what no honest client sends
//   own-rows     calls every method as those who have no business with a row (prepare, foreign, own)
//   replay       records decisions of many kinds (record), and makes each once more (again)
//   verdicts     registers people, and counts what was answered
//   scan         looks for that person in every file of a folder
#include <algorithm>
#include <atomic>
#include <barrier>
#include <fstream>
#include <functional>
#include <iostream>
#include <mutex>
#include <signal.h>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <google/protobuf/stubs/logging.h>

#include "bench/canary.h"
#include "bench/command_line.h"
#include "bench/face_challenge.h"
#include "bench/face_race.h"
#include "bench/hostile.h"
#include "bench/own_rows.h"
#include "bench/process_use.h"
#include "bench/replay.h"
#include "bench/verdicts.h"
#include "cli/client.h"
#include "cli/made_up_person.h"

namespace realname {
namespace {

using cli::Client;

constexpr char kPicture[] = "\xFF\xD8\xFF stand-in picture";

struct Options {
  cli::ConnectionOptions connection;
  std::string journal;
  std::string id_photo;
  std::string live_portrait;
  std::string folder;
  std::string auditor_certificate, auditor_key, reviewer_certificate, reviewer_key, admin_certificate, admin_key;
  uint64_t first_person = 0;
  int rounds = 200;
  int clients = 64;
  int seconds = 10;
  int requests = 10000;
  int pid = 0;
};

v1::SubmitRegistrationRequest Application(const Options& options, uint64_t person, uint64_t msisdn) {
  const auto picture = [](const std::string& file) {
    return file.empty() ? std::string(kPicture) : cli::ReadFileOrThrow(file);
  };
  return cli::MadeUpApplication(person, msisdn, "agent1", "outlet1", picture(options.id_photo),
                                picture(options.live_portrait));
}

grpc::Status Submit(Client& client, const v1::SubmitRegistrationRequest& request, v1::Verification* answer) {
  return client.Call([&](grpc::ClientContext& context) {
    return client.registration().SubmitRegistration(&context, request, answer);
  });
}

bool Has(const v1::Verification& answer, v1::ReasonCode code) {
  return std::any_of(answer.reasons().begin(), answer.reasons().end(),
                     [code](const v1::Reason& reason) { return reason.code() == code; });
}

std::atomic<uint64_t> next_msisdn{0};

struct Round {
  int passed = 0;
  int limited = 0;
  int other = 0;
  std::string first_failure;
};

// `held` numbers are registered first, then every client tries at once.
Round Race(const Options& options, std::vector<std::unique_ptr<Client>>& clients, uint64_t person, int held) {
  Round round;
  for (int i = 0; i < held; ++i) {
    v1::Verification answer;
    const auto status = Submit(*clients[0], Application(options, person, next_msisdn++), &answer);
    if (!status.ok() || answer.verdict() != v1::VERDICT_PASS) {
      ++round.other;
      round.first_failure = status.ok() ? "no PASS before the race" : cli::Describe(status);
    }
  }
  std::mutex mutex;
  std::barrier start(static_cast<std::ptrdiff_t>(clients.size()));
  std::vector<std::thread> threads;
  for (auto& client : clients) {
    threads.emplace_back([&] {
      const auto request = Application(options, person, next_msisdn++);
      start.arrive_and_wait();
      v1::Verification answer;
      const auto status = Submit(*client, request, &answer);
      const std::lock_guard lock(mutex);
      if (status.ok() && answer.verdict() == v1::VERDICT_PASS) {
        ++round.passed;
      } else if (status.ok() && answer.verdict() == v1::VERDICT_REJECT && Has(answer, v1::QTA_OPERATOR_LIMIT)) {
        ++round.limited;
      } else {
        ++round.other;
        if (round.first_failure.empty()) round.first_failure = status.ok() ? "another verdict" : cli::Describe(status);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return round;
}

int QuotaRace(const Options& options) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < options.clients; ++i) clients.push_back(std::make_unique<Client>(options.connection));
  next_msisdn = options.first_person;
  const int winners = 1;
  const auto fair = [&](const Round& round) {
    return round.passed == winners && round.limited == options.clients - winners && round.other == 0;
  };

  // Positive control: with room for two the same check must fail, or it checks nothing.
  const Round control = Race(options, clients, options.first_person, 3);
  if (fair(control) || control.passed != 2) {
    std::cout << "positive control failed: room for two, " << control.passed << " won\n";
    return 1;
  }

  // Beside the race, other people register undisturbed.
  std::atomic<bool> racing{true};
  std::atomic<int> others_passed{0}, others_failed{0};
  std::thread others([&] {
    Client client(options.connection);
    for (uint64_t person = options.first_person + 1000000; racing; ++person) {
      v1::Verification answer;
      const auto status = Submit(client, Application(options, person, next_msisdn++), &answer);
      ++(status.ok() && answer.verdict() == v1::VERDICT_PASS ? others_passed : others_failed);
    }
  });
  int unfair = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 1; i <= options.rounds; ++i) {
    const Round round = Race(options, clients, options.first_person + static_cast<uint64_t>(i), 4);
    if (!fair(round)) {
      ++unfair;
      std::cout << "round " << i << ": " << round.passed << " won, " << round.limited << " QTA_OPERATOR_LIMIT, "
                << round.other << " other (" << round.first_failure << ")\n";
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  racing = false;
  others.join();
  std::cout << options.rounds << " rounds of " << options.clients << " clients in " << seconds << " s: " << unfair
            << " with anything but one winner; control with room for two: " << control.passed
            << " won; other people meanwhile: " << others_passed << " PASS, " << others_failed << " failed\n";
  return unfair == 0 && others_failed == 0 && others_passed > 0 ? 0 : 1;
}

// A journal line: request_id person msisdn verification_id verdict capture_seconds
int Load(const Options& options) {
  std::ofstream journal(options.journal, std::ios::app);
  std::mutex mutex;
  std::atomic<uint64_t> person{options.first_person};
  std::atomic<int> acknowledged{0}, unanswered{0}, database_down{0}, server_down{0}, other_repeats{0};
  cli::ConnectionOptions connection = options.connection;
  connection.on_repeat = [&](const grpc::Status& status) {
    const std::string reason = cli::ErrorReasonOf(status);
    ++(status.error_code() != grpc::StatusCode::UNAVAILABLE ? other_repeats
       : reason == "DATABASE_UNAVAILABLE"                   ? database_down
                                                            : server_down);
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  std::vector<std::thread> threads;
  for (int i = 0; i < options.clients; ++i) {
    threads.emplace_back([&] {
      Client client(connection);
      while (std::chrono::steady_clock::now() < end) {
        const uint64_t mine = person++;
        const auto request = Application(options, mine, mine);
        v1::Verification answer;
        const auto status = Submit(client, request, &answer);
        if (!status.ok()) {
          ++unanswered;
          std::cout << cli::Describe(status) << "\n";
          continue;
        }
        ++acknowledged;
        const std::lock_guard lock(mutex);
        journal << request.request_id() << ' ' << mine << ' ' << answer.verification_id() << ' ' << answer.verdict()
                << ' ' << request.parties(0).capture().time().seconds() << std::endl;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::cout << acknowledged << " acknowledged, " << unanswered
            << " without an answer; repeated after UNAVAILABLE: " << database_down
            << " by the server (DATABASE_UNAVAILABLE), " << server_down << " without a server; after "
            << "overload or contention: " << other_repeats << "\n";
  return unanswered == 0 ? 0 : 1;
}

int Verify(const Options& options) {
  std::ifstream journal(options.journal);
  Client client(options.connection);
  std::string request_id, verification_id;
  uint64_t person = 0;
  int verdict = 0;
  int64_t capture = 0;
  int read = 0, passed = 0, lost = 0, doubled = 0;
  while (journal >> request_id >> person >> verification_id >> verdict >> capture) {
    ++read;
    passed += verdict == v1::VERDICT_PASS;
    v1::GetVerificationRequest get;
    get.set_verification_id(verification_id);
    v1::Verification stored;
    const auto found = client.Call(
        [&](grpc::ClientContext& context) { return client.registration().GetVerification(&context, get, &stored); });
    lost += !found.ok() || stored.verdict() != verdict;
    // The same call again must be the same registration.
    auto request = Application(options, person, person);
    request.set_request_id(request_id);
    cli::SetTimes(request, capture);
    v1::Verification again;
    const auto repeated = Submit(client, request, &again);
    doubled += !repeated.ok() || again.verification_id() != verification_id;
  }
  std::cout << "verify: " << read << " acknowledged answers (" << passed << " PASS), " << lost << " lost or changed, "
            << doubled << " not repeatable\n";
  return read > 0 && lost == 0 && doubled == 0 ? 0 : 1;
}

// The person as everybody beside the subscriber, with a letter and a second document.
void CanaryOfSeveral(const Options& options, Client& client, const std::function<void(const grpc::Status&)>& count) {
  v1::Verification answer;
  auto several = Application(options, options.first_person, options.first_person + 4);
  several.set_customer_kind(v1::CUSTOMER_KIND_ORG_ORDINARY);
  v1::Party handler = several.parties(0);
  v1::Document& licence = *several.mutable_parties(0)->mutable_document();
  licence.set_type(v1::DOCUMENT_TYPE_BUSINESS_LICENCE);
  licence.set_number("91350100M000100Y43");
  several.mutable_parties(0)->clear_id_photo();
  several.mutable_parties(0)->clear_live_portrait();
  handler.set_role(v1::PARTY_ROLE_HANDLER);
  *handler.mutable_power()->mutable_letter() = handler.document();
  handler.mutable_power()->mutable_letter()->set_type(v1::DOCUMENT_TYPE_AUTHORITY_LETTER);
  handler.mutable_power()->set_principal_number(handler.document().number());
  handler.mutable_power()->set_scan(handler.id_photo());
  *several.add_parties() = handler;
  handler.clear_power();
  handler.set_role(v1::PARTY_ROLE_ACTUAL_USER);
  *several.add_parties() = handler;
  count(Submit(client, several, &answer));
  auto without_face = Application(options, options.first_person, options.first_person + 5);
  v1::AlternativeIdentification& alternative = *without_face.mutable_parties(0)->mutable_alternative();
  *alternative.mutable_second_document() = without_face.parties(0).document();
  alternative.mutable_second_document()->set_type(v1::DOCUMENT_TYPE_PASSPORT);
  alternative.mutable_second_document()->set_nationality("CHN");
  *alternative.mutable_second_capture() = without_face.parties(0).capture();
  count(Submit(client, without_face, &answer));
}

// A refusal contested with the person's name in what they say, and in what the reviewer writes.
bool CanaryContest(const Options& options, Client& client, const std::function<void(const grpc::Status&)>& count) {
  v1::Verification answer;
  auto typed = Application(options, options.first_person, options.first_person + 6);
  typed.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL);
  count(Submit(client, typed, &answer));
  v1::RequestReviewRequest review;
  review.set_request_id(cli::NewUuid());
  review.set_reference_number(answer.reference_number());
  *review.mutable_document() = typed.parties(0).document();
  *review.mutable_capture() = Application(options, 0, 0).parties(0).capture();
  *review.mutable_channel() = typed.channel();
  review.set_statement("I am " + typed.parties(0).document().name() + " of " + typed.parties(0).document().address());
  review.set_live_portrait(cli::ReadFileOrThrow(options.id_photo));
  count(client.Call([&](grpc::ClientContext& c) { return client.registration().RequestReview(&c, review, &answer); }));
  review.set_request_id(cli::NewUuid());
  review.set_reference_number(typed.parties(0).document().number());
  v1::Verification refused;
  count(client.Call([&](grpc::ClientContext& c) { return client.registration().RequestReview(&c, review, &refused); }));
  cli::ConnectionOptions desk = options.connection;
  desk.certificate_file = options.reviewer_certificate;
  desk.key_file = options.reviewer_key;
  Client reviewer(desk);
  v1::ClaimCaseRequest claim;
  claim.set_verification_id(answer.verification_id());
  v1::ReviewCase held;
  const auto claimed =
      reviewer.Call([&](grpc::ClientContext& c) { return reviewer.review().ClaimCase(&c, claim, &held); });
  count(claimed);
  if (!claimed.ok() || held.contested().statement() != review.statement()) {
    std::cout << "canary: the desk did not get the contest\n";
    return false;
  }
  v1::DecideCaseRequest vote;
  vote.set_request_id(cli::NewUuid());
  vote.set_verification_id(answer.verification_id());
  vote.set_sequence(held.verification().sequence());
  vote.set_conclusion(v1::REVIEW_CONCLUSION_REJECT);
  for (const v1::CheckResult& check : held.verification().checks()) {
    if (check.outcome() != v1::OUTCOME_FAILED && check.outcome() != v1::OUTCOME_UNCERTAIN) continue;
    vote.add_checks()->set_check(check.check());
    vote.mutable_checks()->rbegin()->set_outcome(v1::OUTCOME_FAILED);
  }
  vote.set_note("not " + typed.parties(0).document().name());
  count(reviewer.Call([&](grpc::ClientContext& c) { return reviewer.review().DecideCase(&c, vote, &held); }));
  v1::ListCasesResponse cases;
  count(reviewer.Call(
      [&](grpc::ClientContext& c) { return reviewer.review().ListCases(&c, v1::ListCasesRequest(), &cases); }));
  return true;
}

// Every call once as it should be and again in ways that fail; what matters is what is left in files afterwards.
// The person and their number on lists, well and badly told.
void CanaryLists(const Options& options, const v1::SubmitRegistrationRequest& request,
                 const std::function<void(const grpc::Status&)>& count) {
  cli::ConnectionOptions desk = options.connection;
  desk.certificate_file = options.admin_certificate;
  desk.key_file = options.admin_key;
  Client admin(desk);
  v1::ImportListEntriesRequest import;
  for (const v1::ListKind kind : {v1::LIST_KIND_PUNISHED_PERSON, v1::LIST_KIND_DISPUTED_NUMBER}) {
    for (const bool good : {true, false}) {
      v1::ListEntry& entry = *import.add_entries();
      entry.set_kind(kind);
      entry.set_authority("the bureau");
      entry.set_authority_reference(cli::NewUuid());
      entry.set_legal_basis("a law");
      entry.set_from_date("2026-01-01");
      entry.set_to_date(good ? "2099-01-01" : request.parties(0).document().name());
      entry.set_state(v1::LIST_STATE_ACTIVE);
      if (kind == v1::LIST_KIND_DISPUTED_NUMBER) {
        entry.set_msisdn(request.msisdn());
      } else {
        *entry.mutable_document() = request.parties(0).document();
        entry.set_retained_msisdn(request.msisdn());
      }
    }
  }
  import.set_note("a canary");
  v1::ImportListEntriesResponse imported;
  count(admin.Call(
      [&](grpc::ClientContext& c) { return admin.accountability().ImportListEntries(&c, import, &imported); }));
  if (imported.taken() != 2 || imported.faults_size() != 2) std::cout << "canary: the lists took otherwise\n";
  v1::ListListEntriesResponse listed;
  count(admin.Call([&](grpc::ClientContext& c) {
    return admin.accountability().ListListEntries(&c, v1::ListListEntriesRequest(), &listed);
  }));
  import.clear_entries();
  import.set_note(request.parties(0).document().name() + "\n");
  count(admin.Call(
      [&](grpc::ClientContext& c) { return admin.accountability().ImportListEntries(&c, import, &imported); }));
}

int Canary(const Options& options) {
  Client client(options.connection);
  int answered = 0, refused = 0;
  const auto count = [&](const grpc::Status& status) { ++(status.ok() ? answered : refused); };
  v1::Verification answer;
  auto request = Application(options, options.first_person, options.first_person);
  count(Submit(client, request, &answer));
  if (answer.verdict() != v1::VERDICT_PASS) {
    std::cout << "canary: the first registration did not pass\n";
    return 1;
  }
  const std::string id = answer.verification_id();
  count(Submit(client, request, &answer));
  auto changed = request;
  changed.set_product("other");
  count(Submit(client, changed, &answer));
  auto retried = Application(options, options.first_person, options.first_person);
  retried.mutable_parties(0)->set_live_portrait("no picture " + retried.parties(0).document().name());
  cli::SignMadeUp(retried);
  count(Submit(client, retried, &answer));
  auto malformed = Application(options, options.first_person, options.first_person);
  malformed.set_product(malformed.parties(0).document().name());
  malformed.mutable_channel()->set_staff_id(malformed.parties(0).document().number());
  malformed.mutable_parties(0)->mutable_document()->set_birth_date(malformed.parties(0).document().address());
  count(Submit(client, malformed, &answer));
  auto odd = Application(options, options.first_person, options.first_person);
  odd.set_request_id(odd.parties(0).document().number());
  odd.mutable_channel()->set_agent_id("elsewhere");
  count(Submit(client, odd, &answer));
  v1::PrecheckEligibilityRequest precheck;
  precheck.set_entry_type(v1::ENTRY_TYPE_OPEN);
  precheck.set_customer_kind(v1::CUSTOMER_KIND_INDIVIDUAL);
  *precheck.mutable_channel() = request.channel();
  *precheck.mutable_document() = request.parties(0).document();
  v1::PrecheckEligibilityResponse eligibility;
  count(client.Call(
      [&](grpc::ClientContext& c) { return client.registration().PrecheckEligibility(&c, precheck, &eligibility); }));
  for (const std::string& asked : {id, request.parties(0).document().name()}) {
    v1::GetVerificationRequest get;
    get.set_verification_id(asked);
    count(client.Call([&](grpc::ClientContext& c) { return client.registration().GetVerification(&c, get, &answer); }));
  }
  v1::ListVerificationsRequest list;
  list.set_page_token(request.parties(0).document().number());
  v1::ListVerificationsResponse page;
  count(client.Call([&](grpc::ClientContext& c) { return client.registration().ListVerifications(&c, list, &page); }));
  // A call whose metadata holds what it should not.
  grpc::ClientContext context;
  client.Prepare(context);
  context.AddMetadata("x-name", request.parties(0).document().number());
  v1::ConfirmActivationRequest confirm;
  confirm.set_request_id(cli::NewUuid());
  confirm.set_verification_id(id);
  count(client.registration().ConfirmActivation(&context, confirm, &answer));
  v1::CancelVerificationRequest cancel;
  cancel.set_request_id(cli::NewUuid());
  cancel.set_verification_id(id);
  count(client.Call(
      [&](grpc::ClientContext& c) { return client.registration().CancelVerification(&c, cancel, &answer); }));
  // Evidence sent again, once in a form that is refused and once as it should be.
  auto poor = Application(options, options.first_person, options.first_person + 1);
  poor.mutable_parties(0)->set_live_portrait("no picture " + poor.parties(0).document().address());
  count(Submit(client, poor, &answer));
  for (const char* request_id : {"no uuid", ""}) {
    v1::ResubmitEvidenceRequest again;
    again.set_request_id(*request_id == '\0' ? cli::NewUuid() : request_id);
    again.set_verification_id(answer.verification_id());
    again.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
    again.mutable_items(0)->set_photo(cli::ReadFileOrThrow(options.live_portrait));
    cli::SignMadeUp(again, "agent1", std::time(nullptr));
    v1::Verification decided;
    count(client.Call(
        [&](grpc::ClientContext& c) { return client.registration().ResubmitEvidence(&c, again, &decided); }));
  }
  // A session: a frame that is kept, one that is refused, and ids that are somebody's name.
  v1::StartSessionRequest start;
  start.set_request_id(cli::NewUuid());
  *start.mutable_channel() = request.channel();
  v1::Session session;
  count(client.Call([&](grpc::ClientContext& c) { return client.registration().StartSession(&c, start, &session); }));
  const std::string photo = cli::ReadFileOrThrow(options.id_photo);
  for (const std::string& picture : {photo, "no picture " + request.parties(0).document().name()}) {
    v1::SubmitChallengeFrameRequest frame;
    frame.set_request_id(cli::NewUuid());
    frame.set_session_id(session.session_id());
    frame.set_step(std::max(session.next_step(), 1u));
    frame.set_frame(picture);
    count(client.Call(
        [&](grpc::ClientContext& c) { return client.registration().SubmitChallengeFrame(&c, frame, &session); }));
  }
  if (session.next_step() != 2 || session.refused_frames_size() != 1) {
    std::cout << "canary: the session did not take the frame that it should\n";
    return 1;
  }
  for (const std::string& asked : {session.session_id(), request.parties(0).document().number()}) {
    v1::GetSessionRequest get;
    get.set_session_id(asked);
    count(client.Call([&](grpc::ClientContext& c) { return client.registration().GetSession(&c, get, &session); }));
    v1::ExtendSessionRequest extend;
    extend.set_request_id(cli::NewUuid());
    extend.set_session_id(asked);
    count(
        client.Call([&](grpc::ClientContext& c) { return client.registration().ExtendSession(&c, extend, &session); }));
  }
  // Watched from the beginning, and with a token that is somebody's name.
  for (const std::string& token : {std::string(), request.parties(0).document().name()}) {
    v1::WatchVerificationRequest watch;
    watch.set_verification_id(id);
    watch.set_resume_token(token);
    grpc::ClientContext watching;
    client.Prepare(watching);
    auto stream = client.registration().WatchVerification(&watching, watch);
    v1::VerificationEvent event;
    while (stream->Read(&event)) {
    }
    count(stream->Finish());
  }
  // No message, too large a message, and too late a call, each with the name in it.
  auto unreadable = Application(options, options.first_person, options.first_person + 2);
  unreadable.mutable_parties(0)->mutable_document()->mutable_name()->push_back('\xFF');
  count(Submit(client, unreadable, &answer));
  auto large = Application(options, options.first_person, options.first_person + 2);
  large.mutable_parties(0)->set_id_photo(std::string(9u << 20, 'x') + large.parties(0).document().name());
  count(Submit(client, large, &answer));
  grpc::ClientContext late;
  late.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(30));
  count(client.registration().SubmitRegistration(
      &late, Application(options, options.first_person, options.first_person + 3), &answer));
  // The operator's own staff, and a counter that may not.
  cli::ConnectionOptions staff = options.connection;
  staff.certificate_file = options.auditor_certificate;
  staff.key_file = options.auditor_key;
  Client auditor(staff);
  v1::CompareFacesRequest compare;
  compare.set_first(request.parties(0).id_photo());
  compare.set_second(request.parties(0).live_portrait());
  v1::CompareFacesResponse compared;
  v1::ModelCard card;
  for (Client* who : {&auditor, &client}) {
    count(who->Call([&](grpc::ClientContext& c) { return who->face().CompareFaces(&c, compare, &compared); }));
    count(who->Call(
        [&](grpc::ClientContext& c) { return who->face().GetModelCard(&c, v1::GetModelCardRequest(), &card); }));
  }
  CanaryOfSeveral(options, client, count);
  if (!CanaryContest(options, client, count)) return 1;
  CanaryLists(options, request, count);
  std::cout << "canary: " << answered << " calls answered, " << refused << " refused\n";
  return answered >= 18 && refused >= 13 ? 0 : 1;
}

// Every answer to hostile input is a reason code or INVALID_ARGUMENT, and memory stays where it was.
int Hostile(const Options& options) {
  const std::string good = cli::ReadFileOrThrow(options.id_photo);
  const auto pictures = HostilePictures(good);
  const auto& forms = HostileForms();
  std::atomic<int> sent{0}, reasons{0}, invalid{0}, wrong{0};
  std::mutex mutex;
  const auto complain = [&](const std::string& what, const std::string& got) {
    ++wrong;
    const std::lock_guard lock(mutex);
    if (wrong <= 10) std::cout << what << ": " << got << "\n";
  };
  const auto send = [&](int first, int last) {
    std::vector<std::thread> threads;
    std::atomic<int> next{first};
    for (int i = 0; i < options.clients; ++i) {
      threads.emplace_back([&] {
        Client client(options.connection);
        for (int n = next++; n < last; n = next++) {
          ++sent;
          const uint64_t person = options.first_person + static_cast<uint64_t>(n);
          auto request = cli::MadeUpApplication(person, person, "agent1", "outlet1", "x", "x");
          v1::Verification answer;
          const size_t kind = static_cast<size_t>(n) % (pictures.size() + forms.size());
          if (kind < pictures.size()) {
            request.mutable_parties(0)->set_id_photo(pictures[kind].bytes);
            request.mutable_parties(0)->set_live_portrait(pictures[(kind + 1) % pictures.size()].bytes);
            const auto status = Submit(client, request, &answer);
            const bool precise = Has(answer, v1::IMG_DECODE) || Has(answer, v1::IMG_TOO_LARGE) ||
                                 Has(answer, v1::IMG_TOO_SMALL) || Has(answer, v1::FACE_NONE);
            if (status.ok() && precise && answer.verdict() == v1::VERDICT_RETRY) {
              ++reasons;
            } else {
              complain(pictures[kind].what, status.ok() ? v1::Verdict_Name(answer.verdict()) : cli::Describe(status));
            }
          } else {
            const HostileForm& form = forms[kind - pictures.size()];
            form.spoil(request);
            grpc::ClientContext context;
            if (form.deadline == CallDeadline::kNextYear) {
              context.set_deadline(std::chrono::system_clock::now() + std::chrono::hours(24 * 365));
            }
            const auto status = form.deadline == CallDeadline::kOrdinary
                                    ? Submit(client, request, &answer)
                                    : client.registration().SubmitRegistration(&context, request, &answer);
            if (status.error_code() == grpc::StatusCode::INVALID_ARGUMENT && !cli::ErrorReasonOf(status).empty()) {
              ++invalid;
            } else {
              complain(form.what, status.ok() ? v1::Verdict_Name(answer.verdict()) : cli::Describe(status));
            }
          }
        }
      });
    }
    for (auto& thread : threads) thread.join();
  };
  // Positive control: a good request is neither.
  Client client(options.connection);
  v1::Verification answer;
  const auto fine =
      Submit(client, Application(options, options.first_person + 99999999, options.first_person + 99999999), &answer);
  if (!fine.ok() || answer.verdict() != v1::VERDICT_PASS) {
    std::cout << "positive control failed: a good registration did not pass\n";
    return 1;
  }
  send(0, 1000);
  const double before = ResidentMiBOfFamily(options.pid);
  send(1000, options.requests);
  const double after = ResidentMiBOfFamily(options.pid);
  const auto still =
      Submit(client, Application(options, options.first_person + 99999998, options.first_person + 99999998), &answer);
  const bool alive = still.ok() && answer.verdict() == v1::VERDICT_PASS;
  std::cout << sent << " hostile requests of " << pictures.size() + forms.size() << " kinds: " << reasons
            << " answered with a reason code, " << invalid << " INVALID_ARGUMENT, " << wrong << " anything else\n"
            << "resident memory after 1,000: " << before << " MiB, after " << sent << ": " << after
            << " MiB; a good registration " << (alive ? "still passes" : "NO LONGER passes") << "\n";
  return wrong == 0 && alive && after <= before * 1.1 ? 0 : 1;
}

int Scan(const Options& options) {
  const auto needles = CanaryNeedles(options.first_person, cli::ReadFileOrThrow(options.id_photo));
  const auto found = FindNeedles(options.folder, needles);
  for (const std::string& line : found) std::cout << line << "\n";
  std::cout << found.size() << " findings of " << needles.size() << " needles\n";
  return found.empty() ? 0 : 3;
}

int Main(int argc, char** argv) {
  CLI::App app{"Clients of the proofs"};
  app.require_subcommand(1);
  Options o;
  AddConnectionOptions(app, o.connection);
  app.add_option("--first-person", o.first_person);
  app.add_option("--clients", o.clients);
  app.add_option("--id-photo", o.id_photo);
  app.add_option("--live-portrait", o.live_portrait);
  int status = 1;
  auto* race = app.add_subcommand("quota-race");
  race->add_option("--rounds", o.rounds);
  race->callback([&] { status = QuotaRace(o); });
  auto* load = app.add_subcommand("load");
  load->add_option("--seconds", o.seconds);
  load->add_option("--journal", o.journal)->required();
  load->callback([&] { status = Load(o); });
  auto* verify = app.add_subcommand("verify");
  verify->add_option("--journal", o.journal)->required();
  verify->callback([&] { status = Verify(o); });
  auto* canary = app.add_subcommand("canary");
  canary->add_option("--auditor-cert", o.auditor_certificate)->required();
  canary->add_option("--auditor-key", o.auditor_key)->required();
  canary->add_option("--reviewer-cert", o.reviewer_certificate)->required();
  canary->add_option("--reviewer-key", o.reviewer_key)->required();
  canary->add_option("--admin-cert", o.admin_certificate)->required();
  canary->add_option("--admin-key", o.admin_key)->required();
  canary->callback([&] { status = Canary(o); });
  auto* hostile = app.add_subcommand("hostile");
  hostile->add_option("--requests", o.requests);
  hostile->add_option("--pid", o.pid)->required();
  hostile->callback([&] { status = Hostile(o); });
  auto* own_rows = app.add_subcommand("own-rows");
  own_rows->require_subcommand(1);
  OwnRowsOptions rows;
  own_rows->add_option("--certificates", rows.folder)->required();
  own_rows->add_option("--portrait", rows.portrait)->required();
  own_rows->add_option("--second-portrait", rows.second_portrait)->required();
  own_rows->add_option("--no-face", rows.no_face)->required();
  const auto own_rows_step = [&](const char* name, int (*step)(const OwnRowsOptions&)) {
    own_rows->add_subcommand(name)->callback([&, step] {
      rows.server = o.connection.server;
      status = step(rows);
    });
  };
  own_rows_step("prepare", PrepareOwnRows);
  own_rows_step("foreign", CallOnForeignRows);
  own_rows_step("own", CallOnOwnRows);
  auto* challenge = app.add_subcommand("face-challenge");
  challenge->require_subcommand(1);
  FaceChallengeOptions challenges;
  challenge->add_option("--certificates", challenges.certificates)->required();
  challenge->add_option("--photos", challenges.photos)->required();
  challenge->add_option("--folder", challenges.folder)->required();
  const auto challenge_step = [&](const char* name, int (*step)(const FaceChallengeOptions&)) {
    challenge->add_subcommand(name)->callback([&, step] {
      challenges.server = o.connection.server;
      status = step(challenges);
    });
  };
  challenge_step("begin", BeginChallenges);
  challenge_step("finish", FinishChallenges);
  auto* replay = app.add_subcommand("replay");
  replay->require_subcommand(1);
  ReplayOptions replays;
  replay->add_option("--auditor-cert", o.auditor_certificate)->required();
  replay->add_option("--auditor-key", o.auditor_key)->required();
  replay->add_option("--decisions", replays.decisions);
  const auto replay_step = [&](const char* name, int (*step)(const ReplayOptions&)) {
    replay->add_subcommand(name)->callback([&, step] {
      replays.seller = replays.auditor = o.connection;
      replays.auditor.certificate_file = o.auditor_certificate;
      replays.auditor.key_file = o.auditor_key;
      replays.first_person = o.first_person;
      status = step(replays);
    });
  };
  replay_step("record", RecordDecisions);
  replay_step("again", ReplayDecisions);
  auto* verdicts = app.add_subcommand("verdicts");
  VerdictsOptions counted;
  verdicts->add_option("--registrations", counted.registrations);
  verdicts->callback([&] {
    counted.connection = o.connection;
    counted.first_person = o.first_person;
    counted.clients = o.clients;
    status = CountVerdicts(counted);
  });
  auto* faces = app.add_subcommand("face-race");
  FaceRaceOptions raced;
  faces->add_option("--other-server", raced.other_server)->required();
  faces->add_option("--pairs", raced.pairs);
  faces->callback([&] {
    raced.connection = o.connection;
    raced.first_person = o.first_person;
    status = RaceFaces(raced);
  });
  auto* one_face = app.add_subcommand("register-face");
  std::string face;
  one_face->add_option("--face", face)->required();
  one_face->callback([&] { status = RegisterFace(o.connection, o.first_person, face); });
  auto* scan = app.add_subcommand("scan");
  scan->add_option("--folder", o.folder)->required();
  scan->callback([&] { status = Scan(o); });
  return RunCommandLine(app, argc, argv, status);
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  google::protobuf::SetLogHandler(nullptr);  // hostile requests are made on purpose
  return realname::Main(argc, argv);
}
