// SPDX-License-Identifier: Apache-2.0
#include "db/embedded_postgres.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "db/pqxx_compat.h"

namespace realname::db {
namespace {

namespace fs = std::filesystem;

Status Refused(std::string message) {
  return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", std::move(message));
}

// The user that PostgreSQL runs as.
const passwd* DatabaseUser() {
  if (geteuid() != 0) return getpwuid(geteuid());
  const passwd* user = getpwnam("postgres");
  return user != nullptr ? user : getpwnam("nobody");
}

// The newest PostgreSQL, or the one that made `cluster`. Empty if there is none.
std::string FindBinaries(const fs::path& cluster) {
  std::string wanted;
  std::ifstream(cluster / "PG_VERSION") >> wanted;
  int best = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const std::string version = entry.path().filename();
    if (!fs::exists(entry.path() / "bin/initdb", ignored)) continue;
    if (wanted.empty() ? true : version == wanted) best = std::max(best, std::atoi(version.c_str()));
  }
  return best == 0 ? "" : "/usr/lib/postgresql/" + std::to_string(best) + "/bin";
}

// The first directory on the way to `path` that `user` cannot enter, or empty.
std::string Barrier(const fs::path& path, const passwd& user) {
  fs::path at;
  for (const fs::path& part : path) {
    at /= part;
    struct stat status;
    if (stat(at.c_str(), &status) != 0) break;
    const mode_t mode = status.st_mode;
    const bool enters = status.st_uid == user.pw_uid   ? (mode & S_IXUSR) != 0
                        : status.st_gid == user.pw_gid ? (mode & S_IXGRP) != 0
                                                       : (mode & S_IXOTH) != 0;
    if (!enters) return at;
  }
  return "";
}

}  // namespace

EmbeddedPostgres::EmbeddedPostgres(std::string data_dir, std::string bin_dir, int lock_fd)
    : data_dir_(std::move(data_dir)), bin_dir_(std::move(bin_dir)), lock_fd_(lock_fd) {}

EmbeddedPostgres::~EmbeddedPostgres() {
  (void)Stop();
  close(lock_fd_);
}

