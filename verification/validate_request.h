// SPDX-License-Identifier: Apache-2.0
// The form of requests: what is missing, malformed or out of range, field by field. What the fields say about the
// person is for rules/ to judge. Pure functions.
#pragma once

#include "base/status.h"
#include "realname/v1/accountability_service.pb.h"
#include "realname/v1/audit_service.pb.h"
#include "realname/v1/face_service.pb.h"
#include "realname/v1/policy_service.pb.h"
#include "realname/v1/registration_service.pb.h"
#include "realname/v1/review_service.pb.h"
#include "realname/v1/subscriber_service.pb.h"
#include "verification/caller.h"

namespace realname {

// Longest picture taken, in bytes.
inline constexpr size_t kMaxPictureBytes = 4u << 20;

// INVALID_ARGUMENT with a violation for each field at fault (INVALID_FIELD), or UNKNOWN_FIELD; PERMISSION_DENIED
// (NOT_YOUR_OUTLET) if the channel names another agent or outlet than the caller's.
Status Validate(const v1::SubmitRegistrationRequest& request, const Caller& caller);
Status Validate(const v1::ResubmitEvidenceRequest& request, const Caller& caller);
Status Validate(const v1::StartSessionRequest& request, const Caller& caller);
Status Validate(const v1::SubmitChallengeFrameRequest& request, const Caller& caller);
Status Validate(const v1::GetSessionRequest& request, const Caller& caller);
Status Validate(const v1::ExtendSessionRequest& request, const Caller& caller);
Status Validate(const v1::PrecheckEligibilityRequest& request, const Caller& caller);
Status Validate(const v1::GetVerificationRequest& request, const Caller& caller);
Status Validate(const v1::ListVerificationsRequest& request, const Caller& caller);
Status Validate(const v1::WatchVerificationRequest& request, const Caller& caller);
Status Validate(const v1::ConfirmActivationRequest& request, const Caller& caller);
Status Validate(const v1::CancelVerificationRequest& request, const Caller& caller);
Status Validate(const v1::RequestReviewRequest& request, const Caller& caller);
Status Validate(const v1::CountContestsRequest& request, const Caller& caller);
Status Validate(const v1::ListFaceLeadsRequest& request, const Caller& caller);
Status Validate(const v1::ConcludeFaceLeadRequest& request, const Caller& caller);
Status Validate(const v1::ListNumbersRequest& request, const Caller& caller);
Status Validate(const v1::TerminateServiceRequest& request, const Caller& caller);
Status Validate(const v1::RaiseDisputeRequest& request, const Caller& caller);
Status Validate(const v1::ListLinksRequest& request, const Caller& caller);
Status Validate(const v1::UnlinkRequest& request, const Caller& caller);
Status Validate(const v1::EraseFaceTemplatesRequest& request, const Caller& caller);
Status Validate(const v1::DryRunPolicyPackRequest& request, const Caller& caller);
Status Validate(const v1::GetDisputeRequest& request, const Caller& caller);
Status Validate(const v1::ListDisputesRequest& request, const Caller& caller);
Status Validate(const v1::ResolveDisputeRequest& request, const Caller& caller);
Status Validate(const v1::UploadPolicyPackRequest& request, const Caller& caller);
Status Validate(const v1::ListPolicyPacksRequest& request, const Caller& caller);
Status Validate(const v1::DiffPolicyPacksRequest& request, const Caller& caller);
Status Validate(const v1::ProposePolicyPackRequest& request, const Caller& caller);
Status Validate(const v1::ActivatePolicyPackRequest& request, const Caller& caller);
Status Validate(const v1::ListPolicyProposalsRequest& request, const Caller& caller);
Status Validate(const v1::ReplayDecisionRequest& request, const Caller& caller);
Status Validate(const v1::SetSellerRequest& request, const Caller& caller);
Status Validate(const v1::ListSellersRequest& request, const Caller& caller);
Status Validate(const v1::ListSellerChangesRequest& request, const Caller& caller);
Status Validate(const v1::ImportListEntriesRequest& request, const Caller& caller);
Status Validate(const v1::ChangeListEntryRequest& request, const Caller& caller);
Status Validate(const v1::ListListEntriesRequest& request, const Caller& caller);
Status Validate(const v1::SetCaptureDeviceRequest& request, const Caller& caller);
Status Validate(const v1::ListCaptureDevicesRequest& request, const Caller& caller);
Status Validate(const v1::ListCaptureDeviceChangesRequest& request, const Caller& caller);
Status Validate(const v1::ListConsentsRequest& request, const Caller& caller);
Status Validate(const v1::WithdrawConsentRequest& request, const Caller& caller);
Status Validate(const v1::ListCasesRequest& request, const Caller& caller);
Status Validate(const v1::ClaimCaseRequest& request, const Caller& caller);
Status Validate(const v1::ExtendClaimRequest& request, const Caller& caller);
Status Validate(const v1::DecideCaseRequest& request, const Caller& caller);
Status Validate(const v1::ReturnCaseRequest& request, const Caller& caller);
Status Validate(const v1::EscalateCaseRequest& request, const Caller& caller);
Status Validate(const v1::CompareFacesRequest& request, const Caller& caller);
Status Validate(const v1::GetModelCardRequest& request, const Caller& caller);

// Whether `text` is a UUID in its canonical form of 36 characters, lower case: ids are compared as text.
bool IsUuid(std::string_view text);

// A phone number as E.164 writes it, with its plus sign.
bool IsE164(const std::string& msisdn);

}  // namespace realname
