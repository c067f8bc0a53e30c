// SPDX-License-Identifier: Apache-2.0
#include "server/serve.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <malloc.h>
#include <signal.h>

#include "server/config.h"
#include "server/log.h"

namespace realname::server {
namespace {

int Fail(const Status& status) {
  std::cerr << "realname-server: " << status.message() << "\n";
  return 1;
}

}  // namespace

int Serve(const std::string& config_file, const std::string& address_file, const FaceExaminerFactory& make_faces) {
  // Pictures come and go by the megabyte on many threads. Fixed thresholds give their memory back at once; glibc's own,
  // which grow with use, kept 200 MiB more after 10,000 large requests.
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
  mallopt(M_ARENA_MAX, 4);

  // Signals are waited for in this thread; every thread made later inherits the mask.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  auto config = LoadConfig(config_file);
  if (!config.ok()) return Fail(config.status());
  StartLog(config->log_level());
  std::cerr << "# effective configuration\n" << PrintableConfig(*config);
  const SystemClock clock;
  auto server = Server::Start(*config, make_faces, clock);
  if (!server.ok()) return Fail(server.status());
  const std::string host = config->listen_address().substr(0, config->listen_address().rfind(':'));
  const std::string address = host + ":" + std::to_string((*server)->port());
  Log(LogLevel::kInfo, "listening", {{"address", std::string_view(address)}});
  if (!address_file.empty()) {
    // Appears whole: whoever waits for it never reads half an address.
    std::ofstream(address_file + ".part") << address << "\n";
    std::rename((address_file + ".part").c_str(), address_file.c_str());
  }
  int signal_number = 0;
  sigwait(&stop_signals, &signal_number);
  (*server)->Stop();
  return 0;
}

}  // namespace realname::server