Result<std::unique_ptr<EmbeddedPostgres>> EmbeddedPostgres::Start(const std::string& data_dir,
                                                                  const std::vector<std::string>& databases) {
  const fs::path dir = fs::absolute(data_dir).lexically_normal();
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return Refused("cannot make the data directory " + dir.string() + ": " + error.message());
  const std::string socket = (dir / "run/.s.PGSQL.5432").string();
  if (socket.size() >= sizeof(sockaddr_un::sun_path)) {
    return Refused("the data directory's path is too long for a unix socket: " + dir.string());
  }
  const std::string bin_dir = FindBinaries(dir / "cluster");
  if (bin_dir.empty()) {
    return Refused(fs::exists(dir / "cluster/PG_VERSION")
                       ? "the PostgreSQL version that made " + (dir / "cluster").string() + " is not installed"
                       : "PostgreSQL is not installed; install Debian's package postgresql, or set database_dsn");
  }
  const passwd* user = DatabaseUser();
  if (user == nullptr) return Refused("there is no user to run PostgreSQL as");
  if (const std::string barrier = Barrier(dir, *user); !barrier.empty()) {
    return Refused("user " + std::string(user->pw_name) + ", as whom PostgreSQL runs, cannot enter " + barrier +
                   "; choose another data_dir, or let others enter it");
  }
  const int lock_fd = open((dir / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd < 0) return Refused("cannot open " + (dir / "lock").string() + ": " + std::strerror(errno));
  if (flock(lock_fd, LOCK_EX | LOCK_NB) != 0) {
    close(lock_fd);
    return Refused("another server uses the data directory " + dir.string());
  }
  for (const char* name : {"run", "postgres.log"}) {
    const fs::path path = dir / name;
    if (std::strcmp(name, "run") == 0) {
      fs::create_directory(path, error);
    } else {
      std::ofstream(path, std::ios::app);
    }
    if (geteuid() == 0 && chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) {
      close(lock_fd);
      return Refused("cannot give " + path.string() + " to user " + user->pw_name);
    }
    chmod(path.c_str(), std::strcmp(name, "run") == 0 ? 0700 : 0600);
  }

  std::unique_ptr<EmbeddedPostgres> postgres(new EmbeddedPostgres(dir, bin_dir, lock_fd));
  if (Status status = postgres->MakeCluster(); !status.ok()) return status;
  if (Status status = postgres->Launch(); !status.ok()) return status;
  for (const std::string& name : databases) {
    if (Status status = postgres->EnsureDatabase(name); !status.ok()) return status;
  }
  postgres->supervisor_ = std::thread([raw = postgres.get()] { raw->Supervise(); });
  return postgres;
}

Status EmbeddedPostgres::MakeCluster() {
  const fs::path cluster = fs::path(data_dir_) / "cluster";
  if (fs::exists(cluster / "PG_VERSION")) return {};
  // Made beside its place and moved there when complete: a process killed in between leaves nothing half-made behind.
  const fs::path unfinished = fs::path(data_dir_) / "cluster.unfinished";
  std::error_code error;
  fs::remove_all(unfinished, error);
  fs::create_directory(unfinished, error);
  const passwd* user = DatabaseUser();
  if (geteuid() == 0 && chown(unfinished.c_str(), user->pw_uid, user->pw_gid) != 0) {
    return Refused("cannot give " + unfinished.string() + " to user " + user->pw_name);
  }
  if (Run({"initdb", "-D", unfinished.string(), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
           "--data-checksums"}) != 0) {
    return Refused("initdb failed; see " + data_dir_ + "/postgres.log");
  }
  std::ofstream settings(unfinished / "postgresql.conf", std::ios::app);
  settings << "\n# Set by realname. The socket's folder is private, which is what 'trust' rests on.\n"
              "listen_addresses = ''\n"
              "unix_socket_permissions = 0700\n"
              "max_connections = 100\n"
              "shared_buffers = 128MB\n"
              "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"
              "log_min_messages = log\n"  // errors quote values
              "log_min_error_statement = panic\nlog_statement = none\n"
              "log_min_duration_statement = -1\n"
              "log_parameter_max_length = 0\nlog_parameter_max_length_on_error = 0\n"
              "log_error_verbosity = terse\n"
              "restart_after_crash = on\n"
              "timezone = 'UTC'\n";
  settings.close();
  fs::rename(unfinished, cluster, error);
  return error ? Refused("cannot move the new cluster to " + cluster.string()) : Status();
}

Status EmbeddedPostgres::Launch() {
  const std::lock_guard lock(launch_mutex_);
  const std::string cluster = data_dir_ + "/cluster";
  // A postmaster that outlived a killed server is adopted as it is.
  if (PostmasterPid() != 0) return {};
  for (int attempt = 0; attempt < 40 && !stopping_; ++attempt) {
    if (Run({"pg_ctl", "-D", cluster, "-w", "-t", "60", "-l", data_dir_ + "/postgres.log", "-o",
             "-k " + data_dir_ + "/run", "start"}) == 0) {
      return {};
    }
    // Backends of a postmaster that died hold its shared memory for a moment.
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  return Refused("PostgreSQL did not start; see " + data_dir_ + "/postgres.log");
}

Status EmbeddedPostgres::EnsureDatabase(const std::string& name) {
  try {
    pqxx::connection connection(Dsn("postgres", "postgres"));
    pqxx::nontransaction tx(connection);
    const std::string exists = "select 1 from pg_database where datname = " + tx.quote(name);
    if (tx.exec(exists).empty()) tx.exec("create database " + tx.quote_name(name));
    return {};
  } catch (const std::exception&) {
    return Refused("cannot create the database " + name + "; see " + data_dir_ + "/postgres.log");
  }
}

std::string EmbeddedPostgres::Dsn(const std::string& database, const std::string& role) const {
  return "host='" + data_dir_ + "/run' dbname=" + database + " user=" + role + " application_name=realname";
}

pid_t EmbeddedPostgres::PostmasterPid() const {
  pid_t pid = 0;
  std::ifstream(data_dir_ + "/cluster/postmaster.pid") >> pid;
  if (pid <= 0) return 0;
  // After a crash of the machine the number may be another process's: a postmaster works in its cluster's folder.
  std::error_code gone;
  if (fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd", gone) != fs::canonical(data_dir_ + "/cluster", gone))
    return 0;
  // A zombie that nobody reaps (no init in a container) is dead all the same.
  std::string stat;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/stat"), stat);
  const size_t name_end = stat.rfind(')');
  const bool alive = name_end != std::string::npos && name_end + 2 < stat.size() && stat[name_end + 2] != 'Z';
  return alive ? pid : 0;
}

int EmbeddedPostgres::Run(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words;
  const passwd* user = DatabaseUser();
  if (geteuid() == 0) {
    words = {"/usr/bin/setpriv", "--reuid=" + std::to_string(user->pw_uid), "--regid=" + std::to_string(user->pw_gid),
             "--clear-groups", "--"};
  }
  words.push_back(bin_dir_ + "/" + arguments[0]);
  words.insert(words.end(), arguments.begin() + 1, arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string path = "PATH=/usr/bin:/bin";
  std::string locale = "LC_ALL=C";
  char* environment[] = {path.data(), locale.data(), nullptr};

  // Never fork: this process has threads. The log is the only descriptor that a postmaster may keep open.
  const std::string log = data_dir_ + "/postgres.log";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_APPEND, 0);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawn_file_actions_addchdir_np(&actions, data_dir_.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  // A group of its own: Ctrl-C at the server's terminal is for the server, which then stops the cluster in order.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  const int failed = posix_spawn(&child, argv[0], &actions, &attributes, argv.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return 127;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void EmbeddedPostgres::Supervise() {
  while (!stopping_) {
    if (PostmasterPid() == 0) (void)Launch();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

Status EmbeddedPostgres::Stop() {
  if (stopped_) return {};
  stopping_ = true;
  if (supervisor_.joinable()) supervisor_.join();
  stopped_ = true;
  if (PostmasterPid() == 0) return {};
  const int status = Run({"pg_ctl", "-D", data_dir_ + "/cluster", "-m", "fast", "-w", "-t", "60", "stop"});
  return status == 0 ? Status() : Refused("PostgreSQL did not stop; see " + data_dir_ + "/postgres.log");
}

}  // namespace realname::db
