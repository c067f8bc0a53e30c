// SPDX-License-Identifier: Apache-2.0
#include "bench/face_challenge.h"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "bench/waved.h"
#include "cli/client.h"
#include "cli/made_up_person.h"
#include "cli/print.h"
#include "rules/challenge.h"

namespace realname {
namespace {

using Action = v1::ChallengeAction;

// One person, filmed: a photograph that shows each action beside the first one, and one that just does not.
struct Shots {
  const char* shows;
  const char* just_not;
};
const std::map<Action, Shots> kShots = {
    {v1::CHALLENGE_ACTION_FACE_CAMERA, {"franck_04035", "franck_04000"}},
    {v1::CHALLENGE_ACTION_TURN_LEFT, {"franck_03909", "franck_03979"}},
    {v1::CHALLENGE_ACTION_TURN_RIGHT, {"franck_04000", "franck_01829"}},
    {v1::CHALLENGE_ACTION_LOOK_UP, {"franck_01829", "franck_04117"}},
    {v1::CHALLENGE_ACTION_BLINK, {"franck_03979", "franck_02888"}},
    {v1::CHALLENGE_ACTION_OPEN_MOUTH, {"franck_04117", "franck_03909"}},
};
constexpr char kIdPhoto[] = "franck_02221";
constexpr char kPortrait[] = "franck_02045";

std::vector<Action> AllBut(const std::vector<Action>& kept) {
  std::vector<Action> excluded;
  for (const Action action : rules::kDrawnActions) {
    if (std::find(kept.begin(), kept.end(), action) == kept.end()) excluded.push_back(action);
  }
  return excluded;
}

std::string StaffCodes(const v1::RefusedFrame& refused) {
  std::string codes;
  for (const v1::Reason& reason : refused.reasons()) {
    codes += (codes.empty() ? "" : " ") + v1::ReasonCode_Name(reason.code());
  }
  return codes;
}

bool Has(const std::string& codes, const std::string& code) { return codes.find(code) != std::string::npos; }

// What a call that has to succeed says when it does not.
void Must(const grpc::Status& status, const char* what) {
  if (!status.ok()) throw std::runtime_error(std::string(what) + ": " + cli::Describe(status));
}

class Proof {
 public:
  explicit Proof(const FaceChallengeOptions& options)
      : options_(options),
        online_(As("online")),
        auditor_(As("auditor")),
        person_(std::random_device()() % 900000000) {}

  bool proved() const { return failures_ == 0; }

  cli::Client As(const std::string& certificate) const {
    cli::ConnectionOptions connection;
    connection.server = options_.server;
    connection.server_name = "localhost";
    connection.ca_file = options_.certificates + "/ca.crt";
    connection.certificate_file = options_.certificates + "/" + certificate + ".crt";
    connection.key_file = options_.certificates + "/" + certificate + ".key";
    connection.timeout = std::chrono::seconds(90);
    return cli::Client(connection);
  }
  std::string Photo(const std::string& name) const {
    return cli::ReadFileOrThrow(options_.photos + "/" + name + ".jpg");
  }

  // One line: what was tried, what the client sees, what the operator's staff see.
  void Line(bool right, const std::string& what, const std::string& client, const std::string& staff) {
    std::printf("%-4s %-46s client: %-62s staff: %s\n", right ? "ok" : "BAD", what.c_str(), client.c_str(),
                staff.c_str());
    std::fflush(stdout);
    failures_ += !right;
  }

