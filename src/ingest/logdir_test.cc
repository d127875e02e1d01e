#include "ingest/logdir.h"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/memory_file_system.h"

namespace stepscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Observer final : public DirectoryObserver {
 public:
  bool OnEnter(const std::string& key, const std::string& /*path*/, uint64_t /*device*/) override {
    EXPECT_TRUE(keys.insert(key).second) << key;
    ++entered_count;
    return can_watch;
  }
  void OnLeave(const std::string& key) override { EXPECT_EQ(keys.erase(key), 1u) << key; }
  std::set<std::string> keys;
  void OnRun(const std::string& key, const LogdirEntry& entry) override {
    found.push_back(key);
    EXPECT_TRUE(entry.is_run());
  }
  bool can_watch = true;
  size_t entered_count = 0;
  std::vector<std::string> found;  // Runs.
};

class LogdirTest : public testing::Test {
 protected:
  void Put(const std::string& path) { files_.Write("logs/" + path, ""); }
  uint64_t Count(Stat stat) const {
    const auto counted = stats_.Get();
    const auto found = counted.find(stat);
    return found == counted.end() ? 0 : found->second.count;
  }

  FakeClock clock_;
  MemoryFileSystem files_{clock_};
  Stats stats_;
  Observer observer_;
  Logdir logdir_{"logs", files_, clock_, stats_, observer_};
};

TEST(LogdirNamesTest, EventFiles) {
  for (const char* name : {"events.out.tfevents.1.host", "foo.tfevents.bak", "xtfeventsx",
                           "tfevents", "events.out.tfevents.1.profile-empty"}) {
    EXPECT_TRUE(IsEventFileName(name)) << name;
  }
  for (const char* name : {"EVENTS.OUT.TFEVENTS.1", "tfdbg_events.1.host.metadata", "tf.events"}) {
    EXPECT_FALSE(IsEventFileName(name)) << name;
  }
  EXPECT_TRUE(IsPlaceholderName("events.out.tfevents.1.profile-empty"));
}

TEST_F(LogdirTest, ADirectoryWithAnEventFileIsARun) {
  Put("tfevents.0");
  Put("a/tfevents.2");
  Put("a/tfevents.1");
  Put("a/notes.txt");
  Put("a/b/c/tfevents.1");
  Put("with space/tfevents");
  Put(".hidden/tfevents.1");
  Put(".stepscope/tfevents.1");
  Put("a/.stepscope/x/tfevents.1");
  Put("empty/notes.txt");
  Put("only/x.tfevents.profile-empty");
  files_.MakeFifo("logs/fifo/tfevents.1");
  files_.Link("logs/dangling/tfevents.1", "nowhere");

  const LogdirChanges changes = logdir_.Scan();
  EXPECT_THAT(changes.changed_runs,
              UnorderedElementsAre(".", "a", "a/b/c", "with space", ".hidden", "only"));
  EXPECT_THAT(changes.removed_runs, IsEmpty());
  EXPECT_THAT(logdir_.Find("a")->event_files, ElementsAre("tfevents.1", "tfevents.2"));
  EXPECT_EQ(logdir_.PathOf("."), "logs");
  EXPECT_EQ(logdir_.PathOf("a/b/c"), "logs/a/b/c");
  EXPECT_EQ(logdir_.state(), LogdirState::kOk);
  EXPECT_TRUE(observer_.keys.contains("empty"));
  EXPECT_FALSE(observer_.keys.contains(".stepscope"));
  EXPECT_TRUE(stats_.Get().empty());

  EXPECT_THAT(logdir_.Scan().changed_runs, IsEmpty());
}

TEST_F(LogdirTest, SaysWhatCameAndWent) {
  Put("a/tfevents.1");
  Put("b/c/tfevents.1");
  logdir_.Scan();
  Put("a/tfevents.2");
  Put("new/deep/tfevents.1");
  files_.Remove("logs/b");
  const LogdirChanges changes = logdir_.Scan();
  EXPECT_THAT(changes.changed_runs, UnorderedElementsAre("a", "new/deep"));
  EXPECT_THAT(changes.removed_runs, ElementsAre("b/c"));
  EXPECT_THAT(observer_.keys, ElementsAre(".", "a", "new", "new/deep"));

  // The last event file goes, the directory stays.
  files_.Remove("logs/a/tfevents.1");
  files_.Remove("logs/a/tfevents.2");
  EXPECT_THAT(logdir_.Scan().removed_runs, ElementsAre("a"));
}

