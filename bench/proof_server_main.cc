// SPDX-License-Identifier: Apache-2.0
// realname-proof-server: the service with stand-in face evidence, everything else real.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <signal.h>

#include "bench/stand_in_faces.h"
#include "server/config.h"
#include "server/log.h"
#include "server/server.h"

// The same arguments as realname-server serve --config FILE --address-file FILE.
int main(int argc, char** argv) {
  using namespace realname;
  if (argc != 6 || std::strcmp(argv[1], "serve") != 0) {
    std::cerr << "usage: realname-proof-server serve --config FILE --address-file FILE\n";
    return 2;
  }
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  auto config = server::LoadConfig(argv[3]);
  if (!config.ok()) {
    std::cerr << config.status().message() << "\n";
    return 1;
  }
  server::StartLog(config->log_level());
  const SystemClock clock;
  auto started = server::Server::Start(
      *config,
      [](const v1::ServerConfig&, const rules::Policy&) -> Result<std::unique_ptr<FaceExaminer>> {
        return std::unique_ptr<FaceExaminer>(std::make_unique<StandInFaces>());
      },
      clock);
  if (!started.ok()) {
    std::cerr << started.status().message() << " " << started.status().detail() << "\n";
    return 1;
  }
  const std::string file = argv[5];
  std::ofstream(file + ".part") << "127.0.0.1:" << (*started)->port() << "\n";
  std::rename((file + ".part").c_str(), file.c_str());
  int signal_number = 0;
  sigwait(&stop_signals, &signal_number);
  (*started)->Stop();
  return 0;
}
