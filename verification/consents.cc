// SPDX-License-Identifier: Apache-2.0
#include "verification/consents.h"

#include "rules/explain.h"
#include "verification/answer.h"
#include "verification/canonical_payload.h"

namespace realname {
namespace {

const v1::Notice* Find(const rules::Policy& policy, const v1::Consent& consent) {
  for (const v1::Notice& notice : policy.pack.notices()) {
    if (notice.notice_id() == consent.notice_id() && notice.version() == consent.version()) return &notice;
  }
  return nullptr;
}

}  // namespace

Result<v1::ListConsentsResponse> Consents::List(const Caller& caller, const v1::ListConsentsRequest& request,
                                                Deadline deadline) {
  auto application = registry_.GetApplication(caller.scope, request.verification_id(), deadline);
  if (!application.ok()) return application.status();
  auto withdrawn = registry_.Withdrawals(caller.scope, request.verification_id(), deadline);
  if (!withdrawn.ok()) return withdrawn.status();
  // What was said is in the pack that decided then, not in today's.
  auto policy = policies_.Find(application->verification.decision.policy_digest(), deadline);
  if (!policy.ok()) return policy.status();
  v1::ListConsentsResponse response;
  for (const v1::Consent& consent : application->record.consents()) {
    v1::GivenConsent& given = *response.add_consents();
    *given.mutable_consent() = consent;
    if (const v1::Notice* notice = Find(**policy, consent)) {
      *given.mutable_text() = rules::ToText(notice->text());
      given.set_purpose(notice->purpose());
      given.set_legal_basis(notice->legal_basis());
      for (const v1::NoticeTranslation& translation : notice->translations()) {
        if (translation.language_tag() == consent.language_tag() && translation.form() == consent.form()) {
          given.set_translated_text(translation.text());
        }
      }
    }
    for (const Withdrawal& each : *withdrawn) {
      if (each.notice_id == consent.notice_id() && each.time >= FromTimestamp(consent.time()))
        *given.mutable_withdraw_time() = ToTimestamp(each.time);
    }
  }
  return response;
}

Result<v1::ListConsentsResponse> Consents::Withdraw(const Caller& caller, const v1::WithdrawConsentRequest& request,
                                                    Deadline deadline) {
  v1::ListConsentsRequest list;
  list.set_verification_id(request.verification_id());
  auto given = List(caller, list, deadline);
  if (!given.ok()) return given.status();
  const v1::GivenConsent* found = nullptr;
  for (const v1::GivenConsent& each : given->consents()) {
    if (each.consent().notice_id() == request.notice_id()) found = &each;
  }
  if (found == nullptr) return Status(StatusCode::kNotFound, "NO_SUCH_CONSENT", "no such consent was given there");
  if (found->legal_basis() != v1::LEGAL_BASIS_CONSENT) {
    return Status(StatusCode::kFailedPrecondition, "NOT_ON_CONSENT",
                  "this rests on a duty or a contract, not on consent: it cannot be withdrawn");
  }
  bool covers_reference = false;
  // By the pack under which it was given, or by today's.
  auto stored = registry_.Get(caller.scope, request.verification_id(), deadline);
  if (!stored.ok()) return stored.status();
  auto then = policies_.Find(stored->decision.policy_digest(), deadline);
  if (!then.ok()) return then.status();
  for (const rules::Policy* policy : {&**then, &policies_.Current()}) {
    for (const v1::Notice& notice : policy->pack.notices()) {
      covers_reference |= notice.notice_id() == request.notice_id() && notice.covers() == v1::PROCESSING_FACE_REFERENCE;
    }
  }
  const RequestKey key = {caller.principal, request.request_id(), CanonicalPayload(request)};
  if (Status status = registry_.WithdrawConsent(caller.scope, key, request.verification_id(), request.notice_id(),
                                                covers_reference, clock_.Now(), deadline);
      !status.ok()) {
    return status;
  }
  return List(caller, list, deadline);
}

}  // namespace realname