TEST_F(LogdirTest, ListsOneDirectoryAgain) {
  Put("a/tfevents.1");
  Put("b/tfevents.1");
  logdir_.Scan();
  Put("a/sub/deep/tfevents.1");
  Put("b/tfevents.2");
  const LogdirChanges changes = logdir_.ScanDirectory("a");
  EXPECT_THAT(changes.changed_runs, ElementsAre("a/sub/deep"));  // Nobody looked at b.
  EXPECT_THAT(logdir_.ScanDirectory("gone").changed_runs, IsEmpty());
}

TEST_F(LogdirTest, WatchesAReplacedDirectoryAnew) {
  Put("a/tfevents.1");
  Put("a/old/tfevents.1");
  logdir_.Scan();
  files_.Remove("logs/a");
  Put("a/tfevents.2");
  const LogdirChanges changes = logdir_.ScanDirectory(".", {"a"});
  EXPECT_THAT(changes.changed_runs, ElementsAre("a"));
  EXPECT_THAT(changes.removed_runs, ElementsAre("a/old"));
  EXPECT_THAT(observer_.keys, ElementsAre(".", "a"));
}

TEST_F(LogdirTest, MissingThenThereThenGone) {
  EXPECT_THAT(logdir_.Scan().changed_runs, IsEmpty());
  EXPECT_EQ(logdir_.state(), LogdirState::kMissing);
  Put("a/tfevents.1");
  EXPECT_THAT(logdir_.Scan().changed_runs, ElementsAre("a"));
  EXPECT_EQ(logdir_.state(), LogdirState::kOk);
  files_.Remove("logs");
  EXPECT_THAT(logdir_.ScanDirectory(".").removed_runs, ElementsAre("a"));
  EXPECT_EQ(logdir_.state(), LogdirState::kMissing);
  EXPECT_TRUE(observer_.keys.empty());
  Put("a/tfevents.1");
  EXPECT_THAT(logdir_.ScanDirectory(".").changed_runs, ElementsAre("a"));
  EXPECT_EQ(logdir_.state(), LogdirState::kOk);
}

TEST_F(LogdirTest, AFileIsNoLogdir) {
  files_.Write("logs", "text");
  EXPECT_THAT(logdir_.Scan().changed_runs, IsEmpty());
  EXPECT_EQ(logdir_.state(), LogdirState::kNotADirectory);
}

TEST_F(LogdirTest, FollowsLinksButNoLoops) {
  Put("a/tfevents.1");
  files_.Write("elsewhere/run/tfevents.1", "");
  files_.Link("logs/other", "elsewhere");
  files_.Link("logs/a/up", "logs");
  files_.Link("logs/a/self", "logs/a");
  files_.Link("logs/linked/tfevents.1", "logs/a/tfevents.1");
  EXPECT_THAT(logdir_.Scan().changed_runs, UnorderedElementsAre("a", "other/run", "linked"));
  EXPECT_EQ(Count(Stat::kDirectoryLoop), 2u);
  EXPECT_TRUE(logdir_.Find("linked")->has_linked_files);
  EXPECT_FALSE(logdir_.Find("a")->has_linked_files);
  logdir_.Scan();
  EXPECT_EQ(Count(Stat::kDirectoryLoop), 2u);
  files_.Remove("logs/a/up");
  logdir_.ScanDirectory("a");
  EXPECT_EQ(Count(Stat::kDirectoryLoop), 1u);
  files_.Remove("logs/a");
  logdir_.Scan();
  EXPECT_EQ(Count(Stat::kDirectoryLoop), 0u);
}

TEST_F(LogdirTest, CountsADirectoryThatCannotBeListed) {
  Put("a/tfevents.1");
  Put("b/tfevents.1");
  files_.SetError("logs/a", Code::kPermissionDenied);
  EXPECT_THAT(logdir_.Scan().changed_runs, ElementsAre("b"));
  EXPECT_EQ(Count(Stat::kDirectoryUnreadable), 1u);
  logdir_.Scan();
  EXPECT_EQ(Count(Stat::kDirectoryUnreadable), 1u);
  files_.SetError("logs/a", std::nullopt);
  EXPECT_THAT(logdir_.Scan().changed_runs, ElementsAre("a"));
  EXPECT_EQ(Count(Stat::kDirectoryUnreadable), 0u);

  files_.SetError("logs", Code::kPermissionDenied);
  EXPECT_THAT(logdir_.Scan().removed_runs, IsEmpty());  // What is known stays.
  EXPECT_EQ(logdir_.state(), LogdirState::kUnreadable);
}

