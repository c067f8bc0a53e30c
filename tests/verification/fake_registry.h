// SPDX-License-Identifier: Apache-2.0
// Registry in memory, for tests of the use cases. Passes the same conformance suite as the real one.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tests/rules/sample_facts.h"
#include "tests/verification/fake_session_store.h"
#include "verification/registry.h"

namespace realname::testing {

class FakeRegistry final : public Registry {
 public:
  // Registrations may use up sessions of `sessions`, which outlives this.
  explicit FakeRegistry(FakeSessionStore& sessions) : sessions_(sessions) {}

  // While set, every method fails with it.
  void FailWith(Status status) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(status);
  }
  // The next `count` commits find that what was observed moved.
  void MoveNext(int count) {
    const std::lock_guard lock(mutex_);
    moves_ = count;
  }

  Result<Observation> Observe(const ObserveQuery& query, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    Observation out;
    if (const auto found = requests_.find({query.request.principal, query.request.request_id});
        found != requests_.end()) {
      out.request = found->second.payload == query.request.canonical_payload ? RequestMatch::kSamePayload
                                                                             : RequestMatch::kOtherPayload;
      out.earlier = Stored(rows_.at(found->second.verification_id));
    }
    const Claim* claim = FindClaim(query.document_type, query.document_number.Reveal());
    if (claim != nullptr) {
      out.person_id = claim->person_id;
      out.facts.set_person_known(true);
      out.facts.set_name_differs(!claim->name.empty() && claim->name != query.name.Reveal());
    }
    if (const auto own = rows_.find(query.verification_id); own != rows_.end()) out.person_id = own->second.person_id;
    if (!out.person_id.empty()) out.person_version = versions_[out.person_id];
    uint32_t held = 0;
    for (const auto& [id, row] : rows_) {
      if (row.person_id == out.person_id && row.owner.operator_id == query.operator_id && row.holds &&
          row.quota == query.quota && !Lapsed(row, query.now) && id != query.verification_id) {
        ++held;
      }
      if (!row.msisdn.empty() && row.msisdn == query.msisdn.Reveal() && !Lapsed(row, query.now) &&
          id != query.verification_id) {
        out.facts.set_msisdn_taken(true);
      }
    }
    out.facts.set_numbers_held(held);
    // Everybody may sell, with any device but a stolen one.
    out.channel = SampleFacts().channel();
    for (const DeviceCapture& capture : query.captures) {
      ObservedDevice& device = out.devices.emplace_back();
      device.known = capture.device_id != "stolen";
      device.status = v1::SELLER_STATUS_ACTIVE;
      device.agent_id = query.seller.agent_id;
      device.public_key = "a key";
      device.counter_used =
          capture.counter > 0 && counters_.contains({query.operator_id, capture.device_id, capture.counter});
    }
    return out;
  }

  Result<CommitOutcome> Commit(const CommitRequest& request, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    if (moves_ > 0) {
      --moves_;
      return CommitOutcome(Moved{});
    }
    const std::pair key(request.request.principal, request.request.request_id);
    if (const auto found = requests_.find(key); found != requests_.end()) {
      return CommitOutcome(Repeated{Stored(rows_.at(found->second.verification_id)),
                                    found->second.payload == request.request.canonical_payload});
    }
    std::string person_id = request.person_id;
    if (person_id.empty()) {
      if (FindClaim(request.document_type, request.document_number.Reveal()) != nullptr) return CommitOutcome(Moved{});
      person_id = "person-" + std::to_string(versions_.size() + 1);
    } else if (versions_[person_id] != request.person_version) {
      return CommitOutcome(Moved{});
    }
    Row* own = nullptr;
    if (request.expected_sequence > 0) {
      own = &rows_.at(request.verification_id);
      const v1::State awaited = request.same_attempt ? v1::STATE_AWAITING_SOURCE : v1::STATE_AWAITING_EVIDENCE;
      if (own->sequence != request.expected_sequence || own->state != awaited) {
        return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "moved");
      }
      if (Lapsed(*own, request.now)) return Status(StatusCode::kFailedPrecondition, "RESERVATION_EXPIRED", "ran out");
    }
    uint32_t held = 0;
    for (auto& [id, row] : rows_) {
      if (Lapsed(row, request.now) && (row.person_id == person_id || row.msisdn == request.msisdn.Reveal())) {
        Release(row, v1::STATE_EXPIRED, request.now);
        ++versions_[row.person_id];
      }
      if (row.person_id == person_id && row.owner.operator_id == request.owner.operator_id && row.holds &&
          row.quota == request.quota && &row != own) {
        ++held;
      }
      if (!request.msisdn.Reveal().empty() && row.msisdn == request.msisdn.Reveal() && &row != own)
        return CommitOutcome(Moved{});
    }
    if (request.holds_place && held >= request.quota_limit) return CommitOutcome(Moved{});
    for (const DeviceCapture& capture : request.captures) {
      if (counters_.contains({request.owner.operator_id, capture.device_id, capture.counter})) {
        return CommitOutcome(Moved{});
      }
    }
    if (!request.session_id.empty() && !sessions_.Use(request.session_id, request.verification_id, request.now)) {
      return CommitOutcome(Moved{});
    }

