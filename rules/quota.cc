// SPDX-License-Identifier: Apache-2.0
#include "rules/quota.h"

#include <algorithm>

#include "rules/parties.h"

namespace realname::rules {
namespace {

template <typename Repeated, typename Value>
bool EmptyOrContains(const Repeated& values, const Value& value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

std::optional<v1::QuotaRule> QuotaOf(const Policy& policy, v1::CustomerKind customer, v1::ChannelType channel,
                                     const std::string& product) {
  const v1::QuotaPolicy& quota = policy.pack.quota();
  for (const v1::QuotaRule& rule : quota.rules()) {
    if (EmptyOrContains(rule.customer_kinds(), customer) && EmptyOrContains(rule.channels(), channel) &&
        EmptyOrContains(rule.products(), product)) {
      return rule;
    }
  }
  if (!quota.rules().empty() || IsOrganisation(customer)) return std::nullopt;
  v1::QuotaRule rule;
  rule.set_name("operator");
  rule.set_limit(quota.numbers_per_person());
  rule.set_code(v1::QTA_OPERATOR_LIMIT);
  return rule;
}

}  // namespace realname::rules
