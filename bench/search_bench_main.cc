// SPDX-License-Identifier: Apache-2.0
// realname-search-bench: what script/bench search runs. A gallery of made-up templates searched by one thread, beside
// the limit, the memory's bandwidth measured in the same run, beside a scan of all templates as float32, and where it
// was built with it beside faiss. What is compared takes turns; medians. Nothing here passes or fails, but an answer
// that is not the scan's ends the run.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <random>
#include <stdexcept>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/run_command_line.h"
#include "face/gallery.h"
#include "face/rounded_dot.h"

#ifdef REALNAME_FAISS
#include <omp.h>

#include <faiss/IndexFlat.h>
#include <faiss/IndexScalarQuantizer.h>
#endif

namespace realname {
namespace {

constexpr std::size_t kLength = 512;
// A similarity that few pairs of different people reach, and as many hits as a reviewer looks at.
constexpr float kSimilarity = 0.3f;
constexpr std::size_t kMost = 10;

template <typename Work>
double Milliseconds(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// Reads every byte once, looking for one that is not there: the C library does so with the widest registers there are.
bool ReadAll(const std::vector<unsigned char>& memory) {
  return std::memchr(memory.data(), 2, memory.size()) != nullptr;
}

class Templates {
 public:
  explicit Templates(unsigned seed) : random_(seed) {}
  std::vector<float> Next() {
    std::vector<float> values(kLength);
    double squares = 0;
    for (float& value : values) {
      value = normal_(random_);
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    for (float& value : values) value /= static_cast<float>(std::sqrt(squares));
    return values;
  }

 private:
  std::mt19937 random_;
  std::normal_distribution<float> normal_;
};

void Run(std::size_t count, int rounds) {
  Templates templates(1);
  face::Gallery gallery(kLength);
#ifdef REALNAME_FAISS
  omp_set_num_threads(1);
  faiss::IndexFlatIP flat(kLength);
  faiss::IndexScalarQuantizer eight_bits(kLength, faiss::ScalarQuantizer::QT_8bit, faiss::METRIC_INNER_PRODUCT);
#endif
  std::vector<std::vector<float>> probes;
  std::vector<float> chunk;
  for (std::size_t i = 0; i < count; ++i) {
    const auto values = templates.Next();
    gallery.Add(i, values);
    if (i % (count / 8) == 1) probes.push_back(values);
#ifdef REALNAME_FAISS
    chunk.insert(chunk.end(), values.begin(), values.end());
    if (chunk.size() == 20000 * kLength || i + 1 == count) {
      const auto rows = static_cast<faiss::Index::idx_t>(chunk.size() / kLength);
      if (!eight_bits.is_trained) eight_bits.train(rows, chunk.data());
      flat.add(rows, chunk.data());
      eight_bits.add(rows, chunk.data());
      chunk.clear();
    }
#endif
  }
  // Half of the probes are in the gallery, as one who comes again is.
  for (std::size_t i = 0; i < 8; ++i) probes.push_back(templates.Next());
  const std::vector<unsigned char> int8_bytes(count * kLength, 1), float_bytes(4 * count * kLength, 1);

  std::vector<double> search, scan, read_int8, read_float, flat_times, eight_bit_times;
  bool seen = false;
  for (int round = 0; round < rounds; ++round) {
    for (const auto& probe : probes) {
      std::vector<face::GalleryHit> found, expected;
      search.push_back(Milliseconds([&] { found = gallery.Search(probe, kSimilarity, kMost); }));
      scan.push_back(Milliseconds([&] { expected = gallery.Scan(probe, kSimilarity, kMost); }));
      if (found != expected) throw std::runtime_error("the search found something else than the scan");
      read_int8.push_back(Milliseconds([&] { seen |= ReadAll(int8_bytes); }));
      read_float.push_back(Milliseconds([&] { seen |= ReadAll(float_bytes); }));
#ifdef REALNAME_FAISS
      float similarities[kMost];
      faiss::Index::idx_t ids[kMost];
      flat_times.push_back(Milliseconds([&] { flat.search(1, probe.data(), kMost, similarities, ids); }));
      eight_bit_times.push_back(Milliseconds([&] { eight_bits.search(1, probe.data(), kMost, similarities, ids); }));
#endif
    }
  }
  const auto gigabytes_a_second = [](std::size_t bytes, double milliseconds) {
    return static_cast<double>(bytes) / milliseconds / 1e6;
  };
  std::printf("\n%zu TEMPLATES OF %zu VALUES, one thread, %zu searches (%s)%s\n", count, kLength, search.size(),
              face::HasAvx2() ? "AVX2" : "baseline", seen ? "!" : "");
  std::printf(
      "  exact search, int8 first            %8.2f ms; the memory alone %.2f ms (%.1f GB/s): share %.3f (aim 0.8)\n",
      Median(search), Median(read_int8), gigabytes_a_second(count * kLength, Median(read_int8)),
      Median(read_int8) / Median(search));
  std::printf("  scan of all as float32              %8.2f ms; the memory alone %.2f ms (%.1f GB/s): share %.3f\n",
              Median(scan), Median(read_float), gigabytes_a_second(count * kLength * 4, Median(read_float)),
              Median(read_float) / Median(scan));
  if (!flat_times.empty()) {
    std::printf("  faiss, flat, float32                %8.2f ms: %.2f times the scan\n", Median(flat_times),
                Median(flat_times) / Median(scan));
    std::printf("  faiss, 8 bits, not exact            %8.2f ms: %.2f times the search\n", Median(eight_bit_times),
                Median(eight_bit_times) / Median(search));
  }
}

int Main(int argc, char** argv) {
  CLI::App app{"Measures searches of a gallery"};
  std::vector<std::size_t> counts = {100000, 1000000};
  int rounds = 3;
  app.add_option("--templates", counts, "how many, 8 to 2000000 each")->check(CLI::Range(8, 2000000));
  app.add_option("--rounds", rounds)->check(CLI::Range(1, 1000));
  int status = 0;
  app.callback([&] {
    for (const std::size_t count : counts) Run(count, rounds);
  });
  return RunCommandLine(app, argc, argv, status);
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) { return realname::Main(argc, argv); }
