// SPDX-License-Identifier: Apache-2.0
// realname-populate: fills a private cluster with people of whom it is known what is true (population.h), and keeps it.
// It prints the folder, which serves as a server's data_dir.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/populate.h"
#include "bench/run_command_line.h"
#include "db/migrate.h"
#include "db/pqxx_compat.h"
#include "measurement/examine_photos.h"
#include "server/config.h"
#include "server/log.h"
#include "vault/digest.h"

namespace realname {
namespace {

namespace fs = std::filesystem;

struct Options {
  Population population{1, 1'000'000};
  std::string folder = "build/populations";
  std::string policy_file = "deploy/policy.textproto";
  int threads = 0;
};

// Measured: what one person costs on the disk when all is done; and write-ahead log and sorting for a while.
constexpr uint64_t kBytesEach = 6'600;
constexpr uint64_t kBytesAlways = 4'000'000'000;

// By seed, size and schema: what has the same name is the same.
std::string NameOf(const Population& population) {
  return "seed-" + std::to_string(population.seed) + "-people-" + std::to_string(population.people) + "-schema-" +
         std::to_string(db::Migrations(db::Database::kRegistry).back().version);
}

void Sql(const std::string& dsn, const std::vector<std::string>& statements) {
  pqxx::connection connection(dsn);
  pqxx::nontransaction run(connection);
  for (const std::string& statement : statements) run.exec(statement);
}

void Fill(const Options& options, const fs::path& folder) {
  auto text = server::ReadFile(options.policy_file);
  if (!text.ok()) throw std::runtime_error(text.status().message());
  auto policy = rules::ReadPolicy(*text, Sha256Hex(*text));
  if (!policy.ok()) throw std::runtime_error(policy.status().message());
  v1::ServerConfig config;
  config.set_data_dir(folder.string());
  config.set_key_file((folder / "keys").string());
  config.mutable_limits()->set_database_connections(4);
  auto store = server::OpenStore(config);
  if (!store.ok()) throw std::runtime_error(store.status().message());
  const std::string registry = (*store)->embedded->Dsn("realname", "postgres");
  const std::string key_store = (*store)->embedded->Dsn("realname_keys", "postgres");
  // Half a population is thrown away anyhow, so that nothing has to outlive a crash; and nothing else writes meanwhile.
  Sql(registry, {"alter system set fsync = off", "alter system set full_page_writes = off",
                 "alter system set autovacuum = off", "alter system set max_wal_size = '2GB'",
                 "alter system set checkpoint_timeout = '1h'", "select pg_reload_conf()"});
  const int threads =
      options.threads > 0 ? options.threads : std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
  auto progress = measurement::ProgressBar("people");
  progress(1, options.population.people);
  Populate(options.population, **store, registry, key_store, *text,
           std::make_shared<const rules::Policy>(*std::move(policy)),
           std::chrono::system_clock::now() - std::chrono::hours(48), threads,
           [&](uint64_t people) { progress(people, options.population.people); });
  // From the next start on, what somebody would give a database of this size; one of 128 MB writes every page twice.
  Sql(registry, {"alter system reset all", "alter system set shared_buffers = '4GB'",
                 "alter system set wal_compression = lz4", "select pg_reload_conf()"});
  for (const std::string& dsn : {registry, key_store}) Sql(dsn, {"vacuum (analyze, freeze)", "checkpoint"});
  store->reset();
  // What was written without waiting for the disk.
  sync();
}

int Main(int argc, char** argv) {
  CLI::App app{"Fills a private cluster with made-up people of whom it is known what is true, and prints its folder"};
  Options o;
  app.add_option("--people", o.population.people, "how many")
      ->check(CLI::Range(uint64_t{1}, kMostPeople))
      ->capture_default_str();
  app.add_option("--seed", o.population.seed, "another seed, another population")->capture_default_str();
  app.add_option("--folder", o.folder, "where populations are kept")->capture_default_str();
  app.add_option("--policy", o.policy_file, "by which they were registered")->capture_default_str();
  app.add_option("--threads", o.threads, "0: as many as the machine has");
  int status = 0;
  app.callback([&] {
    server::StartLog("error");
    fs::create_directories(o.folder);
    const fs::path folder = fs::absolute(o.folder) / NameOf(o.population);
    // Written last.
    const fs::path complete = folder / "complete";
    if (!fs::exists(complete)) {
      fs::remove_all(folder);
      const uint64_t needed = kBytesAlways + o.population.people * kBytesEach;
      if (const uint64_t free = fs::space(o.folder).available; free < needed) {
        throw std::runtime_error(std::to_string(o.population.people) + " people need " +
                                 std::to_string(needed / 1'000'000'000) + " GB on the disk of " + o.folder + ", and " +
                                 std::to_string(free / 1'000'000'000) + " GB are free");
      }
      fs::create_directories(folder);
      Fill(o, folder);
      std::ofstream(complete) << NameOf(o.population) << "\n";
    }
    std::cout << folder.string() << "\n";
  });
  return RunCommandLine(app, argc, argv, status);
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) { return realname::Main(argc, argv); }
