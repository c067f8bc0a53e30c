// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_decision_log.h"

#include "db/connection_pool.h"
#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "db/sealed_decision.h"
#include "vault/digest.h"
#include "vault/sealer.h"

namespace realname::db {
namespace {

constexpr uint32_t kPage = 1000;

Status Defect(const char* what) { return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error", what); }

}  // namespace

Result<DecisionPage> PostgresDecisionLog::ReadDecisions(const std::string& operator_id, TimePoint from, TimePoint to,
                                                        const std::string& after, Deadline deadline) {
  DecisionPage page;
  std::vector<std::string> people, sealed;
  bool parsed = true;
  // Ids of verifications are in the order of time.
  const std::string first = after.empty() ? FirstUuidAt(from) : after;
  Status status = RunStatement(pool_, deadline, "read decisions", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    page = {};
    people.clear();
    sealed.clear();
    for (const auto& row : Execute(tx, "read_decisions", operator_id, first, FirstUuidAt(to), kPage)) {
      if (!row[9].is_null()) page.next = row[9].as<std::string>();
      if (row[1].is_null()) continue;  // another operator's
      LoggedDecision& each = page.decisions.emplace_back();
      each.verification_id = row[0].as<std::string>();
      each.person_id = row[1].as<std::string>();
      each.owner = {operator_id, row[2].as<std::string>(), row[3].as<std::string>()};
      each.state = static_cast<v1::State>(row[4].as<int>());
      each.sequence = row[5].as<uint64_t>();
      parsed &= each.decision.ParseFromString(ReadBytes(row[6])) && each.facts.ParseFromString(ReadBytes(row[7]));
      people.push_back(each.person_id);
      sealed.push_back(ReadBytes(row[8]));
    }
  });
  if (!status.ok()) return status;
  if (!parsed) return Defect("a stored decision cannot be parsed");
  if (people.empty()) return page;
  auto keys = keys_.FindAll(people);
  if (!keys.ok()) return keys.status();
  for (size_t i = 0; i < page.decisions.size(); ++i) {
    if (!(*keys)[i]) continue;  // erased
    LoggedDecision& each = page.decisions[i];
    auto subject = Unseal(*(*keys)[i], {"decision", "sealed_subject", DecisionRow(each.verification_id, each.sequence)},
                          sealed[i]);
    if (!subject.ok()) return subject.status();
    if (!each.facts.mutable_subject()->ParseFromString(*subject)) return Defect("stored facts cannot be parsed");
  }
  return page;
}

}  // namespace realname::db
