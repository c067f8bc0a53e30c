// SPDX-License-Identifier: Apache-2.0
#include "server/face_service.h"

#include "rules/explain.h"
#include "rules/face_limits.h"
#include "verification/compare_faces.h"

namespace realname::server {

grpc::ServerUnaryReactor* FaceServiceImpl::CompareFaces(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return Unary<v1::CompareFacesRequest, v1::CompareFacesResponse>(
      admission_, context, request, response, "realname.v1.FaceService.CompareFaces",
      [this](const Caller&, const auto& asked, Deadline deadline) {
        return realname::CompareFaces(faces_, policies_.Current(), asked, deadline);
      });
}

grpc::ServerUnaryReactor* FaceServiceImpl::GetModelCard(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return Unary<v1::GetModelCardRequest, v1::ModelCard>(
      admission_, context, request, response, "realname.v1.FaceService.GetModelCard",
      [this](const Caller& caller, const auto&, Deadline) -> Result<v1::ModelCard> {
        const rules::Policy& policy = policies_.Current();
        v1::ModelCard card = faces_.ModelCard(policy.pack);
        card.set_outcomes_current(rules::MeasuredWith(card.outcomes(), policy));
        card.set_liveness_review_only(rules::LivenessAsksReviewOnly(policy, card.liveness_bpcer()));
        if (!rules::MaySeeSimilarity(caller.role)) {
          card.clear_match_similarity();
          card.clear_review_similarity();
        }
        return card;
      });
}

}  // namespace realname::server
