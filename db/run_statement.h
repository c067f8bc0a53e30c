// SPDX-License-Identifier: Apache-2.0
// The one place where libpqxx's exceptions become Status.
#pragma once

#include <functional>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"

namespace pqxx {
class transaction_base;
}

namespace realname::db {

class ConnectionPool;

// Whether a statement may be sent again when its connection turns out to be dead.
enum class Repeatable { kNo, kYes };

// Leases a connection and calls `body` with it in autocommit, so that a statement costs one round trip. `what` names
// the work for the log. SQLSTATE becomes: RN001, 40001, 40P01 and 23505 -> ABORTED (RECORD_CONTENDED); RN002..RN008 as
// registry 0001_registry.sql, 0006_review.sql and 0007_contest.sql say; lost connections and refusals -> UNAVAILABLE;
// anything else -> INTERNAL with the SQLSTATE as detail, never the database's text, which may hold values.
Status RunStatement(ConnectionPool& pool, Deadline deadline, std::string_view what, Repeatable repeatable,
                    const std::function<void(pqxx::transaction_base&)>& body);

}  // namespace realname::db
