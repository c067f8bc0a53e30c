// SPDX-License-Identifier: Apache-2.0
// realname-bench: what script/bench runs. Each subcommand prints one line of "name=value" words.
//
//   pairs    pair examinations in this process: the limit that registrations over the network are held against
//   closed   registrations over the network, as fast as a number of clients can
//   open     registrations that arrive at a given rate whether or not the last one is answered
//   cpu      processor time so far: of a process and its children, or of a postmaster's backends that serve clients
//   script   the bare SQL of a registration, for pgbench
#include <algorithm>
#include <atomic>
#include <cmath>
#include <iostream>
#include <mutex>
#include <random>
#include <signal.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/command_line.h"
#include "bench/pgbench_script.h"
#include "bench/populate.h"
#include "bench/process_use.h"
#include "bench/stand_in_faces.h"
#include "cli/client.h"
#include "cli/made_up_person.h"
#include "face/face_engine.h"

namespace realname {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  cli::ConnectionOptions connection;
  std::vector<std::string> photos;  // ID photo, live portrait, ID photo ...
  std::string bundle_dir = ".assets/bundles/faceplugin";
  std::string calibration_file = "face/bundles/faceplugin/calibration.textproto";
  uint64_t first_person = 0;
  // Where a population came from: in its own hall, and with `known` its own people for another line.
  Population population;
  bool hall = false;
  bool known = false;
  int clients = 8;
  int seconds = 20;
  int warm_up_seconds = 2;
  double rate = 0;
  int server_pid = 0;
  int postmaster_pid = 0;
  int pid = 0;
};

struct Pair {
  std::string id_photo, live_portrait;
};

std::vector<Pair> ReadPairs(const Options& options) {
  std::vector<Pair> pairs;
  for (size_t i = 0; i + 1 < options.photos.size(); i += 2) {
    pairs.push_back({cli::ReadFileOrThrow(options.photos[i]), cli::ReadFileOrThrow(options.photos[i + 1])});
  }
  if (pairs.empty()) throw std::runtime_error("--photos needs pairs of files");
  return pairs;
}

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Sorts.
double PercentileMilliseconds(std::vector<double>& seconds, double p) {
  std::sort(seconds.begin(), seconds.end());
  return 1000 * seconds[std::min(seconds.size() - 1, static_cast<size_t>(p * static_cast<double>(seconds.size())))];
}

