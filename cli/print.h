// SPDX-License-Identifier: Apache-2.0
// Answers as a person reads them, and as JSON.
#pragma once

#include <string>

#include <google/protobuf/message.h>

#include "realname/v1/accountability_service.pb.h"
#include "realname/v1/audit_service.pb.h"
#include "realname/v1/face_service.pb.h"
#include "realname/v1/policy_service.pb.h"
#include "realname/v1/registration_service.pb.h"
#include "realname/v1/review_service.pb.h"
#include "realname/v1/subscriber_service.pb.h"

namespace realname::cli {

// "VERDICT_PASS" -> "PASS" and so on: what stands before the enum's own words is left out.
std::string Word(v1::Verdict verdict);
std::string Word(v1::State state);
std::string Word(v1::Outcome outcome);
std::string Word(v1::SessionState state);
std::string Word(v1::ChallengeAction action);

// The reasons' codes, separated by spaces; a withheld one is "(withheld)".
std::string Codes(const v1::Verification& verification);

void Print(const v1::Verification& verification);
void PrintRow(const v1::Verification& verification);  // one line of a list
void Print(const v1::VerificationEvent& event);
void Print(const v1::CompareFacesResponse& response);
void Print(const v1::ModelCard& card);
void Print(const v1::Session& session);
void Print(const v1::FaceLead& lead);
void Print(const v1::ListFaceLeadsResponse& response);
void Print(const v1::ReviewCase& review);
void Print(const v1::CountContestsResponse& response);
void Print(const v1::NoticeToShow& notice);
void Print(const v1::Seller& seller);
void Print(const v1::CaptureDevice& device);
void Print(const v1::ListCaptureDevicesResponse& response);
void Print(const v1::ListCaptureDeviceChangesResponse& response);
void Print(const v1::ListEntry& entry);
void Print(const v1::ListListEntriesResponse& response);
void Print(const v1::ImportListEntriesResponse& response);
void Print(const v1::ReplayDecisionResponse& response);
void Print(const v1::ListSellersResponse& response);
void Print(const v1::ListSellerChangesResponse& response);
void Print(const v1::ListConsentsResponse& response);
void Print(const v1::ListNumbersResponse& response);
void Print(const v1::Dispute& dispute);
void Print(const v1::ListDisputesResponse& response);
void Print(const v1::PolicyPackInfo& pack);
void Print(const v1::ListPolicyPacksResponse& response);
void Print(const v1::DiffPolicyPacksResponse& response);
void Print(const v1::PolicyProposal& proposal);
void Print(const v1::DryRun& report);
void Print(const v1::ListPolicyProposalsResponse& response);
void Print(const v1::Link& link);
void Print(const v1::EraseFaceTemplatesResponse& gone);
void Print(const v1::ListLinksResponse& response);
void PrintRow(const v1::ReviewCase& review);  // one line of the queue

// One line of JSON.
void PrintJson(const google::protobuf::Message& message);

}  // namespace realname::cli
