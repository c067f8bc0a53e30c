// SPDX-License-Identifier: Apache-2.0
// realname-sandbox-proof: what script/prove face-sandbox runs. Each subcommand prints figures and ends with 0 if they
// are what they should be.
//
//   attempts     what a worker that was taken over would try, each in a worker of its own after its sandbox holds, and
//                each outside as a control
//   calls        every system call number, in a process that entered the sandbox: which do not kill
//   load         workers killed and stopped while pairs are compared: whose calls fail, what is left behind
//   lies         a worker that lies, in every way: each is refused
//   corpus       hostile pictures of every kind, and the photos: a sandboxed worker says what an analyzer here says,
//   and
//                lives; nothing that decoding or the networks do is refused to it
//   orphans      workers whose parent is killed: they end
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <seccomp.h>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bench/attempts.h"
#include "bench/run_command_line.h"
#include "face/analyzer.h"
#include "face/bundle.h"
#include "face/decode.h"
#include "face/face_engine.h"
#include "face/text_message.h"
#include "face/worker/frame.h"
#include "face/worker/sandbox.h"
#include "face/worker/sanitized.h"
#include "face/worker/worker_child.h"
#include "tests/face/child_processes.h"
#include "tests/face/hostile_pictures.h"
#include "tests/face/lies.h"

namespace realname {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Options {
  std::string programs;  // folder of the built programs
  std::string bundle_dir = ".assets/bundles/faceplugin";
  std::string calibration_file = "face/bundles/faceplugin/calibration.textproto";
  std::vector<std::string> photos;  // ID photo, live portrait, ID photo ...
  int losses = 20;
  int time_limit = 2000;
};

Deadline In(milliseconds time) { return steady_clock::now() + time; }

std::string ReadPhoto(const std::string& path) {
  Result<std::string> bytes = face::ReadFile(path);
  if (!bytes.ok()) throw std::runtime_error(bytes.status().message());
  return *std::move(bytes);
}

std::unique_ptr<FaceEngine> MakeEngine(const Options& options, const std::string& program, unsigned workers) {
  FaceEngineOptions engine_options;
  engine_options.bundle_dir = options.bundle_dir;
  engine_options.calibration_file = options.calibration_file;
  engine_options.workers = workers;
  engine_options.picture_time_limit = milliseconds(options.time_limit);
  if (!program.empty()) engine_options.worker_program = options.programs + "/" + program;
  auto engine = FaceEngine::Create(engine_options);
  if (!engine.ok()) throw std::runtime_error(engine.status().message() + " " + engine.status().detail());
  return *std::move(engine);
}

std::string Ending(int status) {
  if (WIFSIGNALED(status)) return std::string("killed: ") + strsignal(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "done" : std::string("errno: ") + std::strerror(WEXITSTATUS(status));
}

// Runs `work` in a process forked from this one, which has a single thread. Its wait status; what it returns is its
// exit status.
int InFork(const std::function<int()>& work) {
  std::cout.flush();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot fork");
  if (pid == 0) {
    // Whatever waits for ever ends.
    alarm(20);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(nothing, 1);
    _exit(work());
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) throw std::runtime_error("cannot wait");
  }
  return status;
}

// What became of attempt `index` in a worker started as the server starts it: the sandbox's answer in words, and
// whether that is a refusal.
std::pair<std::string, bool> InWorker(const Options& options, std::size_t index) {
  auto worker = face::WorkerChild::Spawn(options.programs + "/realname-attempting-worker", options.bundle_dir);
  if (!worker.ok()) throw std::runtime_error(worker.status().message());
  face::Frame frame;
  if (ReceiveFrame(worker->socket(), face::kMaxAnswerBytes, In(std::chrono::minutes(2)), frame) !=
          face::FrameResult::kDone ||
      frame.kind != face::FrameKind::kReady) {
    throw std::runtime_error("the worker does not become ready: " + frame.body);
  }
  (void)SendFrame(worker->socket(), face::FrameKind::kPicture, "attempt " + std::to_string(index),
                  In(std::chrono::minutes(1)));
  const face::FrameResult got =
      ReceiveFrame(worker->socket(), face::kMaxAnswerBytes, In(std::chrono::minutes(1)), frame);
  const std::string end = worker->End();
  if (got == face::FrameResult::kClosed) return {end, end.rfind("signal " + std::to_string(SIGSYS), 0) == 0};
  v1::FaceEvidence evidence;
  if (got != face::FrameResult::kDone || !evidence.ParseFromString(frame.body)) return {"no answer", false};
  const int error = static_cast<int>(evidence.image_width());
  return {error == 0 ? "it succeeded" : std::strerror(error), error != 0};
}

int NoSandboxHere() {
  std::cout << "a build with sanitizers is no sandbox; script/prove face-sandbox makes the release build\n";
  return 1;
}

int RunAttempts(const Options& options) {
  if (face::kSanitized) return NoSandboxHere();
  const auto attempts = Attempts();
  std::size_t refused = 0, controls = 0, not_here = 0;
  bool good = true;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const int outside = InFork([&] { return attempts[i].make(); });
    const bool succeeds = WIFEXITED(outside) && WEXITSTATUS(outside) == 0;
    controls += succeeds;
    // Some kernels have no 32-bit calls; then nothing is refused there either.
    const bool missing = !succeeds && attempts[i].name == "a call by the 32-bit gate";
    not_here += missing;
    const auto [inside, refusal] = InWorker(options, i);
    refused += refusal;
    const bool as_it_should = refusal && (succeeds || missing);
    good = good && as_it_should;
    std::cout << (as_it_should ? "  " : "! ") << attempts[i].name << ": outside " << Ending(outside) << "; inside "
              << inside << "\n";
  }
  std::cout << refused << " of " << attempts.size() << " attempts refused inside; " << controls
            << " of them succeed outside, " << not_here << " are not offered by this kernel\n";
  return good && refused == attempts.size() ? 0 : 1;
}

