#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ingest/logdir.h"
#include "ingest/run_loader.h"
#include "testing/event_file.h"
#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"
#include "testing/run_text.h"
#include "testing/steps.h"

namespace stepscope {
namespace {

constexpr char kFixtures[] = "tests/data/fixtures";

class Observer final : public LoadObserver {
 public:
  bool IsCancelled() override { return false; }
  void OnBytes(uint64_t count) override { bytes += count; }
  void OnPublish(std::shared_ptr<const RunSnapshot> snapshot) override { run = snapshot; }
  bool CanWait() const override { return false; }

  uint64_t bytes = 0;
  std::shared_ptr<const RunSnapshot> run;
};

// A section of the index: head and body in one piece each.
struct Section {
  std::vector<std::byte> head;
  std::shared_ptr<std::vector<uint64_t>> body;

  explicit Section(const RunArchive& archive)
      : head(archive.head.bytes().begin(), archive.head.bytes().end()),
        body(std::make_shared<std::vector<uint64_t>>(archive.body.size() / sizeof(uint64_t))) {
    auto* at = reinterpret_cast<std::byte*>(body->data());
    for (const auto piece : archive.body.pieces()) at = std::copy(piece.begin(), piece.end(), at);
  }
  bool RestoreTo(RunLoader& loader) const {
    return loader.Restore(head, std::as_bytes(std::span(*body)), body);
  }
};

std::string TextOf(const Stats& stats) {
  std::string text;
  for (const auto& [stat, summary] : stats.Get()) {
    text += std::string(Describe(stat).name) + " " + std::to_string(summary.count) + "\n";
    for (const auto& o : summary.occurrences) {
      text += o.file + " " + std::to_string(o.offset) + " " + o.detail + "\n";
    }
  }
  return text;
}

// Every run of every fixture comes back as it was, damage included.
TEST(RunArchiveTest, WhatRealWritersWroteComesBack) {
  size_t runs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFixtures)) {
    if (!entry.is_directory()) continue;
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(entry.path())) {
      if (IsEventFileName(file.path().filename().string())) {
        names.push_back(file.path().filename().string());
      }
    }
    if (names.empty()) continue;
    SCOPED_TRACE(entry.path().string());
    Stats stats;
    Observer observer;
    RunLoader loader({RealFileSystem(), SystemClock(), stats}, "run", entry.path().string());
    loader.SetFiles(names);
    loader.Step(observer);
    const auto archive = loader.Save();
    if (!archive) continue;  // Its last record may still heal.
    ++runs;

    Stats restored_stats;
    Observer restored_observer;
    RunLoader restored({RealFileSystem(), SystemClock(), restored_stats}, "run",
                       entry.path().string());
    ASSERT_TRUE(Section(*archive).RestoreTo(restored));
    restored.SetFiles(names);
    restored.Step(restored_observer);
    ASSERT_TRUE(restored_observer.run);
    EXPECT_EQ(TextOf(*restored_observer.run), TextOf(*observer.run));
    EXPECT_EQ(TextOf(restored_stats), TextOf(stats));
    EXPECT_EQ(restored_observer.bytes, restored.used_bytes());
    EXPECT_EQ(restored.used_bytes(), loader.used_bytes());
  }
  EXPECT_GT(runs, 100u);
}

class RunArchiveGrowthTest : public testing::Test {
 protected:
  static constexpr char kPath[] = "logs/run/tfevents.1";

  struct Loading {
    explicit Loading(const MemoryFileSystem& files, const Clock& clock)
        : loader({files, clock, stats}, "run", "logs/run") {}
    const RunSnapshot& Step() {
      loader.SetFiles({"tfevents.1"});
      loader.Step(observer);
      return *observer.run;
    }
    Stats stats;
    Observer observer;
    RunLoader loader;
  };

  Section Saved() {
    Loading loading(files_, clock_);
    loading.Step();
    const auto archive = loading.loader.Save();
    EXPECT_TRUE(archive);
    return Section(*archive);
  }
  // What a loader says that read the files as they are.
  std::string Fresh() {
    Loading loading(files_, clock_);
    return TextOf(loading.Step());
  }
  EventFile Long() { return std::move(EventFile().Version().Scalars("loss", 0, 4999)); }

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
};

TEST_F(RunArchiveGrowthTest, AFileThatDidNotChangeIsNotOpened) {
  files_.Write(kPath, Long().bytes());
  const Section section = Saved();
  const uint64_t before = files_.bytes_returned();
  Loading after(files_, clock_);
  ASSERT_TRUE(section.RestoreTo(after.loader));
  EXPECT_EQ(after.Step().point_count, 5000u);
  EXPECT_EQ(files_.bytes_returned(), before);
}

TEST_F(RunArchiveGrowthTest, OnlyWhatIsNewIsRead) {
  files_.Write(kPath, Long().bytes());
  const Section section = Saved();
  const std::string more = EventFile().Scalars("loss", 5000, 5099).bytes();
  files_.Append(kPath, more);
  const uint64_t before = files_.bytes_returned();
  Loading after(files_, clock_);
  ASSERT_TRUE(section.RestoreTo(after.loader));
  EXPECT_EQ(StepsOf(*after.Step().Find("loss")), Range(0, 5099));
  EXPECT_LT(files_.bytes_returned() - before, more.size() + 100);
  EXPECT_EQ(TextOf(*after.observer.run), Fresh());
  // And so it does again, from a column that is half restored and half read.
  const auto again = after.loader.Save();
  ASSERT_TRUE(again);
  Loading third(files_, clock_);
  ASSERT_TRUE(Section(*again).RestoreTo(third.loader));
  EXPECT_EQ(TextOf(third.Step()), Fresh());
}

