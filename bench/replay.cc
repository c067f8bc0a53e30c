// SPDX-License-Identifier: Apache-2.0
#include "bench/replay.h"

#include <atomic>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/made_up_person.h"

namespace realname {
namespace {

// What an application suffers from, each as often as the others; several of them end in one verdict or another.
using Spoil = void (*)(v1::SubmitRegistrationRequest&);
v1::Document& DocumentOf(v1::SubmitRegistrationRequest& r) { return *r.mutable_parties(0)->mutable_document(); }
constexpr Spoil kSpoils[] = {
    [](auto&) {},
    [](auto&) {},
    [](auto&) {},
    [](auto&) {},
    [](auto& r) { r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL); },
    [](auto& r) { r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR); },
    [](auto& r) { DocumentOf(r).set_number("11010819961124018" + std::string(1, '8')); },
    [](auto& r) { DocumentOf(r).set_valid_to("2025-01-01"); },
    [](auto& r) { DocumentOf(r).set_valid_to("2031-01-01"); },
    [](auto& r) { DocumentOf(r).clear_address(); },
    [](auto& r) { r.clear_consents(); },
    [](auto& r) { r.set_entry_type(v1::ENTRY_TYPE_PORT_IN); },
    [](auto& r) { r.set_customer_kind(v1::CUSTOMER_KIND_ORG_ORDINARY); },
    [](auto& r) { r.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(1700000000); },
    [](auto& r) { DocumentOf(r).set_sex(v1::SEX_FEMALE); },
    [](auto& r) { DocumentOf(r).set_type(v1::DOCUMENT_TYPE_PASSPORT); },
};

template <typename Work>
void InParallel(int clients, const Work& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
}

}  // namespace

int RecordDecisions(const ReplayOptions& options) {
  std::atomic<int> next{0}, failed{0};
  InParallel(options.clients, [&] {
    cli::Client client(options.seller);
    for (int n = next++; n < options.decisions; n = next++) {
      // Every eighth is the same person again, until their quota is full.
      const uint64_t person = options.first_person + static_cast<uint64_t>(n % 8 == 7 ? n / 64 : n);
      auto request = cli::MadeUpApplication(person, options.first_person + static_cast<uint64_t>(n), "agent1",
                                            "outlet1", "an ID photo", "a portrait");
      kSpoils[static_cast<size_t>(n) % std::size(kSpoils)](request);
      cli::SignMadeUp(request);
      v1::Verification answer;
      const auto status = client.Call(
          [&](grpc::ClientContext& c) { return client.registration().SubmitRegistration(&c, request, &answer); });
      if (!status.ok() && failed++ == 0) std::cout << "not recorded: " + cli::Describe(status) + "\n";
    }
  });
  std::cout << options.decisions - failed << " decisions recorded\n";
  return failed == 0 ? 0 : 1;
}

int ReplayDecisions(const ReplayOptions& options) {
  cli::Client client(options.auditor);
  std::vector<std::string> ids;
  v1::ListVerificationsRequest list;
  list.set_page_size(500);
  do {
    v1::ListVerificationsResponse page;
    const auto status =
        client.Call([&](grpc::ClientContext& c) { return client.registration().ListVerifications(&c, list, &page); });
    if (!status.ok()) throw std::runtime_error("the list: " + cli::Describe(status));
    for (const auto& row : page.verifications()) ids.push_back(row.verification_id());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());

  std::atomic<size_t> next{0};
  std::mutex mutex;
  size_t identical = 0;
  std::map<std::string, size_t> verdicts, fields;
  InParallel(options.clients, [&] {
    cli::Client auditor(options.auditor);
    for (size_t n = next++; n < ids.size(); n = next++) {
      v1::ReplayDecisionRequest request;
      request.set_verification_id(ids[n]);
      v1::ReplayDecisionResponse answer;
      const auto status =
          auditor.Call([&](grpc::ClientContext& c) { return auditor.audit().ReplayDecision(&c, request, &answer); });
      const std::lock_guard lock(mutex);
      if (!status.ok()) {
        ++fields["(failed: " + cli::ErrorReasonOf(status) + ")"];
        continue;
      }
      ++verdicts[v1::Verdict_Name(answer.stored_verdict()).substr(8)];
      identical += answer.identical();
      for (const auto& difference : answer.differences()) ++fields[difference.field()];
    }
  });
  std::cout << ids.size() << " decisions replayed, " << identical << " identical;";
  for (const auto& [verdict, count] : verdicts) std::cout << " " << verdict << " " << count;
  std::cout << "\n";
  for (const auto& [field, count] : fields) std::cout << "differs: " << field << " in " << count << "\n";
  return identical == ids.size() && !ids.empty() ? 0 : 3;
}

}  // namespace realname
