// SPDX-License-Identifier: Apache-2.0
// realname-hostile-images: every picture of the corpus of tests/face/hostile_pictures.h, made from a photograph, and
// mutations of it, each through the whole analyzer in a process of its own. Prints what was slowest and what took most
// memory. Ends with 0 if each was decided or refused within the limits and no process died.
//
//   realname-hostile-images --bundle DIR --photo FILE [--mutations N] [--limit-ms 300] [--limit-mb 128]
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <opencv2/core.hpp>
#include <opencv2/core/ocl.hpp>
#include <opencv2/imgproc.hpp>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench/command_line.h"
#include "cli/client.h"
#include "face/analyzer.h"
#include "face/bundle.h"
#include "face/decode.h"
#include "face/opencv_guard.h"
#include "tests/face/encode.h"
#include "tests/face/hostile_pictures.h"

namespace realname {
namespace {

struct Options {
  std::string bundle;
  std::string photo;
  int mutations = 1000;
  double limit_ms = 300;
  long limit_mb = 128;
};

// What a child says of its picture. Plain bytes, through a pipe.
struct Outcome {
  int status = -1;
  bool threw = false;
  double wall_ms = 0;
  double cpu_ms = 0;
  // Peak of resident memory above what the warmed process had.
  long growth_kb = 0;
};

// A field of /proc/self/status, in kB.
long OwnMemory(const char* field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(field, 0) == 0) return std::atol(line.c_str() + std::strlen(field));
  }
  throw std::runtime_error("no memory figures in /proc/self/status");
}

double CpuMs() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

Outcome Examine(face::Analyzer& analyzer, const std::string& bytes) {
  Outcome outcome;
  // Sets the peak back to what is resident now.
  std::ofstream("/proc/self/clear_refs") << "5";
  const long before = OwnMemory("VmRSS:");
  const auto start = std::chrono::steady_clock::now();
  const double cpu = CpuMs();
  const Status status = face::GuardOpenCv([&] {
    outcome.status = analyzer.Analyze(bytes).status();
    return Status();
  });
  outcome.cpu_ms = CpuMs() - cpu;
  outcome.wall_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  outcome.threw = !status.ok();
  outcome.growth_kb = OwnMemory("VmHWM:") - before;
  return outcome;
}

// False if the process died; `how` says of what.
template <typename Work>
bool InOwnProcess(Work work, Outcome& outcome, std::string& how) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    close(ends[0]);
    // A hang ends with SIGXCPU.
    const rlimit seconds{20, 20};
    setrlimit(RLIMIT_CPU, &seconds);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    const Outcome result = work();
    const bool written = write(ends[1], &result, sizeof(result)) == static_cast<ssize_t>(sizeof(result));
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  const bool told = read(ends[0], &outcome, sizeof(outcome)) == static_cast<ssize_t>(sizeof(outcome));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (told && WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
  how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit " + std::to_string(WEXITSTATUS(status));
  return false;
}

struct Judged {
  std::string name;
  std::size_t bytes;
  Outcome outcome;
};

