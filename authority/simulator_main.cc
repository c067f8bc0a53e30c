// SPDX-License-Identifier: Apache-2.0
// realname-identity-simulator: an identity source to rehearse with, on loopback.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <signal.h>
#include <string>

#include <CLI/CLI.hpp>
#include <grpcpp/grpcpp.h>

#include "authority/simulated_identity_source.h"
#include "proto/parse_text.h"

namespace realname::authority {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> Contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  return file ? std::optional(text) : std::nullopt;
}

// The script in a file, read again when that changed. What cannot be read changes nothing.
class ScriptFile {
 public:
  // Empty if all is well, else what is wrong with the file.
  std::string Open(const fs::path& path) {
    path_ = fs::absolute(path);
    return Read();
  }
  std::shared_ptr<const v1::SimulatedSource> Current() {
    const std::lock_guard lock(mutex_);
    std::error_code error;
    if (const auto time = fs::last_write_time(path_, error); !error && time != read_) {
      if (const std::string fault = Read(); !fault.empty()) std::cerr << fault << "\n";
    }
    return script_;
  }

 private:
  std::string Read() {
    std::error_code error;
    read_ = fs::last_write_time(path_, error);
    const auto text = Contents(path_);
    if (!text) return path_.string() + ": cannot be read";
    auto script = std::make_shared<v1::SimulatedSource>();
    if (const std::string fault = ParseText(*text, *script); !fault.empty()) return path_.string() + ": " + fault;
    if (script->failing_percent() > 100 || script->lying_percent() > 100) {
      return path_.string() + ": failing_percent and lying_percent are at most 100";
    }
    for (v1::SimulatedRecord& record : *script->mutable_records()) {
      if (record.photo_file().empty()) continue;
      record.set_photo_file((path_.parent_path() / record.photo_file()).lexically_normal());
      if (!fs::exists(record.photo_file())) return record.photo_file() + ": no such photograph";
    }
    script_ = std::move(script);
    return "";
  }

  fs::path path_;
  std::mutex mutex_;
  fs::file_time_type read_;
  std::shared_ptr<const v1::SimulatedSource> script_;
};

int Main(int argc, char** argv) {
  CLI::App app{"An identity source to rehearse with (proto/realname/v1/identity_source.proto)"};
  std::string listen = "127.0.0.1:0";
  std::string script_file, address_file, certificate, key, client_ca;
  app.add_option("--script", script_file, "SimulatedSource as protobuf text; read again whenever it changes")
      ->required();
  app.add_option("--listen", listen, "loopback address; port 0 for any")->capture_default_str();
  app.add_option("--address-file", address_file, "write the address served to this file");
  auto* with_certificate = app.add_option("--certificate", certificate, "PEM; without it there is no TLS");
  with_certificate->needs(app.add_option("--key", key, "PEM"), app.add_option("--client-ca", client_ca, "PEM"));
  CLI11_PARSE(app, argc, argv);
  const auto fail = [](const std::string& what) {
    std::cerr << "realname-identity-simulator: " << what << "\n";
    return 1;
  };
  if (listen.rfind("127.", 0) != 0 && listen.rfind("[::1]:", 0) != 0 && listen.rfind("localhost:", 0) != 0) {
    return fail("--listen: loopback only, because what it says is made up");
  }

  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  ScriptFile script;
  if (const std::string fault = script.Open(script_file); !fault.empty()) return fail(fault);
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (!certificate.empty()) {
    const auto pem = Contents(certificate), private_key = Contents(key), ca = Contents(client_ca);
    if (!pem || !private_key || !ca) return fail("cannot read --certificate, --key or --client-ca");
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = *ca;
    options.pem_key_cert_pairs.push_back({*private_key, *pem});
    credentials = grpc::SslServerCredentials(options);
  }
  SimulatedIdentitySource source([&] { return script.Current(); });
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(listen, credentials, &port);
  builder.RegisterService(&source);
  const auto server = builder.BuildAndStart();
  if (!server || port == 0) return fail("cannot listen on " + listen);
  const std::string address = listen.substr(0, listen.rfind(':')) + ":" + std::to_string(port);
  std::cerr << "an identity source to rehearse with answers on " << address << "\n";
  if (!address_file.empty()) {
    std::ofstream(address_file + ".part") << address << "\n";
    std::rename((address_file + ".part").c_str(), address_file.c_str());
  }
  int signal_number = 0;
  sigwait(&stop_signals, &signal_number);
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  std::cerr << source.asked() << " questions\n";
  return 0;
}

}  // namespace
}  // namespace realname::authority

int main(int argc, char** argv) { return realname::authority::Main(argc, argv); }
