// SPDX-License-Identifier: Apache-2.0
#include "bench/verdicts.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/made_up_person.h"

namespace realname {

int CountVerdicts(const VerdictsOptions& options) {
  std::atomic<int> next{0}, failed{0};
  std::mutex mutex;
  std::map<v1::Verdict, int> verdicts;
  std::string first_failure;
  int64_t slowest = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < options.clients; ++i) {
    threads.emplace_back([&] {
      cli::Client client(options.connection);
      for (int n = next++; n < options.registrations; n = next++) {
        const uint64_t person = options.first_person + static_cast<uint64_t>(n);
        const auto request = cli::MadeUpApplication(person, person, "agent1", "outlet1",
                                                    "\xFF\xD8\xFF stand-in picture", "\xFF\xD8\xFF stand-in portrait");
        v1::Verification answer;
        const auto start = std::chrono::steady_clock::now();
        const auto status = client.Call([&](grpc::ClientContext& context) {
          return client.registration().SubmitRegistration(&context, request, &answer);
        });
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
        const std::lock_guard lock(mutex);
        slowest = std::max<int64_t>(slowest, took);
        if (status.ok()) {
          ++verdicts[answer.verdict()];
        } else if (++failed == 1) {
          first_failure = cli::Describe(status);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const v1::Verdict verdict :
       {v1::VERDICT_PASS, v1::VERDICT_RETRY, v1::VERDICT_REVIEW, v1::VERDICT_REJECT, v1::VERDICT_INCONCLUSIVE}) {
    std::cout << v1::Verdict_Name(verdict).substr(8) << "=" << verdicts[verdict] << " ";
  }
  std::cout << "failed=" << failed << " slowest_ms=" << slowest << "\n";
  if (failed > 0) std::cout << first_failure << "\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace realname
