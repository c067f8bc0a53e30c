// SPDX-License-Identifier: Apache-2.0
#include "rules/review.h"

#include <algorithm>

#include "rules/civil_date.h"
#include "rules/decide.h"
#include "rules/entry.h"
#include "rules/reverification_date.h"

namespace realname::rules {
namespace {

using std::chrono::minutes;

bool WantsAVote(const v1::CheckDecision& check) { return !check.reasons().empty(); }

const v1::CheckVote* VoteOn(const v1::ReviewVote& vote, v1::Check check) {
  for (const v1::CheckVote& each : vote.checks()) {
    if (each.check() == check) return &each;
  }
  return nullptr;
}

bool NamesNobody(v1::ReasonCode code) {
  switch (code) {
    case v1::IDN_FORMAT:
    case v1::IDN_CHECKSUM:
    case v1::IDN_DATE:
    case v1::IDN_REGION:
    case v1::DOC_FIELDS_MISMATCH_MRZ:
      return true;
    default:
      return false;
  }
}

// The first reason of the decision that no vote lifts.
v1::ReasonCode LiftedByEvidenceOnly(const Policy& policy, const v1::Decision& decision) {
  for (const v1::CheckDecision& check : decision.checks()) {
    for (const int code : check.reasons()) {
      const auto reason = static_cast<v1::ReasonCode>(code);
      if (TextOf(policy, reason).lifted_by_evidence_only()) return reason;
      // A chip holds what it holds, odd as it may be. What was read otherwise and names nobody is read again: approved,
      // it would count against nobody's quota.
      if (decision.has_contest() && NamesNobody(reason)) return reason;
    }
  }
  return v1::REASON_CODE_UNSPECIFIED;
}

constexpr int kDay = 24 * 60;

// From `now` to when `work` minutes will have been worked in the desk's hours.
minutes TimeFor(const v1::ReviewPolicy& desk, int utc_offset_minutes, minutes work, TimePoint now) {
  if (desk.open_hour() == desk.close_hour()) return work;
  const int opens = static_cast<int>(desk.open_hour()) * 60;
  const int closes = static_cast<int>(desk.close_hour()) * 60;
  const auto since_epoch = std::chrono::floor<minutes>(now.time_since_epoch()).count() + utc_offset_minutes;
  int time = static_cast<int>(since_epoch % kDay);
  int waited = 0;
  int left = static_cast<int>(work.count());
  while (true) {
    if (time >= opens && time < closes) {
      const int worked = std::min(left, closes - time);
      waited += worked;
      time += worked;
      left -= worked;
      if (left == 0) return minutes(waited);
    }
    const int until_open = (opens - time + kDay) % kDay;
    waited += until_open;
    time = opens;
  }
}

}  // namespace

std::string VoteFault(const Policy& policy, const v1::Decision& decision, const v1::ReviewVote& vote) {
  int wanted = 0;
  bool failed = false;
  for (const v1::CheckDecision& check : decision.checks()) {
    if (!WantsAVote(check)) continue;
    ++wanted;
    const v1::CheckVote* found = VoteOn(vote, check.check());
    if (found == nullptr) return "checks: no vote on " + v1::Check_Name(check.check());
    if (found->outcome() != v1::OUTCOME_PASSED && found->outcome() != v1::OUTCOME_FAILED) {
      return "checks.outcome: PASSED or FAILED";
    }
    failed |= found->outcome() == v1::OUTCOME_FAILED;
  }
  if (vote.checks_size() != wanted) return "checks: each check that found something exactly once, and no other";
  switch (vote.conclusion()) {
    case v1::REVIEW_CONCLUSION_APPROVE:
      if (failed) return "conclusion: APPROVE with a check that FAILED";
      if (const auto reason = LiftedByEvidenceOnly(policy, decision); reason != v1::REASON_CODE_UNSPECIFIED) {
        return "conclusion: no vote lifts " + v1::ReasonCode_Name(reason) + ": REJECT, or REQUEST_EVIDENCE";
      }
      break;
    case v1::REVIEW_CONCLUSION_REJECT:
      if (!failed) return "conclusion: REJECT with every check PASSED";
      break;
    case v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE:
      if (vote.retry_items().empty()) return "retry_items: at least one";
      for (const int item : vote.retry_items()) {
        const bool without_face = item == v1::EVIDENCE_ITEM_SECOND_DOCUMENT || item == v1::EVIDENCE_ITEM_ATTESTATION;
        if (without_face && decision.identification() != v1::IDENTIFICATION_ATTESTED) {
          return "retry_items: a second document or somebody's word is for applications without the face";
        }
      }
      return "";
    default:
      return "conclusion: required";
  }
  return vote.retry_items().empty() ? "" : "retry_items: with REQUEST_EVIDENCE only";
}

bool NeedsSecondReviewer(const Policy& policy, const v1::Decision& decision) {
  const auto& listed = policy.pack.review().second_reviewer_reasons();
  return std::any_of(decision.checks().begin(), decision.checks().end(), [&](const v1::CheckDecision& check) {
    return check.outcome() == v1::OUTCOME_FAILED ||
           std::any_of(check.reasons().begin(), check.reasons().end(),
                       [&](int code) { return std::find(listed.begin(), listed.end(), code) != listed.end(); });
  });
}

ReviewResult ResultOf(const Policy& policy, const v1::Decision& decision, const v1::ReviewRecord& votes,
                      bool by_administrator) {
  if (by_administrator) return ReviewResult::kDecided;
  const v1::ReviewConclusion last = votes.votes().rbegin()->conclusion();
  if (votes.votes_size() == 1) {
    const bool second = last == v1::REVIEW_CONCLUSION_APPROVE && NeedsSecondReviewer(policy, decision);
    return second ? ReviewResult::kAwaitSecond : ReviewResult::kDecided;
  }
  return last == votes.votes(0).conclusion() ? ReviewResult::kDecided : ReviewResult::kEscalate;
}

v1::Decision ReviewedDecision(const Policy& policy, const v1::Facts& facts, const v1::Decision& decision,
                              const v1::ReviewRecord& votes, TimePoint now) {
  const v1::ReviewVote& vote = *votes.votes().rbegin();
  v1::Decision reviewed = decision;
  *reviewed.mutable_review() = votes;
  for (v1::CheckDecision& check : *reviewed.mutable_checks()) {
    if (const v1::CheckVote* voted = VoteOn(vote, check.check())) check.set_reviewed_outcome(voted->outcome());
  }
  reviewed.clear_retry_items();
  reviewed.clear_next_reverification_date();
  switch (vote.conclusion()) {
    case v1::REVIEW_CONCLUSION_APPROVE: {
      reviewed.set_verdict(v1::VERDICT_PASS);
      const v1::EntryType entry = facts.application().entry_type();
      reviewed.set_next_action(ActionAfterPass(entry));
      if (TakesPlace(entry) || Reverifies(entry)) {
        reviewed.set_next_reverification_date(
            NextReverificationDate(policy, facts.subject().document(), reviewed.identification(), DayAt(policy, now)));
      }
      break;
    }
    case v1::REVIEW_CONCLUSION_REJECT:
      // A person said no here; another one, in a hall, can look again.
      reviewed.set_verdict(v1::VERDICT_REJECT);
      reviewed.set_next_action(v1::NEXT_ACTION_OWN_HALL);
      break;
    default:
      reviewed.set_verdict(v1::VERDICT_RETRY);
      reviewed.set_next_action(v1::NEXT_ACTION_RESUBMIT);
      *reviewed.mutable_retry_items() = vote.retry_items();
  }
  return reviewed;
}

v1::ReviewWait WaitOf(const Policy& policy, uint64_t cases_before, TimePoint now, TimePoint deadline) {
  const v1::ReviewPolicy& desk = policy.pack.review();
  const uint64_t work =
      std::min<uint64_t>((cases_before + 1) * 60 / std::max(desk.cases_per_hour(), 1u) + 1, kDay * 30);
  const minutes wait = TimeFor(desk, policy.pack.utc_offset_minutes(), minutes(work), now);
  v1::ReviewWait answer;
  answer.set_expected_minutes(static_cast<uint32_t>(wait.count()));
  answer.set_come_back(desk.max_wait_minutes() > 0 && answer.expected_minutes() > desk.max_wait_minutes());
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(deadline.time_since_epoch()).count();
  answer.mutable_deadline()->set_seconds(micros / 1000000);
  answer.mutable_deadline()->set_nanos(static_cast<int>(micros % 1000000 * 1000));
  return answer;
}

}  // namespace realname::rules
