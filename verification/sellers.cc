// SPDX-License-Identifier: Apache-2.0
#include "verification/sellers.h"

#include <algorithm>

namespace realname {
namespace {

// Tokens are "agent:outlet:staff" of the last row: words hold no colon.
Result<v1::Seller> ReadToken(const std::string& token) {
  v1::Seller after;
  if (token.empty()) return after;
  const size_t first = token.find(':');
  const size_t second = first == std::string::npos ? first : token.find(':', first + 1);
  if (second == std::string::npos || token.find(':', second + 1) != std::string::npos) {
    return Status(StatusCode::kInvalidArgument, "BAD_TOKEN", "the token was not made by this server for this query");
  }
  after.set_agent_id(token.substr(0, first));
  after.set_outlet_id(token.substr(first + 1, second - first - 1));
  after.set_staff_id(token.substr(second + 1));
  return after;
}

}  // namespace

Result<v1::Seller> Sellers::Set(const Caller& caller, const v1::SetSellerRequest& request, Deadline deadline) {
  if (Status status = store_.Set(caller.scope.operator_id, request.seller(), request.reason(), caller.principal,
                                 clock_.Now(), deadline);
      !status.ok()) {
    return status;
  }
  return request.seller();
}

Result<v1::ListSellersResponse> Sellers::List(const Caller& caller, const v1::ListSellersRequest& request,
                                              Deadline deadline) {
  auto after = ReadToken(request.page_token());
  if (!after.ok()) return after.status();
  const uint32_t page_size = request.page_size() == 0 ? 50 : static_cast<uint32_t>(request.page_size());
  auto rows = store_.List(caller.scope.operator_id, request.agent_id(), *after, page_size + 1, deadline);
  if (!rows.ok()) return rows.status();
  v1::ListSellersResponse response;
  for (size_t i = 0; i < std::min<size_t>(rows->size(), page_size); ++i) *response.add_sellers() = (*rows)[i];
  if (rows->size() > page_size) {
    const v1::Seller& last = *response.sellers().rbegin();
    response.set_next_page_token(last.agent_id() + ":" + last.outlet_id() + ":" + last.staff_id());
  }
  return response;
}

Result<v1::ListSellerChangesResponse> Sellers::Changes(const Caller& caller,
                                                       const v1::ListSellerChangesRequest& request, Deadline deadline) {
  v1::Seller of;
  of.set_agent_id(request.agent_id());
  of.set_outlet_id(request.outlet_id());
  of.set_staff_id(request.staff_id());
  auto rows = store_.Changes(caller.scope.operator_id, of, 500, deadline);
  if (!rows.ok()) return rows.status();
  v1::ListSellerChangesResponse response;
  for (v1::SellerChange& row : *rows) *response.add_changes() = std::move(row);
  return response;
}

}  // namespace realname
