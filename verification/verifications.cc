// SPDX-License-Identifier: Apache-2.0
#include "verification/verifications.h"

#include <charconv>

#include "rules/contest.h"
#include "rules/explain.h"
#include "rules/parties.h"
#include "rules/review.h"
#include "verification/answer.h"
#include "verification/canonical_payload.h"
#include "verification/validate_request.h"

namespace realname {
namespace {

Status BadToken() {
  return Status(StatusCode::kInvalidArgument, "BAD_TOKEN", "the token was not made by this server for this query");
}

// Tokens are "<uuid>:<number>"; they carry no right, so they need no secret.
std::string MakeToken(const std::string& id, uint64_t number) { return id + ":" + std::to_string(number); }

Result<std::pair<std::string, uint64_t>> ReadToken(const std::string& token) {
  if (token.size() < 38 || token[36] != ':' || !IsUuid(std::string_view(token).substr(0, 36))) return BadToken();
  uint64_t number = 0;
  const char* end = token.data() + token.size();
  const auto [stopped, error] = std::from_chars(token.data() + 37, end, number);
  if (error != std::errc() || stopped != end) return BadToken();
  return std::pair(token.substr(0, 36), number);
}

}  // namespace

bool EndsTheStory(v1::State state, v1::Verdict verdict) {
  switch (state) {
    case v1::STATE_ACTIVATED:
    case v1::STATE_COMPLETED:
    case v1::STATE_TERMINATED:
    case v1::STATE_CANCELLED:
    case v1::STATE_EXPIRED:
      return true;
    case v1::STATE_DECIDED:
      return verdict != v1::VERDICT_PASS;
    default:
      return false;
  }
}

Result<bool> Verifications::HasEnded(const Scope& scope, const std::string& verification_id, Deadline deadline) {
  auto stored = registry_.Get(scope, verification_id, deadline);
  if (!stored.ok()) return stored.status();
  return EndsTheStory(stored->state, stored->decision.verdict());
}

Result<v1::Verification> Verifications::Get(const Caller& caller, const v1::GetVerificationRequest& request,
                                            Deadline deadline) {
  auto stored = registry_.Get(caller.scope, request.verification_id(), deadline);
  if (!stored.ok()) return stored.status();
  auto answer = Answer(policies_, *stored, caller.role, deadline);
  if (!answer.ok()) return answer;
  const bool in_review = stored->state == v1::STATE_IN_REVIEW;
  if (in_review && stored->reservation_expire_time) {
    auto before = reviews_.CasesBefore(caller.scope.operator_id, request.verification_id(), clock_.Now(), deadline);
    // Decided between the two reads.
    if (!before.ok() && before.status().code() != StatusCode::kNotFound) return before.status();
    if (before.ok()) {
      const rules::Policy& policy = policies_.Current();
      *answer->mutable_review_wait() = rules::WaitOf(policy, *before, clock_.Now(), *stored->reservation_expire_time);
      if (answer->review_wait().come_back() && answer->next_action() == v1::NEXT_ACTION_WAIT_FOR_REVIEW) {
        answer->set_next_action(v1::NEXT_ACTION_COME_BACK);
        *answer->mutable_next_action_text() = rules::NextActionText(policy, v1::NEXT_ACTION_COME_BACK);
      }
    }
  }
  // A similarity seen before the vote would be the vote, and what awaits evidence may yet come to one.
  // The same holds of a refusal, which may be contested.
  const bool may_vote = (in_review || stored->state == v1::STATE_AWAITING_EVIDENCE ||
                         rules::IsRefusal(stored->state, stored->decision)) &&
                        (caller.role == v1::ROLE_REVIEWER || caller.role == v1::ROLE_ADMIN);
  if (rules::MaySeeSimilarity(caller.role) && !may_vote) {
    auto facts = registry_.GetFacts(caller.scope, request.verification_id(), deadline);
    if (!facts.ok()) return facts.status();
    const v1::SubjectFacts* comes = rules::FactsOfWhoComes(*facts);
    if (comes != nullptr && comes->has_comparison()) *answer->mutable_comparison() = comes->comparison();
  }
  return answer;
}

Result<v1::ListVerificationsResponse> Verifications::List(const Caller& caller,
                                                          const v1::ListVerificationsRequest& request,
                                                          Deadline deadline) {
  ListQuery query;
  query.scope = caller.scope;
  query.state = request.state();
  query.limit = request.page_size() == 0 ? 50 : static_cast<uint32_t>(request.page_size());
  if (!request.page_token().empty()) {
    auto token = ReadToken(request.page_token());
    if (!token.ok()) return token.status();
    if (token->second != static_cast<uint64_t>(request.state())) return BadToken();
    query.before_verification_id = token->first;
  }
  const uint32_t page_size = query.limit++;  // one more tells whether there is a next page
  auto rows = registry_.List(query, deadline);
  if (!rows.ok()) return rows.status();
  v1::ListVerificationsResponse response;
  for (const StoredVerification& row : *rows) {
    if (response.verifications_size() == static_cast<int>(page_size)) {
      response.set_next_page_token(
          MakeToken(response.verifications().rbegin()->verification_id(), static_cast<uint64_t>(request.state())));
      break;
    }
    auto answer = Answer(policies_, row, caller.role, deadline);
    if (!answer.ok()) return answer.status();
    *response.add_verifications() = *std::move(answer);
  }
  return response;
}

Result<v1::Verification> Verifications::Confirm(const Caller& caller, const v1::ConfirmActivationRequest& request,
                                                Deadline deadline) {
  const RequestKey key = {caller.principal, request.request_id(), CanonicalPayload(request)};
  auto stored = registry_.Confirm(caller.scope, key, request.verification_id(), clock_.Now(), deadline);
  if (!stored.ok()) return stored.status();
  return Answer(policies_, *stored, caller.role, deadline);
}

Result<v1::Verification> Verifications::Cancel(const Caller& caller, const v1::CancelVerificationRequest& request,
                                               Deadline deadline) {
  const RequestKey key = {caller.principal, request.request_id(), CanonicalPayload(request)};
  auto stored = registry_.Cancel(caller.scope, key, request.verification_id(), clock_.Now(), deadline);
  if (!stored.ok()) return stored.status();
  return Answer(policies_, *stored, caller.role, deadline);
}

Result<std::vector<v1::VerificationEvent>> Verifications::EventsAfter(const Scope& scope,
                                                                      const std::string& verification_id,
                                                                      const std::string& resume_token,
                                                                      Deadline deadline) {
  uint64_t after = 0;
  if (!resume_token.empty()) {
    auto token = ReadToken(resume_token);
    if (!token.ok()) return token.status();
    if (token->first != verification_id) return BadToken();
    after = token->second;
  }
  auto stored = registry_.Events(scope, verification_id, after, deadline);
  if (!stored.ok()) return stored.status();
  std::vector<v1::VerificationEvent> events;
  for (const StoredEvent& row : *stored) {
    v1::VerificationEvent& event = events.emplace_back();
    event.set_sequence(row.sequence);
    event.set_resume_token(MakeToken(verification_id, row.sequence));
    *event.mutable_occur_time() = ToTimestamp(row.occur_time);
    event.set_state(row.state);
    event.set_verdict(row.verdict);
    event.set_kind(row.kind);
  }
  return events;
}

}  // namespace realname
