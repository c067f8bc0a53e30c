// SPDX-License-Identifier: Apache-2.0
// When an account that passed must be verified again. Pure.
#pragma once

#include <algorithm>
#include <string>

#include "realname/v1/types.pb.h"
#include "rules/civil_date.h"
#include "rules/policy.h"

namespace realname::rules {

// The policy's period after `today`, or the document's last valid day if that comes first; YYYY-MM-DD. Who was
// identified without the face is looked at sooner.
inline std::string NextReverificationDate(const Policy& policy, const v1::Document& document,
                                          v1::Identification identification, CivilDate today) {
  const uint32_t months = identification == v1::IDENTIFICATION_ATTESTED ? policy.pack.alternative().period_months()
                                                                        : policy.pack.reverification().period_months();
  CivilDate due = AddMonths(today, static_cast<int>(months));
  const auto last_day = ParseDate(document.valid_to());
  if (last_day && *last_day < due) due = *last_day;
  return FormatDate(due);
}

}  // namespace realname::rules
