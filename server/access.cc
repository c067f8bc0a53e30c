// SPDX-License-Identifier: Apache-2.0
#include "server/access.h"

#include <algorithm>

namespace realname::server {
namespace {

constexpr v1::Role kSellers[] = {v1::ROLE_RETAIL, v1::ROLE_ONLINE};
constexpr v1::Role kReaders[] = {v1::ROLE_RETAIL,   v1::ROLE_ONLINE,       v1::ROLE_AUDITOR,
                                 v1::ROLE_REVIEWER, v1::ROLE_REGULATOR_RO, v1::ROLE_ADMIN};
constexpr v1::Role kComparers[] = {v1::ROLE_AUDITOR, v1::ROLE_ADMIN};
constexpr v1::Role kReviewers[] = {v1::ROLE_REVIEWER, v1::ROLE_ADMIN};
constexpr v1::Role kAdministrators[] = {v1::ROLE_ADMIN};
constexpr v1::Role kStaff[] = {v1::ROLE_AUDITOR, v1::ROLE_REVIEWER, v1::ROLE_REGULATOR_RO, v1::ROLE_ADMIN};
constexpr v1::Role kListKeepers[] = {v1::ROLE_POLICE_LIAISON, v1::ROLE_ADMIN};
constexpr v1::Role kListReaders[] = {v1::ROLE_AUDITOR, v1::ROLE_REGULATOR_RO, v1::ROLE_POLICE_LIAISON, v1::ROLE_ADMIN};

constexpr AccessRow kTable[] = {
    {"realname.v1.RegistrationService.PrecheckEligibility", kSellers},
    {"realname.v1.RegistrationService.StartSession", kSellers},
    {"realname.v1.RegistrationService.SubmitChallengeFrame", kSellers},
    {"realname.v1.RegistrationService.GetSession", kReaders},
    {"realname.v1.RegistrationService.ExtendSession", kSellers},
    {"realname.v1.RegistrationService.SubmitRegistration", kSellers},
    {"realname.v1.RegistrationService.ResubmitEvidence", kSellers},
    {"realname.v1.RegistrationService.GetVerification", kReaders},
    {"realname.v1.RegistrationService.ListVerifications", kReaders},
    {"realname.v1.RegistrationService.WatchVerification", kReaders},
    {"realname.v1.RegistrationService.ConfirmActivation", kSellers},
    {"realname.v1.RegistrationService.CancelVerification", kSellers},
    {"realname.v1.RegistrationService.RequestReview", kSellers},
    {"realname.v1.RegistrationService.ListConsents", kReaders},
    {"realname.v1.RegistrationService.WithdrawConsent", kSellers},
    {"realname.v1.ReviewService.ListCases", kReviewers},
    {"realname.v1.ReviewService.ClaimCase", kReviewers},
    {"realname.v1.ReviewService.ExtendClaim", kReviewers},
    {"realname.v1.ReviewService.DecideCase", kReviewers},
    {"realname.v1.ReviewService.ReturnCase", kReviewers},
    {"realname.v1.ReviewService.EscalateCase", kReviewers},
    {"realname.v1.ReviewService.CountContests", kStaff},
    {"realname.v1.ReviewService.ListFaceLeads", kReviewers},
    {"realname.v1.ReviewService.ConcludeFaceLead", kReviewers},
    {"realname.v1.AccountabilityService.SetSeller", kAdministrators},
    {"realname.v1.AccountabilityService.ListSellers", kStaff},
    {"realname.v1.AccountabilityService.ListSellerChanges", kStaff},
    {"realname.v1.AccountabilityService.SetCaptureDevice", kAdministrators},
    {"realname.v1.AccountabilityService.ListCaptureDevices", kStaff},
    {"realname.v1.AccountabilityService.ListCaptureDeviceChanges", kStaff},
    {"realname.v1.AccountabilityService.ImportListEntries", kListKeepers},
    {"realname.v1.AccountabilityService.ChangeListEntry", kListKeepers},
    {"realname.v1.AccountabilityService.ListListEntries", kListReaders},
    {"realname.v1.SubscriberService.ListNumbers", kSellers},
    {"realname.v1.SubscriberService.TerminateService", kAdministrators},
    {"realname.v1.SubscriberService.RaiseDispute", kSellers},
    {"realname.v1.SubscriberService.GetDispute", kReaders},
    {"realname.v1.SubscriberService.ListDisputes", kStaff},
    {"realname.v1.SubscriberService.ResolveDispute", kReviewers},
    {"realname.v1.SubscriberService.ListLinks", kStaff},
    {"realname.v1.SubscriberService.Unlink", kAdministrators},
    {"realname.v1.SubscriberService.EraseFaceTemplates", kAdministrators},
    {"realname.v1.PolicyService.UploadPolicyPack", kAdministrators},
    {"realname.v1.PolicyService.ListPolicyPacks", kStaff},
    {"realname.v1.PolicyService.DiffPolicyPacks", kStaff},
    {"realname.v1.PolicyService.DryRunPolicyPack", kComparers},
    {"realname.v1.PolicyService.ProposePolicyPack", kAdministrators},
    {"realname.v1.PolicyService.ActivatePolicyPack", kAdministrators},
    {"realname.v1.PolicyService.ListPolicyProposals", kStaff},
    {"realname.v1.AuditService.ReplayDecision", kComparers},
    {"realname.v1.FaceService.CompareFaces", kComparers},
    {"realname.v1.FaceService.GetModelCard", kStaff},
};

}  // namespace

std::span<const AccessRow> AccessTable() { return kTable; }

bool MayCall(v1::Role role, std::string_view method) {
  for (const AccessRow& row : kTable) {
    if (row.method == method) return std::find(row.roles.begin(), row.roles.end(), role) != row.roles.end();
  }
  return false;
}

}  // namespace realname::server
