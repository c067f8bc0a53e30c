// SPDX-License-Identifier: Apache-2.0
// PolicyService over gRPC's callback API.
#pragma once

#include "realname/v1/policy_service.grpc.pb.h"
#include "server/call.h"
#include "verification/dry_runs.h"
#include "verification/policy_packs.h"

namespace realname::server {

// Requests and replies as bytes (see call.h).
using RawPolicyService = v1::PolicyService::WithRawCallbackMethod_UploadPolicyPack<
    v1::PolicyService::WithRawCallbackMethod_ListPolicyPacks<v1::PolicyService::WithRawCallbackMethod_DiffPolicyPacks<
        v1::PolicyService::WithRawCallbackMethod_ProposePolicyPack<
            v1::PolicyService::WithRawCallbackMethod_ActivatePolicyPack<
                v1::PolicyService::WithRawCallbackMethod_DryRunPolicyPack<
                    v1::PolicyService::WithRawCallbackMethod_ListPolicyProposals<v1::PolicyService::Service>>>>>>>;

class PolicyServiceImpl final : public RawPolicyService {
 public:
  // All outlive the service.
  PolicyServiceImpl(const Admission& admission, PolicyPacks& packs, DryRuns& dry_runs)
      : admission_(admission), packs_(packs), dry_runs_(dry_runs) {}

  grpc::ServerUnaryReactor* DryRunPolicyPack(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override {
    return Unary<v1::DryRunPolicyPackRequest, v1::DryRun>(
        admission_, context, request, response, "realname.v1.PolicyService.DryRunPolicyPack",
        [this](const auto& caller, const auto& asked, Deadline d) { return dry_runs_.Run(caller, asked, d); });
  }

  grpc::ServerUnaryReactor* UploadPolicyPack(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override {
    return Unary<v1::UploadPolicyPackRequest, v1::PolicyPackInfo>(
        admission_, context, request, response, "realname.v1.PolicyService.UploadPolicyPack",
        [this](const auto& caller, const auto& asked, Deadline d) { return packs_.Upload(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* ListPolicyPacks(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override {
    return Unary<v1::ListPolicyPacksRequest, v1::ListPolicyPacksResponse>(
        admission_, context, request, response, "realname.v1.PolicyService.ListPolicyPacks",
        [this](const auto& caller, const auto& asked, Deadline d) { return packs_.List(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* DiffPolicyPacks(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override {
    return Unary<v1::DiffPolicyPacksRequest, v1::DiffPolicyPacksResponse>(
        admission_, context, request, response, "realname.v1.PolicyService.DiffPolicyPacks",
        [this](const auto& caller, const auto& asked, Deadline d) { return packs_.Diff(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* ProposePolicyPack(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override {
    return Unary<v1::ProposePolicyPackRequest, v1::PolicyProposal>(
        admission_, context, request, response, "realname.v1.PolicyService.ProposePolicyPack",
        [this](const auto& caller, const auto& asked, Deadline d) { return packs_.Propose(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* ActivatePolicyPack(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override {
    return Unary<v1::ActivatePolicyPackRequest, v1::PolicyProposal>(
        admission_, context, request, response, "realname.v1.PolicyService.ActivatePolicyPack",
        [this](const auto& caller, const auto& asked, Deadline d) { return packs_.Activate(caller, asked, d); });
  }
  grpc::ServerUnaryReactor* ListPolicyProposals(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) override {
    return Unary<v1::ListPolicyProposalsRequest, v1::ListPolicyProposalsResponse>(
        admission_, context, request, response, "realname.v1.PolicyService.ListPolicyProposals",
        [this](const auto& caller, const auto& asked, Deadline d) { return packs_.Proposals(caller, asked, d); });
  }

 private:
  const Admission& admission_;
  PolicyPacks& packs_;
  DryRuns& dry_runs_;
};

}  // namespace realname::server
