#include "logger/summary_writer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/logged_events.h"
#include "testing/memory_append_file.h"
#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

// What a file holds behind its version record.
std::vector<LoggedEvent> Logged(const std::string& bytes) {
  std::vector<LoggedEvent> events = ReadLoggedEvents(bytes);
  EXPECT_FALSE(events.empty());
  if (!events.empty()) events.erase(events.begin());
  return events;
}

std::vector<std::string> FilesIn(const std::string& directory) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    paths.push_back(entry.path().string());
  }
  return paths;
}

TEST(SummaryWriterTest, WritesWhatWasAdded) {
  const TemporaryDirectory directory;
  SummaryWriter writer(directory.path() + "/runs/a", {.filename_suffix = ".mine"});
  const double inf = std::numeric_limits<double>::infinity();
  writer.AddScalar("loss", 0.1, 7, {.wall_time = 1234.5});
  writer.AddScalar("", -inf, -1, {.wall_time = 0.0});
  writer.AddScalar("tag with \xff", 1e300, int64_t{1} << 62, {.wall_time = 2.0});
  writer.AddScalar("new", 0.1, 0, {.wall_time = 3.0, .format = ScalarFormat::kTensor});
  writer.AddScalar("f64", 0.1, 1, {.wall_time = 4.0, .format = ScalarFormat::kDoubleTensor});
  writer.AddScalar("nan", std::nan(""));
  ASSERT_TRUE(writer.Close());

  EXPECT_THAT(writer.path(), ::testing::EndsWith(".mine"));
  const auto events = Logged(ReadWholeFile(writer.path()));
  ASSERT_EQ(events.size(), 6U);
  EXPECT_EQ(events[0].tag, "loss");
  EXPECT_EQ(events[0].value, static_cast<double>(0.1F));
  EXPECT_EQ(events[0].step, 7);
  EXPECT_EQ(events[0].wall_time, 1234.5);
  EXPECT_EQ(events[0].plugin_name, "");
  EXPECT_EQ(events[1].tag, "");
  EXPECT_EQ(events[1].value, -inf);
  EXPECT_EQ(events[1].step, -1);
  EXPECT_EQ(events[1].wall_time, 0.0);
  EXPECT_EQ(events[2].tag, "tag with \xff");
  EXPECT_EQ(events[2].value, inf) << "a double beyond float32 becomes infinite, as in torch";
  EXPECT_EQ(events[2].step, int64_t{1} << 62);
  EXPECT_EQ(events[3].plugin_name, "scalars");
  EXPECT_EQ(events[3].value, static_cast<double>(0.1F));
  EXPECT_TRUE(events[4].is_float64);
  EXPECT_EQ(events[4].value, 0.1);
  EXPECT_TRUE(std::isnan(events[5].value));
  EXPECT_NEAR(events[5].wall_time, SystemClock().WallSeconds(), 60);
  EXPECT_EQ(writer.counts().written, 6U);
  EXPECT_EQ(writer.counts().dropped, 0U);
}

TEST(SummaryWriterTest, FlushWaitsUntilEverythingIsInTheFile) {
  const TemporaryDirectory directory;
  SummaryWriter writer(directory.path(), {.flush_interval = hours(1)});
  for (int64_t step = 0; step < 1000; ++step) {
    writer.AddScalar("loss", 1, step);
    if (step % 100 == 0) {
      ASSERT_TRUE(writer.Flush());
      ASSERT_EQ(Logged(ReadWholeFile(writer.path())).size(), static_cast<size_t>(step + 1));
    }
  }
}

TEST(SummaryWriterTest, WritesByItselfOnceTheIntervalHasPassed) {
  const TemporaryDirectory directory;
  SummaryWriter writer(directory.path(), {.flush_interval = milliseconds(1)});
  for (int round = 1; round <= 3; ++round) {
    writer.AddScalar("loss", 1, round);
    while (writer.counts().written < static_cast<uint64_t>(round)) std::this_thread::yield();
    EXPECT_EQ(Logged(ReadWholeFile(writer.path())).size(), static_cast<size_t>(round));
  }
}

