// SPDX-License-Identifier: Apache-2.0
#include "bench/populate.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "authority/identity_source_client.h"
#include "bench/copy_registry.h"
#include "bench/stand_in_faces.h"
#include "cli/made_up_person.h"
#include "db/pqxx_compat.h"
#include "vault/digest.h"
#include "vault/signature.h"
#include "verification/policy_archive.h"
#include "verification/registration.h"
#include "verification/verifications.h"

namespace realname {
namespace {

constexpr uint64_t kChunk = 1000;  // people

class SetClock final : public Clock {
 public:
  TimePoint Now() const override { return now; }
  TimePoint now;
};

Deadline Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }

Caller Host() {
  Caller caller;
  caller.principal = std::string("urn:realname:operator:") + kPopulationOperator +
                     ":role:retail:outlet:" + kPopulationOutlet + ":staff:host";
  caller.role = v1::ROLE_RETAIL;
  caller.owner = {kPopulationOperator, "", kPopulationOutlet};
  caller.scope = ScopeOf(caller.owner);
  caller.staff_id = "host";
  return caller;
}

// What one thread needs to send people through the service.
class Hall {
 public:
  Hall(const Population& population, server::Store& store, CopyRegistry::Target target,
       std::shared_ptr<const rules::Policy> policy, TimePoint end)
      : population_(population),
        end_(end),
        registry_(std::move(target), *store.pool, *store.keys, *store.photos, *store.ring),
        sources_(NoSources(clock_)),
        policies_(registry_, std::move(policy)),
        search_(*store.galleries, faces_, clock_),
        registration_(
            registry_, *store.sessions, faces_, search_, *sources_, policies_, clock_,
            [this] { return TimeOrderedUuid(clock_.now); }, Sha256, VerifySignature),
        verifications_(registry_, *store.reviews, policies_, clock_) {}

  void Serve(uint64_t first, uint64_t last) {
    for (uint64_t person = first; person < last; ++person) {
      const int lines = LinesOf(population_, person);
      for (int line = 0; line < lines; ++line) Open(person, line);
      registry_.FinishPerson();
    }
    registry_.Flush();
  }

 private:
  static std::unique_ptr<IdentitySources> NoSources(const Clock& clock) {
    auto made = authority::IdentitySourceClient::Make({}, clock, [](std::string_view, std::string_view) {});
    if (!made.ok()) throw std::runtime_error(made.status().message());
    return *std::move(made);
  }

  void Open(uint64_t person, int line) {
    clock_.now = AppliedAt(population_, person, line, end_);
    cli::MadeUpVisit visit;
    visit.person = person;
    visit.msisdn = NumberOf(person, line);
    visit.channel = v1::CHANNEL_TYPE_OWN_HALL;
    visit.outlet_id = kPopulationOutlet;
    visit.id_photo = "the photograph of the document";
    visit.live_portrait = "a portrait";
    visit.seconds = std::chrono::duration_cast<std::chrono::seconds>(clock_.now.time_since_epoch()).count() - 60;
    visit.device_id = MadeUpReader(person);
    auto answer = registration_.Submit(host_, cli::MadeUpApplication(std::move(visit)), Soon());
    if (!answer.ok()) throw std::runtime_error(answer.status().message());
    if (answer->verdict() != v1::VERDICT_PASS) {
      throw std::runtime_error("person " + std::to_string(person) + " did not pass: " + answer->ShortDebugString());
    }
    clock_.now += std::chrono::minutes(2);
    v1::ConfirmActivationRequest confirm;
    confirm.set_request_id(RandomUuid());
    confirm.set_verification_id(answer->verification_id());
    if (auto confirmed = verifications_.Confirm(host_, confirm, Soon()); !confirmed.ok()) {
      throw std::runtime_error(confirmed.status().message());
    }
  }

  const Population population_;
  const TimePoint end_;
  const Caller host_ = Host();
  SetClock clock_;
  StandInFaces faces_;
  CopyRegistry registry_;
  std::unique_ptr<IdentitySources> sources_;
  PolicyArchive policies_;
  FaceSearch search_;
  Registration registration_;
  Verifications verifications_;
};

void RegisterReaders(server::Store& store, TimePoint now) {
  for (int i = 0; i < kReaders; ++i) {
    v1::CaptureDevice device;
    device.set_device_id(MadeUpReader(static_cast<uint64_t>(i)));
    device.set_status(v1::SELLER_STATUS_ACTIVE);
    device.set_public_key(cli::MadeUpDeviceKey());
    const Status status =
        store.capture_devices->Set(kPopulationOperator, device, "made up", "urn:realname:population", now, Soon());
    if (!status.ok()) throw std::runtime_error(status.message());
  }
}

// Rows that come in no order cost an index a page each; made afterwards, it is sorted once.
class IndexesSetAside {
 public:
  IndexesSetAside(const std::string& dsn, const std::vector<std::string>& tables) : connection_(dsn) {
    pqxx::nontransaction run(connection_);
    std::string names;
    for (const std::string& table : tables) names += (names.empty() ? "'" : ", '") + table + "'::regclass";
    for (const auto& row : run.exec("select conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
                                    "from pg_constraint where contype in ('p', 'u') and conrelid in (" +
                                    names + ")")) {
      const auto table = row[0].as<std::string>();
      const auto name = row[1].as<std::string>();
      run.exec("alter table " + table + " drop constraint " + name);
      again_.push_back("alter table " + table + " add constraint " + name + " " + row[2].as<std::string>());
    }
    for (const auto& row : run.exec("select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index "
                                    "where indrelid in (" +
                                    names + ")")) {
      run.exec("drop index " + row[0].as<std::string>());
      again_.push_back(row[1].as<std::string>());
    }
  }
  void PutBack() {
    pqxx::nontransaction run(connection_);
    run.exec("set maintenance_work_mem = '1GB'");
    for (const std::string& statement : again_) run.exec(statement);
  }

 private:
  pqxx::connection connection_;
  std::vector<std::string> again_;
};

}  // namespace

std::string MadeUpReader(uint64_t number) { return "hall-reader-" + std::to_string(number % kReaders); }

void Populate(const Population& population, server::Store& store, const std::string& registry_dsn,
              const std::string& key_store_dsn, const std::string& policy_text,
              std::shared_ptr<const rules::Policy> policy, TimePoint end, int threads,
              const std::function<void(uint64_t people)>& progress) {
  RegisterReaders(store, end);
  if (Status status = store.registry->ArchivePolicy(policy->digest, policy_text, Soon()); !status.ok()) {
    throw std::runtime_error(status.message());
  }
  IndexesSetAside registry_indexes(registry_dsn, CopyRegistry::RegistryTables());
  IndexesSetAside key_indexes(key_store_dsn, {"key_store.person_key"});
  std::atomic<uint64_t> events = 0, next = 0, written = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      try {
        Hall hall(population, store, {registry_dsn, key_store_dsn, &events}, policy, end);
        for (uint64_t first = next.fetch_add(kChunk); first < population.people; first = next.fetch_add(kChunk)) {
          const uint64_t last = std::min(first + kChunk, population.people);
          hall.Serve(first, last);
          const std::lock_guard lock(mutex);
          if (failure) return;
          progress(written += last - first);
        }
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  if (failure) std::rethrow_exception(failure);
  registry_indexes.PutBack();
  key_indexes.PutBack();
  pqxx::connection connection(registry_dsn);
  pqxx::nontransaction finish(connection);
  finish.exec("update realname.outbox_head set position = " + std::to_string(events.load()));
}

}  // namespace realname
