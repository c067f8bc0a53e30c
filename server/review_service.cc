// SPDX-License-Identifier: Apache-2.0
#include "server/review_service.h"

namespace realname::server {

grpc::ServerUnaryReactor* ReviewServiceImpl::ListCases(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return Unary<v1::ListCasesRequest, v1::ListCasesResponse>(
      admission_, context, request, response, "realname.v1.ReviewService.ListCases",
      [this](const auto& caller, const auto& asked, Deadline d) { return reviews_.List(caller, asked, d); });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ClaimCase(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return Unary<v1::ClaimCaseRequest, v1::ReviewCase>(
      admission_, context, request, response, "realname.v1.ReviewService.ClaimCase",
      [this](const auto& caller, const auto& asked, Deadline d) { return reviews_.Claim(caller, asked, d); });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ExtendClaim(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return Unary<v1::ExtendClaimRequest, v1::ReviewCase>(
      admission_, context, request, response, "realname.v1.ReviewService.ExtendClaim",
      [this](const auto& caller, const auto& asked, Deadline d) { return reviews_.Extend(caller, asked, d); });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::DecideCase(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return Unary<v1::DecideCaseRequest, v1::ReviewCase>(
      admission_, context, request, response, "realname.v1.ReviewService.DecideCase",
      [this](const auto& caller, const auto& asked, Deadline d) { return reviews_.Decide(caller, asked, d); });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ReturnCase(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return Unary<v1::ReturnCaseRequest, v1::ReviewCase>(
      admission_, context, request, response, "realname.v1.ReviewService.ReturnCase",
      [this](const auto& caller, const auto& asked, Deadline d) { return reviews_.Return(caller, asked, d); });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::EscalateCase(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return Unary<v1::EscalateCaseRequest, v1::ReviewCase>(
      admission_, context, request, response, "realname.v1.ReviewService.EscalateCase",
      [this](const auto& caller, const auto& asked, Deadline d) { return reviews_.Escalate(caller, asked, d); });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::CountContests(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return Unary<v1::CountContestsRequest, v1::CountContestsResponse>(
      admission_, context, request, response, "realname.v1.ReviewService.CountContests",
      [this](const auto& caller, const auto& asked, Deadline d) { return reviews_.CountContests(caller, asked, d); });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ListFaceLeads(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return Unary<v1::ListFaceLeadsRequest, v1::ListFaceLeadsResponse>(
      admission_, context, request, response, "realname.v1.ReviewService.ListFaceLeads",
      [this](const auto& caller, const auto& asked, Deadline d) { return reviews_.ListLeads(caller, asked, d); });
}

grpc::ServerUnaryReactor* ReviewServiceImpl::ConcludeFaceLead(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* request,
                                                              grpc::ByteBuffer* response) {
  return Unary<v1::ConcludeFaceLeadRequest, v1::FaceLead>(
      admission_, context, request, response, "realname.v1.ReviewService.ConcludeFaceLead",
      [this](const auto& caller, const auto& asked, Deadline d) { return reviews_.ConcludeLead(caller, asked, d); });
}

}  // namespace realname::server