// Exactly the calls that the sandbox is said to leave may be left.
int RunCalls(const Options&) {
  if (face::kSanitized) return NoSandboxHere();
  // A kernel with uprobes that return by a system call (6.14) lets these two past every filter; they end or refuse a
  // process without probes.
  const std::set<std::string> past_any_filter = {"number 335", "number 336", "uretprobe", "uprobe"};
  const std::set<std::string> expected = {"recvfrom", "sendto",        "mprotect",     "munmap",      "mremap",
                                          "madvise",  "brk",           "futex",        "sched_yield", "restart_syscall",
                                          "exit",     "clock_gettime", "gettimeofday", "exit_group"};
  constexpr int kKilledInstead = 250, kNoSandbox = 251;
  std::set<std::string> left, past;
  int tried = 0, killed = 0;
  std::map<std::string, int> other;
  for (int call = 0; call < 520; ++call) {
    char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call);
    const std::string known = name != nullptr ? name : "number " + std::to_string(call);
    std::free(name);
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("socketpair");
    const int status = InFork([&] {
      if (!face::EnterSandbox(ends[1]).empty()) return kNoSandbox;
      // The first argument is the socket, the one descriptor there is; the others are nothing.
      syscall(call, ends[1], 0, 0, 0, 0, 0);
      return kKilledInstead;
    });
    close(ends[0]);
    close(ends[1]);
    ++tried;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
      ++killed;
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == kNoSandbox) {
      ++other["the sandbox did not hold"];
    } else {
      (past_any_filter.count(known) != 0 ? past : left).insert(known);
    }
  }
  std::cout << tried << " system call numbers tried inside: " << killed << " kill, " << left.size() << " do not:";
  for (const std::string& name : left) std::cout << " " << name;
  std::cout << "\npast any filter by the kernel's own rule:";
  for (const std::string& name : past) std::cout << " " << name;
  std::cout << "\n(mmap only with MAP_ANONYMOUS and without PROT_EXEC, recvfrom and sendto only on the socket)\n";
  for (const auto& [what, count] : other) std::cout << what << ": " << count << "\n";
  // Control: outside none of the harmless ones kills.
  const int control = InFork([] { return syscall(SYS_getpid) > 0 && syscall(SYS_getppid) > 0 ? 0 : 1; });
  std::cout << "control: getpid and getppid outside: " << Ending(control) << "\n";
  return left == expected && other.empty() && control == 0 ? 0 : 1;
}

