// SPDX-License-Identifier: Apache-2.0
#include "verification/subscribers.h"

#include <algorithm>
#include <chrono>

#include "rules/explain.h"
#include "verification/answer.h"
#include "verification/canonical_payload.h"
#include "verification/masked.h"

namespace realname {
namespace {

// What the person said is for those who decide.
v1::Dispute ShownTo(const Caller& caller, v1::Dispute dispute) {
  if (rules::ReaderOf(caller.role) != v1::READER_STAFF) dispute.clear_statement();
  return dispute;
}

}  // namespace

Result<std::string> Subscribers::IdentifiedBy(const Caller& caller, const std::string& verification_id,
                                              Deadline deadline) {
  // Whoever else works for the operator has no customer before them.
  auto stored = registry_.Get(ScopeOf(caller.owner), verification_id, deadline);
  if (!stored.ok()) return stored.status();
  auto facts = registry_.GetFacts(ScopeOf(caller.owner), verification_id, deadline);
  if (!facts.ok()) return facts.status();
  const auto lasts = std::chrono::minutes(policies_.Current().pack.subscriber().inquiry_minutes());
  if (facts->application().entry_type() != v1::ENTRY_TYPE_INQUIRY || stored->state != v1::STATE_COMPLETED ||
      stored->decide_time + lasts <= clock_.Now()) {
    return Status(StatusCode::kFailedPrecondition, "NOT_IDENTIFIED",
                  "takes an INQUIRY that passed not long ago: identify the person again");
  }
  return stored->person_id;
}

Result<v1::ListNumbersResponse> Subscribers::ListNumbers(const Caller& caller, const v1::ListNumbersRequest& request,
                                                         Deadline deadline) {
  auto person = IdentifiedBy(caller, request.verification_id(), deadline);
  if (!person.ok()) return person.status();
  auto lines = store_.Lines(caller.owner.operator_id, *person, deadline);
  if (!lines.ok()) return lines.status();
  v1::ListNumbersResponse response;
  for (const StoredLine& line : *lines) {
    v1::NumberInName& number = *response.add_numbers();
    number.set_line_id(line.line_id);
    number.set_masked_number(MaskedNumber(line.msisdn.Reveal()));
    number.set_product(line.product);
    *number.mutable_create_time() = ToTimestamp(line.create_time);
    number.set_disputed(line.disputed);
  }
  return response;
}

Result<v1::Verification> Subscribers::Terminate(const Caller& caller, const v1::TerminateServiceRequest& request,
                                                Deadline deadline) {
  const RequestKey key = {caller.principal, request.request_id(), CanonicalPayload(request)};
  auto stored =
      registry_.Terminate(caller.scope, key, request.verification_id(), request.reason(), clock_.Now(), deadline);
  if (!stored.ok()) return stored.status();
  return Answer(policies_, *stored, caller.role, deadline);
}

Result<v1::Dispute> Subscribers::Raise(const Caller& caller, const v1::RaiseDisputeRequest& request,
                                       Deadline deadline) {
  auto person = IdentifiedBy(caller, request.verification_id(), deadline);
  if (!person.ok()) return person.status();
  auto lines = store_.Lines(caller.owner.operator_id, *person, deadline);
  if (!lines.ok()) return lines.status();
  const bool theirs = std::any_of(lines->begin(), lines->end(),
                                  [&](const StoredLine& line) { return line.line_id == request.line_id(); });
  if (!theirs) return Status(StatusCode::kNotFound, "NO_SUCH_VERIFICATION", "no line of this person's");
  const TimePoint now = clock_.Now();
  NewDispute dispute;
  dispute.raised_at = caller.owner;
  dispute.person_id = *person;
  dispute.line_id = request.line_id();
  dispute.statement = Redacted(request.statement());
  dispute.deadline = now + std::chrono::hours(policies_.Current().pack.subscriber().dispute_hours());
  auto id = store_.RaiseDispute(dispute, caller.principal, now, deadline);
  if (!id.ok()) return id.status();
  // It may have been raised elsewhere before.
  auto raised = store_.GetDispute({caller.owner.operator_id, {}, {}}, *id, deadline);
  if (!raised.ok()) return raised.status();
  return ShownTo(caller, *std::move(raised));
}

Result<v1::Dispute> Subscribers::Get(const Caller& caller, const v1::GetDisputeRequest& request, Deadline deadline) {
  auto dispute = store_.GetDispute(caller.scope, request.dispute_id(), deadline);
  if (!dispute.ok()) return dispute.status();
  return ShownTo(caller, *std::move(dispute));
}

Result<v1::ListDisputesResponse> Subscribers::List(const Caller& caller, const v1::ListDisputesRequest& request,
                                                   Deadline deadline) {
  const uint32_t limit = request.page_size() == 0 ? 50 : static_cast<uint32_t>(request.page_size());
  auto disputes = store_.ListDisputes(caller.scope.operator_id, request.state(), limit, deadline);
  if (!disputes.ok()) return disputes.status();
  v1::ListDisputesResponse response;
  *response.mutable_disputes() = {disputes->begin(), disputes->end()};
  return response;
}

Result<v1::Dispute> Subscribers::Resolve(const Caller& caller, const v1::ResolveDisputeRequest& request,
                                         Deadline deadline) {
  if (caller.staff_id.empty()) {
    return Status(StatusCode::kPermissionDenied, "STAFF_REQUIRED",
                  "disputes are decided by people: the certificate must name a member of staff (:staff:)");
  }
  if (Status status = store_.ResolveDispute(caller.scope.operator_id, request.dispute_id(), request.state(),
                                            request.explanation(), caller.principal, clock_.Now(), deadline);
      !status.ok()) {
    return status;
  }
  v1::GetDisputeRequest again;
  again.set_dispute_id(request.dispute_id());
  return Get(caller, again, deadline);
}

Result<v1::ListLinksResponse> Subscribers::Links(const Caller& caller, const v1::ListLinksRequest& request,
                                                 Deadline deadline) {
  auto stored = registry_.Get(caller.scope, request.verification_id(), deadline);
  if (!stored.ok()) return stored.status();
  auto links = store_.Links(caller.scope.operator_id, stored->person_id, deadline);
  if (!links.ok()) return links.status();
  v1::ListLinksResponse response;
  *response.mutable_links() = {links->begin(), links->end()};
  for (const v1::QuotaRule& rule : policies_.Current().pack.quota().rules()) {
    auto held = store_.LinesHeld(caller.scope.operator_id, stored->person_id, rule.name(), deadline);
    if (!held.ok()) return held.status();
    response.set_lines(response.lines() + *held);
    if (*held > rule.limit()) response.set_multi_card(true);
  }
  return response;
}

Result<v1::Link> Subscribers::Unlink(const Caller& caller, const v1::UnlinkRequest& request, Deadline deadline) {
  return store_.Unlink(caller.scope.operator_id, request.link_id(), request.reason(), caller.principal, clock_.Now(),
                       deadline);
}

Result<v1::EraseFaceTemplatesResponse> Subscribers::EraseFaces(const Caller& caller,
                                                               const v1::EraseFaceTemplatesRequest& request,
                                                               Deadline deadline) {
  return store_.EraseFaces(caller.scope.operator_id, request.verification_id(), caller.principal, clock_.Now(),
                           deadline);
}

}  // namespace realname
