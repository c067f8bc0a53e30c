// SPDX-License-Identifier: Apache-2.0
// Registering who may sell.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "realname/v1/accountability_service.pb.h"
#include "verification/caller.h"
#include "verification/seller_store.h"

namespace realname {

// Thread-safe.
class Sellers {
 public:
  // Both outlive this object.
  Sellers(SellerStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  Result<v1::Seller> Set(const Caller& caller, const v1::SetSellerRequest& request, Deadline deadline);
  // Also INVALID_ARGUMENT (BAD_TOKEN).
  Result<v1::ListSellersResponse> List(const Caller& caller, const v1::ListSellersRequest& request, Deadline deadline);
  Result<v1::ListSellerChangesResponse> Changes(const Caller& caller, const v1::ListSellerChangesRequest& request,
                                                Deadline deadline);

 private:
  SellerStore& store_;
  const Clock& clock_;
};

}  // namespace realname