struct Pair {
  std::string first, second;
  // What the analyzer in this process says.
  std::string first_evidence, second_evidence;
  double similarity = 0;
};

std::vector<Pair> MeasurePairs(const Options& options) {
  const auto engine = MakeEngine(options, "", 2);
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i + 1 < options.photos.size(); i += 2) {
    Pair pair;
    pair.first = ReadPhoto(options.photos[i]);
    pair.second = ReadPhoto(options.photos[i + 1]);
    const std::string_view pictures[] = {pair.first, pair.second};
    const auto evidence = engine->Examine(pictures, In(std::chrono::minutes(2)));
    if (!evidence.ok()) throw std::runtime_error(evidence.status().message());
    const auto comparison = engine->Compare((*evidence)[0], (*evidence)[1]);
    if (!comparison.ok()) throw std::runtime_error(comparison.status().message());
    pair.first_evidence = (*evidence)[0].SerializeAsString();
    pair.second_evidence = (*evidence)[1].SerializeAsString();
    pair.similarity = comparison->similarity();
    pairs.push_back(std::move(pair));
  }
  if (pairs.empty()) throw std::runtime_error("--photos needs pairs of files");
  return pairs;
}

bool Settles(const std::function<bool()>& holds) {
  const Deadline until = In(std::chrono::minutes(1));
  while (!holds()) {
    if (steady_clock::now() > until) return false;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return true;
}

int RunLoad(const Options& options) {
  constexpr unsigned kWorkers = 2;
  constexpr int kCallers = 4;
  const auto pairs = MeasurePairs(options);
  const std::size_t descriptors_before = face::OpenDescriptors();
  auto engine = MakeEngine(options, "realname-face-worker", kWorkers);
  const std::size_t descriptors_with_engine = face::OpenDescriptors();
  std::atomic<int> right{0}, wrong{0}, unavailable{0}, other{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::string first_other;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, n = static_cast<std::size_t>(i)]() mutable {
      while (!stop) {
        const Pair& pair = pairs[n++ % pairs.size()];
        const std::string_view pictures[] = {pair.first, pair.second};
        const auto evidence = engine->Examine(pictures, In(std::chrono::minutes(2)));
        if (evidence.ok()) {
          const auto comparison = engine->Compare((*evidence)[0], (*evidence)[1]);
          const bool same = (*evidence)[0].SerializeAsString() == pair.first_evidence &&
                            (*evidence)[1].SerializeAsString() == pair.second_evidence && comparison.ok() &&
                            comparison->similarity() == static_cast<float>(pair.similarity);
          ++(same ? right : wrong);
        } else if (evidence.status().reason() == "FACE_ENGINE_UNAVAILABLE") {
          ++unavailable;
        } else {
          ++other;
          const std::lock_guard lock(mutex);
          first_other = evidence.status().reason();
        }
      }
    });
  }
  std::mt19937 random(20);
  std::set<pid_t> lost;
  int killed = 0, stopped = 0;
  for (int i = 0; i < options.losses; ++i) {
    std::this_thread::sleep_for(milliseconds(100 + static_cast<int>(random() % 300)));
    std::vector<pid_t> living;
    if (!Settles([&] {
          living.clear();
          for (const auto& child : face::ChildProcesses()) {
            if (child.filtered && lost.count(child.pid) == 0) living.push_back(child.pid);
          }
          return !living.empty();
        })) {
      std::cout << "no worker came back\n";
      return 1;
    }
    const pid_t victim = living[random() % living.size()];
    lost.insert(victim);
    const bool kills = i % 2 == 0;
    ++(kills ? killed : stopped);
    kill(victim, kills ? SIGKILL : SIGSTOP);
  }
  // The last ones too are noticed and replaced while there is work.
  const auto replaced = [&] {
    const auto now = face::ChildProcesses();
    return now.size() == kWorkers && std::none_of(now.begin(), now.end(), [&](const auto& child) {
             return lost.count(child.pid) != 0 || child.state == 'Z' || !child.filtered;
           });
  };
  const bool all_replaced = Settles(replaced);
  const int right_before = right;
  const bool goes_on = Settles([&] { return right >= right_before + 20; });
  stop = true;
  for (std::thread& caller : callers) caller.join();
  const std::size_t descriptors_after = face::OpenDescriptors();
  const auto children = face::ChildProcesses();
  const auto zombies = std::count_if(children.begin(), children.end(), [](const auto& c) { return c.state == 'Z'; });
  engine.reset();
  const std::size_t left = face::ChildProcesses().size();
  const std::size_t descriptors_at_end = face::OpenDescriptors();
  std::cout << killed << " workers killed and " << stopped << " stopped while " << kCallers
            << " callers compared pairs: " << right << " answers as without a loss, " << wrong << " others, "
            << unavailable << " calls UNAVAILABLE, " << other << " other errors " << first_other << "\n"
            << "afterwards: " << children.size() << " workers, "
            << (all_replaced ? "all lost ones replaced" : "NOT all lost ones replaced") << ", " << zombies
            << " zombies, " << descriptors_after << " descriptors (" << descriptors_with_engine
            << " before the load); after the engine's end: " << left << " processes, " << descriptors_at_end
            << " descriptors (" << descriptors_before << " before its start)\n";
  // Each worker had one picture, so no more calls may fail than workers were lost; and a check that saw no failure saw
  // no loss.
  const bool fair = unavailable > 0 && unavailable <= killed + stopped && wrong == 0 && other == 0 && right > 0;
  return fair && all_replaced && goes_on && zombies == 0 && descriptors_after == descriptors_with_engine && left == 0 &&
                 descriptors_at_end == descriptors_before
             ? 0
             : 1;
}