    if (!request.document_number.Reveal().empty()) {
      Claim& claim = claims_[{request.document_type, request.document_number.Reveal()}];
      claim.person_id = person_id;
      if (request.decision.verdict() == v1::VERDICT_PASS && claim.name.empty()) claim.name = request.name.Reveal();
    }
    for (const DeviceCapture& capture : request.captures) {
      if (capture.counter == 0) continue;
      counters_[{request.owner.operator_id, capture.device_id, capture.counter}] = request.verification_id;
    }
    if (request.person_id.empty() || request.holds_place || own != nullptr) ++versions_[person_id];
    if (own == nullptr && request.decision.has_contest() &&
        !contested_.insert(request.decision.contest().verification_id()).second) {
      return Status(StatusCode::kAlreadyExists, "ALREADY_CONTESTED", "contested before");
    }
    Row& row = rows_[request.verification_id];
    row.verification_id = request.verification_id;
    row.person_id = person_id;
    row.owner = request.owner;
    row.state = request.state;
    row.verdict = request.decision.verdict();
    row.attempt = request.facts.attempt();
    if (own == nullptr) row.create_time = request.now;
    row.decide_time = request.now;
    row.expire_time = request.expire_time;
    row.holds = request.holds_place;
    row.quota = request.quota;
    row.msisdn = request.msisdn.Reveal();
    row.decision = request.decision;
    row.decision_sequence = row.sequence + 1;
    row.facts = request.facts;
    if (request.same_attempt) {
      Event(row, request.now);
      requests_[key] = {request.request.canonical_payload, request.verification_id};
      return CommitOutcome(Committed{Stored(row)});
    }
    row.record = request.record;
    const auto kept = [&](const Picture& picture) {
      return StoredPicture{std::string(picture.bytes), request.evidence_expire_time ? picture.evidence : std::nullopt};
    };
    row.id_photo = kept(request.pictures.id_photo);
    row.live_portrait = kept(request.pictures.live_portrait);
    row.parties.clear();
    for (size_t i = 0; i < request.parties.size(); ++i) {
      const PartyCommit& party = request.parties[i];
      const v1::PartyFacts& facts = request.facts.parties(static_cast<int>(i));
      row.parties.push_back({facts.role(), facts.subject(), kept(party.pictures.id_photo),
                             kept(party.pictures.live_portrait), kept(party.letter_scan)});
    }
    Event(row, request.now);
    requests_[key] = {request.request.canonical_payload, request.verification_id};
    return CommitOutcome(Committed{Stored(row)});
  }

  Result<StoredVerification> Confirm(const Scope& scope, const RequestKey& request, const std::string& verification_id,
                                     TimePoint now, Deadline) override {
    return Transition(scope, request, verification_id, now, v1::STATE_ACTIVATED);
  }
  Result<StoredVerification> Cancel(const Scope& scope, const RequestKey& request, const std::string& verification_id,
                                    TimePoint now, Deadline) override {
    return Transition(scope, request, verification_id, now, v1::STATE_CANCELLED);
  }

  Result<StoredVerification> Terminate(const Scope& scope, const RequestKey& request,
                                       const std::string& verification_id, const std::string&, TimePoint now,
                                       Deadline) override {
    return Transition(scope, request, verification_id, now, v1::STATE_TERMINATED);
  }

  Status WithdrawConsent(const Scope& scope, const RequestKey& request, const std::string& verification_id,
                         const std::string& notice_id, bool drop_evidence, TimePoint now, Deadline) override {
    const std::lock_guard lock(mutex_);
    auto row = Find(scope, verification_id);
    if (!row.ok()) return row.status();
    const std::pair key(request.principal, request.request_id);
    if (const auto earlier = requests_.find(key); earlier != requests_.end()) {
      if (earlier->second.payload == request.canonical_payload) return {};
      return Status(StatusCode::kAlreadyExists, "REQUEST_ID_REUSED", "used before");
    }
    requests_[key] = {request.canonical_payload, verification_id};
    (*row)->withdrawals.emplace(notice_id, now);
    if (drop_evidence) {
      (*row)->id_photo.evidence.reset();
      (*row)->live_portrait.evidence.reset();
      for (StoredParty& party : (*row)->parties) {
        party.id_photo.evidence.reset();
        party.live_portrait.evidence.reset();
      }
    }
    return {};
  }

  Result<std::vector<AwaitingSource>> TakeAwaitingSource(TimePoint now, TimePoint begun_before,
                                                         std::chrono::seconds retry, uint32_t limit,
                                                         Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    std::vector<AwaitingSource> out;
    for (const auto& [id, row] : rows_) {
      if (row.state != v1::STATE_AWAITING_SOURCE) {
        source_waits_.erase(id);
        continue;
      }
      auto& [asks, next] = source_waits_[id];
      if (out.size() == limit || next > now || row.decide_time > begun_before) continue;
      next = now + std::min<std::chrono::seconds>(std::chrono::hours(1), retry * (1 << std::min(asks++, 12)));
      out.push_back({row.owner.operator_id, id});
    }
    return out;
  }

  // Attempts are not counted here.
  Result<uint32_t> ForgetAttempts(TimePoint, uint32_t, Deadline) override { return 0u; }

  Result<uint32_t> ExpireReservations(TimePoint now, uint32_t limit, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    uint32_t ended = 0;
    for (auto& [id, row] : rows_) {
      if (ended < limit && Lapsed(row, now)) {
        Release(row, v1::STATE_EXPIRED, now);
        ++versions_[row.person_id];
        ++ended;
      }
    }
    return ended;
  }

  Result<uint32_t> WarnReservations(TimePoint now, TimePoint before, uint32_t limit, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    uint32_t told = 0;
    for (auto& [id, row] : rows_) {
      if (told == limit || row.state != v1::STATE_IN_REVIEW || Lapsed(row, now) || *row.expire_time > before) continue;
      if (!warned_.insert(id).second) continue;
      Event(row, now, v1::EVENT_KIND_RESERVATION_ENDING);
      ++told;
    }
    return told;
  }

  Result<PrecheckObservation> ObservePrecheck(const PrecheckQuery& query, Deadline deadline) override {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_.ok()) return failure_;
      const auto hour = std::chrono::floor<std::chrono::hours>(query.now.time_since_epoch()).count();
      uint32_t& used = prechecks_[{query.principal, hour}];
      if (used >= query.limit_per_hour) return PrecheckObservation{};
      ++used;
    }
    ObserveQuery observe;
    observe.operator_id = query.operator_id;
    observe.document_type = query.document_type;
    observe.document_number = query.document_number;
    observe.name = query.name;
    observe.now = query.now;
    observe.quota = query.quota;
    auto out = Observe(observe, deadline);
    if (!out.ok()) return out.status();
    return PrecheckObservation{out->facts};
  }

  Status ArchivePolicy(const std::string& digest, const std::string& text, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (failure_.ok()) policies_.emplace(digest, text);
    return failure_;
  }

  Result<StoredVerification> Get(const Scope& scope, const std::string& verification_id, Deadline) override {
    const std::lock_guard lock(mutex_);
    auto row = Find(scope, verification_id);
    if (!row.ok()) return row.status();
    return Stored(**row);
  }
  Result<v1::Facts> GetFacts(const Scope& scope, const std::string& verification_id, Deadline) override {
    const std::lock_guard lock(mutex_);
    auto row = Find(scope, verification_id);
    if (!row.ok()) return row.status();
    return (*row)->facts;
  }
  Result<StoredDecision> GetDecision(const Scope& scope, const std::string& verification_id, uint64_t sequence,
                                     Deadline) override {
    const std::lock_guard lock(mutex_);
    auto row = Find(scope, verification_id);
    if (!row.ok()) return row.status();
    // It remembers the present one only.
    if (sequence != 0 && sequence != (*row)->decision_sequence) {
      return Status(StatusCode::kNotFound, "NO_SUCH_VERIFICATION", "no such decision");
    }
    return StoredDecision{(*row)->decision_sequence, (*row)->decision, (*row)->facts};
  }
  Result<StoredApplication> GetApplication(const Scope& scope, const std::string& verification_id, Deadline) override {
    const std::lock_guard lock(mutex_);
    auto row = Find(scope, verification_id);
    if (!row.ok()) return row.status();
    return StoredApplication{Stored(**row), (*row)->record, (*row)->id_photo, (*row)->live_portrait, (*row)->parties};
  }
  Result<std::vector<std::string>> FindByReference(const std::string& operator_id, const std::string& reference,
                                                   Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    std::vector<std::string> out;
    for (const auto& [id, row] : rows_) {
      if (row.owner.operator_id == operator_id && id.ends_with(reference)) out.push_back(id);
    }
    return out;
  }
  Result<std::vector<Withdrawal>> Withdrawals(const Scope& scope, const std::string& verification_id,
                                              Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    std::vector<Withdrawal> out;
    if (auto row = Find(scope, verification_id); row.ok()) {
      for (const auto& [notice, time] : (*row)->withdrawals) out.push_back({notice, time});
    }
    return out;
  }
  Result<std::vector<StoredVerification>> List(const ListQuery& query, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    std::vector<StoredVerification> out;
    for (auto it = rows_.rbegin(); it != rows_.rend() && out.size() < query.limit; ++it) {
      const Row& row = it->second;
      if (!query.scope.Covers(row.owner)) continue;
      if (query.state != v1::STATE_UNSPECIFIED && row.state != query.state) continue;
      if (!query.before_verification_id.empty() && row.verification_id >= query.before_verification_id) continue;
      out.push_back(Stored(row));
    }
    return out;
  }
  Result<std::vector<StoredEvent>> Events(const Scope& scope, const std::string& verification_id,
                                          uint64_t after_sequence, Deadline) override {
    const std::lock_guard lock(mutex_);
    auto row = Find(scope, verification_id);
    if (!row.ok()) return row.status();
    std::vector<StoredEvent> out;
    for (const StoredEvent& event : (*row)->events) {
      if (event.sequence > after_sequence) out.push_back(event);
    }
    return out;
  }
  Result<std::vector<FeedEntry>> Feed(uint64_t after_position, uint32_t limit, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    std::vector<FeedEntry> out;
    for (uint64_t at = after_position; at < feed_.size() && out.size() < limit; ++at)
      out.push_back({at + 1, feed_[at]});
    return out;
  }
  Result<uint64_t> FeedEnd(Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    return uint64_t{feed_.size()};
  }
  Result<std::string> PolicyText(const std::string& digest, Deadline) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    const auto found = policies_.find(digest);
    if (found == policies_.end()) return Status(StatusCode::kNotFound, "INTERNAL_DEFECT", "not archived");
    return found->second;
  }

 private:
  struct Row {
    std::string verification_id, person_id;
    Owner owner;
    v1::State state = v1::STATE_UNSPECIFIED;
    v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
    uint32_t attempt = 0;
    uint64_t sequence = 0;
    TimePoint create_time, decide_time;
    std::optional<TimePoint> expire_time;
    bool holds = false;
    std::string quota;
    std::string msisdn;
    v1::Decision decision;
    uint64_t decision_sequence = 0;
    v1::Facts facts;
    v1::ApplicationRecord record;
    StoredPicture id_photo, live_portrait;
    std::vector<StoredParty> parties;
    std::map<std::string, TimePoint> withdrawals;
    std::vector<StoredEvent> events;
  };
  struct Claim {
    std::string person_id, name;
  };
  struct Request {
    std::string payload, verification_id;
  };

  static bool Lapsed(const Row& row, TimePoint now) { return row.expire_time && *row.expire_time <= now; }
  StoredVerification Stored(const Row& row) const {
    return {row.verification_id, row.person_id,   row.owner,       row.state,
            row.attempt,         row.sequence,    row.decision,    row.decision_sequence,
            row.create_time,     row.decide_time, row.expire_time, contested_.contains(row.verification_id)};
  }
  const Claim* FindClaim(v1::DocumentType type, const std::string& number) const {
    const auto found = number.empty() ? claims_.end() : claims_.find({type, number});
    return found == claims_.end() ? nullptr : &found->second;
  }
  Result<Row*> Find(const Scope& scope, const std::string& verification_id) {
    if (!failure_.ok()) return failure_;
    const auto found = rows_.find(verification_id);
    if (found == rows_.end() || !scope.Covers(found->second.owner)) {
      return Status(StatusCode::kNotFound, "NO_SUCH_VERIFICATION", "no such verification");
    }
    return &found->second;
  }
  void Event(Row& row, TimePoint now, v1::EventKind kind = v1::EVENT_KIND_CHANGED) {
    row.events.push_back({++row.sequence, now, row.state, row.verdict, kind});
    feed_.push_back(row.verification_id);
  }
  void Release(Row& row, v1::State state, TimePoint now) {
    row.state = state;
    row.verdict = v1::VERDICT_UNSPECIFIED;
    row.holds = false;
    row.expire_time.reset();
    row.msisdn.clear();
    Event(row, now);
  }
  Result<StoredVerification> Transition(const Scope& scope, const RequestKey& request,
                                        const std::string& verification_id, TimePoint now, v1::State target) {
    const std::lock_guard lock(mutex_);
    auto found = Find(scope, verification_id);
    if (!found.ok()) return found.status();
    Row& row = **found;
    const std::pair key(request.principal, request.request_id);
    if (const auto earlier = requests_.find(key); earlier != requests_.end()) {
      if (earlier->second.payload != request.canonical_payload) {
        return Status(StatusCode::kAlreadyExists, "REQUEST_ID_REUSED", "used before");
      }
      return Stored(row);
    }
    if (row.state != target) {
      if (target == v1::STATE_ACTIVATED) {
        const bool passed = row.state == v1::STATE_DECIDED && row.verdict == v1::VERDICT_PASS;
        if (row.state == v1::STATE_EXPIRED || (passed && Lapsed(row, now))) {
          return Status(StatusCode::kFailedPrecondition, "RESERVATION_EXPIRED", "ran out");
        }
        if (!passed) return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "no PASS");
        row.state = target;
        row.expire_time.reset();
        Event(row, now);
      } else if (target == v1::STATE_TERMINATED) {
        if (row.state != v1::STATE_ACTIVATED) return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "no line");
        Release(row, target, now);
        ++versions_[row.person_id];
      } else {
        if (!row.expire_time) return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "nothing reserved");
        Release(row, target, now);
        ++versions_[row.person_id];
      }
    }
    requests_[key] = {request.canonical_payload, verification_id};
    return Stored(row);
  }

  FakeSessionStore& sessions_;
  std::mutex mutex_;
  Status failure_;
  int moves_ = 0;
  std::map<std::string, Row> rows_;
  std::map<std::string, uint64_t> versions_;
  std::set<std::string> contested_, warned_;
  std::map<std::string, std::pair<int, TimePoint>> source_waits_;  // how often asked, and when again
  std::map<std::pair<int, std::string>, Claim> claims_;
  std::map<std::pair<std::string, std::string>, Request> requests_;
  std::map<std::tuple<std::string, std::string, uint64_t>, std::string> counters_;  // operator, device -> verification
  std::map<std::pair<std::string, int64_t>, uint32_t> prechecks_;
  std::map<std::string, std::string> policies_;
  std::vector<std::string> feed_;
};

}  // namespace realname::testing