TEST_F(RunArchiveGrowthTest, ColumnsThatGrewInSmallStepsArePackedAgain) {
  files_.Write(kPath, EventFile().Version().Scalars("loss", 0, 9).bytes());
  auto section = std::make_unique<Section>(Saved());
  size_t longest = 0;
  for (int64_t step = 10; step < 200; step += 10) {
    files_.Append(kPath, EventFile().Scalars("loss", step, step + 9).bytes());
    Loading next(files_, clock_);
    ASSERT_TRUE(section->RestoreTo(next.loader));
    const RunSnapshot& run = next.Step();
    EXPECT_EQ(StepsOf(*run.Find("loss")), Range(0, step + 9));
    longest = std::max(longest, run.Find("loss")->strands[0].scalars.block_count());
    section = std::make_unique<Section>(*next.loader.Save());
  }
  EXPECT_LE(longest, 8u);
}

TEST_F(RunArchiveGrowthTest, AnotherFileIsReadFromItsStart) {
  files_.Write(kPath, Long().bytes());
  const Section section = Saved();
  const std::string other = EventFile(5).Version().Scalars("other", 0, 5999).bytes();
  const auto expect_read_again = [&] {
    Loading after(files_, clock_);
    ASSERT_TRUE(section.RestoreTo(after.loader));
    EXPECT_EQ(TextOf(after.Step()), Fresh());
  };
  files_.Write(kPath, other);  // With another inode.
  expect_read_again();
  files_.Write(kPath, Long().bytes().substr(0, 1000));
  expect_read_again();
}

TEST_F(RunArchiveGrowthTest, AFileThatWasWrittenOverOrShortenedIsReadFromItsStart) {
  files_.Write(kPath, Long().bytes());
  const Section section = Saved();
  const std::string other = EventFile(5).Version().Scalars("other", 0, 5999).bytes();
  ASSERT_GT(other.size(), Long().bytes().size());
  clock_.Advance(std::chrono::seconds(1));
  files_.Overwrite(kPath, 0, other.substr(0, Long().bytes().size()));  // The same inode.
  Loading after(files_, clock_);
  ASSERT_TRUE(section.RestoreTo(after.loader));
  EXPECT_EQ(TextOf(after.Step()), Fresh());
  EXPECT_TRUE(after.stats.Get().contains(Stat::kFileReplaced));

  files_.Truncate(kPath, 500);
  Loading shorter(files_, clock_);
  ASSERT_TRUE(section.RestoreTo(shorter.loader));
  EXPECT_EQ(TextOf(shorter.Step()), Fresh());
}

TEST_F(RunArchiveGrowthTest, FilesComeAndGo) {
  files_.Write(kPath, Long().bytes());
  const Section section = Saved();
  files_.Write("logs/run/tfevents.2",
               EventFile(9000).Version().Scalars("loss", 3000, 3009).bytes());
  const auto both = [&](RunLoader& loader, Observer& observer) {
    loader.SetFiles({"tfevents.1", "tfevents.2"});
    loader.Step(observer);
    return TextOf(*observer.run);
  };
  Loading fresh(files_, clock_);
  const std::string expected = both(fresh.loader, fresh.observer);
  Loading after(files_, clock_);
  ASSERT_TRUE(section.RestoreTo(after.loader));
  EXPECT_EQ(both(after.loader, after.observer), expected);

  Loading gone(files_, clock_);
  ASSERT_TRUE(section.RestoreTo(gone.loader));
  gone.loader.SetFiles({"tfevents.2"});
  gone.loader.Step(gone.observer);
  EXPECT_EQ(StepsOf(*gone.observer.run->Find("loss")), Range(3000, 3009));
}

TEST_F(RunArchiveGrowthTest, WhatMayHealIsNotSaved) {
  EventFile file = Long();
  files_.Write(kPath, file.BytesWithBadData(5000));
  Loading loading(files_, clock_);
  loading.Step();
  EXPECT_FALSE(loading.loader.Save());
  clock_.Advance(RunLoader::kHealTime);
  loading.Step();
  loading.Step();
  Loading unread(files_, clock_);
  EXPECT_FALSE(unread.loader.Save());
}

TEST_F(RunArchiveGrowthTest, DamagedBytesAreRefusedOrHarmless) {
  files_.Write(kPath, EventFile().Version().Scalars("loss", 0, 299).Scalars("acc", 0, 9).bytes());
  const Section section = Saved();
  const auto restore = [&](const Section& damaged) {
    Loading loading(files_, clock_);
    if (!damaged.RestoreTo(loading.loader)) return;
    EXPECT_FALSE(TextOf(loading.Step()).empty());
  };
  for (size_t size = 0; size < section.head.size(); ++size) {
    Section cut = section;
    cut.head.resize(size);
    Loading loading(files_, clock_);
    EXPECT_FALSE(cut.RestoreTo(loading.loader)) << size;
  }
  for (size_t i = 0; i < section.head.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      Section damaged = section;
      damaged.head[i] ^= static_cast<std::byte>(flip);
      restore(damaged);
    }
  }
  for (size_t i = 0; i < section.body->size(); ++i) {
    Section damaged = section;
    damaged.body = std::make_shared<std::vector<uint64_t>>(*section.body);
    (*damaged.body)[i] ^= 0x8000000000000101;
    restore(damaged);
  }
}

}  // namespace
}  // namespace stepscope