int RunLies(const Options& options) {
  const std::string photo = ReadPhoto(options.photos.at(0));
  const auto bundle = face::LoadBundle(options.bundle_dir);
  if (!bundle.ok()) throw std::runtime_error(bundle.status().message());
  face::Analyzer analyzer(*bundle);
  const v1::FaceEvidence honest = analyzer.Analyze(photo);
  const auto engine = MakeEngine(options, "realname-lying-worker", 1);
  const auto say = [&](const std::string& picture) {
    const std::string_view pictures[] = {picture};
    return engine->Examine(pictures, In(std::chrono::minutes(2)));
  };
  const std::string truth = face::SaidAndWaits(face::EvidenceFrame(honest.SerializeAsString()));
  const bool control = say(truth).ok();
  std::cout << "control: the truth from the same program is " << (control ? "taken" : "NOT taken") << "\n";
  int refused = 0, replaced = 0, all = 0;
  for (const face::Lie& lie : face::Lies(honest)) {
    ++all;
    const auto before = face::ChildProcesses();
    const Status status = say(lie.picture).status();
    const bool is_refused = status.reason() == "FACE_ENGINE_UNAVAILABLE";
    const bool is_replaced = Settles([&] {
      const auto now = face::ChildProcesses();
      return now.size() == 1 && now[0].state != 'Z' && now[0].pid != before.at(0).pid;
    });
    refused += is_refused;
    replaced += is_replaced;
    if (!is_refused || !is_replaced) std::cout << "! " << lie.name << ": " << status.message() << "\n";
  }
  const bool again = say(truth).ok();
  std::cout << refused << " of " << all << " lies refused as UNAVAILABLE, the liar killed and replaced after "
            << replaced << "; the truth afterwards is " << (again ? "taken" : "NOT taken") << "\n";
  return control && again && refused == all && replaced == all ? 0 : 1;
}

