// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_seller_store.h"

#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "vault/digest.h"

namespace realname::db {
namespace {

Nullable DateOrNull(const std::string& date) { return date.empty() ? Nullable::Null() : Nullable::Text(date); }
Nullable Degrees(const v1::Seller& seller, int32_t e7) {
  return seller.has_place() ? Nullable::Text(std::to_string(e7)) : Nullable::Null();
}
std::string TextOf(const pqxx::field& field) { return field.is_null() ? std::string() : field.as<std::string>(); }

}  // namespace

Status PostgresSellerStore::Set(const std::string& operator_id, const v1::Seller& seller, const std::string& reason,
                                const std::string& principal, TimePoint now, Deadline deadline) {
  const std::string bytes = seller.SerializeAsString();
  return RunStatement(pool_, deadline, "set seller", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    Execute(tx, "set_seller", operator_id, seller.agent_id(), seller.outlet_id(), seller.staff_id(),
            static_cast<int>(seller.status()), DateOrNull(seller.contract_from()), DateOrNull(seller.contract_to()),
            DateOrNull(seller.trained_until()), seller.acts_for(), Degrees(seller, seller.place().latitude_e7()),
            Degrees(seller, seller.place().longitude_e7()), TimeOrderedUuid(now), Bytes{bytes}, reason, principal,
            Micros(now));
  });
}

Result<std::vector<v1::Seller>> PostgresSellerStore::List(const std::string& operator_id, const std::string& agent_id,
                                                          const v1::Seller& after, uint32_t limit, Deadline deadline) {
  std::vector<v1::Seller> sellers;
  Status status = RunStatement(pool_, deadline, "list sellers", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    sellers.clear();
    for (const auto& row : Execute(tx, "list_sellers", operator_id, agent_id, after.agent_id(), after.outlet_id(),
                                   after.staff_id(), limit)) {
      v1::Seller& seller = sellers.emplace_back();
      seller.set_agent_id(row[0].as<std::string>());
      seller.set_outlet_id(row[1].as<std::string>());
      seller.set_staff_id(row[2].as<std::string>());
      seller.set_status(static_cast<v1::SellerStatus>(row[3].as<int>()));
      seller.set_contract_from(TextOf(row[4]));
      seller.set_contract_to(TextOf(row[5]));
      seller.set_trained_until(TextOf(row[6]));
      seller.set_acts_for(row[7].as<std::string>());
      if (row[8].is_null()) continue;
      seller.mutable_place()->set_latitude_e7(row[8].as<int32_t>());
      seller.mutable_place()->set_longitude_e7(row[9].as<int32_t>());
    }
  });
  if (!status.ok()) return status;
  return sellers;
}

Result<std::vector<v1::SellerChange>> PostgresSellerStore::Changes(const std::string& operator_id, const v1::Seller& of,
                                                                   uint32_t limit, Deadline deadline) {
  std::vector<v1::SellerChange> changes;
  Status status = RunStatement(pool_, deadline, "seller changes", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    changes.clear();
    for (const auto& row :
         Execute(tx, "seller_changes", operator_id, of.agent_id(), of.outlet_id(), of.staff_id(), limit)) {
      v1::SellerChange& change = changes.emplace_back();
      change.mutable_seller()->ParseFromString(ReadBytes(row[0]));
      change.set_reason(row[1].as<std::string>());
      change.set_principal(row[2].as<std::string>());
      *change.mutable_change_time() = TimestampOf(row[3].as<int64_t>());
    }
  });
  if (!status.ok()) return status;
  return changes;
}

}  // namespace realname::db
