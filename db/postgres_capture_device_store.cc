// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_capture_device_store.h"

#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "vault/digest.h"

namespace realname::db {

Status PostgresCaptureDeviceStore::Set(const std::string& operator_id, const v1::CaptureDevice& device,
                                       const std::string& reason, const std::string& principal, TimePoint now,
                                       Deadline deadline) {
  const std::string bytes = device.SerializeAsString();
  return RunStatement(pool_, deadline, "set device", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    Execute(tx, "set_capture_device", operator_id, device.device_id(), device.agent_id(), device.outlet_id(),
            static_cast<int>(device.status()), Bytes{device.public_key()}, device.description(), TimeOrderedUuid(now),
            Bytes{bytes}, reason, principal, Micros(now));
  });
}

Result<std::vector<v1::CaptureDevice>> PostgresCaptureDeviceStore::List(const std::string& operator_id,
                                                                        const std::string& agent_id,
                                                                        const std::string& after, uint32_t limit,
                                                                        Deadline deadline) {
  std::vector<v1::CaptureDevice> devices;
  Status status = RunStatement(pool_, deadline, "list devices", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    devices.clear();
    for (const auto& row : Execute(tx, "list_capture_devices", operator_id, agent_id, after, limit)) {
      v1::CaptureDevice& device = devices.emplace_back();
      device.set_device_id(row[0].as<std::string>());
      device.set_agent_id(row[1].as<std::string>());
      device.set_outlet_id(row[2].as<std::string>());
      device.set_status(static_cast<v1::SellerStatus>(row[3].as<int>()));
      device.set_public_key(ReadBytes(row[4]));
      device.set_description(row[5].as<std::string>());
    }
  });
  if (!status.ok()) return status;
  return devices;
}

Result<std::vector<v1::CaptureDeviceChange>> PostgresCaptureDeviceStore::Changes(const std::string& operator_id,
                                                                                 const std::string& device_id,
                                                                                 uint32_t limit, Deadline deadline) {
  std::vector<v1::CaptureDeviceChange> changes;
  Status status = RunStatement(pool_, deadline, "device changes", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    changes.clear();
    for (const auto& row : Execute(tx, "capture_device_changes", operator_id, device_id, limit)) {
      v1::CaptureDeviceChange& change = changes.emplace_back();
      change.mutable_device()->ParseFromString(ReadBytes(row[0]));
      change.set_reason(row[1].as<std::string>());
      change.set_principal(row[2].as<std::string>());
      *change.mutable_change_time() = TimestampOf(row[3].as<int64_t>());
    }
  });
  if (!status.ok()) return status;
  return changes;
}

}  // namespace realname::db
