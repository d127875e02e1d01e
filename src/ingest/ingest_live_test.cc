#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "ingest/ingest.h"
#include "testing/event_file.h"
#include "testing/snapshots.h"
#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

std::string Scalars(int64_t first, int64_t last) {
  return EventFile().Version().Scalars("loss", first, last).bytes();
}

// With threads, on the real file system. Nothing sleeps for a fixed time: WaitFor looks until it is
// so, and fails after a generous while.

class IngestThreadsTest : public testing::Test {
 protected:
  ~IngestThreadsTest() override { ingest_.reset(); }

  void Start(double reload_interval_s = 0.05, std::unique_ptr<Watcher> watcher = nullptr) {
    ingest_ = std::make_unique<Ingest>(
        IngestOptions{
            .logdir = logdir_, .reload_interval_s = reload_interval_s, .can_watch = can_watch_},
        RealFileSystem(), SystemClock(), stats_, cell_);
    ingest_->Start(std::move(watcher));
  }

  static void Write(const std::string& path, std::string_view bytes, bool append = false) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream file(path, append ? std::ios::binary | std::ios::app : std::ios::binary);
    file << bytes;
  }

  bool WaitFor(const std::function<bool(const Snapshot&)>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition(*cell_.Load())) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }
  bool WaitForRuns(const std::vector<std::string>& names) {
    return WaitFor([&](const Snapshot& snapshot) { return RunNames(snapshot) == names; });
  }
  bool WaitForPoints(const std::string& run, uint64_t count) {
    return WaitFor([&](const Snapshot& s) { return PointCount(s, run, "loss") == count; });
  }

  TemporaryDirectory directory_;
  std::string logdir_ = directory_.path() + "/logs";
  Stats stats_;
  SnapshotCell cell_;
  bool can_watch_ = true;
  std::unique_ptr<Ingest> ingest_;
};