  v1::Session Start(const std::vector<Action>& excluded = {}) {
    v1::StartSessionRequest request;
    request.set_request_id(cli::NewUuid());
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
    request.mutable_channel()->set_agent_id("app");
    for (const Action action : excluded) request.add_excluded_actions(action);
    v1::Session session;
    Must(online_.Call(
             [&](grpc::ClientContext& c) { return online_.registration().StartSession(&c, request, &session); }),
         "StartSession");
    return session;
  }
  v1::SubmitChallengeFrameRequest Frame(const v1::Session& session, std::string picture, uint32_t step = 0) const {
    v1::SubmitChallengeFrameRequest request;
    request.set_request_id(cli::NewUuid());
    request.set_session_id(session.session_id());
    request.set_step(step == 0 ? session.next_step() : step);
    request.set_frame(std::move(picture));
    return request;
  }
  grpc::Status Send(cli::Client& client, const v1::SubmitChallengeFrameRequest& request, v1::Session* session) const {
    return client.Call(
        [&](grpc::ClientContext& c) { return client.registration().SubmitChallengeFrame(&c, request, session); });
  }
  v1::Session Sent(const v1::Session& session, std::string picture) {
    v1::Session after;
    Must(Send(online_, Frame(session, std::move(picture)), &after), "SubmitChallengeFrame");
    return after;
  }
  static Action Asked(const v1::Session& session) {
    return session.steps(static_cast<int>(session.next_step()) - 1).action();
  }
  // Shows what is asked, at most `most` steps.
  v1::Session Show(v1::Session session, int most = 100) {
    for (; most > 0 && session.state() == v1::SESSION_STATE_AWAITING_FRAME; --most) {
      const Action action = Asked(session);
      const uint32_t step = session.next_step();
      session = Sent(session, Photo(kShots.at(action).shows));
      if (session.next_step() == step) {
        Line(false, cli::Word(action) + " was shown", "refused", LastRefusal(session));
        break;
      }
    }
    return session;
  }
  // Shows what is asked until `action` is next.
  v1::Session ShowUpTo(v1::Session session, Action action) {
    while (session.state() == v1::SESSION_STATE_AWAITING_FRAME && Asked(session) != action) session = Show(session, 1);
    return session;
  }
  v1::Session Read(cli::Client& client, const std::string& session_id) const {
    v1::GetSessionRequest request;
    request.set_session_id(session_id);
    v1::Session session;
    Must(client.Call([&](grpc::ClientContext& c) { return client.registration().GetSession(&c, request, &session); }),
         "GetSession");
    return session;
  }
  // Codes of the last refused frame, as the staff see them.
  std::string LastRefusal(const v1::Session& session) {
    const v1::Session seen = Read(auditor_, session.session_id());
    return seen.refused_frames().empty() ? "" : StaffCodes(seen.refused_frames(seen.refused_frames_size() - 1));
  }

  v1::SubmitRegistrationRequest Application(const std::string& nonce, const std::string& id_photo = kIdPhoto,
                                            const std::string& portrait = kPortrait) {
    const uint64_t person = ++person_;
    auto request = cli::MadeUpApplication(person, person, "app", "", Photo(id_photo), Photo(portrait));
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
    request.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
    request.mutable_parties(0)->mutable_capture()->clear_signature();
    request.set_session_nonce(nonce);
    return request;
  }
  v1::Verification Register(const v1::SubmitRegistrationRequest& request) {
    v1::Verification answer;
    Must(online_.Call(
             [&](grpc::ClientContext& c) { return online_.registration().SubmitRegistration(&c, request, &answer); }),
         "SubmitRegistration");
    return answer;
  }
  v1::Verification StaffView(const v1::Verification& answer) {
    v1::GetVerificationRequest request;
    request.set_verification_id(answer.verification_id());
    v1::Verification seen;
    Must(auditor_.Call(
             [&](grpc::ClientContext& c) { return auditor_.registration().GetVerification(&c, request, &seen); }),
         "GetVerification");
    return seen;
  }
  static std::string ClientSees(const v1::Verification& answer) {
    return cli::Word(answer.verdict()) + " " + cli::Codes(answer) + ", " + answer.next_action_text().en();
  }
  static std::string ClientSees(const grpc::Status& status) {
    return "error " + cli::ErrorReasonOf(status) + ", " + status.error_message();
  }
  // A registration that has to be refused for `code`, and for nothing that the client may not see.
  void ExpectRefused(const std::string& what, const v1::SubmitRegistrationRequest& request, v1::Verdict verdict,
                     v1::ReasonCode code) {
    const v1::Verification answer = Register(request);
    const std::string staff = cli::Codes(StaffView(answer));
    const bool visible = code == v1::PAD_CHALLENGE_MISSING || code == v1::PAD_CHALLENGE_EXPIRED;
    Line(answer.verdict() == verdict && Has(staff, v1::ReasonCode_Name(code)) &&
             Has(cli::Codes(answer), v1::ReasonCode_Name(code)) == visible,
         what, ClientSees(answer), staff);
  }
  void ExpectError(const std::string& what, const grpc::Status& status, const std::string& reason) {
    Line(cli::ErrorReasonOf(status) == reason, what, ClientSees(status), "-");
  }
  // A frame that has to be refused for `code`.
  v1::Session ExpectFrameRefused(const std::string& what, const v1::Session& session, const std::string& picture,
                                 v1::ReasonCode code) {
    const v1::Session after = Sent(session, picture);
    const std::string staff = LastRefusal(after);
    Line(after.next_step() == session.next_step() && Has(staff, v1::ReasonCode_Name(code)), what,
         "step " + std::to_string(after.next_step()) + " again, " + after.next_action_text().en(), staff);
    return after;
  }
  void ExpectPass(const std::string& what, const v1::Session& session) {
    if (session.state() != v1::SESSION_STATE_COMPLETE) {
      return Line(false, what, cli::Word(session.state()), LastRefusal(session));
    }
    const v1::Verification answer = Register(Application(session.nonce()));
    const v1::Verification seen = StaffView(answer);
    const auto& liveness = seen.checks(v1::CHECK_LIVENESS - 1);
    Line(answer.verdict() == v1::VERDICT_PASS && liveness.passive_outcome() == v1::OUTCOME_PASSED &&
             liveness.active_outcome() == v1::OUTCOME_PASSED,
         what, ClientSees(answer),
         "LIVENESS passive " + cli::Word(liveness.passive_outcome()) + ", active " +
             cli::Word(liveness.active_outcome()) + " " + cli::Codes(seen));
  }

