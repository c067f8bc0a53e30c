// SPDX-License-Identifier: Apache-2.0
#include "bench/face_race.h"

#include <atomic>
#include <iostream>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "bench/stand_in_faces.h"
#include "cli/made_up_person.h"

namespace realname {
namespace {

constexpr char kPicture[] = "\xFF\xD8\xFF stand-in picture";
constexpr auto kPatience = std::chrono::seconds(120);
constexpr auto kOneTry = std::chrono::seconds(5);

struct Count {
  std::atomic<int> unflagged{0}, both_flagged{0}, repeated{0}, failed{0};
};

// PASS or REVIEW, or no verdict where nobody answered or anything else came.
v1::Verdict Register(const cli::ConnectionOptions& connection, std::unique_ptr<cli::Client>& client, uint64_t person,
                     const std::string& face, Count& count) {
  const auto request =
      cli::MadeUpApplication(person, person, "agent1", "outlet1", kPicture, StandInFaces::MarkFace(kPicture, face));
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    v1::Verification answer;
    const grpc::Status status = client->Call([&](grpc::ClientContext& context) {
      return client->registration().SubmitRegistration(&context, request, &answer);
    });
    if (status.ok() && (answer.verdict() == v1::VERDICT_PASS || answer.verdict() == v1::VERDICT_REVIEW)) {
      return answer.verdict();
    }
    if (status.ok() || std::chrono::steady_clock::now() > give_up) {
      std::cerr << "person " << person << ": "
                << (status.ok() ? v1::Verdict_Name(answer.verdict()) : cli::Describe(status)) << "\n";
      ++count.failed;
      return v1::VERDICT_UNSPECIFIED;
    }
    ++count.repeated;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    // A channel that failed waits longer and longer before it tries again.
    client = std::make_unique<cli::Client>(connection);
  }
}

}  // namespace

int RegisterFace(const cli::ConnectionOptions& connection, uint64_t person, const std::string& face) {
  cli::Client client(connection);
  const auto request =
      cli::MadeUpApplication(person, person, "agent1", "outlet1", kPicture, StandInFaces::MarkFace(kPicture, face));
  v1::Verification answer;
  const grpc::Status status = client.Call([&](grpc::ClientContext& context) {
    return client.registration().SubmitRegistration(&context, request, &answer);
  });
  if (!status.ok()) {
    std::cerr << cli::Describe(status) << "\n";
    return 1;
  }
  for (const v1::Reason& reason : answer.reasons()) {
    if (reason.code() != v1::REASON_CODE_UNSPECIFIED) std::cerr << v1::ReasonCode_Name(reason.code()) << "\n";
  }
  std::cout << answer.verification_id() << " " << v1::Verdict_Name(answer.verdict()).substr(sizeof "VERDICT_" - 1)
            << "\n";
  return 0;
}

int RaceFaces(const FaceRaceOptions& options) {
  Count count;
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < options.pairs_at_once; ++i) {
    threads.emplace_back([&] {
      cli::ConnectionOptions first_server = options.connection;
      first_server.timeout = kOneTry;
      cli::ConnectionOptions other = first_server;
      other.server = options.other_server;
      auto one = std::make_unique<cli::Client>(first_server), two = std::make_unique<cli::Client>(other);
      for (int pair = next++; pair < options.pairs; pair = next++) {
        std::mt19937_64 random(static_cast<uint64_t>(pair));
        const auto gap = std::chrono::milliseconds(random() % static_cast<uint64_t>(options.gap_milliseconds + 1));
        const bool other_way = random() % 2 == 1;
        const uint64_t person = options.first_person + 2 * static_cast<uint64_t>(pair);
        const std::string face = std::to_string(person);
        v1::Verdict first = v1::VERDICT_UNSPECIFIED, second = v1::VERDICT_UNSPECIFIED;
        std::thread beside([&] {
          first =
              other_way ? Register(other, two, person, face, count) : Register(first_server, one, person, face, count);
        });
        std::this_thread::sleep_for(gap);
        second = other_way ? Register(first_server, one, person + 1, face, count)
                           : Register(other, two, person + 1, face, count);
        beside.join();
        count.unflagged += first == v1::VERDICT_PASS && second == v1::VERDICT_PASS ? 1 : 0;
        count.both_flagged += first == v1::VERDICT_REVIEW && second == v1::VERDICT_REVIEW ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::cout << "pairs=" << options.pairs << " unflagged=" << count.unflagged << " both_flagged=" << count.both_flagged
            << " repeated=" << count.repeated << "\n";
  return count.failed == 0 ? 0 : 1;
}

}  // namespace realname
