// SPDX-License-Identifier: Apache-2.0
#include "rules/face_limits.h"

#include <algorithm>
#include <cstdio>
#include <string>

namespace realname::rules {
namespace {

constexpr double kDefaultMaxTurnedAway = 0.03;
constexpr double kDefaultMaxReview = 0.08;

bool IsFaceCheck(v1::Check check) {
  return check == v1::CHECK_FACE_DETECT || check == v1::CHECK_FACE_QUALITY || check == v1::CHECK_FACE_MATCH ||
         check == v1::CHECK_LIVENESS;
}

Status TooHarsh(const std::string& group, double share, const char* what, double limit) {
  char text[200];
  std::snprintf(text, sizeof(text), "%.1f %% of the genuine customers in %s would be %s; the policy allows %.1f %%",
                100 * share, group.c_str(), what, 100 * limit);
  return Status(StatusCode::kFailedPrecondition, "POLICY_TOO_HARSH", text);
}

}  // namespace

v1::FaceLimits FaceLimitsOf(const Policy& policy) {
  v1::FaceLimits limits;
  *limits.mutable_face() = policy.pack.face();
  *limits.mutable_liveness() = policy.pack.liveness();
  *limits.mutable_id_photo() = policy.pack.id_photo();
  *limits.mutable_live_portrait() = policy.pack.live_portrait();
  limits.set_max_resubmissions(policy.pack.application().max_resubmissions());
  for (int code = v1::ReasonCode_MIN; code <= v1::ReasonCode_MAX; ++code) {
    if (!v1::ReasonCode_IsValid(code) || !IsFaceCheck(CheckOf(static_cast<v1::ReasonCode>(code)))) continue;
    const v1::ReasonText& text = TextOf(policy, static_cast<v1::ReasonCode>(code));
    v1::ReasonRoute* route = limits.add_routes();
    route->set_code(v1::ReasonCode_Name(static_cast<v1::ReasonCode>(code)));
    route->set_class_(text.class_());
    route->set_max_attempts(text.max_attempts());
  }
  return limits;
}

bool MeasuredWith(const v1::CustomerOutcomes& outcomes, const Policy& policy) {
  // Neither message has a map, so equal messages have equal bytes.
  return outcomes.limits().SerializeAsString() == FaceLimitsOf(policy).SerializeAsString();
}

Status AllowsOutcomes(const Policy& policy, const v1::FaceCalibration& calibration) {
  if (!MeasuredWith(calibration.outcomes(), policy)) return {};
  const v1::CustomerPolicy& limits = policy.pack.genuine_customers();
  const double max_turned_away = limits.max_turned_away() > 0 ? limits.max_turned_away() : kDefaultMaxTurnedAway;
  const double max_review = limits.max_review() > 0 ? limits.max_review() : kDefaultMaxReview;
  const auto& population = calibration.population();
  for (const v1::GroupOutcomes& group : calibration.outcomes().groups()) {
    const bool one_group = std::any_of(calibration.groups().begin(), calibration.groups().end(),
                                       [&](const auto& each) { return each.name() == group.name(); });
    const bool counts = !one_group || population.empty() ||
                        std::find(population.begin(), population.end(), group.name()) != population.end();
    if (!counts) continue;
    const double turned_away = one_group ? group.turned_away_lower() : group.turned_away();
    const double review = one_group ? group.review_lower() : group.review();
    // Negated, so that a share that is no number is refused.
    if (!(turned_away <= max_turned_away)) {
      return TooHarsh(group.name(), group.turned_away(), "turned away", max_turned_away);
    }
    if (!(review <= max_review)) return TooHarsh(group.name(), group.review(), "sent to a reviewer", max_review);
  }
  return {};
}

bool LivenessAsksReviewOnly(const Policy& policy, double liveness_bpcer) {
  return !(liveness_bpcer <= policy.pack.liveness().max_bpcer());
}

}  // namespace realname::rules
