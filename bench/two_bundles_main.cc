// SPDX-License-Identifier: Apache-2.0
// realname-two-bundles: the same two photographs through the engines of two bundles. Templates of one bundle are
// compared, templates of two never. Ends with 0 if that holds.
//
//   realname-two-bundles BUNDLE CALIBRATION OTHER_BUNDLE OTHER_CALIBRATION PHOTO PHOTO
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/client.h"
#include "face/face_engine.h"

namespace realname {
namespace {

int Main(char** argv) {
  const std::string photos[] = {cli::ReadFileOrThrow(argv[5]), cli::ReadFileOrThrow(argv[6])};
  const std::vector<std::string_view> views(std::begin(photos), std::end(photos));
  std::vector<std::unique_ptr<FaceEngine>> engines;
  std::vector<std::vector<v1::FaceEvidence>> evidence;
  for (int i = 0; i < 2; ++i) {
    FaceEngineOptions options;
    options.bundle_dir = argv[1 + 2 * i];
    options.calibration_file = argv[2 + 2 * i];
    options.workers = 1;
    auto engine = FaceEngine::Create(options);
    if (!engine.ok()) throw std::runtime_error(engine.status().message());
    engines.push_back(*std::move(engine));
    auto seen = engines.back()->Examine(views, std::chrono::steady_clock::now() + std::chrono::minutes(1));
    if (!seen.ok()) throw std::runtime_error(seen.status().message());
    evidence.push_back(*std::move(seen));
  }
  bool holds = true;
  for (std::size_t engine = 0; engine < 2; ++engine) {
    for (std::size_t first = 0; first < 2; ++first) {
      for (std::size_t second = 0; second < 2; ++second) {
        const v1::FaceEvidence& a = evidence[first][0];
        const v1::FaceEvidence& b = evidence[second][1];
        const bool own = first == engine && second == engine;
        const auto compared = engines[engine]->Compare(a, b);
        std::cout << "engine of bundle " << engine + 1 << ", templates of bundle " << first + 1 << " ("
                  << a.template_().size() / 4 << " numbers) and " << second + 1 << " (" << b.template_().size() / 4
                  << "): ";
        if (compared.ok()) {
          std::cout << "similarity " << compared->similarity() << "\n";
        } else {
          std::cout << "refused, " << compared.status().message() << "\n";
        }
        holds = holds && compared.ok() == own;
      }
    }
  }
  return holds ? 0 : 1;
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: realname-two-bundles BUNDLE CALIBRATION OTHER_BUNDLE OTHER_CALIBRATION PHOTO PHOTO\n";
    return 2;
  }
  try {
    return realname::Main(argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