TEST_F(LogdirTest, ReportsOtherFilesByKind) {
  Put("run/w.123.pt.trace.json");
  Put("run/w.123.pt.trace.json.gz");
  Put("run/projector_config.pbtxt");
  Put("run/plugins/profile/2026_01_01/vm.xplane.pb");
  Put("tfdbg_events.1.host.metadata");
  Put("plugins/profile/s/vm.overview_page.pb");
  Put("plugins/profile/not_in_a_session");
  EXPECT_TRUE(logdir_.Scan().has_other_files);
  EXPECT_THAT(logdir_.OtherFiles(),
              UnorderedElementsAre(
                  OtherFile{"run/w.123.pt.trace.json", OtherFileKind::kTorchTrace},
                  OtherFile{"run/w.123.pt.trace.json.gz", OtherFileKind::kTorchTrace},
                  OtherFile{"run/projector_config.pbtxt", OtherFileKind::kProjectorConfig},
                  OtherFile{"run/plugins/profile/2026_01_01/vm.xplane.pb", OtherFileKind::kProfile},
                  OtherFile{"tfdbg_events.1.host.metadata", OtherFileKind::kDebugger},
                  OtherFile{"plugins/profile/s/vm.overview_page.pb", OtherFileKind::kProfile}));
  EXPECT_FALSE(logdir_.Scan().has_other_files);
  files_.Remove("logs/run");
  EXPECT_TRUE(logdir_.Scan().has_other_files);
}

TEST_F(LogdirTest, DoesNotWalkForEver) {
  std::string path = "logs";
  for (int i = 0; i < Logdir::kMaxDepth + 20; ++i) path += "/d";
  files_.Write(path + "/tfevents.1", "");
  EXPECT_THAT(logdir_.Scan().changed_runs, IsEmpty());
  EXPECT_EQ(Count(Stat::kLimitReached), 1u);
  logdir_.Scan();
  EXPECT_EQ(Count(Stat::kLimitReached), 1u);
  // What is too deep goes away.
  const std::string deep = path.substr(0, path.size() - 2 * 19);
  files_.Remove(deep);
  logdir_.Scan();
  EXPECT_EQ(Count(Stat::kLimitReached), 0u);
}

TEST_F(LogdirTest, ALogdirThatLeadsElsewhereIsWatchedAnew) {
  files_.Write("first/a/tfevents.1", "");
  files_.Write("second/a/tfevents.1", "");
  files_.Write("second/b/tfevents.1", "");
  files_.Link("logs", "first");
  logdir_.Scan();
  EXPECT_FALSE(logdir_.HasMoved());
  files_.Remove("logs");
  files_.Link("logs", "second");
  EXPECT_TRUE(logdir_.HasMoved());
  const LogdirChanges changes = logdir_.Scan();
  EXPECT_THAT(changes.changed_runs, UnorderedElementsAre("a", "b"));  // Other files by one name.
  EXPECT_THAT(changes.removed_runs, IsEmpty());
  EXPECT_EQ(observer_.entered_count, 5u);
  EXPECT_FALSE(logdir_.HasMoved());
}

TEST_F(LogdirTest, TellsAboutRunsWhileItWalks) {
  Put("a/tfevents.1");
  Put("b/tfevents.1");
  logdir_.Scan();
  EXPECT_THAT(observer_.found, UnorderedElementsAre("a", "b"));
  clock_.Advance(std::chrono::seconds(1));
  Put("a/tfevents.2");
  files_.Append("logs/a/tfevents.2", "12345");
  logdir_.Scan();
  EXPECT_THAT(observer_.found, UnorderedElementsAre("a", "b", "a"));
  // Of the new file alone.
  EXPECT_EQ(logdir_.Find("a")->new_bytes, 5u);
  EXPECT_EQ(logdir_.Find("a")->newest_ns, files_.GetStat("logs/a/tfevents.2")->modified_ns);
}

TEST_F(LogdirTest, ListsNothingAgainThatDidNotChange) {
  Put("a/b/tfevents.1");
  Put("c/tfevents.1");
  logdir_.Scan();
  clock_.Advance(Logdir::kSettleTime);
  logdir_.Scan();  // Only this one knows that the directories' times are old enough to be believed.
  const size_t listed_count = files_.listed_count();
  EXPECT_EQ(listed_count, 8u);
  logdir_.Scan();
  EXPECT_EQ(files_.listed_count(), listed_count);

  clock_.Advance(std::chrono::seconds(1));
  Put("a/b/tfevents.2");
  Put("c/d/tfevents.1");
  EXPECT_THAT(logdir_.Scan().changed_runs, UnorderedElementsAre("a/b", "c/d"));
  EXPECT_EQ(files_.listed_count(), listed_count + 3);
  files_.Remove("logs/a/b");
  EXPECT_THAT(logdir_.Scan().removed_runs, ElementsAre("a/b"));
}