class IngestLiveTest : public IngestThreadsTest, public testing::WithParamInterface<bool> {
 protected:
  IngestLiveTest() { can_watch_ = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(WatchedOrPolled, IngestLiveTest, testing::Bool(),
                         [](const auto& can_watch) {
                           return can_watch.param ? "Watched" : "Polled";
                         });

TEST_P(IngestLiveTest, FollowsFilesRunsAndDirectories) {
  Write(logdir_ + "/a/tfevents.1", Scalars(0, 4));
  Start();
  ASSERT_TRUE(WaitForPoints("a", 5));
  ASSERT_TRUE(WaitFor([](const Snapshot& s) { return s.progress.is_complete; }));
  Write(logdir_ + "/a/tfevents.1", EventFile().Scalars("loss", 5, 5).bytes(), true);
  ASSERT_TRUE(WaitForPoints("a", 6));
  Write(logdir_ + "/a/tfevents.2", Scalars(6, 6));
  ASSERT_TRUE(WaitForPoints("a", 7));
  Write(logdir_ + "/new/deep/er/tfevents.1", Scalars(0, 1));
  ASSERT_TRUE(WaitForRuns({"a", "new/deep/er"}));
  std::filesystem::rename(logdir_ + "/new", logdir_ + "/moved");
  ASSERT_TRUE(WaitForRuns({"a", "moved/deep/er"}));
  Write(logdir_ + "/moved/deep/er/tfevents.1", EventFile().Scalars("loss", 2, 2).bytes(), true);
  ASSERT_TRUE(WaitForPoints("moved/deep/er", 3));
  std::filesystem::remove_all(logdir_ + "/a");
  ASSERT_TRUE(WaitForRuns({"moved/deep/er"}));
  Write(logdir_ + "/a/tfevents.1", Scalars(0, 0));
  ASSERT_TRUE(WaitForPoints("a", 1));
}

TEST_P(IngestLiveTest, ReplacedTruncatedAndDeletedFiles) {
  const std::string path = logdir_ + "/run/tfevents.1";
  Write(path, Scalars(0, 9));
  Write(logdir_ + "/run/tfevents.2", Scalars(10, 10));
  Start();
  ASSERT_TRUE(WaitForPoints("run", 11));
  Write(directory_.path() + "/beside", Scalars(100, 119));
  std::filesystem::rename(directory_.path() + "/beside", path);
  ASSERT_TRUE(WaitForPoints("run", 21));
  std::filesystem::resize_file(path,
                               EventFile().Version().Scalars("loss", 100, 101).bytes().size());
  ASSERT_TRUE(WaitForPoints("run", 3));
  std::filesystem::remove(path);
  ASSERT_TRUE(WaitForPoints("run", 1));
  std::filesystem::remove(logdir_ + "/run/tfevents.2");
  ASSERT_TRUE(WaitForRuns({}));
}

TEST_P(IngestLiveTest, FilesThatAreRotated) {
  const std::string path = logdir_ + "/run/tfevents.1";
  Write(path, Scalars(0, 4));
  Start();
  ASSERT_TRUE(WaitForPoints("run", 5));
  std::filesystem::rename(path, path + ".old");
  Write(path, Scalars(5, 6));
  ASSERT_TRUE(WaitForPoints("run", 7));
  Write(path, EventFile().Scalars("loss", 7, 7).bytes(), true);
  ASSERT_TRUE(WaitForPoints("run", 8));
  std::filesystem::rename(path + ".old", directory_.path() + "/away");
  ASSERT_TRUE(WaitForPoints("run", 3));
  std::filesystem::rename(path, directory_.path() + "/away");
  Write(path, Scalars(0, 0));
  ASSERT_TRUE(WaitForPoints("run", 1));
}

TEST_P(IngestLiveTest, AFileThatTurnsIntoAFifoBlocksNobody) {
  const std::string path = logdir_ + "/run/tfevents.1";
  Write(path, Scalars(0, 4));
  Write(logdir_ + "/other/tfevents.1", Scalars(0, 0));
  Start();
  ASSERT_TRUE(WaitForPoints("run", 5));
  ASSERT_EQ(::mkfifo((directory_.path() + "/fifo").c_str(), 0600), 0);
  std::filesystem::rename(directory_.path() + "/fifo", path);
  ASSERT_TRUE(WaitForRuns({"other"}));
  Write(logdir_ + "/other/tfevents.1", EventFile().Scalars("loss", 1, 1).bytes(), true);
  ASSERT_TRUE(WaitForPoints("other", 2));
}

TEST_P(IngestLiveTest, TheLogdirMayComeAndGo) {
  Start();
  ASSERT_TRUE(WaitFor([](const Snapshot& s) { return s.logdir_state == LogdirState::kMissing; }));
  Write(logdir_ + "/a/tfevents.1", Scalars(0, 4));
  ASSERT_TRUE(WaitForPoints("a", 5));
  std::filesystem::rename(logdir_, directory_.path() + "/away");
  ASSERT_TRUE(WaitFor([](const Snapshot& s) { return s.logdir_state == LogdirState::kMissing; }));
  ASSERT_TRUE(WaitForRuns({}));
  std::filesystem::rename(directory_.path() + "/away", logdir_);
  ASSERT_TRUE(WaitForPoints("a", 5));
  std::filesystem::remove_all(logdir_);
  ASSERT_TRUE(WaitForRuns({}));
}

TEST_P(IngestLiveTest, LinksLoopsFifosAndSockets) {
  Write(logdir_ + "/a/tfevents.1", Scalars(0, 4));
  Write(directory_.path() + "/elsewhere/tfevents.1", Scalars(0, 1));
  std::filesystem::create_directory_symlink(directory_.path() + "/elsewhere", logdir_ + "/linked");
  std::filesystem::create_directory_symlink(logdir_, logdir_ + "/a/loop");
  ASSERT_EQ(::mkfifo((logdir_ + "/tfevents.fifo").c_str(), 0600), 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string socket_path = logdir_ + "/tfevents.socket";
  ASSERT_LT(socket_path.size(), sizeof(address.sun_path));
  socket_path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::close(socket);
  std::filesystem::create_symlink("/dev/zero", logdir_ + "/tfevents.endless");
  std::filesystem::create_symlink(logdir_ + "/tfevents.self", logdir_ + "/tfevents.self");
  std::filesystem::create_directory(logdir_ + "/by_file");
  std::filesystem::create_symlink(logdir_ + "/a/tfevents.1", logdir_ + "/by_file/tfevents.1");
  Start();
  ASSERT_TRUE(WaitForRuns({"a", "by_file", "linked"}));
  ASSERT_TRUE(WaitForPoints("linked", 2));
  EXPECT_EQ(stats_.Get().at(Stat::kDirectoryLoop).count, 1u);
  // Growth behind a link of either kind.
  Write(directory_.path() + "/elsewhere/tfevents.1", EventFile().Scalars("loss", 2, 2).bytes(),
        true);
  ASSERT_TRUE(WaitForPoints("linked", 3));
  Write(logdir_ + "/a/tfevents.1", EventFile().Scalars("loss", 5, 5).bytes(), true);
  ASSERT_TRUE(WaitForPoints("by_file", 6));
  ASSERT_TRUE(WaitForPoints("a", 6));
}

TEST_P(IngestLiveTest, AFileThatAnotherProcessWrites) {
  constexpr int64_t kSteps = 2000;
  std::filesystem::create_directories(logdir_ + "/run");
  Start();
  const std::string path = logdir_ + "/run/tfevents.1";
  const EventFile file = std::move(EventFile().Version().Scalars("loss", 0, kSteps - 1));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // Only system calls here: the parent has threads.
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    size_t written = 0;
    size_t piece = 1;
    while (written < file.bytes().size()) {
      const size_t count = std::min(piece, file.bytes().size() - written);
      if (::write(descriptor, file.bytes().data() + written, count) < 0) ::_exit(1);
      written += count;
      piece = piece * 7 % 509 + 1;
    }
    ::_exit(0);
  }
  uint64_t last = 0;
  EXPECT_TRUE(WaitFor([&](const Snapshot& snapshot) {
    const uint64_t count = PointCount(snapshot, "run", "loss");
    EXPECT_GE(count, last);
    last = count;
    return count == kSteps;
  }));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  const Snapshot& snapshot = *cell_.Load();
  int64_t step = 0;
  const ScalarColumnView& view = snapshot.FindSeries("run", "loss")->strands[0].scalars;
  ScalarBuffer buffer;
  for (size_t b = 0; b < view.block_count(); ++b) {
    for (const int64_t s : view.Read(b, buffer).steps) ASSERT_EQ(s, step++);
  }
  EXPECT_TRUE(WaitFor([&](const Snapshot&) {
    return !stats_.Get().contains(Stat::kRecordTruncated);  // Taken back at the end.
  }));
}

TEST_P(IngestLiveTest, LoadsOnceWhenToldSo) {
  Write(logdir_ + "/a/tfevents.1", Scalars(0, 4));
  Start(/*reload_interval_s=*/0);
  ASSERT_TRUE(WaitFor([](const Snapshot& s) { return s.progress.is_complete; }));
  EXPECT_EQ(PointCount(*cell_.Load(), "a", "loss"), 5u);
  EXPECT_TRUE(stats_.Get().empty());  // Nothing is polled "instead".
}

TEST_P(IngestLiveTest, ShowsManyRunsAsTheyAreRead) {
  constexpr int kRuns = 200;
  for (int i = 0; i < kRuns; ++i) {
    Write(logdir_ + "/run" + std::to_string(i) + "/tfevents.1", Scalars(0, 99));
  }
  Start();
  ASSERT_TRUE(WaitFor([](const Snapshot& s) { return s.progress.is_complete; }));
  const auto snapshot = cell_.Load();
  ASSERT_EQ(snapshot->runs.size(), size_t{kRuns});
  EXPECT_EQ(snapshot->progress.runs_loaded, uint64_t{kRuns});
  for (const auto& run : snapshot->runs) EXPECT_EQ(run->point_count, 100u);
}

TEST_P(IngestLiveTest, StopsSoonInTheMiddleOfALoad) {
  EventFile file;
  file.Version();
  for (int64_t step = 0; step < 50'000; ++step) file.Scalar("loss", step, 1);
  std::string large;
  for (int i = 0; i < 20; ++i) large += file.bytes();
  Write(logdir_ + "/run/tfevents.1", large);
  for (int i = 0; i < 40; ++i) {  // A second of work for two cores, and more here.
    const std::string run = logdir_ + "/run" + std::to_string(i);
    std::filesystem::create_directory(run);
    std::filesystem::create_hard_link(logdir_ + "/run/tfevents.1", run + "/tfevents.1");
  }
  Start();
  ASSERT_TRUE(WaitFor([](const Snapshot& s) { return s.progress.bytes_read > 0; }));
  const auto begin = std::chrono::steady_clock::now();
  ingest_->Stop();
  // Generous, because other programs share the machine, and sanitizers slow us down.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_FALSE(cell_.Load()->progress.is_complete);
}

TEST_P(IngestLiveTest, LinksThatAreTurnedElsewhere) {
  const std::string outside = directory_.path();
  for (const char* const name : {"first", "second", "third"}) {
    Write(outside + "/" + name + "/tfevents.1", Scalars(0, name[0] == 'f' ? 1 : 4));
  }
  std::filesystem::create_directory(logdir_);
  std::filesystem::create_directory_symlink(outside + "/first", logdir_ + "/latest");
  Start();
  ASSERT_TRUE(WaitForPoints("latest", 2));
  const auto turn = [&](const std::string& target, const std::string& link) {
    std::filesystem::create_directory_symlink(target, outside + "/next");
    std::filesystem::rename(outside + "/next", link);
  };
  turn(outside + "/second", logdir_ + "/latest");
  ASSERT_TRUE(WaitForPoints("latest", 5));
  Write(outside + "/second/tfevents.1", EventFile().Scalars("loss", 5, 5).bytes(), true);
  ASSERT_TRUE(WaitForPoints("latest", 6));
  // As `ln -sfn` does it.
  std::filesystem::remove(logdir_ + "/latest");
  std::filesystem::create_directory_symlink(outside + "/third", logdir_ + "/latest");
  ASSERT_TRUE(WaitForPoints("latest", 5));
  Write(outside + "/third/tfevents.1", EventFile().Scalars("loss", 5, 6).bytes(), true);
  ASSERT_TRUE(WaitForPoints("latest", 7));
}

TEST_P(IngestLiveTest, TheLogdirMayBeALinkThatIsTurnedElsewhere) {
  Write(directory_.path() + "/first/a/tfevents.1", Scalars(0, 1));
  Write(directory_.path() + "/second/a/tfevents.1", Scalars(0, 4));
  std::filesystem::create_directory_symlink(directory_.path() + "/first", logdir_);
  Start();
  ASSERT_TRUE(WaitForPoints("a", 2));
  std::filesystem::create_directory_symlink(directory_.path() + "/second",
                                            directory_.path() + "/next");
  std::filesystem::rename(directory_.path() + "/next", logdir_);
  ASSERT_TRUE(WaitForPoints("a", 5));
  Write(directory_.path() + "/second/a/tfevents.1", EventFile().Scalars("loss", 5, 5).bytes(),
        true);
  ASSERT_TRUE(WaitForPoints("a", 6));
}

TEST_P(IngestLiveTest, StopsWhileFilesGrow) {
  constexpr int kRuns = 8;
  for (int i = 0; i < kRuns; ++i) {
    Write(logdir_ + "/run" + std::to_string(i) + "/tfevents.1", Scalars(0, 0));
  }
  std::atomic<bool> is_over{false};
  std::thread writer([&] {
    const std::string bytes = EventFile().Scalars("loss", 1, 1).bytes();
    for (int i = 0; !is_over; ++i) {
      Write(logdir_ + "/run" + std::to_string(i % kRuns) + "/tfevents.1", bytes, true);
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 5; ++i) {
    Start();
    EXPECT_TRUE(WaitFor([](const Snapshot& s) { return s.progress.is_complete; }));
    ingest_->Stop();
    cell_.Publish(std::make_shared<Snapshot>());
  }
  is_over = true;
  writer.join();
}

// Loses everything that happens until Overflow().
class LossyWatcher final : public Watcher {
 public:
  struct Control {
    std::atomic<bool> loses{false};
    std::atomic<bool> has_overflow{false};
    std::atomic<Watcher*> watcher{nullptr};

    void Overflow() {
      has_overflow = true;
      watcher.load()->Wake();
    }
  };

  explicit LossyWatcher(Control& control) : control_(control) { control_.watcher = this; }

  Answer Add(const std::string& key, const std::string& path, uint64_t device) override {
    return watcher_->Add(key, path, device);
  }
  void Remove(const std::string& key) override { watcher_->Remove(key); }
  WatchedChanges Wait(std::chrono::nanoseconds timeout) override {
    const bool has_overflow = control_.has_overflow.exchange(false);
    WatchedChanges changes = watcher_->Wait(has_overflow ? std::chrono::nanoseconds(0) : timeout);
    if (control_.loses) changes = {};
    if (!has_overflow) return changes;
    control_.loses = false;
    return {.has_lost_events = true, .directories = {}};
  }
  void Wake() override { watcher_->Wake(); }

 private:
  Control& control_;
  std::unique_ptr<Watcher> watcher_ = MakeInotifyWatcher();
};

TEST_F(IngestThreadsTest, ADirectoryThatIsMadeAnewDuringAnOverflowIsWatched) {
  Write(logdir_ + "/a/tfevents.1", Scalars(0, 1));
  LossyWatcher::Control control;
  Start(/*reload_interval_s=*/1000, std::make_unique<LossyWatcher>(control));
  ASSERT_TRUE(WaitForPoints("a", 2));
  control.loses = true;
  std::filesystem::rename(logdir_ + "/a", directory_.path() + "/away");
  Write(logdir_ + "/a/tfevents.1", Scalars(0, 4));
  control.Overflow();
  ASSERT_TRUE(WaitForPoints("a", 5));
  Write(logdir_ + "/a/tfevents.1", EventFile().Scalars("loss", 5, 5).bytes(), true);
  ASSERT_TRUE(WaitForPoints("a", 6));
}

// Watches only some directories.
class PartialWatcher final : public Watcher {
 public:
  PartialWatcher(Answer refusal, std::function<bool(const std::string& key)> refuses)
      : refusal_(refusal), refuses_(std::move(refuses)) {}

  Answer Add(const std::string& key, const std::string& path, uint64_t device) override {
    return refuses_(key) ? refusal_ : watcher_->Add(key, path, device);
  }
  void Remove(const std::string& key) override { watcher_->Remove(key); }
  WatchedChanges Wait(std::chrono::nanoseconds timeout) override { return watcher_->Wait(timeout); }
  void Wake() override { watcher_->Wake(); }

 private:
  const Answer refusal_;
  const std::function<bool(const std::string& key)> refuses_;
  std::unique_ptr<Watcher> watcher_ = MakeInotifyWatcher();
};

TEST_F(IngestThreadsTest, WhatIsAboveTheLimitOfWatchesIsPolled) {
  for (const char* const name : {"a", "b", "c"}) {
    Write(logdir_ + "/" + name + "/tfevents.1", Scalars(0, 1));
  }
  Start(/*reload_interval_s=*/0.05,
        std::make_unique<PartialWatcher>(
            Watcher::Answer::kExhausted,
            [count = 0](const std::string&) mutable { return ++count > 2; }));
  for (const char* const name : {"a", "b", "c"}) ASSERT_TRUE(WaitForPoints(name, 2));
  EXPECT_EQ(stats_.Get().at(Stat::kWatchUnavailable).count, 2u);
  for (const char* const name : {"a", "b", "c"}) {
    Write(logdir_ + "/" + name + "/tfevents.1", EventFile().Scalars("loss", 2, 2).bytes(), true);
    Write(logdir_ + "/" + name + "/tfevents.2", Scalars(3, 3));
    Write(logdir_ + "/" + name + "/deep/tfevents.1", Scalars(0, 0));
  }
  for (const char* const name : {"a", "b", "c"}) {
    ASSERT_TRUE(WaitForPoints(name, 4));
    ASSERT_TRUE(WaitForPoints(std::string(name) + "/deep", 1));
    std::filesystem::remove_all(logdir_ + "/" + name);
  }
  ASSERT_TRUE(WaitForRuns({}));
  EXPECT_TRUE(WaitFor([&](const Snapshot&) { return stats_.Get().empty(); }));
}

// A directory on another machine goes away, and the watched one above it, with a link to it or a
// mount, knows nothing of that.
TEST_F(IngestThreadsTest, APolledDirectoryThatVanishesBehindALink) {
  const std::string remote = directory_.path() + "/remote";
  Write(remote + "/a/tfevents.1", Scalars(0, 1));
  Write(logdir_ + "/local/tfevents.1", Scalars(0, 1));
  std::filesystem::create_directory_symlink(remote, logdir_ + "/remote");
  Start(/*reload_interval_s=*/0.05,
        std::make_unique<PartialWatcher>(Watcher::Answer::kUnsupported, [](const std::string& key) {
          return key.starts_with("remote");
        }));
  ASSERT_TRUE(WaitForRuns({"local", "remote/a"}));
  std::filesystem::rename(remote, directory_.path() + "/away");
  ASSERT_TRUE(WaitForRuns({"local"}));
}

}  // namespace
}  // namespace stepscope
