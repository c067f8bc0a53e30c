// SPDX-License-Identifier: Apache-2.0
#include "verification/sessions.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/marked_gallery.h"
#include "rules/notices.h"
#include "tests/rules/sample_facts.h"
#include "tests/verification/fake_registry.h"
#include "tests/verification/no_galleries.h"
#include "tests/verification/told_sources.h"
#include "verification/answer.h"
#include "verification/registration.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SetClock final : public Clock {
 public:
  TimePoint Now() const override { return now; }
  TimePoint now = TimePoint(std::chrono::seconds(kNoon));
};

// Reads what a picture shows from its text: "WHO ACTION [bent]", where ACTION is one of ActionWords. What is bent
// correlates with every other picture of the person.
class SpelledFaces final : public FaceExaminer {
 public:
  Result<std::vector<v1::FaceEvidence>> Examine(std::span<const std::string_view> pictures, Deadline) override {
    if (on_examine) on_examine();
    if (!failure.ok()) return failure;
    std::vector<v1::FaceEvidence> out;
    for (const std::string_view picture : pictures) {
      ++examined;
      std::istringstream words{std::string(picture)};
      std::string who, action, how;
      words >> who >> action >> how;
      v1::FaceEvidence& face = out.emplace_back(GoodFrame(ActionWords().at(action)).evidence());
      if (who == "nobody") face.set_status(v1::FACE_STATUS_NO_FACE);
      face.set_template_(who);
      face.set_face_thumbnail(how.empty() ? std::string(picture) : how);
      face.set_bundle_digest(bundle);
    }
    return out;
  }
  using FaceExaminer::Compare;
  Result<v1::FaceComparison> Compare(std::span<const v1::FaceEvidence* const> references,
                                     const v1::FaceEvidence& b) const override {
    const v1::FaceEvidence& a = *references.front();
    if (a.bundle_digest() != bundle || b.bundle_digest() != bundle || a.template_().empty() || b.template_().empty()) {
      return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "no template of this bundle");
    }
    v1::FaceComparison comparison;
    comparison.set_fmr_at_similarity(a.template_() == b.template_() ? 1e-6 : 0.5);
    const bool same =
        a.face_thumbnail() == b.face_thumbnail() || a.face_thumbnail() == "bent" || b.face_thumbnail() == "bent";
    comparison.set_image_correlation(same ? 0.99f : 0.8f);
    return comparison;
  }
  std::unique_ptr<FaceGallery> NewGallery() const override {
    return std::make_unique<MarkedGallery>([](std::string_view) { return std::string(); });
  }
  const std::string& BundleDigest() const override { return bundle; }
  double LivenessBpcer(double) const override { return 0; }
  v1::ModelCard ModelCard(const v1::PolicyPack&) const override { return {}; }

  std::string bundle = "bundle";
  int examined = 0;
  Status failure;
  std::function<void()> on_examine;
};

