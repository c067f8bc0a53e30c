// SPDX-License-Identifier: Apache-2.0
#include "authority/simulated_identity_source.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

namespace realname::authority {
namespace {

std::string ReadPhoto(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What an honest source answers.
void Answer(const v1::SimulatedSource& script, const v1::CheckIdentityRequest& request,
            v1::CheckIdentityResponse& response) {
  const auto record = std::find_if(script.records().begin(), script.records().end(),
                                   [&](const auto& each) { return each.number() == request.number(); });
  const bool known = record != script.records().end();
  if (!known && !script.knows_everybody()) {
    response.set_answer(v1::AUTHORITY_ANSWER_NO_RECORD);
    return;
  }
  if (known) {
    if (record->name() != request.name()) response.add_mismatches(v1::IDENTITY_FIELD_NAME);
    if (record->sex() != v1::SEX_UNSPECIFIED && request.sex() != v1::SEX_UNSPECIFIED &&
        record->sex() != request.sex()) {
      response.add_mismatches(v1::IDENTITY_FIELD_SEX);
    }
    if (!record->birth_date().empty() && !request.birth_date().empty() &&
        record->birth_date() != request.birth_date()) {
      response.add_mismatches(v1::IDENTITY_FIELD_BIRTH_DATE);
    }
  }
  if (!response.mismatches().empty()) {
    response.set_answer(v1::AUTHORITY_ANSWER_MISMATCH);
    return;
  }
  response.set_answer(v1::AUTHORITY_ANSWER_MATCH);
  if (!request.photo()) return;
  if (known && !record->photo_file().empty()) response.set_photo(ReadPhoto(record->photo_file()));
  response.set_photo_state(response.photo().empty() ? v1::AUTHORITY_PHOTO_NONE : v1::AUTHORITY_PHOTO_ATTACHED);
}

// Makes nonsense of an answer, of four kinds in turn.
void Lie(uint64_t number, v1::CheckIdentityResponse& response) {
  switch (number % 4) {
    case 0:
      response.set_query_id("another question");
      break;
    case 1:
      response.set_answer(v1::AUTHORITY_ANSWER_MISMATCH);
      response.clear_mismatches();
      break;
    case 2:
      response.set_answer(v1::AUTHORITY_ANSWER_MATCH);
      response.add_mismatches(v1::IDENTITY_FIELD_NAME);
      break;
    default:
      response.set_answer(v1::AUTHORITY_ANSWER_UNSPECIFIED);
  }
}

// Every `percent` of a hundred, spread evenly.
bool IsOneOf(uint64_t number, uint32_t percent) { return number * percent % 100 < percent; }

// Finishes a call after a while, or at once when it is cancelled.
class Late final : public grpc::ServerUnaryReactor {
 public:
  Late(std::chrono::milliseconds latency, grpc::Status status) : status_(std::move(status)) {
    alarm_.Set(std::chrono::system_clock::now() + latency, [this](bool) { Finish(status_); });
  }
  void OnCancel() override { alarm_.Cancel(); }
  void OnDone() override { delete this; }

 private:
  const grpc::Status status_;
  grpc::Alarm alarm_;
};

}  // namespace

SimulatedIdentitySource::SimulatedIdentitySource(std::function<std::shared_ptr<const v1::SimulatedSource>()> script)
    : script_(std::move(script)) {}

grpc::ServerUnaryReactor* SimulatedIdentitySource::CheckIdentity(grpc::CallbackServerContext* context,
                                                                 const v1::CheckIdentityRequest* request,
                                                                 v1::CheckIdentityResponse* response) {
  const uint64_t number = asked_++;
  const auto script = script_();
  grpc::Status status;
  if (IsOneOf(number, script->failing_percent())) {
    status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "rehearsed failure");
  } else {
    response->set_query_id(request->query_id());
    response->set_reference("simulated-" + std::to_string(number));
    Answer(*script, *request, *response);
    if (IsOneOf(number, script->lying_percent())) Lie(number, *response);
  }
  if (script->latency_milliseconds() > 0) {
    return new Late(std::chrono::milliseconds(script->latency_milliseconds()), status);
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

}  // namespace realname::authority
