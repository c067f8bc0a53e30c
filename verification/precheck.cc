// SPDX-License-Identifier: Apache-2.0
#include "verification/precheck.h"

#include "rules/decide.h"
#include "rules/explain.h"
#include "rules/notices.h"
#include "rules/person_name.h"
#include "rules/quota.h"
#include "rules/resident_id.h"
#include "verification/answer.h"

namespace realname {

Result<v1::PrecheckEligibilityResponse> Precheck(Registry& registry, const PolicyArchive& policies, const Clock& clock,
                                                 const Caller& caller, const v1::PrecheckEligibilityRequest& request,
                                                 Deadline deadline) {
  const rules::Policy& policy = policies.Current();
  PrecheckQuery query;
  query.principal = caller.principal;
  query.operator_id = caller.scope.operator_id;
  // A number that tells nobody is on record as it was asked for.
  rules::PersonKey person = rules::PersonOf(policy, request.document(), clock.Now());
  if (person.number.empty()) {
    person = {request.document().type(), rules::NormaliseDocumentNumber(request.document().number())};
  }
  query.document_type = person.type;
  query.document_number = Redacted(std::move(person.number));
  query.name = Redacted(rules::NormaliseName(request.document().name()));
  if (const auto rule = rules::QuotaOf(policy, request.customer_kind(), request.channel().type(), request.product())) {
    query.quota = rule->name();
  }
  query.limit_per_hour = policy.pack.precheck().per_caller_and_hour();
  query.now = clock.Now();
  auto observed = registry.ObservePrecheck(query, deadline);
  if (!observed.ok()) return observed.status();
  if (!observed->facts) {
    const auto hour = std::chrono::floor<std::chrono::hours>(query.now.time_since_epoch()) + std::chrono::hours(1);
    return Status(StatusCode::kResourceExhausted, "PRECHECK_LIMIT", "too many prechecks in this hour")
        .WithRetryAfter(std::chrono::ceil<std::chrono::milliseconds>(hour - query.now.time_since_epoch()));
  }

  v1::Facts facts;
  *facts.mutable_observe_time() = ToTimestamp(query.now);
  facts.mutable_application()->set_entry_type(request.entry_type());
  facts.mutable_application()->set_customer_kind(request.customer_kind());
  facts.mutable_application()->set_channel_type(request.channel().type());
  facts.mutable_application()->set_product(request.product());
  *facts.mutable_subject()->mutable_document() = request.document();
  *facts.mutable_registry() = *observed->facts;
  facts.set_attempt(1);

  v1::PrecheckEligibilityResponse response;
  for (const v1::Notice* notice :
       rules::NoticesFor(policy, {.channel = request.channel().type(),
                                 .product = request.product(),
                                 .age = rules::HolderAge(policy, request.document(), query.now),
                                 .numbers_held = facts.registry().numbers_held()})) {
    *response.add_notices() = rules::ToShow(*notice);
  }
  switch (rules::Precheck(policy, facts)) {
    case v1::VERDICT_PASS:
      response.set_eligibility(v1::ELIGIBILITY_YES);
      break;
    case v1::VERDICT_REVIEW:
      response.set_eligibility(v1::ELIGIBILITY_ASK_IN_HALL);
      break;
    default:
      response.set_eligibility(v1::ELIGIBILITY_NO);
  }
  if (response.eligibility() == v1::ELIGIBILITY_YES) {
    response.mutable_text()->set_zh("可以继续办理。");
    response.mutable_text()->set_en("Please go on.");
  } else {
    *response.mutable_text() = rules::NextActionText(policy, v1::NEXT_ACTION_OWN_HALL);
  }
  return response;
}

}  // namespace realname
