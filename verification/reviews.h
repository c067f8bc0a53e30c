// SPDX-License-Identifier: Apache-2.0
// The review desk: people decide the verifications that rules sent to them.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/review_service.pb.h"
#include "verification/caller.h"
#include "verification/gallery_store.h"
#include "verification/policy_archive.h"
#include "verification/registry.h"
#include "verification/review_store.h"

namespace realname {

// Thread-safe; holds no state of its own.
class Reviews {
 public:
  // The arguments outlive this object.
  Reviews(ReviewStore& store, Registry& registry, GalleryStore& galleries, PolicyArchive& policies, const Clock& clock)
      : store_(store), registry_(registry), galleries_(galleries), policies_(policies), clock_(clock) {}

  // All take validated requests. Errors: PERMISSION_DENIED (STAFF_REQUIRED), NOT_FOUND (NO_SUCH_CASE),
  // FAILED_PRECONDITION (CASE_TAKEN, CASE_NOT_HELD), and those of ReviewStore and Registry.
  Result<v1::ListCasesResponse> List(const Caller& caller, const v1::ListCasesRequest& request, Deadline deadline);
  Result<v1::ReviewCase> Claim(const Caller& caller, const v1::ClaimCaseRequest& request, Deadline deadline);
  Result<v1::ReviewCase> Extend(const Caller& caller, const v1::ExtendClaimRequest& request, Deadline deadline);
  Result<v1::ReviewCase> Return(const Caller& caller, const v1::ReturnCaseRequest& request, Deadline deadline);
  Result<v1::ReviewCase> Escalate(const Caller& caller, const v1::EscalateCaseRequest& request, Deadline deadline);

  // Also INVALID_ARGUMENT (INVALID_FIELD) for a vote that does not fit the decision, ALREADY_EXISTS
  // (REQUEST_ID_REUSED), ABORTED (RECORD_CONTENDED) if the verification moved: look again, FAILED_PRECONDITION
  // (LISTED_MEANWHILE) for an approval of whom a list names since.
  Result<v1::ReviewCase> Decide(const Caller& caller, const v1::DecideCaseRequest& request, Deadline deadline);

  // Errors: PERMISSION_DENIED (STAFF_REQUIRED) and those of GalleryStore.
  Result<v1::ListFaceLeadsResponse> ListLeads(const Caller& caller, const v1::ListFaceLeadsRequest& request,
                                              Deadline deadline);
  Result<v1::FaceLead> ConcludeLead(const Caller& caller, const v1::ConcludeFaceLeadRequest& request,
                                    Deadline deadline);

  // No personal data, and nothing hidden from anybody who may call it.
  Result<v1::CountContestsResponse> CountContests(const Caller& caller, const v1::CountContestsRequest& request,
                                                  Deadline deadline);

 private:
  // As the caller may see it; with document and pictures if `evidence`.
  Result<v1::ReviewCase> Show(const Caller& caller, const StoredCase& found, bool evidence, Deadline deadline);
  // What is on record of the person with whom an update would link its own; nothing of who was erased.
  Status AddPrevious(const Caller& caller, const std::string& verification_id, Deadline deadline,
                     v1::ReviewCase& shown);
  // Documents and pictures of those whom the search for the face found.
  Status AddLeads(const Caller& caller, const std::string& verification_id, Deadline deadline, v1::ReviewCase& shown);
  // What a deciding vote on CHECK_DUPLICATE_FACE says of the case's leads. Repeating is harmless.
  Status ConcludeLeads(const Caller& caller, const v1::DecideCaseRequest& request, Deadline deadline);
  // What lists say of an application now that they did not say when it was decided on `facts`: LST_*.
  Result<std::vector<v1::ReasonCode>> ListedSince(const Caller& caller, const StoredVerification& verification,
                                                  const v1::Facts& facts, const RequestKey& request, Deadline deadline);
  Result<v1::ReviewCase> Release(const Caller& caller, const std::string& verification_id, bool escalate,
                                 Deadline deadline);

  ReviewStore& store_;
  Registry& registry_;
  GalleryStore& galleries_;
  PolicyArchive& policies_;
  const Clock& clock_;
};

}  // namespace realname