TEST_F(LogdirTest, MissesNothingThatHappensWithinATickOfTheFilesClock) {
  Put("a/tfevents.1");
  logdir_.Scan();
  // The directory's times stay the same, because the clock does.
  Put("a/tfevents.2");
  EXPECT_THAT(logdir_.Scan().changed_runs, ElementsAre("a"));
  clock_.Advance(Logdir::kSettleTime - std::chrono::nanoseconds(1));
  logdir_.Scan();
  const size_t listed_count = files_.listed_count();
  logdir_.Scan();
  EXPECT_EQ(files_.listed_count(), listed_count + 2);
}

TEST_F(LogdirTest, ListsWhatCannotBeTrustedEachTime) {
  observer_.can_watch = false;
  Put("a/tfevents.1");
  for (int i = 0; i < 3; ++i) {
    logdir_.Scan();
    clock_.Advance(Logdir::kSettleTime);
  }
  EXPECT_EQ(files_.listed_count(), 6u);
}

TEST_F(LogdirTest, LinksAreLookedAtEachTime) {
  files_.Write("first/tfevents.1", "");
  files_.MakeDirectory("logs");
  files_.Link("logs/latest", "first");
  files_.Link("logs/later", "second");  // Not there yet.
  for (int i = 0; i < 3; ++i) {
    logdir_.Scan();
    clock_.Advance(Logdir::kSettleTime);
  }
  files_.Write("second/tfevents.1", "");
  EXPECT_THAT(logdir_.Scan().changed_runs, ElementsAre("later"));
  files_.Remove("first");
  EXPECT_THAT(logdir_.Scan().removed_runs, ElementsAre("latest"));
}

TEST_F(LogdirTest, ADirectoryThatVanishedGoesWhenItIsLookedAt) {
  Put("a/tfevents.1");
  Put("b/c/tfevents.1");
  logdir_.Scan();
  files_.Remove("logs/a");
  EXPECT_THAT(logdir_.ScanDirectory("a").removed_runs, ElementsAre("a"));
  files_.Remove("logs/b");
  EXPECT_THAT(logdir_.ScanDirectory("b").removed_runs, ElementsAre("b/c"));
  EXPECT_THAT(observer_.keys, ElementsAre("."));
  Put("a/tfevents.1");
  EXPECT_THAT(logdir_.ScanDirectory(".").changed_runs, ElementsAre("a"));
}

// Directories that all link to each other: without a limit, as many paths as they have orders.
TEST_F(LogdirTest, LinksInAllOrdersAreCut) {
  constexpr int kDirectories = 10;
  const auto name = [](int i) { return std::string(1, static_cast<char>('a' + i)); };
  for (int i = 0; i < kDirectories; ++i) {
    files_.MakeDirectory("elsewhere/" + name(i));
    for (int j = 0; j < kDirectories; ++j) {
      files_.Link("elsewhere/" + name(i) + "/" + name(j), "elsewhere/" + name(j));
    }
  }
  files_.Write("elsewhere/a/tfevents.1", "");
  files_.MakeDirectory("logs");
  files_.Link("logs/in", "elsewhere");
  logdir_.Scan();
  // The way is in/, a directory, and up to three links more; twice through a name is a loop.
  EXPECT_EQ(observer_.keys.size(), 2u + 10 + 10 * 9 + 10 * 9 * 8 + 10 * 9 * 8 * 7);
  EXPECT_EQ(observer_.found.size(), 1u + 9 + 9 * 8 + 9 * 8 * 7);
  EXPECT_EQ(Count(Stat::kLimitReached), 10u * 9 * 8 * 7);
  const size_t listed_count = files_.listed_count();
  EXPECT_LT(listed_count, 10'000u);

  files_.Remove("logs/in");
  logdir_.Scan();
  EXPECT_EQ(Count(Stat::kLimitReached), 0u);
  EXPECT_THAT(observer_.keys, ElementsAre("."));
}

TEST_F(LogdirTest, TheNumberOfDirectoriesBehindManyLinksIsLimited) {
  constexpr size_t kEach = 101;
  for (size_t i = 0; i < kEach; ++i) {
    const std::string name = std::to_string(i);
    files_.Link("logs/" + name, "first");
    files_.Link("first/" + name, "second/" + name);
    files_.Write("second/" + name + "/tfevents.1", "");
  }
  logdir_.Scan();
  EXPECT_EQ(observer_.keys.size(), 1 + kEach + Logdir::kMaxManyLinked);
  EXPECT_GE(Count(Stat::kLimitReached), 1u);
  // The rest is found as soon as there is room.
  for (size_t i = 0; i < kEach / 2; ++i) files_.Remove("logs/" + std::to_string(i));
  logdir_.Scan();
  EXPECT_EQ(observer_.keys.size(), 1 + (kEach - kEach / 2) * (1 + kEach));
  EXPECT_EQ(Count(Stat::kLimitReached), 0u);
}

}  // namespace
}  // namespace stepscope