int Run(const Options& options) {
  cv::setNumThreads(1);
  cv::ocl::setUseOpenCL(false);
  const auto bundle = face::LoadBundle(options.bundle);
  if (!bundle.ok()) throw std::runtime_error(bundle.status().message());
  face::Analyzer analyzer(*bundle);
  analyzer.SelfTest();
  const std::string photo = cli::ReadFileOrThrow(options.photo);
  cv::Mat face = face::Decode(photo).bgr;
  if (face.empty() || analyzer.Analyze(photo).status() != v1::FACE_STATUS_OK) {
    throw std::runtime_error(options.photo + " shows no face");
  }
  // Large enough for a face, small enough that thousands of its truncations are quick.
  cv::resize(face, face, cv::Size(240, 240 * face.rows / face.cols), 0, 0, cv::INTER_AREA);

  std::vector<face::HostilePicture> pictures = face::HostilePictures(face);
  // The photograph itself, upright and on its side, at the sizes of telephones.
  for (const int width : {4000, 8160}) {
    cv::Mat large;
    cv::resize(face, large, cv::Size(width, width * face.rows / face.cols * 3 / 4), 0, 0, cv::INTER_LINEAR);
    for (const int quality : {50, 90}) {
      pictures.push_back({"photograph of " + std::to_string(large.cols) + " x " + std::to_string(large.rows) +
                              ", quality " + std::to_string(quality),
                          face::EncodeJpeg(large, {.quality = quality}),
                          {v1::FACE_STATUS_OK, v1::FACE_STATUS_IMAGE_TOO_LARGE},
                          false});
    }
  }
  // The dearest that are decoded, with a face in them: everything behind the decoder is paid for as well.
  cv::Mat enlarged;
  cv::resize(face, enlarged, cv::Size(3000, 3000), 0, 0, cv::INTER_NEAREST);
  pictures.push_back({"PNG of 27 megabytes with a face", face::EncodePng(enlarged, face::PngKind::kRgb8), {}, false});
  cv::resize(face, enlarged, cv::Size(3600, 3600), 0, 0, cv::INTER_LINEAR);
  pictures.push_back({"progressive JPEG of 13 megapixels with a face",
                      face::EncodeJpeg(enlarged, {.quality = 60, .progressive = true}),
                      {v1::FACE_STATUS_OK},
                      false});
  const std::size_t corpus = pictures.size();
  // Mutations of what is small: damage shows there, and they are quick.
  std::vector<std::size_t> small;
  for (std::size_t i = 0; i < corpus; ++i) {
    if (pictures[i].bytes.size() < 100'000 && !pictures[i].bytes.empty()) small.push_back(i);
  }
  std::mt19937 random(1);
  for (int i = 0; i < options.mutations; ++i) {
    const std::size_t from = small[random() % small.size()];
    std::string bytes = pictures[from].bytes;
    if (random() % 4 == 0) bytes.resize(1 + random() % bytes.size());
    for (unsigned change = 1 + random() % 8; change > 0; --change) {
      // Headers decide most, so they are hit as often as all the rest.
      const std::size_t span = random() % 2 == 0 ? std::min<std::size_t>(bytes.size(), 700) : bytes.size();
      bytes[random() % span] = static_cast<char>(random());
    }
    pictures.push_back({"mutation of " + pictures[from].name, std::move(bytes), {}, false});
  }

  int bad = 0;
  int again = 0;
  std::map<std::string, int> answers;
  std::vector<Judged> judged;
  const auto complain = [&](const std::string& name, const std::string& what) {
    ++bad;
    std::cout << "  " << name << ": " << what << "\n";
  };
  for (const face::HostilePicture& picture : pictures) {
    Judged entry{picture.name, picture.bytes.size(), {}};
    std::string how;
    bool lived = true;
    // On a machine that others use too, a second and a third try tell its own time from theirs.
    for (int attempt = 0; attempt < 3 && lived; ++attempt) {
      Outcome outcome;
      lived = InOwnProcess([&] { return Examine(analyzer, picture.bytes); }, outcome, how);
      if (attempt == 0 || outcome.cpu_ms < entry.outcome.cpu_ms) entry.outcome = outcome;
      if (entry.outcome.wall_ms <= options.limit_ms) break;
      ++again;
    }
    if (!lived) {
      complain(picture.name, "the process died: " + how);
      continue;
    }
    const auto status = static_cast<v1::FaceStatus>(entry.outcome.status);
    ++answers[entry.outcome.threw ? "exception" : v1::FaceStatus_Name(status)];
    // OpenCV's exceptions would be answered UNAVAILABLE: the picture was neither decided nor refused.
    if (entry.outcome.threw || status == v1::FACE_STATUS_UNSPECIFIED)
      complain(picture.name, "neither decided nor refused");
    const bool decoded =
        status == v1::FACE_STATUS_OK || status == v1::FACE_STATUS_NO_FACE || status == v1::FACE_STATUS_SEVERAL_FACES;
    const auto says = decoded ? v1::FACE_STATUS_OK : status;
    if (!picture.expected.empty() &&
        std::find(picture.expected.begin(), picture.expected.end(), says) == picture.expected.end()) {
      complain(picture.name, "answered " + v1::FaceStatus_Name(status));
    }
    if (entry.outcome.wall_ms > options.limit_ms && entry.outcome.cpu_ms > options.limit_ms) {
      complain(picture.name, "took " + std::to_string(entry.outcome.cpu_ms) + " ms of CPU time");
    }
    if (entry.outcome.growth_kb > options.limit_mb * 1024) {
      complain(picture.name, "took " + std::to_string(entry.outcome.growth_kb / 1024) + " MB");
    }
    judged.push_back(std::move(entry));
  }

  std::cout << corpus << " pictures and " << options.mutations << " mutations:";
  for (const auto& [answer, count] : answers) std::cout << " " << answer << " " << count;
  std::cout << "\n";
  const auto worst = [&](const char* what, auto of) {
    std::sort(judged.begin(), judged.end(), [&](const Judged& a, const Judged& b) { return of(a) > of(b); });
    std::cout << what << "\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(judged.size(), 6); ++i) {
      const Outcome& o = judged[i].outcome;
      std::printf("  %6.1f ms wall, %6.1f ms CPU, %4ld MB  %s (%zu bytes)\n", o.wall_ms, o.cpu_ms, o.growth_kb / 1024,
                  judged[i].name.c_str(), judged[i].bytes);
    }
    std::fflush(stdout);
  };
  worst("slowest by CPU time:", [](const Judged& each) { return each.outcome.cpu_ms; });
  worst("slowest by wall clock:", [](const Judged& each) { return each.outcome.wall_ms; });
  worst("most memory above the warmed process:",
        [](const Judged& each) { return static_cast<double>(each.outcome.growth_kb); });
  std::cout << "tried again because the wall clock passed " << options.limit_ms << " ms: " << again
            << " times; the verdict then is by CPU time\n";

  // Positive controls: the same checks must notice a crash, a hang, slowness and memory.
  Outcome control;
  std::string how;
  if (InOwnProcess([]() -> Outcome { std::abort(); }, control, how)) complain("control", "a crash was not noticed");
  if (!InOwnProcess(
          [] {
            Outcome outcome;
            std::ofstream("/proc/self/clear_refs") << "5";
            const long before = OwnMemory("VmRSS:");
            const double start = CpuMs();
            std::vector<char> much(200U << 20, 'x');
            while (CpuMs() - start < 400) ++much[much.size() / 2];
            outcome.cpu_ms = CpuMs() - start;
            outcome.growth_kb = OwnMemory("VmHWM:") - before;
            return outcome;
          },
          control, how) ||
      control.cpu_ms < 400 || control.growth_kb < 199 * 1024) {
    complain("control", "400 ms and 200 MB were not noticed");
  }
  std::cout << "controls: a crash is noticed (" << how << "), 400 ms and 200 MB are measured as " << control.cpu_ms
            << " ms and " << control.growth_kb / 1024 << " MB\n";
  return bad == 0 ? 0 : 1;
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) {
  realname::Options options;
  CLI::App app("Hostile pictures through the whole analyzer, each in a process of its own.");
  app.add_option("--bundle", options.bundle)->required();
  app.add_option("--photo", options.photo)->required();
  app.add_option("--mutations", options.mutations);
  app.add_option("--limit-ms", options.limit_ms);
  app.add_option("--limit-mb", options.limit_mb);
  int status = 0;
  app.callback([&] { status = realname::Run(options); });
  return realname::RunCommandLine(app, argc, argv, status);
}