class SessionsTest : public ::testing::Test {
 protected:
  static std::string Named(std::string_view bytes) { return "digest of " + std::string(bytes); }
  static Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }
  std::string Id() { return "request-" + std::to_string(++ids_); }

  v1::StartSessionRequest Beginning(const std::vector<v1::ChallengeAction>& excluded = {}) {
    v1::StartSessionRequest request;
    request.set_request_id(Id());
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
    for (const auto action : excluded) request.add_excluded_actions(action);
    return request;
  }
  v1::Session Started(const std::vector<v1::ChallengeAction>& excluded = {}) {
    auto session = sessions_.Start(online_, Beginning(excluded), Soon());
    EXPECT_TRUE(session.ok()) << session.status().message();
    return session.ok() ? *session : v1::Session();
  }
  v1::SubmitChallengeFrameRequest Frame(const v1::Session& session, const std::string& picture, uint32_t step = 0) {
    v1::SubmitChallengeFrameRequest request;
    request.set_request_id(Id());
    request.set_session_id(session.session_id());
    request.set_step(step == 0 ? session.next_step() : step);
    request.set_frame(picture);
    return request;
  }
  v1::Session Sent(const v1::Session& session, const std::string& picture) {
    auto after = sessions_.SubmitFrame(online_, Frame(session, picture), Soon());
    EXPECT_TRUE(after.ok()) << after.status().message();
    return after.ok() ? *after : session;
  }
  v1::Session Complete(v1::Session session) {
    while (session.state() == v1::SESSION_STATE_AWAITING_FRAME) {
      const uint32_t step = session.next_step();
      session = Sent(session, Shown(session, "ann"));
      if (session.next_step() == step) {
        ADD_FAILURE() << "refused";
        break;
      }
    }
    return session;
  }
  v1::SubmitRegistrationRequest Application(const std::string& nonce) {
    v1::SubmitRegistrationRequest request;
    request.set_request_id(Id());
    request.set_entry_type(v1::ENTRY_TYPE_OPEN);
    request.set_customer_kind(v1::CUSTOMER_KIND_INDIVIDUAL);
    request.set_msisdn("+8613900000" + std::to_string(100 + ids_));
    request.set_product("prepaid");
    request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
    v1::Party& party = *request.add_parties();
    party.set_role(v1::PARTY_ROLE_SUBSCRIBER);
    *party.mutable_document() = SampleDocument();
    party.mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
    party.mutable_capture()->mutable_time()->set_seconds(kNoon - 60);
    party.set_id_photo("ann front id");
    party.set_live_portrait("ann front portrait");
    request.set_session_nonce(nonce);
    AddConsents(request);
    return request;
  }
  v1::Verification Submitted(const v1::SubmitRegistrationRequest& request) {
    auto answer = registration_.Submit(online_, request, Soon());
    EXPECT_TRUE(answer.ok()) << answer.status().message();
    return answer.ok() ? *answer : v1::Verification();
  }
  // Codes as the operator's staff see them.
  std::vector<int> CodesOf(const v1::Verification& answer) {
    const auto stored = registry_.Get(auditor_.scope, answer.verification_id(), Soon());
    std::vector<int> codes;
    for (const auto& check : stored->decision.checks())
      codes.insert(codes.end(), check.reasons().begin(), check.reasons().end());
    return codes;
  }
  v1::Session Now(const v1::Session& session, const Caller& caller) {
    v1::GetSessionRequest get;
    get.set_session_id(session.session_id());
    auto found = sessions_.Get(caller, get, Soon());
    EXPECT_TRUE(found.ok()) << found.status().message();
    return found.ok() ? *found : v1::Session();
  }

  SetClock clock_;
  FakeSessionStore store_;
  FakeRegistry registry_{store_};
  SpelledFaces faces_;
  ToldSources sources_;
  std::shared_ptr<const rules::Policy> policy_ = std::make_shared<const rules::Policy>(ShippedPolicy());
  PolicyArchive policies_{registry_, policy_};
  std::mt19937 random_{7};
  Sessions sessions_{store_,
                     faces_,
                     policies_,
                     clock_,
                     [this](std::size_t count) {
                       std::string bytes;
                       while (bytes.size() < count) bytes.push_back(static_cast<char>(random_()));
                       return bytes;
                     },
                     Named};
  int made_ = 0;
  int ids_ = 0;
  NoGalleries galleries_;
  FaceSearch search_{galleries_, faces_, clock_};
  Registration registration_{registry_, store_,
                             faces_,    search_,
                             sources_,  policies_,
                             clock_,    [this] { return "verification-" + std::to_string(1000 + made_++); },
                             Named,     [](auto, auto, auto) { return false; }};
  const Caller online_{"urn:online", v1::ROLE_ONLINE, {"op", "a1", ""}, {"op", "a1", ""}};
  const Caller auditor_{"urn:auditor", v1::ROLE_AUDITOR, {"op", "", ""}, {"op", {}, {}}};
};

TEST_F(SessionsTest, AStartedSessionSaysWhatToShowAndWhatToDo) {
  const auto session = Started();
  EXPECT_EQ(session.state(), v1::SESSION_STATE_AWAITING_FRAME);
  EXPECT_EQ(session.nonce().size(), 64u);
  EXPECT_EQ(session.steps_size(), 4);
  EXPECT_EQ(session.steps(0).action(), v1::CHALLENGE_ACTION_FACE_CAMERA);
  EXPECT_EQ(session.next_step(), 1u);
  EXPECT_EQ(session.next_action(), v1::NEXT_ACTION_SUBMIT_FRAME);
  EXPECT_THAT(session.next_action_text().en(), HasSubstr("camera"));
  EXPECT_FALSE(session.next_action_text().zh().empty());
  const auto notices = rules::NoticesFor(*policy_, {.channel = v1::CHANNEL_TYPE_OWN_APP});
  EXPECT_EQ(session.notices_size(), static_cast<int>(notices.size()));
  EXPECT_GT(session.notices_size(), 0);
  EXPECT_EQ(FromTimestamp(session.expire_time()), clock_.now + std::chrono::minutes(10));
  EXPECT_NE(Started().nonce(), session.nonce());
}

