// SPDX-License-Identifier: Apache-2.0
// Worker processes through the engine: the shipped worker and a lying one.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "face/analyzer.h"
#include "face/bundle.h"
#include "face/decode.h"
#include "face/face_engine.h"
#include "face/sha256.h"
#include "tests/face/assets.h"
#include "tests/face/child_processes.h"
#include "tests/face/lies.h"

namespace realname {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

constexpr char kHonest[] = REALNAME_FACE_WORKER;
constexpr char kLying[] = REALNAME_LYING_WORKER;

// Long enough for a picture with sanitizers on a busy machine.
constexpr milliseconds kTimeLimit{20'000};

Deadline In(milliseconds time) { return steady_clock::now() + time; }

FaceEngineOptions Options(const std::string& program, unsigned workers) {
  FaceEngineOptions options;
  options.bundle_dir = face::BundleDir();
  options.calibration_file = face::CalibrationFile();
  options.workers = workers;
  options.worker_program = program;
  options.picture_time_limit = kTimeLimit;
  return options;
}

std::unique_ptr<FaceEngine> Engine(const FaceEngineOptions& options) {
  Result<std::unique_ptr<FaceEngine>> engine = FaceEngine::Create(options);
  EXPECT_TRUE(engine.ok()) << engine.status().message() << " " << engine.status().detail() << ": run script/bootstrap";
  return engine.ok() ? *std::move(engine) : nullptr;
}

Result<std::vector<v1::FaceEvidence>> Look(FaceEngine& engine, const std::string& picture) {
  const std::string_view views[] = {picture};
  return engine.Examine(views, In(std::chrono::minutes(3)));
}

// Waits for what another thread or process does; false after two minutes.
bool Eventually(const std::function<bool()>& holds) {
  const Deadline until = In(std::chrono::minutes(2));
  while (!holds()) {
    if (steady_clock::now() > until) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

// A folder with links to the bundle's files, of which some can be changed.
class LinkedBundle {
 public:
  LinkedBundle() : folder_(std::filesystem::path(testing::TempDir()) / ("bundle_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    for (const auto& entry : std::filesystem::directory_iterator(face::BundleDir())) {
      std::filesystem::create_symlink(std::filesystem::absolute(entry.path()), folder_ / entry.path().filename());
    }
  }
  ~LinkedBundle() { std::filesystem::remove_all(folder_); }
  LinkedBundle(const LinkedBundle&) = delete;
  LinkedBundle& operator=(const LinkedBundle&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  void Write(const std::string& name, const std::string& text) const {
    std::filesystem::remove(folder_ / name);
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

 private:
  const std::filesystem::path folder_;
};

TEST(WorkerProcess, SaysWhatAnAnalyzerHereSays) {
  const std::unique_ptr<FaceEngine> processes = Engine(Options(kHonest, 2));
  const std::unique_ptr<FaceEngine> here = Engine(Options("", 2));
  ASSERT_TRUE(processes && here);
  std::vector<std::string> pictures = {"", "no picture", face::Photo("audrey.jpg").substr(0, 9000),
                                       "\xFF\xD8\xFF" + std::string(5u << 20, 'x')};
  for (const auto& entry : std::filesystem::directory_iterator(face::AssetsDir() / "photos")) {
    pictures.push_back(face::Photo(entry.path().filename()));
  }
  ASSERT_GT(pictures.size(), 10U);
  const std::vector<std::string_view> views(pictures.begin(), pictures.end());
  const auto theirs = processes->Examine(views, In(std::chrono::minutes(4)));
  const auto ours = here->Examine(views, In(std::chrono::minutes(4)));
  ASSERT_TRUE(theirs.ok()) << theirs.status().detail();
  ASSERT_TRUE(ours.ok()) << ours.status().detail();
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    EXPECT_EQ((*theirs)[i].SerializeAsString(), (*ours)[i].SerializeAsString()) << i;
    EXPECT_EQ((*theirs)[i].image_sha256(), face::Sha256(pictures[i])) << i;
  }
}

TEST(WorkerProcess, IsNothingByItself) {
  EXPECT_NE(std::system((std::string(kHonest) + " 2>/dev/null").c_str()), 0);
  EXPECT_NE(std::system((std::string(kHonest) + " " + face::BundleDir().string() + " 2>/dev/null 3>&-").c_str()), 0);
}

TEST(WorkerProcess, OneThatIsKilledTakesOnlyItsOwnCall) {
  const std::size_t descriptors = face::OpenDescriptors();
  std::unique_ptr<FaceEngine> engine = Engine(Options(kHonest, 2));
  ASSERT_TRUE(engine);
  const std::string photo = face::Photo("audrey.jpg");
  const auto expected = Look(*engine, photo);
  ASSERT_TRUE(expected.ok());

  // Stopped ones hold a picture each; the third call waits in the queue.
  const auto before = face::ChildProcesses();
  ASSERT_EQ(before.size(), 2U);
  for (const auto& child : before) kill(child.pid, SIGSTOP);
  std::vector<Result<std::vector<v1::FaceEvidence>>> answers(3, Status(StatusCode::kInternal, "", ""));
  std::vector<std::thread> callers;
  for (auto& answer : answers) callers.emplace_back([&engine, &photo, &answer] { answer = Look(*engine, photo); });
  // Most likely both have begun by then; what follows holds either way.
  std::this_thread::sleep_for(milliseconds(100));
  for (const auto& child : before) kill(child.pid, SIGKILL);
  for (std::thread& caller : callers) caller.join();

  int failed = 0;
  for (const auto& answer : answers) {
    if (answer.ok()) {
      EXPECT_EQ(answer->front().SerializeAsString(), expected->front().SerializeAsString());
    } else {
      ++failed;
      EXPECT_EQ(answer.status().code(), StatusCode::kUnavailable);
      EXPECT_EQ(answer.status().reason(), "FACE_ENGINE_UNAVAILABLE");
      EXPECT_THAT(answer.status().detail(), HasSubstr("signal 9"));
    }
  }
  EXPECT_LE(failed, 2);
  EXPECT_TRUE(Look(*engine, photo).ok());
  ASSERT_TRUE(Eventually([&] { return face::ChildProcesses().size() == 2; }));
  for (const auto& child : face::ChildProcesses()) {
    EXPECT_NE(child.state, 'Z');
    for (const auto& old : before) EXPECT_NE(child.pid, old.pid);
  }
  engine.reset();
  EXPECT_TRUE(face::ChildProcesses().empty());
  EXPECT_EQ(face::OpenDescriptors(), descriptors);
}

TEST(WorkerProcess, OneThatDiesIdleTakesNobodysCall) {
  std::vector<std::string> lost;
  std::mutex mutex;
  FaceEngineOptions options = Options(kHonest, 1);
  options.on_worker_lost = [&](const std::string& words) {
    const std::lock_guard lock(mutex);
    lost.push_back(words);
  };
  const std::unique_ptr<FaceEngine> engine = Engine(options);
  ASSERT_TRUE(engine);
  const auto before = face::ChildProcesses();
  ASSERT_EQ(before.size(), 1U);
  kill(before[0].pid, SIGKILL);
  ASSERT_TRUE(Eventually([&] {
    const auto now = face::ChildProcesses();
    return now.size() == 1 && now[0].pid != before[0].pid;
  }));
  EXPECT_TRUE(Look(*engine, face::Photo("audrey.jpg")).ok());
  const std::lock_guard lock(mutex);
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_THAT(lost[0], HasSubstr("face worker " + std::to_string(before[0].pid)));
  EXPECT_THAT(lost[0], HasSubstr("signal 9"));
}

TEST(WorkerProcess, OneThatHangsIsReplacedAfterItsTime) {
  FaceEngineOptions options = Options(kHonest, 1);
  options.picture_time_limit = milliseconds(200);
  const std::unique_ptr<FaceEngine> engine = Engine(options);
  ASSERT_TRUE(engine);
  const auto before = face::ChildProcesses();
  ASSERT_EQ(before.size(), 1U);
  kill(before[0].pid, SIGSTOP);
  const Status hung = Look(*engine, "no picture").status();
  EXPECT_EQ(hung.code(), StatusCode::kUnavailable);
  EXPECT_THAT(hung.detail(), HasSubstr("did not answer in time"));
  // What is no picture needs no time to speak of; a busy machine may need more than one try.
  EXPECT_TRUE(Eventually([&] {
    const auto answer = Look(*engine, "no picture");
    return answer.ok() && answer->front().status() == v1::FACE_STATUS_DECODE_FAILED;
  }));
  EXPECT_NE(face::ChildProcesses().at(0).pid, before[0].pid);
}

TEST(WorkerProcess, LiesAreRefusedAndTheLiarIsReplaced) {
  face::Bundle bundle = *face::LoadBundle(face::BundleDir());
  face::Analyzer analyzer(bundle);
  const v1::FaceEvidence honest = analyzer.Analyze(face::Photo("audrey.jpg"));
  ASSERT_EQ(honest.status(), v1::FACE_STATUS_OK);

  FaceEngineOptions options = Options(kLying, 1);
  options.picture_time_limit = milliseconds(1000);
  const std::unique_ptr<FaceEngine> engine = Engine(options);
  ASSERT_TRUE(engine);
  // Whoever says what can be is believed: that is all that a check of bounds can do.
  const std::string frame = face::EvidenceFrame(honest.SerializeAsString());
  EXPECT_TRUE(Eventually([&] {
    const auto truth = Look(*engine, face::SaidAndWaits(frame));
    return truth.ok() && truth->front().template_() == honest.template_();
  }));
  for (const face::Lie& lie : face::Lies(honest)) {
    const auto before = face::ChildProcesses();
    const auto answer = Look(*engine, lie.picture);
    EXPECT_EQ(answer.status().code(), StatusCode::kUnavailable) << lie.name;
    EXPECT_EQ(answer.status().reason(), "FACE_ENGINE_UNAVAILABLE") << lie.name;
    ASSERT_TRUE(Eventually([&] {
      const auto now = face::ChildProcesses();
      return now.size() == 1 && now[0].pid != before[0].pid;
    })) << lie.name;
  }
  // A word too many is found before the next picture is sent.
  const auto before = face::ChildProcesses();
  EXPECT_TRUE(Eventually([&] { return Look(*engine, face::SaidAndWaits(frame + frame)).ok(); }));
  EXPECT_TRUE(Eventually([&] { return Look(*engine, face::SaidAndWaits(frame)).ok(); }));
  EXPECT_NE(face::ChildProcesses().at(0).pid, before.at(0).pid);
}

TEST(WorkerProcess, StartSaysWhatIsWrong) {
  const auto failure = [](const FaceEngineOptions& options) { return FaceEngine::Create(options).status(); };
  Status status = failure(Options("/nowhere/realname-face-worker", 1));
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("/nowhere/realname-face-worker"));
  status = failure(Options("/bin/false", 2));
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("/bin/false: the face worker does not become ready"));

  const LinkedBundle bundle;
  FaceEngineOptions options = Options(kLying, 1);
  options.bundle_dir = bundle.folder();
  for (const std::string& words :
       {std::string("garbage, not a frame"), std::string("\xFF\xFF\xFF\xFF\x01", 5), std::string("\x02\0\0\0\x01zz", 7),
        std::string("\x02\0\0\0\x03zz", 7), std::string("\x02\0\0\0\x04zz", 7)}) {
    bundle.Write("first_words", words);
    status = failure(options);
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << words;
    EXPECT_THAT(status.message(), HasSubstr("does not become ready")) << words;
  }
  EXPECT_TRUE(face::ChildProcesses().empty());
}

TEST(WorkerProcess, WithoutAnyWorkerCallsAreUnavailableUntilOneStarts) {
  const LinkedBundle bundle;
  FaceEngineOptions options = Options(kHonest, 1);
  options.bundle_dir = bundle.folder();
  const std::unique_ptr<FaceEngine> engine = Engine(options);
  ASSERT_TRUE(engine);
  bundle.Write("fr_eye.onnx", "altered while the server ran");
  ASSERT_EQ(face::ChildProcesses().size(), 1U);
  kill(face::ChildProcesses()[0].pid, SIGKILL);
  Status status;
  ASSERT_TRUE(Eventually([&] {
    status = Look(*engine, "no picture").status();
    return status.detail().find("fr_eye.onnx") != std::string::npos;
  })) << status.detail();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(status.reason(), "FACE_ENGINE_UNAVAILABLE");
  EXPECT_EQ(status.message().find("fr_eye.onnx"), std::string::npos) << "callers need not know";
  EXPECT_TRUE(status.retry_after().has_value());

  std::filesystem::remove(bundle.folder() / "fr_eye.onnx");
  std::filesystem::create_symlink(std::filesystem::absolute(face::BundleDir() / "fr_eye.onnx"),
                                  bundle.folder() / "fr_eye.onnx");
  EXPECT_TRUE(Eventually([&] { return Look(*engine, "no picture").ok(); }));
}

}  // namespace
}  // namespace realname
