#include "app/load.h"

#include <memory>

#include <gtest/gtest.h>

#include "base/stats.h"
#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"

namespace stepscope {
namespace {

Command Logdir(std::string path) {
  Command command;
  command.server.logdir = path;
  command.logdir_path = std::move(path);
  return command;
}

TEST(LoadTest, SaysWhyNothingCouldBeRead) {
  FakeClock clock;
  MemoryFileSystem files(clock);
  files.MakeDirectory("runs");
  files.Write("runs/notes.txt", "x");
  files.MakeFifo("runs/fifo");
  EXPECT_EQ(LoadOnce(Logdir("none"), files, false).error().message, "none does not exist");
  EXPECT_EQ(LoadOnce(Logdir("runs/notes.txt"), files, false).error().message,
            "runs/notes.txt is no event file: those have tfevents in their names");
  EXPECT_EQ(LoadOnce(Logdir("runs/fifo"), files, false).error().message,
            "runs/fifo is neither a directory nor a file");
  files.SetError("runs", Code::kPermissionDenied);
  EXPECT_EQ(LoadOnce(Logdir("runs"), files, false).error().message, "runs cannot be read");
}

TEST(LoadTest, AnEmptyDirectoryIsFine) {
  FakeClock clock;
  MemoryFileSystem files(clock);
  files.MakeDirectory("runs");
  const auto loaded = LoadOnce(Logdir("runs"), files, false);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->snapshot->runs.empty());
}

TEST(LoadTest, AFileIsReadAlone) {
  FakeClock clock;
  MemoryFileSystem files(clock);
  files.Write("runs/tfevents.1", "");
  files.Write("runs/tfevents.2", "");
  files.Write("runs/below/tfevents.3", "");
  const auto loaded = LoadOnce(Logdir("runs/tfevents.2"), files, false);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->snapshot->runs.size(), 1u);
  ASSERT_EQ(loaded->snapshot->runs[0]->files.size(), 1u);
  EXPECT_EQ(loaded->snapshot->runs[0]->files[0].path, "tfevents.2");
}

TEST(LoadTest, ProgressIsOneLine) {
  Snapshot snapshot;
  EXPECT_EQ(ProgressText(snapshot), "reading 0 % of 0 B, 0 runs, 0 points");
  snapshot.progress.bytes_read = 226'000'000;
  snapshot.progress.bytes_total = 525'000'000;
  auto run = std::make_shared<RunSnapshot>();
  run->point_count = 4'100'000;
  snapshot.runs = {run};
  EXPECT_EQ(ProgressText(snapshot), "reading 43 % of 525 MB, 1 runs, 4,100,000 points");
}

}  // namespace
}  // namespace stepscope