int RunCorpus(const Options& options) {
  std::vector<std::string> pictures;
  for (const std::string& path : options.photos) pictures.push_back(ReadPhoto(path));
  for (const auto& hostile : face::HostilePictures(face::Decode(pictures.at(0)).bgr)) pictures.push_back(hostile.bytes);
  const auto here = MakeEngine(options, "", 1);
  const auto sandboxed = MakeEngine(options, "realname-face-worker", 1);
  const auto before = face::ChildProcesses();
  std::size_t same = 0;
  std::map<std::string, int> failures;
  for (const std::string& picture : pictures) {
    const std::string_view views[] = {picture};
    const auto ours = here->Examine(views, In(std::chrono::minutes(2)));
    const auto theirs = sandboxed->Examine(views, In(std::chrono::minutes(2)));
    if (ours.ok() && theirs.ok() && ours->front().SerializeAsString() == theirs->front().SerializeAsString()) {
      ++same;
    } else {
      ++failures[ours.ok() ? theirs.ok() ? "other evidence" : theirs.status().detail() : ours.status().detail()];
    }
  }
  const auto after = face::ChildProcesses();
  const bool lives = before.size() == 1 && after.size() == 1 && after[0].pid == before[0].pid;
  std::cout << same << " of " << pictures.size()
            << " pictures got the evidence that the analyzer here gives; the worker "
            << (lives ? "is the one that began" : "was LOST on the way") << "\n";
  for (const auto& [what, count] : failures) std::cout << "! " << count << ": " << what << "\n";
  return same == pictures.size() && lives ? 0 : 1;
}

int RunOrphans(const Options& options) {
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const pid_t parent = fork();
  if (parent == 0) {
    const auto engine = MakeEngine(options, "realname-face-worker", 2);
    for (const auto& child : face::ChildProcesses()) {
      if (write(ready[1], &child.pid, sizeof(child.pid)) != sizeof(child.pid)) _exit(1);
    }
    close(ready[1]);
    while (true) pause();
  }
  close(ready[1]);
  std::vector<pid_t> workers;
  pid_t pid = 0;
  while (read(ready[0], &pid, sizeof(pid)) == sizeof(pid)) workers.push_back(pid);
  close(ready[0]);
  const auto living = [&] {
    return std::count_if(workers.begin(), workers.end(), [](pid_t each) { return face::Lives(each); });
  };
  const auto before = living();
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  const bool gone = Settles([&] { return living() == 0; });
  std::cout << before << " workers lived; after SIGKILL to their parent " << living() << " do\n";
  return before == 2 && gone ? 0 : 1;
}

int Main(int argc, char** argv) {
  CLI::App app{"Tries the sandbox of the face workers"};
  app.require_subcommand(1);
  Options o;
  app.add_option("--programs", o.programs)->required();
  app.add_option("--bundle", o.bundle_dir);
  app.add_option("--calibration", o.calibration_file);
  app.add_option("--photos", o.photos);
  app.add_option("--losses", o.losses);
  app.add_option("--time-limit", o.time_limit, "milliseconds for a picture");
  int status = 1;
  const std::pair<const char*, int (*)(const Options&)> steps[] = {{"attempts", RunAttempts}, {"calls", RunCalls},
                                                                   {"load", RunLoad},         {"lies", RunLies},
                                                                   {"corpus", RunCorpus},     {"orphans", RunOrphans}};
  for (const auto& [name, run] : steps) {
    app.add_subcommand(name)->callback([&o, &status, run = run] { status = run(o); });
  }
  return RunCommandLine(app, argc, argv, status);
}

}  // namespace
}  // namespace realname

int main(int argc, char** argv) { return realname::Main(argc, argv); }
