// SPDX-License-Identifier: Apache-2.0
#include "bench/pgbench_script.h"

#include <cctype>
#include <stdexcept>
#include <vector>

#include "bench/populate.h"
#include "db/registry_statements.h"

namespace realname {
namespace {

// Each transaction's own: its parts are computed by PostgreSQL, which costs the bare side a little that the service has
// done itself.
constexpr char kVerification[] = "(lpad(to_hex(:i::bigint), 12, '0') || lpad(to_hex(:key::bigint), 20, '0'))::uuid";
constexpr char kPerson[] = "md5('p' || :key)::uuid";
constexpr char kDocument[] = "sha256(:key::text::bytea)";
constexpr char kNumber[] = "sha256(('+' || :key)::bytea)";
constexpr char kAddress[] = "sha256(('@' || :key)::bytea)";
constexpr char kDevices[] = "array['hall-reader-' || abs(hashint8(:key::bigint)::bigint) % 4000]";
static_assert(kReaders == 4000);

// Puts the n-th expression in the place of $n.
std::string With(const std::string& statement, const std::vector<std::string>& expressions) {
  std::string out;
  for (size_t i = 0; i < statement.size(); ++i) {
    if (statement[i] != '$' || i + 1 == statement.size() || std::isdigit(statement[i + 1]) == 0) {
      out.push_back(statement[i]);
      continue;
    }
    size_t number = 0;
    while (i + 1 < statement.size() && std::isdigit(statement[i + 1]) != 0) {
      number = number * 10 + static_cast<size_t>(statement[++i] - '0');
    }
    if (number > expressions.size()) throw std::logic_error("no expression for $" + std::to_string(number));
    out += expressions[number - 1];
  }
  return out + ";\n";
}

}  // namespace

std::string RegistrationScript() {
  const std::string demo = std::string("'") + kPopulationOperator + "'";
  const std::string hall = std::string("'") + kPopulationOutlet + "'";
  return "\\set i :i + 1\n\\set key :first_key + :client_id * 10000000 + :i\n" +
         With(db::ObserveStatement(), {":principal::text",
                                       "md5(:key::text)::uuid",
                                       ":bytes32::bytea",
                                       demo,
                                       "1",
                                       kDocument,
                                       ":bytes32::bytea",
                                       kNumber,
                                       "null::uuid",
                                       ":now::bigint",
                                       "''",
                                       hall,
                                       "''",
                                       kDevices,
                                       "array[:key::bigint]",
                                       kAddress,
                                       ":day_ago::bigint",
                                       ":month_ago::bigint",
                                       ":day_ago::bigint",
                                       "null",
                                       "'operator'",
                                       "'{}'",
                                       ":today::date",
                                       ":day_ago::bigint",
                                       ":count_to::bigint",
                                       "(:key::bigint < 0)",
                                       "null::bytea",
                                       "null::bytea",
                                       "''"}) +
         With(db::PutPhotosStatement(), {kPerson, "'\\x01'", ":id_photo::bytea", "'\\x02'", ":live_portrait::bytea",
                                         ":now::bigint", ":evidence::bytea", ":evidence::bytea", ":expire::bigint"}) +
         With(db::CommitApplicationStatement(), {":principal::text",
                                                 "md5(:key::text)::uuid",
                                                 "1",
                                                 ":bytes32::bytea",
                                                 kVerification,
                                                 demo,
                                                 "''",
                                                 hall,
                                                 kPerson,
                                                 "true",
                                                 "0",
                                                 "1",
                                                 kDocument,
                                                 ":bytes32::bytea",
                                                 kNumber,
                                                 "5",
                                                 "1",
                                                 "1",
                                                 "0",
                                                 "true",
                                                 "'operator'",
                                                 "5",
                                                 ":expire::bigint",
                                                 ":next_due::date",
                                                 ":record::bytea",
                                                 ":record_subject::bytea",
                                                 "'\\x01'",
                                                 "'\\x02'",
                                                 ":decision::bytea",
                                                 ":facts::bytea",
                                                 ":facts_subject::bytea",
                                                 ":salt::bytea",
                                                 ":policy_digest::text",
                                                 "1",
                                                 kVerification,
                                                 ":leaf::bytea",
                                                 "null",
                                                 ":now::bigint",
                                                 kDevices,
                                                 "array[:key::bigint]",
                                                 "true",
                                                 "''",
                                                 "''",
                                                 kAddress,
                                                 "array['same-device']",
                                                 kDevices,
                                                 "array[null]::bigint[]",
                                                 "array[40]",
                                                 "array[:expire::bigint]",
                                                 "'stand-in'",
                                                 ":face::bytea",
                                                 "'{}'",
                                                 "'{}'",
                                                 "'{}'",
                                                 "'{}'"});
}

}  // namespace realname
