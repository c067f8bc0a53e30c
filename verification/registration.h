// SPDX-License-Identifier: Apache-2.0
// The entry door: observe -> decide -> commit, for a new application, for evidence sent again, and once an identity
// source that did not answer does.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/registration_service.pb.h"
#include "verification/caller.h"
#include "verification/device_signature.h"
#include "verification/face_examiner.h"
#include "verification/face_search.h"
#include "verification/identity_sources.h"
#include "verification/picture_digests.h"
#include "verification/policy_archive.h"
#include "verification/registry.h"
#include "verification/session_store.h"

namespace realname {

// Thread-safe; holds no state of its own. Slow work (faces) happens outside any transaction; what is observed is
// committed only if it still holds, else it is observed and decided again, at most kMaxRounds times.
class Registration {
 public:
  static constexpr int kMaxRounds = 64;
  // After so many a face that could not be compared with all who came meanwhile is for a person to look at.
  static constexpr int kMaxSearches = 48;

  // The arguments outlive this object. `make_id` gives time-ordered UUIDs; it, `sha256` and `verify_signature` are
  // thread-safe.
  Registration(Registry& registry, SessionStore& sessions, FaceExaminer& faces, FaceSearch& search,
               IdentitySources& sources, PolicyArchive& policies, const Clock& clock,
               std::function<std::string()> make_id, Sha256Function sha256, SignatureVerifier verify_signature);

  // Decides a validated application. A repeated request gets its present decision.
  // Errors: NOT_FOUND (NO_SUCH_SESSION), ALREADY_EXISTS (REQUEST_ID_REUSED), ABORTED (RECORD_CONTENDED),
  // DEADLINE_EXCEEDED, and those of Registry SessionStore and FaceExaminer. After any of them but the first two the
  // caller may repeat the call with the same request_id.
  Result<v1::Verification> Submit(const Caller& caller, const v1::SubmitRegistrationRequest& request,
                                  Deadline deadline);

  // Decides a validated resubmission. Errors as Submit; also NOT_FOUND, FAILED_PRECONDITION (WRONG_STATE,
  // RESERVATION_EXPIRED, ITEM_NOT_REQUESTED), INVALID_ARGUMENT if the document names another person.
  Result<v1::Verification> Resubmit(const Caller& caller, const v1::ResubmitEvidenceRequest& request,
                                    Deadline deadline);

  // Puts a refusal, by whomsoever of the operator, before a person, as a verification of the caller's own. Errors as
  // Submit; also NOT_FOUND (NO_SUCH_REFUSAL), FAILED_PRECONDITION (NOT_REFUSED, CONTEST_TOO_LATE, NO_FURTHER_CONTEST,
  // NUMBER_TAKEN), ALREADY_EXISTS (ALREADY_CONTESTED).
  Result<v1::Verification> RequestReview(const Caller& caller, const v1::RequestReviewRequest& request,
                                         Deadline deadline);

  // Asks the sources again that an application awaits, and decides it if they answer or if it waited as long as it may.
  // True if it waits no longer. Errors as Resubmit; harmless to repeat, also by two processes at once.
  Result<bool> AskAgain(const std::string& operator_id, const std::string& verification_id, Deadline deadline);

 private:
  struct Application;
  struct Question;

  Result<v1::Verification> Verify(const Caller& caller, Application& application, Observation observation,
                                  Deadline deadline);
  // What the rules look at, but for faces and sources.
  v1::Facts FactsOf(Application& application, const Observation& observation);
  // Decides, and commits if what was observed still holds; else observes and decides again.
  Result<v1::Verification> Conclude(const Caller& caller, Application& application, Observation observation,
                                    v1::Facts facts, Deadline deadline);
  // Asks about every document that a source covers and has said nothing of.
  std::vector<Question> AskSources(const Application& application, v1::Facts& facts, Deadline deadline);
  // Waits for the answers, and compares the photograph that came with one, if any.
  Status TakeAnswers(std::vector<Question> questions, Application& application, Deadline deadline);
  // Holds the signatures that came with this call against what is registered, and puts what was found, and what earlier
  // calls brought, into record and facts. Returns the captures whose signatures are good.
  std::vector<DeviceCapture> WhatDevicesSay(Application& application, const Observation& observation, v1::Facts& facts);
  Result<Observation> Observe(const Application& application, Deadline deadline);
  // Pictures, evidence and people of an application as it was stored. `stored` outlives the application.
  static void TakeStored(StoredApplication& stored, PictureDigests& digests, Application& application);
  // Whether two documents name one person by their numbers; where these cannot be read, whether they are alike.
  bool SamePerson(const v1::Document& first, const v1::Document& second) const;
  // The application that the reference number names and the document opens, by its number or its name. NOT_FOUND
  // (NO_SUCH_REFUSAL).
  Result<StoredApplication> FindRefusal(const Caller& caller, const v1::RequestReviewRequest& request,
                                        Deadline deadline);
  // Fills the faces' part of the facts, the session's frames included where they can count. A picture whose evidence is
  // known and of this bundle is not examined again.
  Status Examine(Application& application, v1::SubjectFacts& subject, Deadline deadline);
  // For whose face to search; nothing where there is no portrait of the subscriber that can be searched for.
  std::optional<FaceSearchQuery> SearchOf(Application& application, const Observation& observation,
                                          const v1::Facts& facts) const;
  Result<v1::Verification> RepeatedAnswer(const Caller& caller, const StoredVerification& stored, bool same_payload,
                                          Deadline deadline);

  Registry& registry_;
  SessionStore& sessions_;
  FaceExaminer& faces_;
  FaceSearch& search_;
  IdentitySources& sources_;
  PolicyArchive& policies_;
  const Clock& clock_;
  const std::function<std::string()> make_id_;
  const Sha256Function sha256_;
  const SignatureVerifier verify_signature_;
};

}  // namespace realname
