// SPDX-License-Identifier: Apache-2.0
#include "server/accountability_service.h"

namespace realname::server {

grpc::ServerUnaryReactor* AccountabilityServiceImpl::SetSeller(grpc::CallbackServerContext* context,
                                                               const grpc::ByteBuffer* request,
                                                               grpc::ByteBuffer* response) {
  return Unary<v1::SetSellerRequest, v1::Seller>(
      admission_, context, request, response, "realname.v1.AccountabilityService.SetSeller",
      [this](const auto& caller, const auto& asked, Deadline d) { return sellers_.Set(caller, asked, d); });
}

grpc::ServerUnaryReactor* AccountabilityServiceImpl::ListSellers(grpc::CallbackServerContext* context,
                                                                 const grpc::ByteBuffer* request,
                                                                 grpc::ByteBuffer* response) {
  return Unary<v1::ListSellersRequest, v1::ListSellersResponse>(
      admission_, context, request, response, "realname.v1.AccountabilityService.ListSellers",
      [this](const auto& caller, const auto& asked, Deadline d) { return sellers_.List(caller, asked, d); });
}

grpc::ServerUnaryReactor* AccountabilityServiceImpl::ListSellerChanges(grpc::CallbackServerContext* context,
                                                                       const grpc::ByteBuffer* request,
                                                                       grpc::ByteBuffer* response) {
  return Unary<v1::ListSellerChangesRequest, v1::ListSellerChangesResponse>(
      admission_, context, request, response, "realname.v1.AccountabilityService.ListSellerChanges",
      [this](const auto& caller, const auto& asked, Deadline d) { return sellers_.Changes(caller, asked, d); });
}

}  // namespace realname::server
