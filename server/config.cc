// SPDX-License-Identifier: Apache-2.0
#include "server/config.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <google/protobuf/text_format.h>

#include "proto/parse_text.h"

namespace realname::server {
namespace {

namespace fs = std::filesystem;

Status Bad(const std::string& message) {
  return Status(StatusCode::kInvalidArgument, "INVALID_FIELD", "configuration: " + message);
}

std::string DefaultDataDir() {
  if (geteuid() == 0) return "/var/lib/realname";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "/tmp") + "/.local/state/realname";
}

std::string BesideThisProgram(const std::string& name) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return error ? name : (self.parent_path() / name).string();
}

bool IsLoopback(const std::string& address) {
  return address.rfind("127.", 0) == 0 || address.rfind("[::1]:", 0) == 0 || address.rfind("localhost:", 0) == 0;
}

}  // namespace

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "cannot read " + path);
  return text.str();
}

Result<v1::ServerConfig> LoadConfig(const std::string& path) {
  auto text = ReadFile(path);
  if (!text.ok()) return text.status();
  v1::ServerConfig config;
  if (const std::string fault = ParseText(*text, config); !fault.empty()) return Bad(path + ": " + fault);

  const fs::path folder = fs::absolute(path).parent_path();
  const auto resolve = [&](std::string* file) {
    if (!file->empty()) *file = (folder / *file).lexically_normal().string();
  };
  if (config.listen_address().empty()) config.set_listen_address("127.0.0.1:7443");
  resolve(config.mutable_data_dir());
  if (config.data_dir().empty()) config.set_data_dir(DefaultDataDir());
  resolve(config.mutable_key_file());
  if (config.key_file().empty()) config.set_key_file(config.data_dir() + "/keys");
  for (const auto& [field, file] :
       {std::pair("policy_file", config.mutable_policy_file()), std::pair("bundle_dir", config.mutable_bundle_dir()),
        std::pair("calibration_file", config.mutable_calibration_file())}) {
    if (file->empty()) return Bad(std::string(field) + " is required");
    resolve(file);
  }
  if (config.plaintext_loopback()) {
    if (!IsLoopback(config.listen_address())) return Bad("plaintext_loopback needs a loopback listen_address");
  } else {
    auto* tls = config.mutable_tls();
    for (const auto& [field, file] : {std::pair("tls.certificate_file", tls->mutable_certificate_file()),
                                      std::pair("tls.private_key_file", tls->mutable_private_key_file()),
                                      std::pair("tls.client_ca_file", tls->mutable_client_ca_file())}) {
      if (file->empty()) return Bad(std::string(field) + " is required unless plaintext_loopback is set");
      resolve(file);
    }
  }
  if (config.database_dsn().empty() != config.key_store_dsn().empty()) {
    return Bad("database_dsn and key_store_dsn go together");
  }
  for (v1::IdentitySourceEndpoint& source : *config.mutable_identity_sources()) {
    const std::string name = "identity_sources " + source.name();
    if (source.name().empty() || source.address().empty()) return Bad(name + ": name and address are required");
    if (source.plaintext_loopback()) {
      if (!IsLoopback(source.address())) return Bad(name + ": plaintext_loopback needs a loopback address");
    } else if (source.ca_file().empty() || source.certificate_file().empty() || source.private_key_file().empty()) {
      return Bad(name +
                 ": ca_file, certificate_file and private_key_file are required unless plaintext_loopback is set");
    }
    resolve(source.mutable_ca_file());
    resolve(source.mutable_certificate_file());
    resolve(source.mutable_private_key_file());
    if (source.timeout_milliseconds() == 0) source.set_timeout_milliseconds(2000);
    if (source.in_flight() == 0) source.set_in_flight(64);
  }
  resolve(config.mutable_face_worker_program());
  if (config.face_worker_program().empty()) config.set_face_worker_program(BesideThisProgram("realname-face-worker"));
  if (config.log_level().empty()) config.set_log_level("info");
  auto* limits = config.mutable_limits();
  if (limits->face_workers() == 0) limits->set_face_workers(std::max(1u, std::thread::hardware_concurrency()));
  if (limits->request_threads() == 0) limits->set_request_threads(32);
  if (limits->queue_length() == 0) limits->set_queue_length(64);
  if (limits->bytes_in_flight() == 0) limits->set_bytes_in_flight(256u << 20);
  if (limits->database_connections() == 0) limits->set_database_connections(8);
  if (limits->max_deadline_seconds() == 0) limits->set_max_deadline_seconds(120);
  if (limits->watch_streams() == 0) limits->set_watch_streams(1000);
  if (limits->drain_seconds() == 0) limits->set_drain_seconds(10);
  if (limits->face_picture_milliseconds() == 0) limits->set_face_picture_milliseconds(2000);
  return config;
}

std::string PrintableConfig(const v1::ServerConfig& config) {
  v1::ServerConfig shown = config;
  if (!shown.database_dsn().empty()) shown.set_database_dsn("(set)");
  if (!shown.key_store_dsn().empty()) shown.set_key_store_dsn("(set)");
  std::string text;
  google::protobuf::TextFormat::PrintToString(shown, &text);
  return text;
}

}  // namespace realname::server
