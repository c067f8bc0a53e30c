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

grpc::ServerUnaryReactor* AccountabilityServiceImpl::SetCaptureDevice(grpc::CallbackServerContext* context,
                                                                      const grpc::ByteBuffer* request,
                                                                      grpc::ByteBuffer* response) {
  return Unary<v1::SetCaptureDeviceRequest, v1::CaptureDevice>(
      admission_, context, request, response, "realname.v1.AccountabilityService.SetCaptureDevice",
      [this](const auto& caller, const auto& asked, Deadline d) { return devices_.Set(caller, asked, d); });
}

grpc::ServerUnaryReactor* AccountabilityServiceImpl::ListCaptureDevices(grpc::CallbackServerContext* context,
                                                                        const grpc::ByteBuffer* request,
                                                                        grpc::ByteBuffer* response) {
  return Unary<v1::ListCaptureDevicesRequest, v1::ListCaptureDevicesResponse>(
      admission_, context, request, response, "realname.v1.AccountabilityService.ListCaptureDevices",
      [this](const auto& caller, const auto& asked, Deadline d) { return devices_.List(caller, asked, d); });
}

grpc::ServerUnaryReactor* AccountabilityServiceImpl::ListCaptureDeviceChanges(grpc::CallbackServerContext* context,
                                                                              const grpc::ByteBuffer* request,
                                                                              grpc::ByteBuffer* response) {
  return Unary<v1::ListCaptureDeviceChangesRequest, v1::ListCaptureDeviceChangesResponse>(
      admission_, context, request, response, "realname.v1.AccountabilityService.ListCaptureDeviceChanges",
      [this](const auto& caller, const auto& asked, Deadline d) { return devices_.Changes(caller, asked, d); });
}

grpc::ServerUnaryReactor* AccountabilityServiceImpl::ImportListEntries(grpc::CallbackServerContext* context,
                                                                       const grpc::ByteBuffer* request,
                                                                       grpc::ByteBuffer* response) {
  return Unary<v1::ImportListEntriesRequest, v1::ImportListEntriesResponse>(
      admission_, context, request, response, "realname.v1.AccountabilityService.ImportListEntries",
      [this](const auto& caller, const auto& asked, Deadline d) { return lists_.Import(caller, asked, d); });
}

grpc::ServerUnaryReactor* AccountabilityServiceImpl::ChangeListEntry(grpc::CallbackServerContext* context,
                                                                     const grpc::ByteBuffer* request,
                                                                     grpc::ByteBuffer* response) {
  return Unary<v1::ChangeListEntryRequest, v1::ListEntry>(
      admission_, context, request, response, "realname.v1.AccountabilityService.ChangeListEntry",
      [this](const auto& caller, const auto& asked, Deadline d) { return lists_.Change(caller, asked, d); });
}

grpc::ServerUnaryReactor* AccountabilityServiceImpl::ListListEntries(grpc::CallbackServerContext* context,
                                                                     const grpc::ByteBuffer* request,
                                                                     grpc::ByteBuffer* response) {
  return Unary<v1::ListListEntriesRequest, v1::ListListEntriesResponse>(
      admission_, context, request, response, "realname.v1.AccountabilityService.ListListEntries",
      [this](const auto& caller, const auto& asked, Deadline d) { return lists_.List(caller, asked, d); });
}

}  // namespace realname::server
