// SPDX-License-Identifier: Apache-2.0
#include "db/orphan_keys.h"

#include "db/connection_pool.h"
#include "db/pqxx_compat.h"
#include "db/run_statement.h"

namespace realname::db {

Result<uint32_t> OrphanKeys::Sweep(TimePoint stored_before, uint32_t limit, Deadline deadline) {
  auto page = keys_.People(after_, stored_before, limit);
  if (!page.ok()) return page.status();
  after_ = page->next;
  const std::vector<std::string>& people = page->people;
  if (people.empty()) return 0;
  std::string ids;
  for (const std::string& person : people) ids += (ids.empty() ? "{" : ",") + person;
  ids += "}";
  std::vector<std::string> orphans;
  Status status =
      RunStatement(registry_, deadline, "unknown people", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
        orphans.clear();
        for (const auto& row : Execute(tx, "unknown_people", ids)) orphans.push_back(row[0].as<std::string>());
      });
  if (!status.ok()) return status;
  if (orphans.size() == people.size()) {
    return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "no key belongs to this registry",
                  "of " + std::to_string(orphans.size()) + " people with a key the registry knows nobody");
  }
  for (const std::string& person : orphans) {
    if (Status erased = keys_.Erase(person); !erased.ok()) return erased;
  }
  return static_cast<uint32_t>(orphans.size());
}

}  // namespace realname::db
