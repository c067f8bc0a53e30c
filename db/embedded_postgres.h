// SPDX-License-Identifier: Apache-2.0
// A private PostgreSQL cluster that the server makes and runs in its data directory, so that a first run needs no
// database administrator. Unix socket only, durable settings, no statement ever in its log.
//
//   data_dir/lock       held while a server uses the directory; a second one is refused
//   data_dir/cluster    the cluster, 0700 of the database user
//   data_dir/run        its socket
//   data_dir/postgres.log
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "base/result.h"

namespace realname::db {

// Thread-safe after Start. When this process is root, PostgreSQL runs as user "postgres" (else "nobody"), because it
// refuses to run as root.
class EmbeddedPostgres {
 public:
  // Makes the cluster on first use, starts it (or adopts the one that a killed server left running), creates the
  // databases and keeps the postmaster running until Stop: one that dies is started again. FAILED_PRECONDITION, with
  // what to do, if PostgreSQL is not installed, the directory is in use, cannot be entered by the database user, or its
  // path is too long for a socket.
  static Result<std::unique_ptr<EmbeddedPostgres>> Start(const std::string& data_dir,
                                                         const std::vector<std::string>& databases);

  EmbeddedPostgres(const EmbeddedPostgres&) = delete;
  EmbeddedPostgres& operator=(const EmbeddedPostgres&) = delete;
  ~EmbeddedPostgres();

  // A libpq connection string.
  std::string Dsn(const std::string& database, const std::string& role) const;

  // Ends the cluster. Sessions are disconnected. Safe to call twice.
  Status Stop();

  // The postmaster now, or 0 while there is none.
  pid_t PostmasterPid() const;

 private:
  EmbeddedPostgres(std::string data_dir, std::string bin_dir, int lock_fd);

  Status MakeCluster();
  Status Launch();
  Status EnsureDatabase(const std::string& name);
  // Runs a program of PostgreSQL as the database user; its output goes to postgres.log. Returns its exit status.
  int Run(const std::vector<std::string>& arguments) const;
  void Supervise();

  const std::string data_dir_;
  const std::string bin_dir_;
  const int lock_fd_;
  std::mutex launch_mutex_;
  std::atomic<bool> stopping_ = false;
  bool stopped_ = false;
  std::thread supervisor_;
};

}  // namespace realname::db
