// SPDX-License-Identifier: Apache-2.0
#include "authority/identity_source_client.h"

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>

#include <grpcpp/grpcpp.h>

#include "authority/answer_cache.h"
#include "authority/answer_check.h"
#include "authority/circuit_breaker.h"
#include "realname/v1/identity_source.grpc.pb.h"

namespace realname::authority {
namespace {

// Failures in a row after which a source is left alone, and for how long.
constexpr int kFailures = 5;
constexpr auto kFirstRest = std::chrono::seconds(1);
constexpr auto kLongestRest = std::chrono::seconds(30);
constexpr size_t kCachedAnswers = 100000;

// What breaks is asked again at most twice, and of all questions together only a tenth: gRPC's retry throttling (gRFC
// A6).
constexpr char kServiceConfig[] = R"({
  "methodConfig": [{
    "name": [{"service": "realname.v1.IdentitySource"}],
    "retryPolicy": {
      "maxAttempts": 3, "initialBackoff": "0.05s", "maxBackoff": "0.5s", "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }],
  "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1}
})";

Result<std::string> Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "cannot read " + path);
  return text;
}

Result<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const v1::IdentitySourceEndpoint& endpoint) {
  if (endpoint.plaintext_loopback()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  for (const auto& [file, pem] : {std::pair(endpoint.ca_file(), &options.pem_root_certs),
                                  std::pair(endpoint.certificate_file(), &options.pem_cert_chain),
                                  std::pair(endpoint.private_key_file(), &options.pem_private_key)}) {
    auto text = Contents(file);
    if (!text.ok()) return text.status();
    *pem = *std::move(text);
  }
  return grpc::SslCredentials(options);
}

std::future<IdentityAnswer> Now(IdentityAnswer answer) {
  std::promise<IdentityAnswer> promise;
  promise.set_value(std::move(answer));
  return promise.get_future();
}

}  // namespace

struct IdentitySourceClient::Source {
  std::string name;
  std::chrono::milliseconds timeout;
  uint32_t most_under_way;
  std::unique_ptr<v1::IdentitySource::Stub> stub;
  CircuitBreaker breaker{kFailures, kFirstRest, kLongestRest};
  AnswerCache cache{kCachedAnswers};
  std::mutex mutex;
  std::condition_variable ended;
  uint32_t under_way = 0;
};

struct IdentitySourceClient::Call {
  IdentityQuestion question;
  grpc::ClientContext context;
  v1::CheckIdentityRequest request;
  v1::CheckIdentityResponse response;
  std::promise<IdentityAnswer> promise;
  // The source's own time, rather than the caller's, ran out if it does.
  bool whole_timeout = false;
};

IdentitySourceClient::IdentitySourceClient(const Clock& clock, OnTrouble on_trouble)
    : clock_(clock), on_trouble_(std::move(on_trouble)) {}

Result<std::unique_ptr<IdentitySourceClient>> IdentitySourceClient::Make(
    const std::vector<v1::IdentitySourceEndpoint>& endpoints, const Clock& clock, OnTrouble on_trouble) {
  std::unique_ptr<IdentitySourceClient> client(new IdentitySourceClient(clock, std::move(on_trouble)));
  for (const v1::IdentitySourceEndpoint& endpoint : endpoints) {
    auto credentials = Credentials(endpoint);
    if (!credentials.ok()) return credentials.status();
    grpc::ChannelArguments arguments;
    arguments.SetServiceConfigJSON(kServiceConfig);
    arguments.SetMaxReceiveMessageSize(static_cast<int>(kMaxPhotoBytes) + (1 << 16));
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 500);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 500);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    auto& source = client->sources_.emplace_back(std::make_unique<Source>());
    source->name = endpoint.name();
    source->timeout = std::chrono::milliseconds(endpoint.timeout_milliseconds());
    source->most_under_way = endpoint.in_flight();
    source->stub = v1::IdentitySource::NewStub(grpc::CreateCustomChannel(endpoint.address(), *credentials, arguments));
  }
  return client;
}

IdentitySourceClient::~IdentitySourceClient() {
  for (const auto& source : sources_) {
    std::unique_lock lock(source->mutex);
    source->ended.wait(lock, [&] { return source->under_way == 0; });
  }
}

bool IdentitySourceClient::Reachable() const {
  const auto now = std::chrono::steady_clock::now();
  return std::any_of(sources_.begin(), sources_.end(), [&](const auto& each) { return each->breaker.WouldAdmit(now); });
}

std::future<IdentityAnswer> IdentitySourceClient::Ask(const IdentityQuestion& question, Deadline deadline) {
  const auto found =
      std::find_if(sources_.begin(), sources_.end(), [&](const auto& each) { return each->name == question.source; });
  if (found == sources_.end()) return Now({});
  Source& source = **found;
  if (auto known = source.cache.Find(question, clock_.Now())) return Now(*std::move(known));
  const auto now = std::chrono::steady_clock::now();
  if (deadline <= now) {
    IdentityAnswer late;
    late.answer = v1::AUTHORITY_ANSWER_TIMEOUT;
    return Now(std::move(late));
  }
  {
    const std::lock_guard lock(source.mutex);
    if (source.under_way >= source.most_under_way || !source.breaker.Admit(now)) return Now({});
    ++source.under_way;
  }
  auto call = std::make_shared<Call>();
  call->question = question;
  call->whole_timeout = now + source.timeout <= deadline;
  const auto left = std::min<std::chrono::steady_clock::duration>(source.timeout, deadline - now);
  call->context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::duration_cast<std::chrono::system_clock::duration>(left));
  v1::CheckIdentityRequest& request = call->request;
  request.set_query_id(question.query_id);
  request.set_operator_id(question.operator_id);
  request.set_document_type(question.document_type);
  request.set_number(question.number.Reveal());
  request.set_name(question.name.Reveal());
  request.set_sex(question.sex);
  request.set_birth_date(question.birth_date.Reveal());
  request.set_photo(question.photo);
  auto answer = call->promise.get_future();
  source.stub->async()->CheckIdentity(
      &call->context, &call->request, &call->response, [this, &source, call](grpc::Status status) {
        IdentityAnswer out;
        std::string fault;
        if (status.ok()) fault = AnswerFault(call->request, call->response);
        if (status.ok() && fault.empty()) {
          v1::CheckIdentityResponse& response = call->response;
          out.answer = response.answer();
          for (const int field : response.mismatches()) out.mismatches.push_back(static_cast<v1::IdentityField>(field));
          out.photo_state = response.photo_state();
          out.photo = std::move(*response.mutable_photo());
          out.reference = response.reference();
          out.answer_time = clock_.Now();
          if (source.breaker.Succeeded()) on_trouble_(source.name, "answers again");
          source.cache.Keep(call->question, out);
        } else {
          const bool late = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
          if (late) out.answer = v1::AUTHORITY_ANSWER_TIMEOUT;
          if (!fault.empty()) on_trouble_(source.name, "an answer makes no sense: " + fault);
          // A caller in a hurry says nothing about the source.
          if ((!late || call->whole_timeout) && source.breaker.Failed(std::chrono::steady_clock::now())) {
            on_trouble_(source.name, "keeps failing and is left alone for a while");
          }
        }
        call->promise.set_value(std::move(out));
        // The last touch: this may go as soon as nothing is under way.
        const std::lock_guard lock(source.mutex);
        --source.under_way;
        source.ended.notify_all();
      });
  return answer;
}

}  // namespace realname::authority
