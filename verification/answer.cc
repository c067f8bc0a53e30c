// SPDX-License-Identifier: Apache-2.0
#include "verification/answer.h"

#include "rules/contest.h"
#include "rules/explain.h"
#include "rules/ways_out.h"
#include "verification/reference_number.h"

namespace realname {

google::protobuf::Timestamp ToTimestamp(TimePoint time) {
  const auto micros = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(micros);
  google::protobuf::Timestamp out;
  out.set_seconds(seconds.count());
  out.set_nanos(static_cast<int32_t>((micros - seconds).count() * 1000));
  return out;
}

TimePoint FromTimestamp(const google::protobuf::Timestamp& time) {
  return TimePoint(std::chrono::seconds(time.seconds()) + std::chrono::microseconds(time.nanos() / 1000));
}

Result<v1::Verification> Answer(PolicyArchive& policies, const StoredVerification& stored, v1::Role role,
                                Deadline deadline) {
  auto policy = policies.Find(stored.decision.policy_digest(), deadline);
  if (!policy.ok()) return policy.status();
  v1::Verification answer;
  rules::Explain(**policy, stored.decision, rules::ReaderOf(role), answer);
  answer.set_verification_id(stored.verification_id);
  answer.set_reference_number(ReferenceNumber(stored.verification_id));
  answer.set_state(stored.state);
  answer.set_sequence(stored.sequence);
  answer.set_attempt(stored.attempt);
  *answer.mutable_create_time() = ToTimestamp(stored.create_time);
  *answer.mutable_decide_time() = ToTimestamp(stored.decide_time);
  if (stored.reservation_expire_time) {
    *answer.mutable_reservation_expire_time() = ToTimestamp(*stored.reservation_expire_time);
  }
  if (stored.decision.has_contest()) {
    answer.set_contested_reference_number(ReferenceNumber(stored.decision.contest().verification_id()));
  }
  // How long a refusal can be contested is for the policy in force to say, not for the one that refused.
  const v1::ContestPolicy& contest = policies.Current().pack.contest();
  const bool contestable = !stored.contested && rules::IsRefusal(stored.state, stored.decision) &&
                           rules::NextContestLevel(stored.state, stored.decision) <= contest.max_levels();
  for (const v1::WayOut way : rules::WaysOut(policies.Current(), stored.state, stored.decision, contestable)) {
    answer.add_ways_out(way);
  }
  if (stored.decision.verdict() == v1::VERDICT_PASS) answer.set_identification(stored.decision.identification());
  if (contestable) {
    *answer.mutable_contest_expire_time() = ToTimestamp(rules::ContestEnd(contest, stored.decide_time));
  }
  switch (stored.state) {
    case v1::STATE_TERMINATED:
    case v1::STATE_CANCELLED:
    case v1::STATE_EXPIRED:
      answer.set_verdict(v1::VERDICT_UNSPECIFIED);
      answer.clear_retry_items();
      answer.clear_next_reverification_date();
      answer.set_next_action(stored.state == v1::STATE_EXPIRED ? v1::NEXT_ACTION_SUBMIT_AGAIN : v1::NEXT_ACTION_NONE);
      *answer.mutable_next_action_text() = rules::NextActionText(**policy, answer.next_action());
      break;
    case v1::STATE_COMPLETED:
      answer.set_next_action(v1::NEXT_ACTION_DONE);
      *answer.mutable_next_action_text() = rules::NextActionText(**policy, answer.next_action());
      break;
    case v1::STATE_ACTIVATED:
      answer.set_next_action(v1::NEXT_ACTION_NONE);
      answer.clear_next_action_text();
      break;
    default:
      break;
  }
  return answer;
}

}  // namespace realname
