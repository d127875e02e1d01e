#include "ingest/watcher.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// On the real kernel. What was done before Wait is called is there already, so that nothing waits.
class InotifyWatcherTest : public testing::Test {
 protected:
  InotifyWatcherTest() { std::filesystem::create_directory(Path("run")); }

  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }
  void Append(const std::string& name, const std::string& text = "x") {
    std::ofstream(Path(name), std::ios::app) << text;
  }
  Watcher::Answer Add(const std::string& key, const std::string& name) {
    return watcher_->Add(key, Path(name), 0);
  }
  WatchedChanges Wait() { return watcher_->Wait(std::chrono::nanoseconds(0)); }

  TemporaryDirectory directory_;
  std::unique_ptr<Watcher> watcher_ = MakeInotifyWatcher();
};

TEST_F(InotifyWatcherTest, SaysWhichEventFilesWereWrittenTo) {
  Append("run/tfevents.1");
  ASSERT_EQ(Add("run", "run"), Watcher::Answer::kWatched);
  Append("run/tfevents.1");
  Append("run/notes.txt");
  WatchedChanges changes = Wait();
  EXPECT_THAT(changes.directories["run"].written, ElementsAre("tfevents.1"));
  EXPECT_EQ(changes.directories["run"].replaced, std::set<std::string>{"notes.txt"});
  Append("run/notes.txt");
  EXPECT_TRUE(Wait().empty());
  std::filesystem::permissions(Path("run/tfevents.1"), std::filesystem::perms::none);
  EXPECT_THAT(Wait().directories["run"].written, ElementsAre("tfevents.1"));
}

TEST_F(InotifyWatcherTest, SaysWhichNamesCameAndWent) {
  Append("run/old.tfevents");
  ASSERT_EQ(Add("run", "run"), Watcher::Answer::kWatched);
  std::filesystem::rename(Path("run/old.tfevents"), Path("run/new.tfevents"));
  std::filesystem::create_directory(Path("run/deep"));
  const WatchedChanges changes = Wait();
  const DirectoryChange& change = changes.directories.at("run");
  EXPECT_TRUE(change.has_new_listing);
  EXPECT_FALSE(change.is_gone);
  EXPECT_EQ(change.replaced, (std::set<std::string>{"old.tfevents", "new.tfevents", "deep"}));
}

TEST_F(InotifyWatcherTest, SaysThatADirectoryIsGone) {
  std::filesystem::create_directory(Path("other"));
  ASSERT_EQ(Add("run", "run"), Watcher::Answer::kWatched);
  ASSERT_EQ(Add("other", "other"), Watcher::Answer::kWatched);
  std::filesystem::remove(Path("run"));
  std::filesystem::rename(Path("other"), Path("moved"));
  WatchedChanges changes = Wait();
  EXPECT_TRUE(changes.directories["run"].is_gone);
  EXPECT_TRUE(changes.directories["other"].is_gone);
  watcher_->Remove("run");  // Its watch is gone with it.
  EXPECT_EQ(Add("run", "run"), Watcher::Answer::kFailed);
}

TEST_F(InotifyWatcherTest, TwoKeysMayLeadToOneDirectory) {
  std::filesystem::create_directory_symlink(Path("run"), Path("link"));
  ASSERT_EQ(Add("run", "run"), Watcher::Answer::kWatched);
  ASSERT_EQ(Add("link", "link"), Watcher::Answer::kWatched);
  Append("run/tfevents.1");
  EXPECT_EQ(Wait().directories.size(), 2u);
  watcher_->Remove("run");
  Append("run/tfevents.1");
  const WatchedChanges changes = Wait();
  ASSERT_EQ(changes.directories.size(), 1u);
  EXPECT_THAT(changes.directories.at("link").written, ElementsAre("tfevents.1"));
  watcher_->Remove("link");
  Append("run/tfevents.1");
  EXPECT_TRUE(Wait().empty());
}

TEST_F(InotifyWatcherTest, SaysThatTheKernelsQueueOverflowed) {
  int limit = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  constexpr int kMostWeTry = 1 << 20;
  if (limit <= 0 || limit > kMostWeTry) GTEST_SKIP() << "the queue holds " << limit;
  ASSERT_EQ(Add("run", "run"), Watcher::Answer::kWatched);
  std::ofstream a(Path("run/tfevents.a"));
  std::ofstream b(Path("run/tfevents.b"));
  for (int i = 0; i <= limit / 2; ++i) {  // In turn, because events that are the same are one.
    a << 'x' << std::flush;
    b << 'x' << std::flush;
  }
  EXPECT_TRUE(Wait().has_lost_events);
  a << 'x' << std::flush;
  const WatchedChanges changes = Wait();
  EXPECT_FALSE(changes.has_lost_events);
  EXPECT_THAT(changes.directories.at("run").written, ElementsAre("tfevents.a"));
}

TEST_F(InotifyWatcherTest, WakesUp) {
  watcher_->Wake();
  EXPECT_TRUE(watcher_->Wait(std::chrono::seconds(60)).empty());
  EXPECT_THAT(Wait().directories, IsEmpty());
}

}  // namespace
}  // namespace stepscope
