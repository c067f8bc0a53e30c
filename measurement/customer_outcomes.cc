// SPDX-License-Identifier: Apache-2.0
#include "measurement/customer_outcomes.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <utility>

#include "measurement/clopper_pearson.h"
#include "realname/v1/facts.pb.h"
#include "rules/decide.h"
#include "rules/face_limits.h"
#include "rules/quality_gate.h"

namespace realname::measurement {
namespace {

// Sums over people of shares of visits.
struct Sums {
  unsigned people = 0;
  double pass = 0;
  double retry = 0;
  double review = 0;
  double turned_away = 0;
  std::map<std::string, double> reasons;
};

// How one visit ended.
struct Visit {
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  bool asked_again = false;
  std::vector<std::string> reasons;
};

class Counter {
 public:
  Counter(const std::vector<v1::FaceEvidence>& id_photos, const std::vector<v1::FaceEvidence>& portraits,
          const face::TemplateKind& kind, const Calibration& calibration, const rules::Policy& policy)
      : id_photos_(id_photos), portraits_(portraits), kind_(kind), calibration_(calibration), policy_(policy) {}

  // `tries` are the portraits in the order in which they are shown.
  Result<Visit> Receive(int id_photo, const std::vector<int>& tries) const {
    Visit visit;
    v1::Facts facts;
    facts.mutable_application()->set_capture_method(v1::CAPTURE_METHOD_CHIP_READ);
    facts.set_liveness_bpcer(calibration_.Bpcer(policy_.pack.liveness().live_score_fail()));
    for (std::size_t i = 0; i < tries.size(); ++i) {
      facts.set_attempt(static_cast<unsigned>(i + 1));
      if (Status status = Show(id_photo, tries[i], *facts.mutable_subject()); !status.ok()) return status;
      const v1::Decision decision = rules::DecideFaces(policy_, facts);
      visit.verdict = decision.verdict();
      visit.reasons.clear();
      for (const v1::CheckDecision& check : decision.checks()) {
        for (const int code : check.reasons()) {
          visit.reasons.push_back(v1::ReasonCode_Name(static_cast<v1::ReasonCode>(code)));
        }
      }
      if (visit.verdict != v1::VERDICT_RETRY) return visit;
      visit.asked_again = true;
    }
    return visit;
  }

 private:
  Status Show(int id_photo, int portrait, v1::SubjectFacts& subject) const {
    const v1::FaceEvidence& first = id_photos_[static_cast<std::size_t>(id_photo)];
    const v1::FaceEvidence& second = portraits_[static_cast<std::size_t>(portrait)];
    *subject.mutable_id_photo() = first;
    *subject.mutable_live_portrait() = second;
    subject.clear_comparison();
    if (!rules::PassesGate(first, policy_.pack.id_photo()) ||
        !rules::PassesGate(second, policy_.pack.live_portrait())) {
      return {};
    }
    const v1::FaceEvidence* const references[] = {&first};
    Result<v1::FaceComparison> comparison = face::CompareFaces(kind_, calibration_, references, second);
    if (!comparison.ok()) return comparison.status();
    *subject.mutable_comparison() = *std::move(comparison);
    return {};
  }