TEST_F(SessionsTest, ARepeatedStartIsTheSameSession) {
  const auto request = Beginning();
  const auto first = sessions_.Start(online_, request, Soon());
  const auto second = sessions_.Start(online_, request, Soon());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
  auto other = request;
  other.add_excluded_actions(v1::CHALLENGE_ACTION_BLINK);
  EXPECT_EQ(sessions_.Start(online_, other, Soon()).status().reason(), "REQUEST_ID_REUSED");
}

TEST_F(SessionsTest, ActionsThatAPersonCannotDoAreNotAsked) {
  for (int i = 0; i < 20; ++i) {
    const auto session = Started({v1::CHALLENGE_ACTION_TURN_LEFT, v1::CHALLENGE_ACTION_TURN_RIGHT});
    for (const auto& step : session.steps()) {
      EXPECT_NE(step.action(), v1::CHALLENGE_ACTION_TURN_LEFT);
      EXPECT_NE(step.action(), v1::CHALLENGE_ACTION_TURN_RIGHT);
    }
  }
  const auto none = Started({v1::CHALLENGE_ACTION_TURN_LEFT, v1::CHALLENGE_ACTION_TURN_RIGHT,
                             v1::CHALLENGE_ACTION_BLINK, v1::CHALLENGE_ACTION_OPEN_MOUTH});
  EXPECT_EQ(none.state(), v1::SESSION_STATE_OWN_HALL);
  EXPECT_EQ(none.next_action(), v1::NEXT_ACTION_OWN_HALL);
  EXPECT_FALSE(none.next_action_text().en().empty());
  EXPECT_TRUE(none.session_id().empty());
  EXPECT_TRUE(none.nonce().empty());
}

