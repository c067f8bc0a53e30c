// SPDX-License-Identifier: Apache-2.0
// realname-face-bench: what script/bench face runs. Ratios from one run: what is compared takes turns, round by round,
// so that a machine whose speed drifts slows both alike; medians, and the rounds between which they lie.
// Single-threaded times are processor time of the thread, so that other work on the machine counts little. Nothing here
// passes or fails.
//
//   stages       one picture: milliseconds for each stage, and what stands on top of the bare Net::forward
//   photo        a 12-megapixel photo: decoded as the engine does, and in full
//   workers      pictures a second: two worker processes against one, and against two workers in this process
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <opencv2/core.hpp>
#include <opencv2/core/ocl.hpp>
#include <opencv2/dnn/dnn.hpp>
#include <opencv2/imgproc.hpp>

#include "bench/process_use.h"
#include "bench/run_command_line.h"
#include "face/analyzer.h"
#include "face/bundle.h"
#include "face/decode.h"
#include "face/face_engine.h"
#include "face/quality.h"
#include "face/same_image.h"
#include "face/sha256.h"
#include "face/text_message.h"
#include "tests/face/child_processes.h"
#include "tests/face/encode.h"

namespace realname {
namespace {

using std::chrono::steady_clock;

struct Options {
  std::string programs;  // folder of the built programs
  std::string bundle_dir = ".assets/bundles/faceplugin";
  std::string calibration_file = "face/bundles/faceplugin/calibration.textproto";
  std::vector<std::string> photos;
  int rounds = 7;
  double seconds = 4;
};

std::vector<std::string> ReadPhotos(const Options& options) {
  std::vector<std::string> photos;
  for (const std::string& path : options.photos) {
    Result<std::string> bytes = face::ReadFile(path);
    if (!bytes.ok()) throw std::runtime_error(bytes.status().message());
    photos.push_back(*std::move(bytes));
  }
  if (photos.empty()) throw std::runtime_error("--photos is required");
  return photos;
}

// Processor time of this thread, in milliseconds.
double ThreadMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

template <typename Work>
double Ms(Work&& work) {
  const double start = ThreadMs();
  std::forward<Work>(work)();
  return ThreadMs() - start;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

// "median (least to most)".
std::string Spread(const std::vector<double>& values, int digits) {
  char text[96];
  std::snprintf(text, sizeof(text), "%.*f (%.*f to %.*f)", digits, Median(values), digits,
                *std::min_element(values.begin(), values.end()), digits,
                *std::max_element(values.begin(), values.end()));
  return text;
}

std::vector<double> Ratios(const std::vector<double>& over, const std::vector<double>& under) {
  std::vector<double> ratios(over.size());
  std::transform(over.begin(), over.end(), under.begin(), ratios.begin(), std::divides<>());
  return ratios;
}

// ---------------------------------------------------------------------------------------------------------- stages

// The networks of a bundle without anything round them.
class BareNetworks {
 public:
  explicit BareNetworks(const face::Bundle& bundle) {
    const v1::FaceBundle& m = bundle.manifest;
    const struct {
      const char* name;
      const v1::Network& entry;
      bool there;
      int runs;
    } networks[] = {{"detector", m.detector(), true, 1},
                    {"landmarks", m.landmarks(), m.has_landmarks(), 1},
                    {"embedder", m.embedder(), true, m.mirror_averaged() ? 2 : 1},
                    {"liveness", m.liveness(), true, 1},
                    {"pose", m.pose(), m.has_pose(), 1},
                    {"eye", m.eye(), m.has_eye(), 2}};
    for (const auto& each : networks) {
      if (each.there) nets_.push_back(Make(each.name, each.entry, bundle.files.at(each.entry.file()), each.runs));
    }
  }

  // Milliseconds of Net::forward for one picture, by network.
  std::map<std::string, double> Forward() {
    std::map<std::string, double> times;
    for (Bare& bare : nets_) {
      double sum = 0;
      for (int i = 0; i < bare.runs; ++i) {
        bare.net.setInput(bare.blob);
        std::vector<cv::Mat> out;
        sum += Ms([&] { bare.net.forward(out, bare.outputs); });
      }
      times[bare.name] = sum;
    }
    return times;
  }

 private:
  struct Bare {
    std::string name;
    int runs;
    cv::dnn::Net net;
    cv::Mat blob;
    std::vector<std::string> outputs;
  };

  static Bare Make(const char* name, const v1::Network& entry, const std::string& bytes, int runs) {
    Bare bare{name, runs, cv::dnn::readNetFromONNX(bytes.data(), bytes.size()), {}, {}};
    bare.net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    bare.net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    bare.outputs.assign(entry.outputs().begin(), entry.outputs().end());
    if (bare.outputs.empty()) bare.outputs = bare.net.getUnconnectedOutLayersNames();
    const int shape[] = {1, entry.colour() == v1::COLOUR_ORDER_GREY ? 1 : 3, static_cast<int>(entry.height()),
                         static_cast<int>(entry.width())};
    bare.blob.create(4, shape, CV_32F);
    cv::randu(bare.blob, -1, 1);
    return bare;
  }

  std::vector<Bare> nets_;
};

int RunStages(const Options& options) {
  cv::setNumThreads(1);
  cv::ocl::setUseOpenCL(false);
  const auto photos = ReadPhotos(options);
  const auto bundle = face::LoadBundle(options.bundle_dir);
  if (!bundle.ok()) throw std::runtime_error(bundle.status().message());
  if (!bundle->manifest.has_landmarks() || !bundle->manifest.has_pose() || !bundle->manifest.has_eye()) {
    throw std::runtime_error("the stages are those of a bundle with all six networks");
  }
  BareNetworks bare(*bundle);
  face::Analyzer analyzer(*bundle);
  const auto detector = face::MakeDetector(*bundle);
  face::Landmarks landmarks(*bundle);
  const face::Aligner aligner(*bundle);
  face::Embedder embedder(*bundle);
  face::Liveness liveness(*bundle);
  face::Pose pose(*bundle);
  face::Eyes eyes(*bundle);

  // As in Analyzer, stage by stage; in the order of the work.
  const char* const names[] = {"decode", "detect", "landmarks", "align",       "sharpness, light", "embed",
                               "pose",   "eyes",   "liveness",  "mouth, mask", "background",       "thumbnail"};
  std::map<std::string, std::vector<double>> stages;
  std::map<std::string, std::vector<double>> forwards;
  std::vector<double> whole, forward, digest;
  for (int round = -1; round < options.rounds; ++round) {
    std::map<std::string, double> stage, net;
    double all = 0, sha = 0;
    for (const std::string& photo : photos) {
      for (const auto& [name, ms] : bare.Forward()) net[name] += ms;
      all += Ms([&] { analyzer.Analyze(photo); });
      sha += Ms([&] { face::Sha256(photo); });
      face::DecodedPicture picture;
      stage["decode"] += Ms([&] { picture = face::Decode(photo); });
      face::Detections found;
      stage["detect"] += Ms([&] { found = detector->Detect(picture.bgr); });
      if (found.boxes.empty()) throw std::runtime_error("the stages are those of a picture with a face");
      const face::Box& box = found.boxes.front();
      face::Points68 points;
      stage["landmarks"] += Ms([&] { points = landmarks.Find(picture.bgr, box); });
      cv::Mat aligned;
      stage["align"] += Ms([&] { aligned = aligner.Align(picture.bgr, face::FivePoints(points)); });
      stage["sharpness, light"] += Ms([&] { face::MeasureTone(aligned); });
      stage["embed"] += Ms([&] { embedder.Embed(aligned); });
      stage["pose"] += Ms([&] { pose.Estimate(picture.bgr, box); });
      stage["eyes"] += Ms([&] { eyes.Look(picture.bgr, points); });
      stage["liveness"] += Ms([&] { liveness.Judge(picture.bgr, box); });
      stage["mouth, mask"] += Ms([&] {
        face::MouthOpen(points);
        face::LowerFaceDifference(aligned);
      });
      stage["background"] += Ms([&] { face::BackgroundClutter(picture.bgr, box); });
      stage["thumbnail"] += Ms([&] { face::Thumbnail(aligned); });
    }
    if (round < 0) continue;  // warm
    const auto count = static_cast<double>(photos.size());
    double sum = 0;
    for (const auto& [name, ms] : net) {
      forwards[name].push_back(ms / count);
      sum += ms / count;
    }
    for (const auto& [name, ms] : stage) stages[name].push_back(ms / count);
    whole.push_back(all / count);
    forward.push_back(sum);
    digest.push_back(sha / count);
  }
  const std::map<std::string, std::string> network_of = {{"detect", "detector"}, {"landmarks", "landmarks"},
                                                         {"embed", "embedder"},  {"pose", "pose"},
                                                         {"eyes", "eye"},        {"liveness", "liveness"}};
  std::printf("ONE PICTURE, processor ms: medians of %d rounds over %zu photographs\n", options.rounds, photos.size());
  std::printf("  %-18s %8s  %s\n", "stage", "ms", "of which the bare Net::forward");
  for (const char* name : names) {
    const auto network = network_of.find(name);
    if (network == network_of.end()) {
      std::printf("  %-18s %8.2f\n", name, Median(stages.at(name)));
    } else {
      std::printf("  %-18s %8.2f  %.2f\n", name, Median(stages.at(name)), Median(forwards.at(network->second)));
    }
  }
  std::vector<double> on_top(whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) on_top[i] = 100 * (whole[i] / forward[i] - 1);
  std::printf("  all in one         %8.2f  %.2f\n", Median(whole), Median(forward));
  std::printf("  (the digest, %.2f ms, is the parent's work while a worker works)\n", Median(digest));
  std::printf("  decode, preprocessing, alignment and quality on top of the bare networks: %s %% (aim: at most 25)\n",
              Spread(on_top, 1).c_str());
  return 0;
}

// ----------------------------------------------------------------------------------------------------------- photo

// As a phone takes it: 4000 x 3000, with the noise of a sensor.
cv::Mat PhonePhoto(const std::string& photo) {
  cv::Mat large;
  cv::resize(face::Decode(photo).bgr, large, cv::Size(4000, 3000), 0, 0, cv::INTER_CUBIC);
  cv::Mat noise(large.size(), CV_16SC3);
  cv::theRNG().state = 20;
  cv::randn(noise, 0, 4);
  cv::Mat noisy;
  cv::add(large, noise, noisy, cv::noArray(), CV_8UC3);
  return noisy;
}

int RunPhoto(const Options& options) {
  const cv::Mat phone_photo = PhonePhoto(ReadPhotos(options).front());
  face::DecodeLimits in_full;
  in_full.working_side = 1 << 20;
  std::printf("A PHONE'S PHOTO of 12 megapixels, processor ms: medians of %d rounds\n", options.rounds);
  std::printf("  quality   MiB    as the engine decodes it    in full                 ratio (aim: at most 0.5)\n");
  for (const int quality : {80, 90, 95}) {
    const std::string photo = face::EncodeJpeg(phone_photo, {.quality = quality});
    std::vector<double> ours, full;
    for (int round = -1; round < options.rounds; ++round) {
      face::DecodedPicture reduced, whole;
      const double reduced_ms = Ms([&] { reduced = face::Decode(photo); });
      const double full_ms = Ms([&] { whole = face::Decode(photo, in_full); });
      if (reduced.status != v1::FACE_STATUS_OK || whole.bgr.cols != phone_photo.cols) {
        throw std::runtime_error("the photo was not decoded");
      }
      if (round < 0) continue;  // warm
      ours.push_back(reduced_ms);
      full.push_back(full_ms);
    }
    std::printf("  %7d  %4.1f    %-26s  %-22s  %s\n", quality, static_cast<double>(photo.size()) / (1 << 20),
                Spread(ours, 1).c_str(), Spread(full, 1).c_str(), Spread(Ratios(ours, full), 2).c_str());
  }
  std::printf("  (reading the entropy-coded bits is the same work at any size)\n");
  return 0;
}

// --------------------------------------------------------------------------------------------------------- workers

struct Turn {
  double per_second = 0;
  // Of this process and its workers.
  double cpu_ms = 0;
};

// Keeps an engine busy for a while: two pictures a call, as many callers as workers and two more.
Turn KeepBusy(FaceEngine& engine, unsigned workers, const std::vector<std::string>& photos, double seconds) {
  std::atomic<std::size_t> next{0}, done{0}, failed{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> callers;
  for (unsigned i = 0; i < workers + 2; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        const std::size_t n = 2 * next++;
        const std::string_view pictures[] = {photos[n % photos.size()], photos[(n + 1) % photos.size()]};
        const auto evidence = engine.Examine(pictures, steady_clock::now() + std::chrono::minutes(1));
        ++(evidence.ok() ? done : failed);
      }
    });
  }
  const auto pause = [](double length) { std::this_thread::sleep_for(std::chrono::duration<double>(length)); };
  pause(0.5);  // until the queue is full
  const std::size_t before = done;
  const double cpu_before = CpuSecondsOfFamily(getpid());
  const auto start = steady_clock::now();
  pause(seconds);
  const auto pictures = 2 * static_cast<double>(done - before);
  const double cpu = CpuSecondsOfFamily(getpid()) - cpu_before;
  const double wall = std::chrono::duration<double>(steady_clock::now() - start).count();
  stop = true;
  for (std::thread& caller : callers) caller.join();
  if (failed > 0) throw std::runtime_error("calls failed");
  if (pictures == 0) throw std::runtime_error("nothing was done in the time: it is too short");
  return {pictures / wall, 1000 * cpu / pictures};
}

// Pictures' worth of Net::forward a second on so many threads at once: what the machine could do at best.
double BareRate(std::vector<BareNetworks>& bare, unsigned threads, double seconds) {
  std::atomic<std::size_t> done{0};
  const auto start = steady_clock::now();
  const auto end = start + std::chrono::duration<double>(seconds);
  std::vector<std::thread> busy;
  for (unsigned i = 0; i < threads; ++i) {
    busy.emplace_back([&, i] {
      while (steady_clock::now() < end) {
        bare.at(i).Forward();
        ++done;
      }
    });
  }
  for (std::thread& thread : busy) thread.join();
  return static_cast<double>(done) / std::chrono::duration<double>(steady_clock::now() - start).count();
}

int RunWorkers(const Options& options) {
  cv::setNumThreads(1);
  cv::ocl::setUseOpenCL(false);
  const auto photos = ReadPhotos(options);
  const auto bundle = face::LoadBundle(options.bundle_dir);
  if (!bundle.ok()) throw std::runtime_error(bundle.status().message() + " " + bundle.status().detail());
  std::vector<BareNetworks> bare;
  for (int i = 0; i < 2; ++i) bare.emplace_back(*bundle);
  const auto make = [&](unsigned workers, bool processes) {
    FaceEngineOptions engine_options;
    engine_options.bundle_dir = options.bundle_dir;
    engine_options.calibration_file = options.calibration_file;
    engine_options.workers = workers;
    engine_options.picture_time_limit = std::chrono::seconds(30);
    if (processes) engine_options.worker_program = options.programs + "/realname-face-worker";
    auto engine = FaceEngine::Create(engine_options);
    if (!engine.ok()) throw std::runtime_error(engine.status().message() + " " + engine.status().detail());
    return *std::move(engine);
  };
  const auto start = steady_clock::now();
  const auto one = make(1, true);
  const double start_seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  const auto two = make(2, true);
  const auto here = make(2, false);
  std::vector<double> one_rate, two_rate, here_rate, one_cpu, two_cpu, here_cpu, one_bare, two_bare;
  for (int round = 0; round < options.rounds; ++round) {
    const Turn a = KeepBusy(*one, 1, photos, options.seconds);
    const Turn b = KeepBusy(*two, 2, photos, options.seconds);
    const Turn c = KeepBusy(*here, 2, photos, options.seconds);
    one_bare.push_back(BareRate(bare, 1, options.seconds));
    two_bare.push_back(BareRate(bare, 2, options.seconds));
    one_rate.push_back(a.per_second);
    two_rate.push_back(b.per_second);
    here_rate.push_back(c.per_second);
    one_cpu.push_back(a.cpu_ms);
    two_cpu.push_back(b.cpu_ms);
    here_cpu.push_back(c.cpu_ms);
  }
  double resident = 0;
  const auto children = face::ChildProcesses();
  for (const auto& child : children) resident += ResidentMiBOfFamily(child.pid) / static_cast<double>(children.size());
  std::printf("WORKERS: medians of %d rounds of %.0f s in turn, %u cores        pictures/s   CPU ms each\n",
              options.rounds, options.seconds, std::thread::hardware_concurrency());
  std::printf("  one worker process        %s   %s\n", Spread(one_rate, 1).c_str(), Spread(one_cpu, 1).c_str());
  std::printf("  two worker processes      %s   %s\n", Spread(two_rate, 1).c_str(), Spread(two_cpu, 1).c_str());
  std::printf("  two workers in process    %s   %s\n", Spread(here_rate, 1).c_str(), Spread(here_cpu, 1).c_str());
  std::vector<double> by_cpu = Ratios(one_cpu, two_cpu);
  for (double& ratio : by_cpu) ratio *= 2;
  std::printf("  two against one           %s (aim: at least 1.9); by CPU time %s\n",
              Spread(Ratios(two_rate, one_rate), 2).c_str(), Spread(by_cpu, 2).c_str());
  std::printf("  of that, the bare networks on two threads against one %s: what this machine allows\n",
              Spread(Ratios(two_bare, one_bare), 2).c_str());
  std::printf("  processes against in process %s (aim: at least 0.95); by CPU time %s\n",
              Spread(Ratios(two_rate, here_rate), 3).c_str(), Spread(Ratios(here_cpu, two_cpu), 3).c_str());
  std::printf("  an engine of one worker process starts in %.2f s; a worker that has worked has %.0f MiB resident\n",
              start_seconds, resident);
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app{"Measures the face engine"};
  app.require_subcommand(1);
  Options o;
  app.add_option("--programs", o.programs)->required();
  app.add_option("--bundle", o.bundle_dir);
  app.add_option("--calibration", o.calibration_file);
  app.add_option("--photos", o.photos);
  app.add_option("--rounds", o.rounds);
  app.add_option("--seconds", o.seconds);
  int status = 1;
  app.add_subcommand("stages")->callback([&] { status = RunStages(o); });
  app.add_subcommand("photo")->callback([&] { status = RunPhoto(o); });
  app.add_subcommand("workers")->callback([&] { status = RunWorkers(o); });
  return RunCommandLine(app, argc, argv, status);
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) { return realname::Main(argc, argv); }
