#include "ingest/index_keeper.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/disk.h"
#include "ingest/ingest.h"
#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"
#include "testing/run_text.h"
#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class IndexKeeperTest : public testing::Test {
 protected:
  std::unique_ptr<IndexStore> Open() {
    auto store =
        IndexStore::Open(RealDisk(), SystemClock(),
                         {.directory = directory_.path() + "/index", .logdir = directory_.path()});
    EXPECT_TRUE(store);
    return *std::move(store);
  }
  std::vector<std::string> Due() { return keeper_.TakeDue(clock_.Monotonic()); }

  TemporaryDirectory directory_;
  std::unique_ptr<IndexStore> store_ = Open();
  FakeClock clock_;
  IndexKeeper keeper_{*store_, clock_,
                      [](const std::string&) { return std::optional<RunArchive>(); },
                      [](std::string_view) { return true; }};
};

TEST_F(IndexKeeperTest, RunsAreGatheredAndWrittenOnce) {
  EXPECT_THAT(Due(), IsEmpty());
  keeper_.OnRead("a", 100);
  clock_.Advance(seconds(1));
  keeper_.OnRead("b", 100);
  EXPECT_THAT(Due(), IsEmpty());
  clock_.Advance(seconds(1));
  EXPECT_THAT(Due(), ElementsAre("a", "b"));
  clock_.Advance(seconds(1000));
  EXPECT_THAT(Due(), IsEmpty());
  keeper_.OnRead("a", 100);  // It was looked at, and had not grown.
  clock_.Advance(seconds(1000));
  EXPECT_THAT(Due(), IsEmpty());
}

TEST_F(IndexKeeperTest, AGrowingRunIsWrittenAgainWhenThatIsWorthIt) {
  constexpr uint64_t kBytes = 10 << 20;
  keeper_.OnRestored("a", kBytes);
  keeper_.OnRead("a", kBytes);
  clock_.Advance(seconds(1000));
  EXPECT_THAT(Due(), IsEmpty());
  keeper_.OnRead("a", kBytes + 100);
  clock_.Advance(seconds(30));
  keeper_.OnRead("a", kBytes + 200);
  clock_.Advance(seconds(59));
  EXPECT_THAT(Due(), IsEmpty());
  clock_.Advance(seconds(1));  // Quiet for a minute.
  EXPECT_THAT(Due(), ElementsAre("a"));
  keeper_.OnRead("a", kBytes * 5 / 4 + 1000);
  clock_.Advance(seconds(2));
  EXPECT_THAT(Due(), ElementsAre("a"));
  keeper_.OnRead("a", 100);  // It was replaced.
  clock_.Advance(seconds(2));
  EXPECT_THAT(Due(), ElementsAre("a"));
  keeper_.OnRead("a", 200);
  keeper_.OnRemoved("a");
  clock_.Advance(seconds(1000));
  EXPECT_THAT(Due(), IsEmpty());
}

// The whole way, with threads: loaded, written, and on the next start neither read nor missing.
TEST_F(IndexKeeperTest, TheNextStartReadsNothing) {
  MemoryFileSystem files(clock_);
  for (const char run : {'a', 'b', 'c'}) {
    files.Write(std::string("logs/") + run + "/tfevents.1",
                EventFile().Version().Scalars("loss", 0, 2000).Scalars("acc", 0, 9).bytes());
  }
  const auto load = [&](IndexStore& store, size_t wanted_runs) {
    Stats stats;
    SnapshotCell cell;
    Ingest ingest({.logdir = "logs", .reload_interval_s = 1, .can_watch = false, .index = &store},
                  files, SystemClock(), stats, cell);
    ingest.Start();
    const auto deadline = std::chrono::steady_clock::now() + seconds(60);
    while (!cell.Load()->progress.is_complete || store.run_count() < wanted_runs) {
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "waited too long";
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ingest.Stop();
    std::string text;
    for (const auto& run : cell.Load()->runs) text += TextOf(*run);
    EXPECT_EQ(cell.Load()->runs.size(), 3u);
    EXPECT_EQ(cell.Load()->progress.bytes_read, cell.Load()->progress.bytes_total);
    return text;
  };
  const std::string first = load(*store_, 3);
  const uint64_t read = files.bytes_returned();
  EXPECT_GT(read, 0u);
  const std::unique_ptr<IndexStore> again = Open();
  EXPECT_EQ(load(*again, 0), first);
  EXPECT_EQ(files.bytes_returned(), read);
}

}  // namespace
}  // namespace stepscope