TEST(SummaryWriterTest, KeepsTheOrderOfEachOfManyThreads) {
  constexpr int kThreads = 8;
  constexpr int64_t kSteps = 5000;
  const TemporaryDirectory directory;
  // A short queue, so that it is full most of the time.
  SummaryWriter writer(directory.path(),
                       {.max_queue_values = 64, .flush_interval = milliseconds(1)});
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&writer, thread] {
      const std::string tag = "thread/" + std::to_string(thread);
      for (int64_t step = 0; step < kSteps; ++step) {
        writer.AddScalar(tag, static_cast<double>(step), step);
        if (step % 1000 == 0) {
          EXPECT_TRUE(writer.Flush());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(writer.Close());

  std::map<std::string, int64_t> next;
  for (const LoggedEvent& event : Logged(ReadWholeFile(writer.path()))) {
    ASSERT_EQ(event.step, next[event.tag]++);
    ASSERT_EQ(event.value, static_cast<double>(event.step));
  }
  EXPECT_EQ(next.size(), static_cast<size_t>(kThreads));
  for (const auto& [tag, steps] : next) EXPECT_EQ(steps, kSteps) << tag;
  EXPECT_EQ(writer.counts().written, static_cast<uint64_t>(kThreads * kSteps));
}

TEST(SummaryWriterTest, AFullQueueWaitsAndCountsIt) {
  MemoryAppendFileSystem disk;
  SummaryWriter writer("d",
                       {.max_queue_values = 4, .flush_interval = milliseconds(0), .files = &disk});
  disk.Block();
  writer.AddScalar("a", 0, 0);
  disk.WaitForBlockedAppend();  // The thread holds the first value; the queue is empty again.
  for (int64_t step = 1; step <= 4; ++step) writer.AddScalar("a", 0, step);
  EXPECT_EQ(writer.counts().waited, 0U);

  std::atomic<bool> is_added = false;
  std::thread adds([&] {
    writer.AddScalar("a", 0, 5);
    is_added = true;
  });
  while (writer.counts().waited == 0) std::this_thread::yield();
  EXPECT_FALSE(is_added);
  disk.Unblock();
  adds.join();
  ASSERT_TRUE(writer.Close());
  EXPECT_EQ(Logged(disk.content()).size(), 6U);
  EXPECT_EQ(writer.counts().waited, 1U);
}

TEST(SummaryWriterTest, AFullDiskDropsCountsAndNeverHangs) {
  MemoryAppendFileSystem disk;
  SummaryWriter writer("d",
                       {.max_queue_values = 16, .flush_interval = milliseconds(0), .files = &disk});
  writer.AddScalar("a", 1, 1);
  ASSERT_TRUE(writer.Flush());
  const uint64_t one_value = disk.content().size();
  disk.SetRoomBytes(one_value + 100);

  testing::internal::CaptureStderr();
  for (int64_t step = 2; step <= 10000; ++step) writer.AddScalar("a", 1, step);
  const Status status = writer.Flush();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kResourceExhausted);
  EXPECT_THAT(status.error().message, HasSubstr("No space left"));
  writer.AddScalar("a", 1, 10001);
  EXPECT_FALSE(writer.Flush());
  EXPECT_FALSE(writer.Close());
  const std::string printed = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 1) << printed;

  // Every value is counted, and what the file holds was not counted as lost.
  const auto events = Logged(disk.content());
  EXPECT_EQ(disk.content().size(), one_value + 100);
  EXPECT_EQ(writer.counts().written, events.size());
  EXPECT_EQ(writer.counts().written + writer.counts().dropped, 10001U);
  EXPECT_GT(events.size(), 1U);
}

TEST(SummaryWriterTest, CallersThatWaitAreFreedByAnError) {
  MemoryAppendFileSystem disk;
  SummaryWriter writer("d",
                       {.max_queue_values = 1, .flush_interval = milliseconds(0), .files = &disk});
  disk.Block();
  disk.SetRoomBytes(0);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int64_t step = 0; step < 10; ++step) writer.AddScalar("a", 0, step);
    });
  }
  while (writer.counts().waited < 4) std::this_thread::yield();
  disk.Unblock();
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(writer.Close());
  EXPECT_EQ(writer.counts().dropped, 40U);
}

TEST(SummaryWriterTest, ADeletedDirectoryIsNoticed) {
  const TemporaryDirectory directory;
  SummaryWriter writer(directory.path() + "/run", {});
  writer.AddScalar("a", 1, 1);
  ASSERT_TRUE(writer.Flush());
  std::filesystem::remove_all(directory.path() + "/run");
  writer.AddScalar("a", 1, 2);
  const Status status = writer.Flush();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kNotFound);
  EXPECT_EQ(writer.counts().dropped, 1U);
  EXPECT_FALSE(std::filesystem::exists(directory.path() + "/run"));
}

TEST(SummaryWriterTest, AnErrorAtCloseIsReturned) {
  MemoryAppendFileSystem disk;
  SummaryWriter writer("d", {.files = &disk});
  disk.SetCloseFails();
  writer.AddScalar("a", 1, 1);
  const Status status = writer.Close();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("Input/output error"));
}

TEST(SummaryWriterTest, WithoutAFileEverythingIsDropped) {
  testing::internal::CaptureStderr();
  SummaryWriter writer("/proc/no/such/place", {.max_queue_values = 2});
  for (int step = 0; step < 10; ++step) writer.AddScalar("a", 0, step);
  EXPECT_FALSE(writer.Flush());
  EXPECT_FALSE(writer.Close());
  EXPECT_EQ(writer.counts().dropped, 10U);
  EXPECT_EQ(writer.path(), "");
  const std::string printed = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 1) << printed;
}