TEST_F(SessionsTest, ACompleteSessionServesItsRegistration) {
  const auto session = Complete(Started());
  EXPECT_EQ(session.state(), v1::SESSION_STATE_COMPLETE);
  EXPECT_EQ(session.next_action(), v1::NEXT_ACTION_SUBMIT_REGISTRATION);
  EXPECT_EQ(session.next_step(), 0u);
  faces_.examined = 0;
  const auto request = Application(session.nonce());
  const auto answer = Submitted(request);
  EXPECT_EQ(answer.verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(CodesOf(answer));
  EXPECT_EQ(faces_.examined, 2) << "frames are not examined twice";
  EXPECT_EQ(Submitted(request).verification_id(), answer.verification_id());
  const auto used = Now(session, online_);
  EXPECT_EQ(used.state(), v1::SESSION_STATE_USED);
  EXPECT_EQ(used.verification_id(), answer.verification_id());
  const auto facts = registry_.GetFacts(auditor_.scope, answer.verification_id(), Soon());
  ASSERT_EQ(facts->subject().challenge_frames_size(), 4);
  for (const auto& frame : facts->subject().challenge_frames()) {
    EXPECT_TRUE(frame.evidence().template_().empty());
    EXPECT_TRUE(frame.evidence().face_thumbnail().empty());
    EXPECT_TRUE(frame.has_to_portrait());
  }
}

TEST_F(SessionsTest, OnlineNeedsASessionAndItsNonceIsThePayloadsPart) {
  auto request = Application("");
  const auto answer = Submitted(request);
  EXPECT_THAT(CodesOf(answer), ElementsAre(v1::PAD_CHALLENGE_MISSING));
  EXPECT_EQ(answer.next_action(), v1::NEXT_ACTION_START_SESSION);
  request.set_session_nonce(Complete(Started()).nonce());
  EXPECT_EQ(registration_.Submit(online_, request, Soon()).status().reason(), "REQUEST_ID_REUSED");
}

TEST_F(SessionsTest, AFrameThatDoesNotShowItsActionIsAskedForAgain) {
  auto session = Sent(Started({v1::CHALLENGE_ACTION_BLINK, v1::CHALLENGE_ACTION_OPEN_MOUTH}), "ann front");
  EXPECT_EQ(session.next_step(), 2u);
  const std::string asked = session.next_action_text().en();
  const auto after = Sent(session, "ann front again");
  EXPECT_EQ(after.next_step(), 2u);
  EXPECT_EQ(after.next_action_text().en(), asked);
  ASSERT_EQ(after.refused_frames_size(), 1);
  EXPECT_EQ(after.refused_frames(0).reasons(0).code(), v1::REASON_CODE_UNSPECIFIED) << "not for the front end";
  EXPECT_EQ(after.refused_frames(0).reasons(0).subject_text().en(), asked);
  EXPECT_EQ(after.refusals_left() + 1, session.refusals_left());
  EXPECT_EQ(Now(session, auditor_).refused_frames(0).reasons(0).code(), v1::PAD_CHALLENGE_FAILED);
  EXPECT_TRUE(Now(session, auditor_).nonce().empty()) << "a nonce is for who started the session";
  // What a customer can mend is told.
  EXPECT_EQ(Sent(session, "nobody left").refused_frames(1).reasons(0).code(), v1::FACE_NONE);
  EXPECT_EQ(Complete(Now(session, online_)).state(), v1::SESSION_STATE_COMPLETE);
}

TEST_F(SessionsTest, TwoPeopleAndABentPhotographAreRefused) {
  auto session = Sent(Started({v1::CHALLENGE_ACTION_BLINK, v1::CHALLENGE_ACTION_OPEN_MOUTH}), "ann front");
  Sent(session, Shown(session, "bob"));
  Sent(session, Shown(session, "ann") + " bent");
  const auto seen = Now(session, auditor_);
  ASSERT_EQ(seen.refused_frames_size(), 2);
  EXPECT_EQ(seen.refused_frames(0).reasons(0).code(), v1::PAD_FACE_CHANGED);
  EXPECT_EQ(seen.refused_frames(1).reasons(0).code(), v1::PAD_INJECTION);
  EXPECT_EQ(seen.next_step(), 2u);
}

TEST_F(SessionsTest, TooManyRefusedFramesEndASession) {
  auto session = Started();
  while (session.state() == v1::SESSION_STATE_AWAITING_FRAME) session = Sent(session, "nobody front");
  EXPECT_EQ(session.state(), v1::SESSION_STATE_FAILED);
  EXPECT_EQ(session.refused_frames_size(), static_cast<int>(policy_->pack.challenge().max_refused_frames()));
  EXPECT_EQ(session.next_action(), v1::NEXT_ACTION_START_SESSION);
  EXPECT_EQ(sessions_.SubmitFrame(online_, Frame(session, "ann front", 1), Soon()).status().reason(), "SESSION_CLOSED");
  EXPECT_THAT(CodesOf(Submitted(Application(session.nonce()))), ElementsAre(v1::PAD_CHALLENGE_FAILED));
}

TEST_F(SessionsTest, FramesComeInOrderAndOnce) {
  auto session = Started();
  EXPECT_EQ(sessions_.SubmitFrame(online_, Frame(session, "ann front", 2), Soon()).status().reason(),
            "FRAME_OUT_OF_ORDER");
  const auto first = Frame(session, "ann front");
  const auto after = sessions_.SubmitFrame(online_, first, Soon());
  ASSERT_EQ(after->next_step(), 2u);
  faces_.examined = 0;
  EXPECT_EQ(sessions_.SubmitFrame(online_, first, Soon())->next_step(), 2u) << "the same frame sent twice is one";
  EXPECT_EQ(faces_.examined, 0);
  auto other = first;
  other.set_frame("ann front other");
  EXPECT_EQ(sessions_.SubmitFrame(online_, other, Soon()).status().reason(), "REQUEST_ID_REUSED");
  EXPECT_EQ(sessions_.SubmitFrame(online_, Frame(session, "ann front", 1), Soon()).status().reason(),
            "FRAME_OUT_OF_ORDER");
  const auto complete = Complete(*after);
  EXPECT_EQ(sessions_.SubmitFrame(online_, Frame(complete, "ann front", 1), Soon()).status().reason(),
            "SESSION_CLOSED");
}

TEST_F(SessionsTest, ASessionWithoutAllItsFramesStaysOpen) {
  auto session = Sent(Started(), "ann front");
  const auto answer = Submitted(Application(session.nonce()));
  EXPECT_THAT(CodesOf(answer), ElementsAre(v1::PAD_CHALLENGE_FAILED));
  EXPECT_EQ(answer.next_action(), v1::NEXT_ACTION_START_SESSION);
  EXPECT_THAT(answer.reasons(0).code(), v1::REASON_CODE_UNSPECIFIED);
  session = Complete(Now(session, online_));
  EXPECT_EQ(Submitted(Application(session.nonce())).verdict(), v1::VERDICT_PASS);
}

TEST_F(SessionsTest, ANonceServesOneRegistration) {
  const auto session = Complete(Started());
  ASSERT_EQ(Submitted(Application(session.nonce())).verdict(), v1::VERDICT_PASS);
  faces_.examined = 0;
  const auto replayed = Submitted(Application(session.nonce()));
  EXPECT_EQ(replayed.verdict(), v1::VERDICT_REJECT);
  EXPECT_THAT(CodesOf(replayed), ElementsAre(v1::PAD_REPLAY));
  EXPECT_EQ(replayed.reasons(0).code(), v1::REASON_CODE_UNSPECIFIED);
  EXPECT_EQ(replayed.next_action(), v1::NEXT_ACTION_OWN_HALL);
  EXPECT_EQ(faces_.examined, 2) << "frames that cannot count are not looked at";
}

TEST_F(SessionsTest, ASessionThatIsUsedMeanwhileIsSeenBeforeTheCommit) {
  const auto session = Complete(Started());
  // While this registration's faces are looked at, another one commits with the same nonce.
  faces_.on_examine = [&] {
    EXPECT_TRUE(store_.Use(session.session_id(), "the other one", clock_.now));
    faces_.on_examine = nullptr;
  };
  const auto answer = Submitted(Application(session.nonce()));
  EXPECT_THAT(CodesOf(answer), ElementsAre(v1::PAD_REPLAY));
  EXPECT_EQ(Now(session, online_).verification_id(), "the other one");
}

TEST_F(SessionsTest, SomebodyElsesSessionIsNotFound) {
  const auto session = Complete(Started());
  const Caller stranger{"urn:other", v1::ROLE_ONLINE, {"op", "a2", ""}, {"op", "a2", ""}};
  const Caller colleague{"urn:retail", v1::ROLE_RETAIL, {"op", "a1", ""}, {"op", "a1", ""}};
  for (const Caller& other : {stranger, colleague}) {
    EXPECT_EQ(registration_.Submit(other, Application(session.nonce()), Soon()).status().reason(), "NO_SUCH_SESSION");
    EXPECT_EQ(sessions_.SubmitFrame(other, Frame(session, "ann front", 1), Soon()).status().reason(),
              "NO_SUCH_SESSION");
    v1::ExtendSessionRequest extend;
    extend.set_request_id(Id());
    extend.set_session_id(session.session_id());
    EXPECT_EQ(sessions_.Extend(other, extend, Soon()).status().reason(), "NO_SUCH_SESSION");
    v1::GetSessionRequest get;
    get.set_session_id(session.session_id());
    EXPECT_EQ(sessions_.Get(other, get, Soon()).status().reason(), "NO_SUCH_SESSION");
  }
  EXPECT_EQ(registration_.Submit(online_, Application(std::string(64, 'f')), Soon()).status().reason(),
            "NO_SUCH_SESSION");
}

TEST_F(SessionsTest, TimeRunsOutAndIsGivenOnRequest) {
  auto session = Sent(Started(), "ann front");
  const auto extend = [&] {
    v1::ExtendSessionRequest request;
    request.set_request_id(Id());
    request.set_session_id(session.session_id());
    return sessions_.Extend(online_, request, Soon());
  };
  clock_.now += std::chrono::minutes(9);
  const auto longer = extend();
  ASSERT_TRUE(longer.ok()) << longer.status().message();
  EXPECT_EQ(FromTimestamp(longer->expire_time()), clock_.now + std::chrono::minutes(10));
  EXPECT_EQ(longer->extensions_left() + 1, session.extensions_left());
  for (uint32_t i = 1; i < policy_->pack.challenge().max_extensions(); ++i) EXPECT_TRUE(extend().ok());
  EXPECT_EQ(extend().status().reason(), "EXTENSION_LIMIT");
  session = Complete(*longer);
  clock_.now = FromTimestamp(session.expire_time());
  EXPECT_EQ(Now(session, online_).state(), v1::SESSION_STATE_EXPIRED);
  EXPECT_EQ(sessions_.SubmitFrame(online_, Frame(session, "ann front", 1), Soon()).status().reason(),
            "SESSION_EXPIRED");
  EXPECT_EQ(extend().status().reason(), "SESSION_EXPIRED");
  auto request = Application(session.nonce());
  request.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(ToTimestamp(clock_.now).seconds());
  const auto late = Submitted(request);
  EXPECT_THAT(CodesOf(late), ElementsAre(v1::PAD_CHALLENGE_EXPIRED));
  EXPECT_EQ(late.reasons(0).code(), v1::PAD_CHALLENGE_EXPIRED) << "an honest customer may know";
}

TEST_F(SessionsTest, FramesAreOfThePersonInThePortrait) {
  const auto session = Complete(Started());
  auto request = Application(session.nonce());
  request.mutable_parties(0)->set_id_photo("bob front id");
  request.mutable_parties(0)->set_live_portrait("bob front portrait");
  const auto answer = Submitted(request);
  EXPECT_THAT(CodesOf(answer), ElementsAre(v1::PAD_FACE_CHANGED));
  EXPECT_EQ(answer.next_action(), v1::NEXT_ACTION_START_SESSION);
}

TEST_F(SessionsTest, AnIdPhotoIsNoFrame) {
  auto session = Sent(Started(), "ann front id");
  session = Complete(session);
  EXPECT_THAT(CodesOf(Submitted(Application(session.nonce()))), Contains(v1::PAD_INJECTION));
}

TEST_F(SessionsTest, AResubmissionLooksAtTheFramesAgain) {
  const auto session = Complete(Started());
  auto request = Application(session.nonce());
  request.mutable_parties(0)->set_live_portrait("nobody front");
  const auto first = Submitted(request);
  ASSERT_EQ(first.next_action(), v1::NEXT_ACTION_RESUBMIT) << ::testing::PrintToString(CodesOf(first));
  clock_.now += std::chrono::minutes(20);  // the session's time is over; it was used in time
  v1::ResubmitEvidenceRequest again;
  again.set_request_id(Id());
  again.set_verification_id(first.verification_id());
  again.add_items()->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
  again.mutable_items(0)->set_photo("bob front portrait");
  const auto second = registration_.Resubmit(online_, again, Soon());
  ASSERT_TRUE(second.ok()) << second.status().message();
  EXPECT_THAT(CodesOf(*second), Contains(v1::PAD_FACE_CHANGED)) << "another person takes the portrait";

  const auto other = Complete(Started());
  request = Application(other.nonce());
  request.mutable_parties(0)->set_live_portrait("nobody front");
  const auto third = Submitted(request);
  ASSERT_EQ(third.next_action(), v1::NEXT_ACTION_RESUBMIT) << ::testing::PrintToString(CodesOf(third));
  again.set_request_id(Id());
  again.set_verification_id(third.verification_id());
  again.mutable_items(0)->set_photo("ann front portrait");
  const auto passed = registration_.Resubmit(online_, again, Soon());
  ASSERT_TRUE(passed.ok()) << passed.status().message();
  EXPECT_EQ(passed->verdict(), v1::VERDICT_PASS) << ::testing::PrintToString(CodesOf(*passed));
}

TEST_F(SessionsTest, FramesOfAnotherBundleAreExaminedAgain) {
  auto session = Sent(Started(), "ann front");
  faces_.bundle = "a new bundle";
  session = Complete(session);
  EXPECT_EQ(session.state(), v1::SESSION_STATE_COMPLETE);
  EXPECT_EQ(Submitted(Application(session.nonce())).verdict(), v1::VERDICT_PASS);
}

TEST_F(SessionsTest, WhatMovedIsObservedAgainAndTheFaceIsNot) {
  auto session = Started();
  store_.MoveNext(3);
  EXPECT_EQ(Sent(session, "ann front").next_step(), 2u);
  EXPECT_EQ(faces_.examined, 1);
  store_.MoveNext(1000);
  EXPECT_EQ(sessions_.SubmitFrame(online_, Frame(session, "ann front", 2), Soon()).status().reason(),
            "RECORD_CONTENDED");
}

TEST_F(SessionsTest, FailuresOfEngineAndDatabaseAreNoDecisions) {
  auto session = Started();
  faces_.failure = Status(StatusCode::kResourceExhausted, "OVERLOADED", "busy");
  EXPECT_EQ(sessions_.SubmitFrame(online_, Frame(session, "ann front"), Soon()).status().reason(), "OVERLOADED");
  faces_.failure = {};
  store_.FailWith(Status(StatusCode::kUnavailable, "DATABASE_UNAVAILABLE", "down"));
  EXPECT_EQ(sessions_.SubmitFrame(online_, Frame(session, "ann front"), Soon()).status().reason(),
            "DATABASE_UNAVAILABLE");
  store_.FailWith({});
  EXPECT_EQ(Now(session, online_).next_step(), 1u);
  EXPECT_EQ(Now(session, online_).refused_frames_size(), 0);
}

}  // namespace
}  // namespace realname::testing