  const std::vector<v1::FaceEvidence>& id_photos_;
  const std::vector<v1::FaceEvidence>& portraits_;
  const face::TemplateKind& kind_;
  const Calibration& calibration_;
  const rules::Policy& policy_;
};

// The visits of one person: for each ID photo, one that begins with each of the portraits listed against it.
Result<std::vector<Visit>> Visits(const Counter& counter, const std::vector<std::pair<int, int>>& pairs,
                                  std::size_t most) {
  std::map<int, std::vector<int>> portraits_of;
  for (const auto& [id_photo, portrait] : pairs) portraits_of[id_photo].push_back(portrait);
  std::vector<Visit> visits;
  for (const auto& [id_photo, portraits] : portraits_of) {
    for (std::size_t first = 0; first < portraits.size(); ++first) {
      std::vector<int> tries;
      for (std::size_t i = 0; i < most; ++i) tries.push_back(portraits[(first + i) % portraits.size()]);
      Result<Visit> visit = counter.Receive(id_photo, tries);
      if (!visit.ok()) return visit.status();
      visits.push_back(*std::move(visit));
    }
  }
  return visits;
}

void Add(const std::vector<Visit>& visits, Sums& sums) {
  const double vote = 1.0 / static_cast<double>(visits.size());
  ++sums.people;
  for (const Visit& visit : visits) {
    const bool review = visit.verdict == v1::VERDICT_REVIEW;
    const bool pass = visit.verdict == v1::VERDICT_PASS;
    (pass ? sums.pass : review ? sums.review : sums.turned_away) += vote;
    if (visit.asked_again) sums.retry += vote;
    if (pass) continue;
    for (const std::string& reason : visit.reasons) sums.reasons[reason] += vote;
  }
}

// Lower end of the 95 % interval of a share of people. Votes are fractions; rounded down they claim no more than was
// seen.
double Lower(double votes, unsigned people) {
  const unsigned seen = static_cast<unsigned>(votes);
  return 1 - ClopperPearsonUpper(people - std::min(seen, people), people);
}

v1::GroupOutcomes Shares(const std::string& name, const Sums& sums) {
  const double people = sums.people;
  v1::GroupOutcomes group;
  group.set_name(name);
  group.set_people(sums.people);
  group.set_pass(sums.pass / people);
  group.set_retry(sums.retry / people);
  group.set_review(sums.review / people);
  group.set_turned_away(sums.turned_away / people);
  group.set_review_lower(Lower(sums.review, sums.people));
  group.set_turned_away_lower(Lower(sums.turned_away, sums.people));
  for (const auto& [code, sum] : sums.reasons) {
    v1::ReasonShare* share = group.add_reasons();
    share->set_code(code);
    share->set_share(sum / people);
  }
  std::stable_sort(group.mutable_reasons()->begin(), group.mutable_reasons()->end(),
                   [](const auto& a, const auto& b) { return a.share() > b.share(); });
  return group;
}

void Join(const Sums& one, Sums& all) {
  all.people += one.people;
  all.pass += one.pass;
  all.retry += one.retry;
  all.review += one.review;
  all.turned_away += one.turned_away;
  for (const auto& [code, sum] : one.reasons) all.reasons[code] += sum;
}

}  // namespace

Result<v1::CustomerOutcomes> MeasureOutcomes(const LabelledSet& set, const std::vector<v1::FaceEvidence>& id_photos,
                                             const std::vector<v1::FaceEvidence>& portraits,
                                             const face::TemplateKind& kind, const Calibration& calibration,
                                             const rules::Policy& policy) {
  const std::size_t most = std::min<std::size_t>(kTries, policy.pack.application().max_resubmissions() + 1);
  const Counter counter(id_photos, portraits, kind, calibration, policy);
  v1::CustomerOutcomes outcomes;
  Sums population;
  for (int i = 0; i < calibration.message().groups_size(); ++i) {
    const std::string& name = calibration.message().groups(i).name();
    const auto number = std::find(set.groups.begin(), set.groups.end(), name) - set.groups.begin();
    Sums sums;
    for (const auto& [subject, pairs] : GenuinePairs(set, static_cast<int>(number))) {
      const Result<std::vector<Visit>> visits = Visits(counter, pairs, most);
      if (!visits.ok()) return visits.status();
      Add(*visits, sums);
    }
    if (sums.people == 0) continue;
    *outcomes.add_groups() = Shares(name, sums);
    if (calibration.InPopulation(i)) Join(sums, population);
  }
  if (outcomes.groups().empty()) return outcomes;
  if (population.people > 0) *outcomes.add_groups() = Shares("population", population);
  outcomes.set_policy_version(policy.pack.version());
  *outcomes.mutable_limits() = rules::FaceLimitsOf(policy);
  return outcomes;
}

std::string OutcomesText(const v1::CustomerOutcomes& outcomes) {
  char line[256];
  std::string text = "genuine customers under policy " + outcomes.policy_version() +
                     ", match, quality and liveness together, after up to " + std::to_string(kTries) + " tries:\n";
  for (const v1::GroupOutcomes& group : outcomes.groups()) {
    std::snprintf(line, sizeof(line),
                  "  %-12s %5u people: PASS %.1f %%, REVIEW %.1f %%, turned away %.1f %%; asked to RETRY %.1f %%\n",
                  group.name().c_str(), group.people(), 100 * group.pass(), 100 * group.review(),
                  100 * group.turned_away(), 100 * group.retry());
    text += line;
    if (group.reasons_size() > 0) text += "    because of";
    for (const v1::ReasonShare& reason : group.reasons()) {
      std::snprintf(line, sizeof(line), " %s %.1f %%", reason.code().c_str(), 100 * reason.share());
      text += line;
    }
    if (group.reasons_size() > 0) text += "\n";
  }
  return text;
}

}  // namespace realname::measurement