TEST(SummaryWriterTest, ClosingTwiceIsFineAndLaterValuesAreCounted) {
  const TemporaryDirectory directory;
  SummaryWriter writer(directory.path(), {.flush_interval = hours(1)});
  writer.AddScalar("a", 1, 1);
  EXPECT_TRUE(writer.Close());
  EXPECT_TRUE(writer.Close());
  EXPECT_TRUE(writer.Flush());
  writer.AddScalar("a", 1, 2);
  EXPECT_EQ(writer.Flush().error().code, Code::kFailedPrecondition);
  EXPECT_EQ(writer.Close().error().code, Code::kFailedPrecondition);
  EXPECT_EQ(writer.counts().dropped, 1U);
  EXPECT_EQ(Logged(ReadWholeFile(writer.path())).size(), 1U);
}

TEST(SummaryWriterTest, ClosesFromManyThreadsAtOnce) {
  MemoryAppendFileSystem disk;
  SummaryWriter writer("d", {.flush_interval = hours(1), .files = &disk});
  for (int step = 0; step < 100; ++step) writer.AddScalar("a", 1, step);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      EXPECT_TRUE(writer.Close());
      EXPECT_EQ(Logged(disk.content()).size(), 100U);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(SummaryWriterTest, TheDestructorWritesWhatIsQueued) {
  const TemporaryDirectory directory;
  {
    SummaryWriter(directory.path(), {.flush_interval = hours(1)}).AddScalar("a", 1, 1);
  }
  const auto files = FilesIn(directory.path());
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(Logged(ReadWholeFile(files[0])).size(), 1U);
}

TEST(SummaryWriterTest, TwoInOneDirectoryKeepTheirFiles) {
  const TemporaryDirectory directory;
  SummaryWriter first(directory.path());
  SummaryWriter second(directory.path());
  first.AddScalar("first", 1, 1);
  second.AddScalar("second", 2, 2);
  ASSERT_TRUE(first.Close() && second.Close());
  EXPECT_EQ(FilesIn(directory.path()).size(), 2U);
  EXPECT_EQ(Logged(ReadWholeFile(first.path())).at(0).tag, "first");
  EXPECT_EQ(Logged(ReadWholeFile(second.path())).at(0).tag, "second");
}

// A program that invents a tag a call does not keep them all, and no value gets another's tag.
TEST(SummaryWriterTest, TagsWithoutEndAreForgotten) {
  constexpr int64_t kTags = 200'000;
  const TemporaryDirectory directory;
  SummaryWriter writer(directory.path(), {.max_queue_values = 1000});
  for (int64_t i = 0; i < kTags; ++i) writer.AddScalar("tag" + std::to_string(i), 0, i);
  ASSERT_TRUE(writer.Close());
  int64_t next = 0;
  for (const LoggedEvent& event : Logged(ReadWholeFile(writer.path()))) {
    ASSERT_EQ(event.tag, "tag" + std::to_string(event.step));
    ASSERT_EQ(event.step, next++);
  }
  EXPECT_EQ(next, kTags);
}

// In a child process: logs, says over the pipe how many values were flushed, and goes on logging
// until it is killed.
[[noreturn]] void LogUntilKilled(const std::string& directory, int pipe) {
  SummaryWriter writer(directory, {.flush_interval = milliseconds(1)});
  for (int64_t step = 0;; ++step) {
    writer.AddScalar("loss", static_cast<double>(step), step);
    if (step % 97 != 0) continue;
    if (!writer.Flush()) _exit(1);
    const int64_t flushed = step + 1;
    if (write(pipe, &flushed, sizeof(flushed)) != sizeof(flushed)) _exit(1);
  }
}

TEST(SummaryWriterTest, KilledProcessesKeepWhatTheyFlushed) {
  constexpr int kKills = 25;
  for (int kill_number = 0; kill_number < kKills; ++kill_number) {
    const TemporaryDirectory directory;
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) LogUntilKilled(directory.path(), pipes[1]);
    close(pipes[1]);

    // Each time a bit later in the child's life.
    int64_t flushed = 0;
    for (int report = 0; report <= kill_number * 7; ++report) {
      ASSERT_EQ(read(pipes[0], &flushed, sizeof(flushed)), ssize_t{sizeof(flushed)});
    }
    kill(child, SIGKILL);
    int64_t later;
    while (read(pipes[0], &later, sizeof(later)) == sizeof(later)) flushed = later;
    close(pipes[0]);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);

    const auto files = FilesIn(directory.path());
    ASSERT_EQ(files.size(), 1U);
    const auto events = Logged(ReadWholeFile(files[0]));
    ASSERT_GE(events.size(), static_cast<size_t>(flushed));
    for (size_t i = 0; i < events.size(); ++i) {
      ASSERT_EQ(events[i].step, static_cast<int64_t>(i));
    }
  }
}

}  // namespace
}  // namespace stepscope
