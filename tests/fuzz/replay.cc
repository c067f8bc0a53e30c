// SPDX-License-Identifier: Apache-2.0
// Without libFuzzer: a target on the files of a folder of seeds, whole, shortened, and with bytes changed, by a
// generator with a fixed seed. Usage: NAME_replay MUTATIONS FOLDER
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::vector<std::string> seeds = {""};
  for (const auto& entry : std::filesystem::directory_iterator(argv[2])) {
    std::ifstream file(entry.path(), std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  if (seeds.size() < 2) {
    std::cerr << "no seeds in " << argv[2] << "\n";
    return 1;
  }
  for (const std::string& seed : seeds) Fuzz(seed);
  std::mt19937 random(1);
  for (int i = 0; i < std::atoi(argv[1]); ++i) {
    std::string bytes = seeds[random() % seeds.size()];
    if (random() % 4 == 0) bytes.resize(random() % (bytes.size() + 1));
    for (unsigned change = random() % 8; change > 0 && !bytes.empty(); --change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    Fuzz(bytes);
  }
  std::cout << seeds.size() << " seeds and " << argv[1] << " mutations\n";
  return 0;
}
