// SPDX-License-Identifier: Apache-2.0
#include "verification/reviews.h"

#include <algorithm>
#include <utility>

#include "rules/decide.h"
#include "rules/entry.h"
#include "rules/parties.h"
#include "rules/person_name.h"
#include "rules/review.h"
#include "verification/answer.h"
#include "verification/canonical_payload.h"
#include "verification/reservation.h"
#include "verification/screened_people.h"

namespace realname {
namespace {

// Of one verification: ten in each gallery, and what a sweep added.
constexpr uint32_t kMostLeads = 100;
constexpr int kLeadsWithPictures = 4;

Result<Reviewer> ReviewerOf(const Caller& caller) {
  if (caller.staff_id.empty()) {
    return Status(StatusCode::kPermissionDenied, "STAFF_REQUIRED",
                  "reviews are signed by people: the certificate must name a member of staff (:staff:)");
  }
  return Reviewer{caller.principal, caller.owner.operator_id, caller.owner.agent_id, caller.owner.outlet_id,
                  caller.role == v1::ROLE_ADMIN};
}

bool VotedBy(const v1::ReviewRecord& record, const std::string& principal) {
  return std::any_of(record.votes().begin(), record.votes().end(),
                     [&](const v1::ReviewVote& vote) { return vote.reviewer() == principal; });
}

// That a second vote is awaited tells the first one, so only those who voted are told.
v1::CaseState StateOf(const StoredCase& found, const std::string& reader) {
  if (found.verification.state != v1::STATE_IN_REVIEW) return v1::CASE_STATE_CLOSED;
  if (found.escalated) return v1::CASE_STATE_ESCALATED;
  return VotedBy(found.votes, reader) ? v1::CASE_STATE_AWAITING_SECOND : v1::CASE_STATE_OPEN;
}

}  // namespace

Result<v1::ListCasesResponse> Reviews::List(const Caller& caller, const v1::ListCasesRequest& request,
                                            Deadline deadline) {
  auto reviewer = ReviewerOf(caller);
  if (!reviewer.ok()) return reviewer.status();
  const uint32_t limit = request.page_size() == 0 ? 50 : static_cast<uint32_t>(request.page_size());
  auto cases = store_.ListCases(*reviewer, limit, clock_.Now(), deadline);
  if (!cases.ok()) return cases.status();
  v1::ListCasesResponse response;
  for (const StoredCase& each : *cases) {
    auto shown = Show(caller, each, false, deadline);
    if (!shown.ok()) return shown.status();
    *response.add_cases() = *std::move(shown);
  }
  return response;
}

Result<v1::ReviewCase> Reviews::Claim(const Caller& caller, const v1::ClaimCaseRequest& request, Deadline deadline) {
  auto reviewer = ReviewerOf(caller);
  if (!reviewer.ok()) return reviewer.status();
  const TimePoint now = clock_.Now();
  const auto lasts = std::chrono::minutes(policies_.Current().pack.review().claim_minutes());
  auto claimed = store_.Claim(*reviewer, request.verification_id(), now + lasts, now, deadline);
  if (!claimed.ok()) return claimed.status();
  return Show(caller, *claimed, true, deadline);
}

Result<v1::ReviewCase> Reviews::Extend(const Caller& caller, const v1::ExtendClaimRequest& request, Deadline deadline) {
  auto reviewer = ReviewerOf(caller);
  if (!reviewer.ok()) return reviewer.status();
  const TimePoint now = clock_.Now();
  auto held = store_.GetHeld(*reviewer, request.verification_id(), now, deadline);
  if (!held.ok()) return held.status();
  v1::ClaimCaseRequest again;
  again.set_verification_id(request.verification_id());
  return Claim(caller, again, deadline);
}

Result<v1::ReviewCase> Reviews::Return(const Caller& caller, const v1::ReturnCaseRequest& request, Deadline deadline) {
  return Release(caller, request.verification_id(), false, deadline);
}

Result<v1::ReviewCase> Reviews::Escalate(const Caller& caller, const v1::EscalateCaseRequest& request,
                                         Deadline deadline) {
  return Release(caller, request.verification_id(), true, deadline);
}

Result<v1::ReviewCase> Reviews::Release(const Caller& caller, const std::string& verification_id, bool escalate,
                                        Deadline deadline) {
  auto reviewer = ReviewerOf(caller);
  if (!reviewer.ok()) return reviewer.status();
  if (Status status = store_.Release(*reviewer, verification_id, escalate, clock_.Now(), deadline); !status.ok()) {
    return status;
  }
  auto found = store_.Get(reviewer->operator_id, verification_id, deadline);
  if (!found.ok()) return found.status();
  return Show(caller, *found, false, deadline);
}

Result<v1::ReviewCase> Reviews::Decide(const Caller& caller, const v1::DecideCaseRequest& request, Deadline deadline) {
  auto reviewer = ReviewerOf(caller);
  if (!reviewer.ok()) return reviewer.status();
  const TimePoint now = clock_.Now();
  VoteCommit commit;
  commit.request = {caller.principal, request.request_id(), CanonicalPayload(request)};

  // A retried call finds its own effect before it is held against the new state.
  ObserveQuery query;
  query.request = commit.request;
  query.operator_id = reviewer->operator_id;
  query.now = now;
  auto observed = registry_.Observe(query, deadline);
  if (!observed.ok()) return observed.status();
  if (observed->request == RequestMatch::kOtherPayload) {
    return Status(StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                  "this request_id was used with another payload; make a new id for a new vote");
  }
  if (observed->request == RequestMatch::kNew) {
    auto held = store_.GetHeld(*reviewer, request.verification_id(), now, deadline);
    if (!held.ok()) return held.status();
    const StoredVerification& stands = held->verification;
    // Events that changed nothing may have come since the decision that was seen.
    if (request.sequence() < stands.decision_sequence || request.sequence() > stands.sequence) {
      return Status(StatusCode::kAborted, "RECORD_CONTENDED", "the verification moved since you saw it: look again");
    }
    v1::ReviewVote& vote = commit.vote;
    vote.set_reviewer(caller.principal);
    vote.set_conclusion(request.conclusion());
    *vote.mutable_checks() = request.checks();
    *vote.mutable_retry_items() = request.retry_items();
    *vote.mutable_vote_time() = ToTimestamp(now);
    if (const std::string fault = rules::VoteFault(policies_.Current(), stands.decision, vote); !fault.empty()) {
      return Status::InvalidField(fault.substr(0, fault.find(':')), fault.substr(fault.find(':') + 2));
    }
    auto facts = registry_.GetFacts(caller.scope, request.verification_id(), deadline);
    if (!facts.ok()) return facts.status();

    if (request.conclusion() == v1::REVIEW_CONCLUSION_APPROVE) {
      auto listed = ListedSince(caller, stands, *facts, commit.request, deadline);
      if (!listed.ok()) return listed.status();
      if (!listed->empty()) {
        return Status(StatusCode::kFailedPrecondition, "LISTED_MEANWHILE",
                      "since this was submitted " + v1::ReasonCode_Name(listed->front()) +
                          " holds: reject it, or return it until the list says otherwise");
      }
    }

    const rules::Policy& policy = policies_.Current();
    v1::ReviewRecord votes = held->votes;
    votes.set_revises_sequence(stands.decision_sequence);
    *votes.add_votes() = vote;
    const rules::ReviewResult result =
        rules::ResultOf(policy, stands.decision, votes, held->escalated && reviewer->administrator);
    commit.reviewer = *reviewer;
    commit.verification_id = request.verification_id();
    commit.expected_sequence = stands.sequence;
    commit.decision_sequence = stands.decision_sequence;
    commit.note = Redacted(request.note());
    commit.votes_before = static_cast<uint32_t>(held->votes.votes_size());
    commit.escalate = result == rules::ReviewResult::kEscalate;
    commit.facts = *std::move(facts);
    commit.now = now;
    if (result == rules::ReviewResult::kDecided) {
      commit.decision = rules::ReviewedDecision(policy, commit.facts, stands.decision, votes, now);
      const v1::EntryType entry = commit.facts.application().entry_type();
      commit.state = rules::StateAfter(entry, *commit.decision);
      commit.holds_place = rules::HoldsPlace(entry, *commit.decision);
      if (rules::IsPending(entry, *commit.decision)) {
        commit.expire_time = ReservationEnd(policy.pack, *commit.decision, now);
      }
      const v1::Document& document = commit.facts.subject().document();
      if (rules::PersonKey person = rules::PersonOf(policy, document, now); !person.number.empty()) {
        commit.document_type = person.type;
        commit.document_number = Redacted(std::move(person.number));
        commit.name = Redacted(rules::NormaliseName(document.name()));
      }
    }
    if (auto written = store_.Vote(commit, deadline); !written.ok()) return written.status();
  }
  auto found = store_.Get(reviewer->operator_id, request.verification_id(), deadline);
  if (!found.ok()) return found.status();
  // Also of a repeated call: the first may have been broken off in between.
  const v1::ReviewRecord& deciding = found->verification.decision.review();
  if (deciding.votes_size() > 0 && deciding.votes().rbegin()->reviewer() == caller.principal &&
      deciding.votes().rbegin()->conclusion() == request.conclusion()) {
    if (Status status = ConcludeLeads(caller, request, deadline); !status.ok()) return status;
  }
  return Show(caller, *found, false, deadline);
}

Result<std::vector<v1::ReasonCode>> Reviews::ListedSince(const Caller& caller, const StoredVerification& verification,
                                                         const v1::Facts& facts, const RequestKey& request,
                                                         Deadline deadline) {
  auto application = registry_.GetApplication(caller.scope, verification.verification_id, deadline);
  if (!application.ok()) return application.status();
  const rules::Policy& policy = policies_.Current();
  const TimePoint now = clock_.Now();
  const v1::Document& document = application->record.subject().document();
  ObserveQuery query;
  query.request = request;
  query.operator_id = verification.owner.operator_id;
  query.seller = verification.owner;
  query.verification_id = verification.verification_id;
  rules::PersonKey person = rules::PersonOf(policy, document, now);
  query.document_type = person.type;
  query.document_number = Redacted(std::move(person.number));
  query.name = Redacted(rules::NormaliseName(document.name()));
  query.msisdn = Redacted(application->record.subject().msisdn());
  std::vector<const v1::Document*> others;
  for (const StoredParty& party : application->parties) {
    if (party.subject) others.push_back(&party.subject->document());
  }
  if (application->record.has_alternative()) others.push_back(&application->record.subject().second_document());
  query.parties = ScreenedPeople(policy, others, now);
  query.line = !rules::OpensLine(application->record.entry_type());
  query.today = rules::FormatDate(rules::DayAt(policy, now));
  query.now = now;
  auto observed = registry_.Observe(query, deadline);
  if (!observed.ok()) return observed.status();

  // Of each kind that came the rules say whether it stands in the way of this entry.
  const auto reasons = [&](const v1::Facts& of) {
    const v1::Decision decision = rules::Decide(policy, of);
    for (const v1::CheckDecision& check : decision.checks()) {
      if (check.check() == v1::CHECK_LIST_SCREEN) return check.reasons();
    }
    return google::protobuf::RepeatedField<int>();
  };
  const auto known = reasons(facts);
  v1::Facts listed = facts;
  *listed.mutable_list_hits() = {observed->list_hits.begin(), observed->list_hits.end()};
  std::vector<v1::ReasonCode> since;
  for (const int code : reasons(listed)) {
    if (std::find(known.begin(), known.end(), code) == known.end()) since.push_back(static_cast<v1::ReasonCode>(code));
  }
  return since;
}

Result<v1::ReviewCase> Reviews::Show(const Caller& caller, const StoredCase& found, bool evidence, Deadline deadline) {
  const std::string& id = found.verification.verification_id;
  auto verification = Answer(policies_, found.verification, caller.role, deadline);
  if (!verification.ok()) return verification.status();
  v1::ReviewCase shown;
  *shown.mutable_verification() = *std::move(verification);
  shown.set_state(StateOf(found, caller.principal));
  shown.set_at_counter(found.at_counter);
  *shown.mutable_open_time() = ToTimestamp(found.open_time);
  if (found.verification.reservation_expire_time) {
    *shown.mutable_deadline() = ToTimestamp(*found.verification.reservation_expire_time);
  }
  if (found.claim_expire_time && *found.claim_expire_time > clock_.Now()) {
    shown.set_claimed_by(found.claimed_by);
    *shown.mutable_claim_expire_time() = ToTimestamp(*found.claim_expire_time);
  }
  if (VotedBy(found.votes, caller.principal)) {
    *shown.mutable_votes() = found.votes.votes();
    auto facts = registry_.GetFacts(caller.scope, id, deadline);
    if (!facts.ok()) return facts.status();
    const v1::SubjectFacts* comes = rules::FactsOfWhoComes(*facts);
    if (comes != nullptr && comes->has_comparison()) {
      *shown.mutable_verification()->mutable_comparison() = comes->comparison();
    }
  } else if (found.escalated && caller.role == v1::ROLE_ADMIN) {
    *shown.mutable_votes() = found.votes.votes();
  }
  if (!evidence) return shown;
  auto application = registry_.GetApplication(caller.scope, id, deadline);
  if (!application.ok()) return application.status();
  *shown.mutable_document() = application->record.subject().document();
  if (application->record.subject().has_second_document()) {
    *shown.mutable_second_document() = application->record.subject().second_document();
  }
  if (application->record.subject().has_previous_document()) {
    *shown.mutable_previous_document() = application->record.subject().previous_document();
    if (Status added = AddPrevious(caller, id, deadline, shown); !added.ok()) return added;
  }
  if (Status added = AddLeads(caller, id, deadline, shown); !added.ok()) return added;
  *shown.mutable_channel() = application->record.channel();
  *shown.mutable_capture() = application->record.capture();
  shown.set_id_photo(std::move(application->id_photo.bytes));
  shown.set_live_portrait(std::move(application->live_portrait.bytes));
  for (StoredParty& party : application->parties) {
    v1::ReviewParty& each = *shown.add_parties();
    each.set_role(party.role);
    if (party.subject) {
      *each.mutable_document() = party.subject->document();
      if (party.subject->has_power_letter()) *each.mutable_letter() = party.subject->power_letter();
      each.set_principal_number(party.subject->power_principal_number());
    }
    each.set_id_photo(std::move(party.id_photo.bytes));
    each.set_live_portrait(std::move(party.live_portrait.bytes));
    each.set_letter_scan(std::move(party.letter_scan.bytes));
  }
  for (int i = 0; i < application->record.parties_size() && i < shown.parties_size(); ++i) {
    shown.mutable_parties(i)->set_capture_method(application->record.parties(i).capture().method());
  }
  if (application->record.has_contest()) {
    auto refused = registry_.GetApplication(caller.scope, application->record.contest().verification_id(), deadline);
    if (!refused.ok()) return refused.status();
    auto answer = Answer(policies_, refused->verification, caller.role, deadline);
    if (!answer.ok()) return answer.status();
    v1::ContestedRefusal& contested = *shown.mutable_contested();
    *contested.mutable_verification() = *std::move(answer);
    *contested.mutable_document() = refused->record.subject().document();
    std::vector<v1::PartyRole> roles;
    for (const StoredParty& party : refused->parties) roles.push_back(party.role);
    const v1::PartyRole comes = rules::WhoComes(refused->record.customer_kind(), roles);
    const auto party = std::find_if(refused->parties.begin(), refused->parties.end(),
                                    [&](const StoredParty& each) { return each.role == comes; });
    const bool subscriber = party == refused->parties.end();
    contested.set_id_photo(std::move(subscriber ? refused->id_photo.bytes : party->id_photo.bytes));
    contested.set_live_portrait(std::move(subscriber ? refused->live_portrait.bytes : party->live_portrait.bytes));
    contested.set_statement(application->record.subject().statement());
  }
  return shown;
}

Status Reviews::AddPrevious(const Caller& caller, const std::string& verification_id, Deadline deadline,
                            v1::ReviewCase& shown) {
  auto line = store_.RecordToLink(caller.scope.operator_id, verification_id, deadline);
  if (!line.ok() || line->empty()) return line.ok() ? Status() : line.status();
  auto before = registry_.GetApplication(caller.scope, *line, deadline);
  // Of somebody who was erased nothing is left to show; the case can be decided all the same.
  if (before.status().code() == StatusCode::kFailedPrecondition) return Status();
  if (!before.ok()) return before.status();
  v1::PreviousRegistration& previous = *shown.mutable_previous_registration();
  *previous.mutable_document() = before->record.subject().document();
  previous.set_id_photo(std::move(before->id_photo.bytes));
  previous.set_live_portrait(std::move(before->live_portrait.bytes));
  *previous.mutable_create_time() = ToTimestamp(before->verification.create_time);
  return Status();
}

Status Reviews::AddLeads(const Caller& caller, const std::string& verification_id, Deadline deadline,
                         v1::ReviewCase& shown) {
  auto leads = galleries_.ListLeads(caller.scope.operator_id, verification_id, true, kMostLeads, deadline);
  if (!leads.ok()) return leads.status();
  for (v1::FaceLead& lead : *leads) {
    const bool later = lead.verification_id() != verification_id;
    const std::string other_id = later ? lead.verification_id() : lead.other_verification_id();
    v1::FaceLead& each = *shown.add_face_leads();
    each = std::move(lead);
    // So that a case fits into an answer.
    if (shown.face_leads_size() > kLeadsWithPictures) continue;
    auto other = registry_.GetApplication({caller.scope.operator_id, {}, {}}, other_id, deadline);
    // Of somebody who was erased nothing is left to show; the case can be decided all the same.
    if (other.status().code() == StatusCode::kFailedPrecondition) continue;
    if (!other.ok()) return other.status();
    *each.mutable_document() = other->record.subject().document();
    each.set_id_photo(std::move(other->id_photo.bytes));
    each.set_live_portrait(std::move(other->live_portrait.bytes));
  }
  return {};
}

Status Reviews::ConcludeLeads(const Caller& caller, const v1::DecideCaseRequest& request, Deadline deadline) {
  const auto vote = std::find_if(request.checks().begin(), request.checks().end(),
                                 [](const v1::CheckVote& each) { return each.check() == v1::CHECK_DUPLICATE_FACE; });
  if (vote == request.checks().end() || request.conclusion() == v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE) return {};
  auto leads = galleries_.ListLeads(caller.scope.operator_id, request.verification_id(), false, kMostLeads, deadline);
  if (!leads.ok()) return leads.status();
  auto facts = registry_.GetFacts(caller.scope, request.verification_id(), deadline);
  if (!facts.ok()) return facts.status();
  // What a sweep found since is no part of what was voted on.
  const auto voted_on = [&](const v1::FaceLead& lead) {
    for (const v1::SearchedGallery& gallery : facts->face_search().galleries()) {
      for (const v1::FaceHit& hit : gallery.hits()) {
        if (hit.verification_id() == lead.other_verification_id()) return true;
      }
    }
    return false;
  };
  const bool nothing_wrong = vote->outcome() == v1::OUTCOME_PASSED;
  for (const v1::FaceLead& lead : *leads) {
    if (lead.verification_id() != request.verification_id() || !voted_on(lead)) continue;
    // Two records should be two people, and one record one person.
    const bool two_records = lead.kind() != v1::GALLERY_KIND_PERSON;
    const auto conclusion =
        two_records == nothing_wrong ? v1::FACE_PAIR_CONCLUSION_TWO_PEOPLE : v1::FACE_PAIR_CONCLUSION_ONE_PERSON;
    auto concluded = galleries_.ConcludeLead(caller.scope.operator_id, lead.lead_id(), conclusion, caller.principal,
                                             clock_.Now(), deadline);
    // Somebody was quicker, and said otherwise: that stands.
    if (!concluded.ok() && concluded.status().reason() != "WRONG_STATE") return concluded.status();
  }
  return {};
}

Result<v1::ListFaceLeadsResponse> Reviews::ListLeads(const Caller& caller, const v1::ListFaceLeadsRequest& request,
                                                     Deadline deadline) {
  auto reviewer = ReviewerOf(caller);
  if (!reviewer.ok()) return reviewer.status();
  if (!request.verification_id().empty()) {
    auto stored = registry_.Get(caller.scope, request.verification_id(), deadline);
    if (!stored.ok()) return stored.status();
  }
  const uint32_t limit = request.page_size() == 0 ? 50 : static_cast<uint32_t>(request.page_size());
  auto leads =
      galleries_.ListLeads(caller.scope.operator_id, request.verification_id(), request.concluded(), limit, deadline);
  if (!leads.ok()) return leads.status();
  v1::ListFaceLeadsResponse response;
  *response.mutable_leads() = {leads->begin(), leads->end()};
  return response;
}

Result<v1::FaceLead> Reviews::ConcludeLead(const Caller& caller, const v1::ConcludeFaceLeadRequest& request,
                                           Deadline deadline) {
  auto reviewer = ReviewerOf(caller);
  if (!reviewer.ok()) return reviewer.status();
  return galleries_.ConcludeLead(reviewer->operator_id, request.lead_id(), request.conclusion(), caller.principal,
                                 clock_.Now(), deadline);
}

Result<v1::CountContestsResponse> Reviews::CountContests(const Caller& caller, const v1::CountContestsRequest& request,
                                                         Deadline deadline) {
  return store_.CountContests(
      caller.scope.operator_id, request.has_from_time() ? FromTimestamp(request.from_time()) : TimePoint(),
      request.has_to_time() ? FromTimestamp(request.to_time()) : clock_.Now() + std::chrono::microseconds(1), deadline);
}

}  // namespace realname
