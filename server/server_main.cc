// SPDX-License-Identifier: Apache-2.0
// realname-server: the service itself, and the work on its databases that is apart from serving.
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "db/migrate.h"
#include "face/face_engine.h"
#include "rules/face_limits.h"
#include "server/config.h"
#include "server/log.h"
#include "server/serve.h"
#include "server/store.h"

namespace realname::server {
namespace {

int Fail(const Status& status) {
  std::cerr << "realname-server: " << status.message() << "\n";
  return 1;
}

Result<std::unique_ptr<FaceExaminer>> MakeFaceEngine(const v1::ServerConfig& config, const rules::Policy& policy) {
  FaceEngineOptions options;
  options.bundle_dir = config.bundle_dir();
  options.calibration_file = config.calibration_file();
  options.workers = config.limits().face_workers();
  if (!config.faces_in_process()) options.worker_program = config.face_worker_program();
  options.picture_time_limit = std::chrono::milliseconds(config.limits().face_picture_milliseconds());
  options.on_worker_lost = [](const std::string& words) {
    Log(LogLevel::kWarn, "face worker lost", {{"detail", std::string_view(words)}});
  };
  auto engine = FaceEngine::Create(options);
  if (!engine.ok()) return engine.status();
  for (const double target : {policy.pack.face().match_fmr(), policy.pack.face().review_fmr()}) {
    if (Status status = (*engine)->SupportsFmr(target); !status.ok()) return status;
  }
  for (const v1::GalleryPolicy& gallery : policy.pack.galleries()) {
    if (gallery.kind() == v1::GALLERY_KIND_PERSON) continue;
    if (Status status = (*engine)->SupportsFmr(gallery.max_fpir() / gallery.max_templates()); !status.ok()) {
      const auto most = static_cast<uint64_t>(gallery.max_fpir() / (*engine)->calibration().LowestFmr());
      return Status(status.code(), status.reason(),
                    "gallery " + gallery.name() + ": " + status.message() + "; with max_fpir " +
                        std::to_string(gallery.max_fpir()) + " it may hold " + std::to_string(most) + " templates");
    }
  }
  const Calibration& calibration = (*engine)->calibration();
  for (const Status& status : {calibration.MayServe(), rules::AllowsOutcomes(policy, calibration.message())}) {
    if (!status.ok()) {
      return Status(StatusCode::kFailedPrecondition, status.reason(),
                    config.calibration_file() + ": " + status.message());
    }
  }
  return std::unique_ptr<FaceExaminer>(*std::move(engine));
}

int Migrate(const std::string& registry_dsn, const std::string& key_store_dsn) {
  auto ran = MigrateStore(registry_dsn, key_store_dsn);
  if (!ran.ok()) return Fail(ran.status());
  std::cout << *ran << " migrations ran\n";
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app{"Real-name registration verification service"};
  app.require_subcommand(1);
  std::string config_file;
  std::string address_file;
  std::string registry_dsn;
  std::string key_store_dsn;
  int status = 0;
  auto* serve = app.add_subcommand("serve", "serve until SIGTERM or SIGINT");
  serve->add_option("--config", config_file, "ServerConfig as protobuf text")->required();
  serve->add_option("--address-file", address_file, "write the address served to this file");
  serve->callback([&] { status = Serve(config_file, address_file, MakeFaceEngine); });
  auto* check = app.add_subcommand("check-config", "print the effective configuration, secrets removed");
  check->add_option("--config", config_file, "ServerConfig as protobuf text")->required();
  check->callback([&] {
    auto config = LoadConfig(config_file);
    if (!config.ok()) {
      status = Fail(config.status());
    } else {
      std::cout << PrintableConfig(*config);
    }
  });
  auto* migrate = app.add_subcommand("migrate", "bring databases of one's own up to this version, as their owner");
  migrate->add_option("--registry", registry_dsn, "libpq connection string, owner's role")->required();
  migrate->add_option("--key-store", key_store_dsn, "libpq connection string, owner's role")->required();
  migrate->callback([&] { status = Migrate(registry_dsn, key_store_dsn); });
  CLI11_PARSE(app, argc, argv);
  return status;
}

}  // namespace
}  // namespace realname::server

int main(int argc, char** argv) { return realname::server::Main(argc, argv); }
