// SPDX-License-Identifier: Apache-2.0
#include "db/run_statement.h"

#include "db/connection_pool.h"
#include "db/pqxx_compat.h"

namespace realname::db {
namespace {

Status Unavailable(std::string_view what, const std::string& detail) {
  return Status(StatusCode::kUnavailable, "DATABASE_UNAVAILABLE",
                "the database does not answer; retry with the same request_id", std::string(what) + ": " + detail)
      .WithRetryAfter(std::chrono::milliseconds(500));
}

Status FromSqlState(const std::string& state, std::string_view what) {
  if (state == "RN001" || state == "40001" || state == "40P01" || state == "23505" || state == "55P03") {
    return Status(StatusCode::kAborted, "RECORD_CONTENDED", "what was observed moved meanwhile",
                  std::string(what) + ": " + state)
        .WithRetryAfter(std::chrono::milliseconds(50));
  }
  if (state == "RN002") {
    return Status(StatusCode::kFailedPrecondition, "WRONG_STATE",
                  "the verification is not in a state that allows this");
  }
  if (state == "RN003") {
    return Status(StatusCode::kFailedPrecondition, "RESERVATION_EXPIRED", "the reservation ran out; submit again");
  }
  if (state == "RN004") return Status(StatusCode::kNotFound, "NO_SUCH_VERIFICATION", "no such verification");
  if (state == "RN005") {
    return Status(StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                  "this request_id was used with another payload; make a new id");
  }
  if (state == "RN006") {
    return Status(StatusCode::kFailedPrecondition, "CASE_TAKEN", "another reviewer holds the case");
  }
  if (state == "RN007") {
    return Status(StatusCode::kFailedPrecondition, "CASE_NOT_HELD", "you do not hold the case, or no longer: claim it");
  }
  if (state == "RN008") {
    return Status(StatusCode::kNotFound, "NO_SUCH_CASE", "no such case, or none that you may take");
  }
  if (state == "RN009") {
    return Status(StatusCode::kAlreadyExists, "ALREADY_CONTESTED", "the refusal was contested before");
  }
  if (state == "RN010") {
    return Status(StatusCode::kFailedPrecondition, "WRONG_STATE",
                  "a device keeps its key: register the one with the new key under another name");
  }
  if (state == "RN011") return Status(StatusCode::kNotFound, "NO_SUCH_LEAD", "no such pair of records");
  const std::string state_class = state.substr(0, 2);
  if (state_class == "08" || state_class == "53" || state_class == "57" || state_class == "58" || state == "25006") {
    return Unavailable(what, state);
  }
  return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error", std::string(what) + ": SQLSTATE " + state);
}

}  // namespace

Status RunStatement(ConnectionPool& pool, Deadline deadline, std::string_view what, Repeatable repeatable,
                    const std::function<void(pqxx::transaction_base&)>& body) {
  for (bool last = repeatable == Repeatable::kNo;; last = true) {
    auto lease = pool.Acquire(deadline);
    if (!lease.ok()) return lease.status();
    Status failed;
    bool ended_for_time = false;
    try {
      body((**lease).Autocommit());
      return {};
    } catch (const std::exception& error) {
      const std::string state = FailureState(error);
      ended_for_time = state == "57014";
      failed = (**lease).raw.is_open() || !state.empty() ? FromSqlState(state, what) : Unavailable(what, "lost");
    }
    if (failed.code() != StatusCode::kUnavailable) return failed;
    // One dead connection usually means that the others are dead too; libpqxx does not always know. A statement that
    // was ended for its time is no dead connection, and would take as long again.
    if (ended_for_time) return failed;
    lease->Discard();
    pool.DiscardIdle();
    if (last || std::chrono::steady_clock::now() >= deadline) return failed;
  }
}

}  // namespace realname::db