  void GoOn();
  void Exclude();
  void Extend();
  void EachAction();
  void Refuse();
  void Wave();
  void Race();

  const FaceChallengeOptions& options_;
  cli::Client online_;
  cli::Client auditor_;
  std::atomic<uint64_t> person_;
  int failures_ = 0;
};

void Proof::GoOn() {
  const std::string id = cli::ReadFileOrThrow(options_.folder + "/interrupted");
  const v1::Session session = Read(online_, id);
  const bool kept = session.next_step() == 3 && session.steps(1).accepted();
  Line(kept, "a session goes on after client and server died",
       "step " + std::to_string(session.next_step()) + ", " + session.next_action_text().en(), "-");
  ExpectPass("  and ends in a registration", Show(session));
}

void Proof::Exclude() {
  const v1::Session session = Start(AllBut({v1::CHALLENGE_ACTION_TURN_LEFT, v1::CHALLENGE_ACTION_OPEN_MOUTH}));
  const bool only = session.steps_size() == 3;
  Line(only, "three actions excluded, two are left", std::to_string(session.steps_size()) + " steps", "-");
  ExpectPass("  and end in a registration", Show(session));
  const v1::Session none = Start(AllBut({v1::CHALLENGE_ACTION_BLINK}));
  Line(none.state() == v1::SESSION_STATE_OWN_HALL && none.nonce().empty(), "four actions excluded",
       cli::Word(none.state()) + ", " + none.next_action_text().en(), "-");
}

void Proof::Extend() {
  const v1::Session session = Start();
  v1::ExtendSessionRequest request;
  request.set_request_id(cli::NewUuid());
  request.set_session_id(session.session_id());
  v1::Session longer, repeated;
  const auto extend = [&](v1::Session* out) {
    return online_.Call([&](grpc::ClientContext& c) { return online_.registration().ExtendSession(&c, request, out); });
  };
  Must(extend(&longer), "ExtendSession");
  Must(extend(&repeated), "ExtendSession");
  Line(longer.expire_time().seconds() >= session.expire_time().seconds() &&
           longer.extensions_left() + 1 == session.extensions_left() &&
           repeated.extensions_left() == longer.extensions_left(),
       "more time on request, once for each request_id", std::to_string(longer.extensions_left()) + " more extensions",
       "-");
}

void Proof::EachAction() {
  for (const Action action : rules::kDrawnActions) {
    const Action other =
        action == v1::CHALLENGE_ACTION_OPEN_MOUTH ? v1::CHALLENGE_ACTION_TURN_LEFT : v1::CHALLENGE_ACTION_OPEN_MOUTH;
    v1::Session session = ShowUpTo(Start(AllBut({action, other})), action);
    session = ExpectFrameRefused(cli::Word(action) + ": a photograph that just does not", session,
                                 Photo(kShots.at(action).just_not), v1::PAD_CHALLENGE_FAILED);
    const uint32_t step = session.next_step();
    session = Show(session, 1);
    Line(session.next_step() != step, cli::Word(action) + ": one that does", "accepted", "-");
  }
}

void Proof::Refuse() {
  v1::Session out;
  v1::Session session = Start(AllBut({v1::CHALLENGE_ACTION_TURN_LEFT, v1::CHALLENGE_ACTION_BLINK}));
  ExpectError("a frame out of order", Send(online_, Frame(session, Photo(kPortrait), 2), &out), "FRAME_OUT_OF_ORDER");
  session = ExpectFrameRefused("a first frame with the eyes shut", session,
                               Photo(kShots.at(v1::CHALLENGE_ACTION_FACE_CAMERA).just_not), v1::IMG_OCCLUDED);
  session = Show(session, 1);
  const Action asked = Asked(session);
  const Action swapped =
      asked == v1::CHALLENGE_ACTION_BLINK ? v1::CHALLENGE_ACTION_TURN_LEFT : v1::CHALLENGE_ACTION_BLINK;
  session =
      ExpectFrameRefused("the other action first", session, Photo(kShots.at(swapped).shows), v1::PAD_CHALLENGE_FAILED);
  session = ExpectFrameRefused("a frame of another person", session, Photo("cage"), v1::PAD_FACE_CHANGED);
  session = ExpectFrameRefused("a frame of nobody", session, Photo("ironman"), v1::FACE_NONE);
  ExpectRefused("a frame missing", Application(session.nonce()), v1::VERDICT_RETRY, v1::PAD_CHALLENGE_FAILED);
  session = Show(session);
  ExpectError("one frame too many", Send(online_, Frame(session, Photo(kPortrait), 1), &out), "SESSION_CLOSED");
  cli::Client foreign = As("foreign_app");
  ExpectError("somebody else's session", Send(foreign, Frame(session, Photo(kPortrait), 1), &out), "NO_SUCH_SESSION");
  auto stolen = Application(session.nonce());
  stolen.mutable_channel()->set_agent_id("app2");
  v1::Verification answer;
  ExpectError("somebody else's nonce", foreign.Call([&](grpc::ClientContext& c) {
    return foreign.registration().SubmitRegistration(&c, stolen, &answer);
  }),
              "NO_SUCH_SESSION");
  ExpectRefused("portrait and document of another person", Application(session.nonce(), "cage2_crop", "cage"),
                v1::VERDICT_RETRY, v1::PAD_FACE_CHANGED);
  ExpectRefused("a nonce again", Application(session.nonce()), v1::VERDICT_REJECT, v1::PAD_REPLAY);
  ExpectRefused("no session at all", Application(""), v1::VERDICT_RETRY, v1::PAD_CHALLENGE_MISSING);

  const v1::Session late = Read(online_, cli::ReadFileOrThrow(options_.folder + "/late"));
  Line(late.state() == v1::SESSION_STATE_EXPIRED, "a session whose time ran out",
       cli::Word(late.state()) + ", " + late.next_action_text().en(), "-");
  ExpectRefused("  its registration", Application(late.nonce()), v1::VERDICT_RETRY, v1::PAD_CHALLENGE_EXPIRED);
  ExpectError("  another frame", Send(online_, Frame(late, Photo(kPortrait), 1), &out), "SESSION_EXPIRED");

  // The document's photograph, taken for a frame: the look upwards.
  session = Show(Start(AllBut({v1::CHALLENGE_ACTION_LOOK_UP, v1::CHALLENGE_ACTION_BLINK})));
  ExpectRefused("the ID photo as a frame", Application(session.nonce(), kShots.at(v1::CHALLENGE_ACTION_LOOK_UP).shows),
                v1::VERDICT_REJECT, v1::PAD_INJECTION);
}

void Proof::Wave() {
  const std::string first = Photo(kShots.at(v1::CHALLENGE_ACTION_FACE_CAMERA).shows);
  const std::vector<std::pair<const char*, Waving>> ways = {
      {"again", {}},
      {"shifted", {0, 1, 0.08, 0.04, 0, 0}},
      {"turned", {-12, 1, 0, 0, 0, 0}},
      {"closer", {4, 1.25, -0.04, 0, 0, 0}},
      {"further", {-4, 0.75, 0.06, -0.03, 0, 0}},
      {"tilted left", {0, 1, 0, 0, 0, 30}},
      {"tilted right", {0, 1, 0, 0, 0, -30}},
      {"tilted back", {0, 1, 0, 0, 30, 0}},
      {"tilted forward", {0, 1, 0, 0, -30, 0}},
  };
  std::map<std::string, int> codes;
  int sent = 0, accepted = 0;
  for (const Action action : rules::kDrawnActions) {
    const Action other =
        action == v1::CHALLENGE_ACTION_OPEN_MOUTH ? v1::CHALLENGE_ACTION_TURN_LEFT : v1::CHALLENGE_ACTION_OPEN_MOUTH;
    v1::Session session = ShowUpTo(Start(AllBut({action, other})), action);
    for (const auto& [name, waving] : ways) {
      const uint32_t step = session.next_step();
      const v1::Session after = Sent(session, Waved(first, waving));
      ++sent;
      if (after.next_step() != step) {
        ++accepted;
        std::cout << "     accepted as " << cli::Word(action) << ": the first frame, " << name << "\n";
        break;
      }
      session = after;
    }
    const v1::Session seen = Read(auditor_, session.session_id());
    for (const v1::RefusedFrame& refused : seen.refused_frames()) ++codes[StaffCodes(refused)];
  }
  std::string staff;
  for (const auto& [code, count] : codes) staff += (staff.empty() ? "" : ", ") + code + " " + std::to_string(count);
  Line(accepted == 0, "the first frame waved about, " + std::to_string(sent) + " ways",
       std::to_string(accepted) + " accepted; the step is asked for again", staff);
}

void Proof::Race() {
  const v1::Session session = Show(Start());
  constexpr int kClients = 8;
  std::vector<v1::SubmitRegistrationRequest> requests;
  for (int i = 0; i < kClients; ++i) requests.push_back(Application(session.nonce()));
  std::atomic<int> passed{0}, replayed{0};
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::vector<v1::Verification> answers;
  for (const auto& request : requests) {
    threads.emplace_back([&] {
      cli::Client client = As("online");
      v1::Verification answer;
      const auto status = client.Call(
          [&](grpc::ClientContext& c) { return client.registration().SubmitRegistration(&c, request, &answer); });
      if (!status.ok()) return;
      const std::lock_guard lock(mutex);
      answers.push_back(answer);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& answer : answers) {
    const std::string codes = cli::Codes(StaffView(answer));
    passed += answer.verdict() == v1::VERDICT_PASS;
    replayed += answer.verdict() == v1::VERDICT_REJECT && codes == "PAD_REPLAY";
  }
  Line(passed == 1 && replayed == kClients - 1, std::to_string(kClients) + " registrations at once with one nonce",
       std::to_string(passed) + " PASS, " + std::to_string(replayed) + " REJECT", "PAD_REPLAY");
}

void Write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

}  // namespace

int BeginChallenges(const FaceChallengeOptions& options) {
  Proof proof(options);
  const v1::Session interrupted = proof.Show(proof.Start(), 2);
  const v1::Session late = proof.Show(proof.Start());
  Write(options.folder + "/interrupted", interrupted.session_id());
  Write(options.folder + "/late", late.session_id());
  std::cout << "two sessions begun: one broken off before step " << interrupted.next_step() << ", one "
            << cli::Word(late.state()) << "\n";
  return proof.proved() && interrupted.next_step() == 3 && late.state() == v1::SESSION_STATE_COMPLETE ? 0 : 1;
}

int FinishChallenges(const FaceChallengeOptions& options) {
  Proof proof(options);
  proof.GoOn();
  proof.ExpectPass("a session from beginning to end", proof.Show(proof.Start()));
  proof.Exclude();
  proof.Extend();
  proof.EachAction();
  proof.Refuse();
  proof.Wave();
  proof.Race();
  return proof.proved() ? 0 : 1;
}

}  // namespace realname