// Calls `work(n)` from `threads` threads for a time after a warm-up, and prints how often, how fast and at what price.
template <typename MakeWork>
void Repeat(const Options& options, const MakeWork& make_work) {
  std::atomic<uint64_t> next{0}, done{0}, good{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::vector<double> times;
  std::vector<std::thread> threads;
  for (int i = 0; i < options.clients; ++i) {
    threads.emplace_back([&] {
      auto work = make_work();
      std::vector<double> own;
      while (!stop) {
        const auto began = Clock::now();
        good += work(next++) ? 1 : 0;
        own.push_back(SecondsSince(began));
        ++done;
      }
      const std::lock_guard lock(mutex);
      times.insert(times.end(), own.begin() + static_cast<std::ptrdiff_t>(own.size() / 10), own.end());
    });
  }
  std::this_thread::sleep_for(std::chrono::seconds(options.warm_up_seconds));
  const auto start = Clock::now();
  const uint64_t done_before = done, good_before = good;
  const double own = CpuSeconds(getpid()), server = CpuSecondsOfFamily(options.server_pid);
  const double database = options.postmaster_pid > 0 ? CpuSecondsOfBackends(options.postmaster_pid) : 0;
  std::this_thread::sleep_for(std::chrono::seconds(options.seconds));
  const uint64_t done_after = done, good_after = good;
  const double own_used = CpuSeconds(getpid()) - own;
  const double server_used = options.server_pid > 0 ? CpuSecondsOfFamily(options.server_pid) - server : 0;
  const double database_used = options.postmaster_pid > 0 ? CpuSecondsOfBackends(options.postmaster_pid) - database : 0;
  const double wall = SecondsSince(start);
  stop = true;
  for (auto& thread : threads) thread.join();
  std::cout << "done=" << done_after - done_before << " good=" << good_after - good_before << " wall=" << wall
            << " own_cpu=" << own_used << " server_cpu=" << server_used << " database_cpu=" << database_used
            << " p50=" << PercentileMilliseconds(times, 0.5) << " p99=" << PercentileMilliseconds(times, 0.99) << "\n";
}

int Pairs(const Options& options) {
  const auto pairs = ReadPairs(options);
  FaceEngineOptions engine_options;
  engine_options.bundle_dir = options.bundle_dir;
  engine_options.calibration_file = options.calibration_file;
  auto engine = FaceEngine::Create(engine_options);
  if (!engine.ok()) throw std::runtime_error(engine.status().message());
  Repeat(options, [&] {
    return [&](uint64_t n) {
      const Pair& pair = pairs[n % pairs.size()];
      const std::string_view pictures[] = {pair.id_photo, pair.live_portrait};
      auto evidence = (*engine)->Examine(pictures, Clock::now() + std::chrono::seconds(60));
      return evidence.ok() && (*engine)->Compare((*evidence)[0], (*evidence)[1]).ok();
    };
  });
  return 0;
}

v1::SubmitRegistrationRequest Application(const Options& options, const std::vector<Pair>& pairs, uint64_t n) {
  const Pair& pair = pairs[n % pairs.size()];
  const uint64_t person = options.first_person + n;
  if (!options.hall) {
    return cli::MadeUpApplication(person, person, "agent1", "outlet1", pair.id_photo, pair.live_portrait);
  }
  cli::MadeUpVisit visit;
  visit.person = options.known ? OneWithRoom(options.population, person) : kFirstStranger + person;
  visit.msisdn = kFirstStrangersNumber + person;
  visit.channel = v1::CHANNEL_TYPE_OWN_HALL;
  visit.outlet_id = kPopulationOutlet;
  // Everywhere alike, so that no device sees more people than the policy finds ordinary.
  visit.device_id = MadeUpReader(std::mt19937_64(person)());
  visit.id_photo = pair.id_photo;
  // Everybody has a face of their own, which is searched for.
  visit.live_portrait = StandInFaces::MarkFace(pair.live_portrait, std::to_string(visit.person));
  return cli::MadeUpApplication(std::move(visit));
}

bool Passes(cli::Client& client, const v1::SubmitRegistrationRequest& request) {
  v1::Verification answer;
  const auto status = client.Call([&](grpc::ClientContext& context) {
    return client.registration().SubmitRegistration(&context, request, &answer);
  });
  return status.ok() && answer.verdict() == v1::VERDICT_PASS;
}

int Closed(const Options& options) {
  const auto pairs = ReadPairs(options);
  Repeat(options, [&] {
    return [&, client = std::make_shared<cli::Client>(options.connection)](uint64_t n) {
      return Passes(*client, Application(options, pairs, n));
    };
  });
  return 0;
}

// Arrivals are a Poisson process with a fixed seed; a registration's time counts from when it should have been sent,
// so that waiting for a free client is not left out.
int Open(const Options& options) {
  const auto pairs = ReadPairs(options);
  std::mt19937_64 random(20);
  std::exponential_distribution<double> gap(options.rate);
  std::vector<double> arrivals;
  for (double at = gap(random); at < options.seconds; at += gap(random)) arrivals.push_back(at);
  std::atomic<size_t> next{0}, good{0};
  std::mutex mutex;
  std::vector<double> times;
  const auto start = Clock::now() + std::chrono::milliseconds(500);
  std::vector<std::thread> threads;
  for (int i = 0; i < options.clients; ++i) {
    threads.emplace_back([&] {
      cli::Client client(options.connection);
      for (size_t n = next++; n < arrivals.size(); n = next++) {
        const auto due =
            start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(arrivals[n]));
        const auto request = Application(options, pairs, n);
        std::this_thread::sleep_until(due);
        good += Passes(client, request) ? 1 : 0;
        const double took = SecondsSince(due);
        const std::lock_guard lock(mutex);
        times.push_back(took);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  if (times.empty()) throw std::runtime_error("nothing arrived: the rate is too low for the time");
  std::cout << "done=" << times.size() << " good=" << good << " p50=" << PercentileMilliseconds(times, 0.5)
            << " p95=" << PercentileMilliseconds(times, 0.95) << " p99=" << PercentileMilliseconds(times, 0.99)
            << " max=" << 1000 * times.back() << "\n";
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app{"Measures registrations"};
  app.require_subcommand(1);
  Options o;
  AddConnectionOptions(app, o.connection);
  app.add_option("--photos", o.photos);
  app.add_option("--bundle", o.bundle_dir);
  app.add_option("--calibration", o.calibration_file);
  app.add_option("--first-person", o.first_person);
  app.add_option("--clients", o.clients);
  app.add_option("--seconds", o.seconds);
  app.add_option("--rate", o.rate);
  app.add_option("--server-pid", o.server_pid);
  app.add_option("--postmaster-pid", o.postmaster_pid);
  app.add_option("--seed", o.population.seed);
  app.add_option("--people", o.population.people);
  app.add_flag("--hall", o.hall);
  app.add_flag("--known", o.known);
  int status = 1;
  app.add_subcommand("script")->callback([&] {
    std::cout << RegistrationScript();
    status = 0;
  });
  app.add_subcommand("pairs")->callback([&] { status = Pairs(o); });
  app.add_subcommand("closed")->callback([&] { status = Closed(o); });
  app.add_subcommand("open")->callback([&] { status = Open(o); });
  auto* cpu = app.add_subcommand("cpu");
  cpu->add_option("--pid", o.pid);
  cpu->callback([&] {
    std::cout << (o.postmaster_pid > 0 ? CpuSecondsOfBackends(o.postmaster_pid) : CpuSecondsOfFamily(o.pid)) << "\n";
    status = 0;
  });
  return RunCommandLine(app, argc, argv, status);
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  return realname::Main(argc, argv);
}
