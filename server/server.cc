// SPDX-License-Identifier: Apache-2.0
#include "server/server.h"

#include <set>
#include <string>
#include <thread>

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>

#include "authority/identity_source_client.h"
#include "rules/quality_gate.h"
#include "server/accountability_service.h"
#include "server/audit_service.h"
#include "server/config.h"
#include "server/event_hub.h"
#include "server/face_service.h"
#include "server/housekeeping.h"
#include "server/log.h"
#include "server/policy_service.h"
#include "server/registration_service.h"
#include "server/request_pool.h"
#include "server/review_service.h"
#include "server/source_worker.h"
#include "server/store.h"
#include "server/subscriber_service.h"
#include "vault/digest.h"
#include "vault/signature.h"
#include "verification/capture_devices.h"
#include "verification/dry_runs.h"
#include "verification/face_search.h"
#include "verification/lists.h"
#include "verification/policy_archive.h"
#include "verification/registration.h"
#include "verification/replays.h"
#include "verification/reviews.h"
#include "verification/sellers.h"
#include "verification/sessions.h"
#include "verification/verifications.h"

namespace realname::server {
namespace {

// Beyond what a request may be, so that a little too much gets an answer of ours; beyond this gRPC breaks off.
constexpr int kMaxReceivedBytes = 16 << 20;

Result<std::shared_ptr<grpc::ServerCredentials>> Credentials(const v1::ServerConfig& config) {
  if (config.plaintext_loopback()) return grpc::InsecureServerCredentials();
  auto certificate = ReadFile(config.tls().certificate_file());
  if (!certificate.ok()) return certificate.status();
  auto key = ReadFile(config.tls().private_key_file());
  if (!key.ok()) return key.status();
  auto ca = ReadFile(config.tls().client_ca_file());
  if (!ca.ok()) return ca.status();
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = *ca;
  options.pem_key_cert_pairs.push_back({*key, *certificate});
  return grpc::SslServerCredentials(options);
}

// Every source that the policy names has its place. Others stand ready for a policy to come.
Status CheckSources(const v1::ServerConfig& config, const v1::PolicyPack& pack) {
  std::set<std::string> placed;
  for (const auto& source : config.identity_sources()) {
    if (!placed.insert(source.name()).second) {
      return Status(StatusCode::kInvalidArgument, "INVALID_FIELD",
                    "identity source " + source.name() + " has two places");
    }
  }
  for (const auto& source : pack.identity_sources()) {
    if (!placed.contains(source.name())) {
      return Status(
          StatusCode::kFailedPrecondition, "WRONG_STATE",
          "the policy asks identity source " + source.name() + ", and the configuration does not say where it is");
    }
  }
  return {};
}

// Whether face bundle and configuration have what a policy asks for.
Status Supports(const v1::ServerConfig& config, const FaceExaminer& faces, const v1::PolicyPack& pack) {
  const v1::ModelCard card = faces.ModelCard(pack);
  if (const std::string limit = rules::LimitOnUnmeasured(pack, card.not_measured()); !limit.empty()) {
    return Status(StatusCode::kFailedPrecondition, "WRONG_STATE",
                  limit + " limits what the face bundle " + card.bundle_name() +
                      " does not measure; set it to 0 (not asked), or use a bundle that does");
  }
  return CheckSources(config, pack);
}

}  // namespace

// In the order in which they are made; they end in the opposite order.
struct Server::Parts {
  v1::ServerConfig config;
  std::shared_ptr<const rules::Policy> policy;
  std::unique_ptr<Store> store;
  std::unique_ptr<FaceExaminer> faces;
  std::unique_ptr<IdentitySources> sources;
  std::unique_ptr<PolicyArchive> policies;
  std::unique_ptr<PolicyPacks> packs;
  std::unique_ptr<FaceSearch> search;
  std::unique_ptr<Registration> registration;
  std::unique_ptr<Sessions> sessions;
  std::unique_ptr<Verifications> verifications;
  std::unique_ptr<Consents> consents;
  std::unique_ptr<Reviews> reviews;
  std::unique_ptr<Sellers> sellers;
  std::unique_ptr<CaptureDevices> capture_devices;
  std::unique_ptr<Lists> lists;
  std::unique_ptr<Subscribers> subscribers;
  std::unique_ptr<Replays> replays;
  std::unique_ptr<DryRuns> dry_runs;
  std::unique_ptr<RequestPool> pool;
  std::unique_ptr<Admission> admission;
  std::unique_ptr<EventHub> events;
  std::unique_ptr<RegistrationServiceImpl> registration_service;
  std::unique_ptr<ReviewServiceImpl> review_service;
  std::unique_ptr<AccountabilityServiceImpl> accountability_service;
  std::unique_ptr<SubscriberServiceImpl> subscriber_service;
  std::unique_ptr<PolicyServiceImpl> policy_service;
  std::unique_ptr<AuditServiceImpl> audit_service;
  std::unique_ptr<FaceServiceImpl> face_service;
  std::unique_ptr<grpc::Server> grpc;
  std::unique_ptr<Housekeeping> housekeeping;
  std::unique_ptr<SourceWorker> source_worker;
  int port = 0;
  bool stopped = false;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() { Stop(); }
int Server::port() const { return parts_->port; }

Result<std::unique_ptr<Server>> Server::Start(const v1::ServerConfig& config, const FaceExaminerFactory& make_faces,
                                              const Clock& clock) {
  auto parts = std::make_unique<Parts>();
  parts->config = config;
  auto policy_text = ReadFile(config.policy_file());
  if (!policy_text.ok()) return policy_text.status();
  auto policy = rules::ReadPolicy(*policy_text, Sha256Hex(*policy_text));
  if (!policy.ok()) return policy.status();
  parts->policy = std::make_shared<const rules::Policy>(*std::move(policy));

  auto faces = make_faces(config, *parts->policy);
  if (!faces.ok()) return faces.status();
  parts->faces = *std::move(faces);
  if (Status status = Supports(config, *parts->faces, parts->policy->pack); !status.ok()) {
    return Status(status.code(), status.reason(), config.policy_file() + ": " + status.message());
  }
  auto sources = authority::IdentitySourceClient::Make(
      {config.identity_sources().begin(), config.identity_sources().end()}, clock,
      [](std::string_view source, std::string_view what) {
        Log(LogLevel::kWarn, "identity source", {{"source", source}, {"detail", what}});
      });
  if (!sources.ok()) return sources.status();
  parts->sources = *std::move(sources);
  auto store = OpenStore(config);
  if (!store.ok()) return store.status();
  parts->store = *std::move(store);
  Registry& registry = *parts->store->registry;
  const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  if (Status status = registry.ArchivePolicy(parts->policy->digest, *policy_text, soon); !status.ok()) return status;

  parts->policies = std::make_unique<PolicyArchive>(registry, parts->policy);
  // As at a start, networks and calibration included.
  const auto serves = [config, make_faces, faces = parts->faces.get()](const rules::Policy& candidate) {
    if (Status status = Supports(config, *faces, candidate.pack); !status.ok()) return status;
    return make_faces(config, candidate).status();
  };
  parts->packs = std::make_unique<PolicyPacks>(*parts->store->packs, registry, *parts->policies, clock, Sha256, serves);
  auto followed = parts->packs->Follow(soon);
  if (!followed.ok()) return followed.status();
  if (*followed) {
    Log(LogLevel::kInfo, "the policy that was activated last decides, not policy_file",
        {{"digest", std::string_view(parts->policies->Current().digest)}});
    if (Status status = serves(parts->policies->Current()); !status.ok()) {
      return Status(status.code(), status.reason(), "the policy that was activated last: " + status.message());
    }
  }
  parts->search = std::make_unique<FaceSearch>(*parts->store->galleries, *parts->faces, clock);
  parts->registration = std::make_unique<Registration>(
      registry, *parts->store->sessions, *parts->faces, *parts->search, *parts->sources, *parts->policies, clock,
      [&clock] { return TimeOrderedUuid(clock.Now()); }, Sha256, VerifySignature);
  parts->sessions =
      std::make_unique<Sessions>(*parts->store->sessions, *parts->faces, *parts->policies, clock, RandomBytes, Sha256);
  parts->verifications = std::make_unique<Verifications>(registry, *parts->store->reviews, *parts->policies, clock);
  parts->consents = std::make_unique<Consents>(registry, *parts->policies, clock);
  parts->reviews =
      std::make_unique<Reviews>(*parts->store->reviews, registry, *parts->store->galleries, *parts->policies, clock);
  parts->replays = std::make_unique<Replays>(registry, *parts->policies);
  parts->dry_runs = std::make_unique<DryRuns>(
      *parts->store->decisions, registry, *parts->store->packs, *parts->policies, clock,
      [&clock] { return TimeOrderedUuid(clock.Now()); }, std::thread::hardware_concurrency());
  parts->subscribers = std::make_unique<Subscribers>(*parts->store->subscribers, registry, *parts->policies, clock);
  parts->sellers = std::make_unique<Sellers>(*parts->store->sellers, clock);
  parts->capture_devices = std::make_unique<CaptureDevices>(*parts->store->capture_devices, clock, IsSignatureKey);
  parts->lists = std::make_unique<Lists>(*parts->store->lists, *parts->policies, clock);
  const v1::Limits& limits = config.limits();
  parts->pool =
      std::make_unique<RequestPool>(limits.request_threads(), limits.queue_length(), limits.bytes_in_flight());
  parts->admission = std::make_unique<Admission>(*parts->pool, config.plaintext_loopback(),
                                                 std::chrono::seconds(limits.max_deadline_seconds()));
  parts->events =
      std::make_unique<EventHub>(registry, *parts->verifications, [search = parts->search.get()](const auto& ids) {
        if (Status status = search->CatchUp(ids, std::chrono::steady_clock::now() + std::chrono::seconds(5));
            !status.ok()) {
          Log(LogLevel::kWarn, "galleries are behind", {{"detail", std::string_view(status.message())}});
        }
      });
  parts->registration_service = std::make_unique<RegistrationServiceImpl>(
      *parts->admission, *parts->registration, *parts->sessions, *parts->verifications, *parts->consents, registry,
      *parts->policies, clock, *parts->events, limits.watch_streams());
  parts->review_service = std::make_unique<ReviewServiceImpl>(*parts->admission, *parts->reviews);
  parts->subscriber_service = std::make_unique<SubscriberServiceImpl>(*parts->admission, *parts->subscribers);
  parts->policy_service = std::make_unique<PolicyServiceImpl>(*parts->admission, *parts->packs, *parts->dry_runs);
  parts->audit_service = std::make_unique<AuditServiceImpl>(*parts->admission, *parts->replays);
  parts->accountability_service = std::make_unique<AccountabilityServiceImpl>(*parts->admission, *parts->sellers,
                                                                              *parts->capture_devices, *parts->lists);
  parts->face_service = std::make_unique<FaceServiceImpl>(*parts->admission, *parts->faces, *parts->policies);

  auto credentials = Credentials(config);
  if (!credentials.ok()) return credentials.status();
  grpc::EnableDefaultHealthCheckService(true);
  if (config.reflection()) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(config.listen_address(), *credentials, &parts->port);
  builder.RegisterService(parts->registration_service.get());
  builder.RegisterService(parts->review_service.get());
  builder.RegisterService(parts->accountability_service.get());
  builder.RegisterService(parts->subscriber_service.get());
  builder.RegisterService(parts->policy_service.get());
  builder.RegisterService(parts->audit_service.get());
  builder.RegisterService(parts->face_service.get());
  builder.SetMaxReceiveMessageSize(kMaxReceivedBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 64);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  parts->grpc = builder.BuildAndStart();
  if (!parts->grpc || parts->port == 0) {
    return Status(
        StatusCode::kFailedPrecondition, "WRONG_STATE",
        "cannot listen on " + config.listen_address() + ": the address is in use or the certificates are bad");
  }
  parts->housekeeping = std::make_unique<Housekeeping>(
      registry, *parts->store->sessions, *parts->store->photos,
      db::OrphanKeys(*parts->store->key_store, *parts->store->pool), *parts->packs, *parts->search,
      *parts->store->galleries, *parts->policies, clock,
      [health = parts->grpc->GetHealthCheckService()](bool serving) { health->SetServingStatus(serving); });
  parts->source_worker =
      std::make_unique<SourceWorker>(registry, *parts->registration, *parts->sources, *parts->policies, clock);
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

void Server::Stop() {
  if (parts_->stopped) return;
  parts_->stopped = true;
  if (!parts_->grpc) return;
  parts_->grpc->GetHealthCheckService()->SetServingStatus(false);
  Log(LogLevel::kInfo, "draining");
  // Refuses new calls, lets those under way finish, then cancels what is left.
  parts_->grpc->Shutdown(std::chrono::system_clock::now() +
                         std::chrono::seconds(parts_->config.limits().drain_seconds()));
  parts_->registration_service->WaitForWatches();
  parts_->source_worker.reset();
  parts_->housekeeping.reset();
  parts_->pool->Stop();
  Log(LogLevel::kInfo, "stopped");
}

}  // namespace realname::server
