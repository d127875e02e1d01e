#include "index/index_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "index/file_names.h"
#include "testing/faulty_disk.h"
#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

using Runs = std::map<std::string, std::string>;  // The body by the run; the head is "head of RUN".

std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Our own time in front of the system's, to make files old.
class LaterClock final : public Clock {
 public:
  double WallSeconds() const override { return SystemClock().WallSeconds() + later_s; }
  std::chrono::nanoseconds Monotonic() const override { return SystemClock().Monotonic(); }
  double later_s = 0;
};

class IndexStoreTest : public testing::Test {
 protected:
  IndexStoreTest() {
    std::filesystem::create_directories(Path("logs"));
    options_ = {Path("cache/stepscope"), Path("logs"), /*content_format=*/1, 1 << 30};
  }

  std::string Path(std::string_view name) const { return JoinPath(root_.path(), name); }

  std::unique_ptr<IndexStore> Open() { return Open(options_); }
  std::unique_ptr<IndexStore> Open(const IndexOptions& options) {
    auto store = IndexStore::Open(disk_, clock_, options);
    EXPECT_TRUE(store) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }
  IndexOptions OptionsFor(const std::string& logdir) const {
    std::filesystem::create_directories(Path(logdir));
    IndexOptions options = options_;
    options.logdir = Path(logdir);
    return options;
  }

  static Status Write(IndexStore& store, const Runs& runs) {
    return store.Write([&](SegmentWriter& writer) -> Status {
      for (const auto& [run, body] : runs) {
        RETURN_IF_ERROR(writer.Add(run, AsBytes("head of " + run), AsBytes(body)));
      }
      return {};
    });
  }

  // What the store knows of those runs; a section that is damaged says so.
  static Runs Read(const IndexStore& store, const std::set<std::string>& names = {"a", "b", "c"}) {
    Runs runs;
    for (const std::string& run : names) {
      const auto section = store.Find(run);
      if (!section) continue;
      const auto head = section->Head();
      const auto body = section->Body();
      EXPECT_EQ(section->run(), run);
      const bool is_right = head && body && AsText(*head) == "head of " + run;
      runs[run] = is_right ? AsText(*body) : "damaged";
    }
    EXPECT_EQ(store.run_count(), runs.size());
    return runs;
  }

  static std::vector<std::string> FilesIn(const std::string& folder) {
    std::vector<std::string> names;
    if (!std::filesystem::exists(folder)) return names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  static std::vector<std::string> SegmentsIn(const std::string& folder) {
    std::vector<std::string> names = FilesIn(folder);
    std::erase_if(names, [](const std::string& name) { return !IsSegmentName(name); });
    return names;
  }
  static bool AllLive(std::string_view) { return true; }

  const TemporaryDirectory root_;
  FaultyDisk disk_;
  LaterClock clock_;
  IndexOptions options_;
};

TEST_F(IndexStoreTest, TheNextStartFindsWhatWasWritten) {
  const auto store = Open();
  EXPECT_EQ(Read(*store), Runs());
  EXPECT_FALSE(std::filesystem::exists(Path("cache")));  // Nothing is made before it is needed.
  ASSERT_TRUE(Write(*store, {{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(Read(*store), (Runs{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(Read(*Open()), (Runs{{"a", "1"}, {"b", "2"}}));
  ASSERT_TRUE(Write(*store, {{"b", "3"}, {"c", "4"}}));
  EXPECT_EQ(Read(*store), (Runs{{"a", "1"}, {"b", "3"}, {"c", "4"}}));
  EXPECT_EQ(Read(*Open()), (Runs{{"a", "1"}, {"b", "3"}, {"c", "4"}}));
  EXPECT_EQ(Read(*IndexStore::Open(RealDiskWithoutMaps(), clock_, options_).value()),
            (Runs{{"a", "1"}, {"b", "3"}, {"c", "4"}}));
}

TEST_F(IndexStoreTest, OfARunThatIsAddedTwiceTheLastCounts) {
  const auto store = Open();
  ASSERT_TRUE(store->Write([](SegmentWriter& writer) -> Status {
    RETURN_IF_ERROR(writer.Add("a", AsBytes("head of a"), AsBytes("1")));
    return writer.Add("a", AsBytes("head of a"), AsBytes("2"));
  }));
  EXPECT_EQ(Read(*store), (Runs{{"a", "2"}}));
}

TEST_F(IndexStoreTest, EverythingIsForItsOwnerAlone) {
  const auto store = Open();
  ASSERT_TRUE(Write(*store, {{"a", "1"}}));
  struct stat stat{};
  for (const std::string& name : FilesIn(store->folder())) {
    ASSERT_EQ(::stat(JoinPath(store->folder(), name).c_str(), &stat), 0);
    EXPECT_EQ(stat.st_mode & 0777, 0600U) << name;
  }
  for (const std::string& folder : {store->folder(), Path("cache/stepscope"), Path("cache")}) {
    ASSERT_EQ(::stat(folder.c_str(), &stat), 0);
    EXPECT_EQ(stat.st_mode & 0777, 0700U) << folder;
  }
}

TEST_F(IndexStoreTest, TwoServersShareALogdir) {
  const auto one = Open();
  const auto two = Open();
  ASSERT_TRUE(Write(*one, {{"a", "1"}}));
  ASSERT_TRUE(Write(*two, {{"b", "2"}}));
  ASSERT_TRUE(Write(*one, {{"a", "3"}}));
  EXPECT_EQ(Read(*one), (Runs{{"a", "3"}, {"b", "2"}}));
  ASSERT_TRUE(two->Compact(AllLive));
  EXPECT_EQ(Read(*one), (Runs{{"a", "3"}, {"b", "2"}}));
  EXPECT_EQ(Read(*two), (Runs{{"a", "3"}, {"b", "2"}}));
  EXPECT_EQ(Read(*Open()), (Runs{{"a", "3"}, {"b", "2"}}));
}

TEST_F(IndexStoreTest, AWriterNeverWaitsForAnother) {
  const auto one = Open();
  const auto two = Open();
  const Status status = one->Write([&](SegmentWriter& writer) -> Status {
    EXPECT_EQ(Write(*two, {{"b", "2"}}).error().code, Code::kUnavailable);
    EXPECT_EQ(two->Compact(AllLive).error().code, Code::kUnavailable);
    EXPECT_EQ(Read(*one), Runs());  // Nor does a reader.
    return writer.Add("a", AsBytes("head of a"), AsBytes("1"));
  });
  EXPECT_TRUE(status);
  EXPECT_TRUE(Write(*two, {{"b", "2"}}));
  EXPECT_EQ(Read(*two), (Runs{{"a", "1"}, {"b", "2"}}));
}

// Two writers may then be at work at once.
TEST_F(IndexStoreTest, ItGoesWithoutLocksWhereThereAreNone) {
  disk_.SetLockError(Code::kUnimplemented);
  const auto one = Open();
  const auto two = Open();
  const Status status = one->Write([&](SegmentWriter& writer) -> Status {
    EXPECT_TRUE(Write(*two, {{"b", "2"}}));
    EXPECT_TRUE(two->Compact(AllLive));
    return writer.Add("a", AsBytes("head of a"), AsBytes("1"));
  });
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(Read(*Open()), (Runs{{"a", "1"}, {"b", "2"}}));
  const std::string remains = JoinPath(one->folder(), UnfinishedName(2, 3));
  std::ofstream(remains) << "SSINDEX\n";
  ASSERT_TRUE(one->Compact(AllLive));
  EXPECT_TRUE(std::filesystem::exists(remains));  // Its writer may be alive,
  clock_.later_s = 7200;
  ASSERT_TRUE(one->Compact(AllLive));  // but not for ever.
  EXPECT_FALSE(std::filesystem::exists(remains));
}

TEST_F(IndexStoreTest, AFillThatFailsOrAddsNothingLeavesNothing) {
  const auto store = Open();
  EXPECT_EQ(store
                ->Write([](SegmentWriter& writer) -> Status {
                  RETURN_IF_ERROR(writer.Add("a", AsBytes("head of a"), AsBytes("1")));
                  return Error{Code::kCancelled, "stopped"};
                })
                .error()
                .code,
            Code::kCancelled);
  EXPECT_TRUE(store->Write([](SegmentWriter&) { return Status(); }));
  EXPECT_EQ(FilesIn(store->folder()), std::vector<std::string>{"lock"});
  EXPECT_EQ(Read(*store), Runs());
}

TEST_F(IndexStoreTest, OtherLogdirsAndFormatsAreNotMixedUp) {
  ASSERT_TRUE(Write(*Open(), {{"a", "1"}}));
  EXPECT_EQ(Read(*Open(OptionsFor("others"))), Runs());
  IndexOptions next = options_;
  next.content_format = 2;
  const auto newer = Open(next);
  EXPECT_EQ(Read(*newer), Runs());
  ASSERT_TRUE(Write(*newer, {{"a", "2"}}));
  EXPECT_EQ(Read(*newer), (Runs{{"a", "2"}}));
  EXPECT_EQ(Read(*Open()), (Runs{{"a", "1"}}));  // Both versions may run side by side,
  clock_.later_s = 8 * 24 * 3600;
  ASSERT_TRUE(newer->Compact(AllLive));  // and after a week the other is forgotten.
  EXPECT_EQ(Read(*newer), (Runs{{"a", "2"}}));
  EXPECT_EQ(Read(*Open()), Runs());
}

TEST_F(IndexStoreTest, AnotherLogdirUnderTheSamePathIsAnother) {
  ASSERT_TRUE(Write(*Open(), {{"a", "1"}}));
  std::filesystem::rename(Path("logs"), Path("moved"));
  std::filesystem::create_directory(Path("logs"));
  EXPECT_EQ(Read(*Open()), Runs());
}

TEST_F(IndexStoreTest, ALinkToTheLogdirIsTheSameLogdir) {
  ASSERT_TRUE(Write(*Open(), {{"a", "1"}}));
  std::filesystem::create_directory_symlink(Path("logs"), Path("link"));
  IndexOptions options = options_;
  options.logdir = Path("link/.");
  EXPECT_EQ(Read(*Open(options)), (Runs{{"a", "1"}}));
}

// ---- What goes wrong

TEST_F(IndexStoreTest, ALogdirThatIsNotThereHasNoIndex) {
  options_.logdir = Path("nope");
  EXPECT_EQ(IndexStore::Open(disk_, clock_, options_).error().code, Code::kNotFound);
}

TEST_F(IndexStoreTest, WhateverLiesInTheWayIsAnErrorAndStays) {
  const std::string folder = Open()->folder();
  const auto expect_no_index = [&](Code code) {
    const auto store = IndexStore::Open(disk_, clock_, options_);
    const Status status = store ? Write(**store, {{"a", "1"}}) : Status(store.error());
    EXPECT_EQ(status.error().code, code) << status.error().message;
    EXPECT_TRUE(!store || Read(**store).empty());
  };
  {
    SCOPED_TRACE("a file where the cache should be");
    std::ofstream(Path("cache")) << "mine";
    expect_no_index(Code::kNotFound);
    std::filesystem::remove(Path("cache"));
  }
  std::filesystem::create_directories(Path("cache/stepscope"));
  {
    SCOPED_TRACE("a file where the folder should be");
    std::ofstream(folder) << "mine";
    expect_no_index(Code::kFailedPrecondition);
    std::filesystem::remove(folder);
  }
  {
    SCOPED_TRACE("a link where the folder should be");
    std::filesystem::create_directory_symlink(Path("logs"), folder);
    expect_no_index(Code::kFailedPrecondition);
    EXPECT_TRUE(std::filesystem::is_empty(Path("logs")));
    std::filesystem::remove(folder);
  }
  {
    SCOPED_TRACE("a directory where the lock should be");
    std::filesystem::create_directories(folder + "/lock");
    expect_no_index(Code::kUnknown);
    std::filesystem::remove(folder + "/lock");
  }
  {
    SCOPED_TRACE("a link where the lock should be");
    std::filesystem::create_symlink(Path("target"), folder + "/lock");
    expect_no_index(Code::kPermissionDenied);
    EXPECT_FALSE(std::filesystem::exists(Path("target")));
  }
}

TEST_F(IndexStoreTest, ThingsThatAreNoSegmentsAreNotTouched) {
  const auto store = Open();
  ASSERT_TRUE(Write(*store, {{"a", "1"}}));
  const std::string segment = SegmentsIn(store->folder()).front();
  const auto path = [&](const std::string& name) { return JoinPath(store->folder(), name); };
  std::filesystem::create_symlink(segment, path(SegmentName(90, 1)));
  std::filesystem::create_directory(path(SegmentName(91, 1)));
  ASSERT_EQ(::mkfifo(path(SegmentName(92, 1)).c_str(), 0600), 0);
  std::ofstream(path("notes.txt")) << "mine";
  std::ofstream(path("x.seg")) << "mine";
  const auto next = Open();
  EXPECT_EQ(Read(*next), (Runs{{"a", "1"}}));
  clock_.later_s = 30 * 24 * 3600;
  ASSERT_TRUE(Write(*next, {{"b", "2"}}));
  ASSERT_TRUE(next->Compact(AllLive));
  EXPECT_EQ(FilesIn(store->folder()).size(), 8U);
  EXPECT_EQ(Read(*next), (Runs{{"a", "1"}, {"b", "2"}}));
}

TEST_F(IndexStoreTest, DamagedFilesAreSaidOnceAndDeletedWhenOld) {
  const auto store = Open();
  ASSERT_TRUE(Write(*store, {{"a", "1"}}));
  const std::string damaged = JoinPath(store->folder(), SegmentName(77, 1));
  std::ofstream(damaged) << "SSINDEX\n, and no more";
  const auto next = Open();
  ASSERT_TRUE(next->Compact(AllLive));
  EXPECT_EQ(next->TakeNotices().size(), 1U);
  EXPECT_EQ(next->TakeNotices().size(), 0U);
  EXPECT_EQ(Read(*next), (Runs{{"a", "1"}}));
  EXPECT_TRUE(std::filesystem::exists(damaged));
  clock_.later_s = 7200;
  ASSERT_TRUE(next->Compact(AllLive));
  EXPECT_FALSE(std::filesystem::exists(damaged));
  EXPECT_EQ(Read(*next), (Runs{{"a", "1"}}));
}

TEST_F(IndexStoreTest, TheRemainsOfKilledWritersAreDeleted) {
  const auto store = Open();
  ASSERT_TRUE(Write(*store, {{"a", "1"}}));
  const std::string remains = JoinPath(store->folder(), UnfinishedName(2, 3));
  std::ofstream(remains) << "SSINDEX\n";
  ASSERT_TRUE(Write(*store, {{"b", "2"}}));
  EXPECT_FALSE(std::filesystem::exists(remains));
}

// The same change fails in one round after the other, once alone and once with all that follow.
TEST_F(IndexStoreTest, WhereverTheDiskFailsOldOrNewIsRead) {
  const Runs old_runs = {{"a", "old"}, {"b", "kept"}};
  const Runs new_runs = {{"a", "new"}, {"b", "kept"}, {"c", "new"}};
  const std::string large(600'000, 'x');
  for (const bool is_for_ever : {false, true}) {
    bool has_failed = true;
    for (uint64_t number = 0; has_failed; ++number) {
      SCOPED_TRACE(number);
      std::filesystem::remove_all(Path("cache"));
      FaultyDisk disk;
      const auto store = *IndexStore::Open(disk, clock_, options_);
      ASSERT_TRUE(Write(*store, old_runs));
      const uint64_t before = disk.change_count();
      if (is_for_ever) {
        disk.FailFrom(before + number, Code::kResourceExhausted);
      } else {
        disk.FailChange(before + number, Code::kResourceExhausted);
      }
      const Status written = Write(*store, {{"a", "new"}, {"c", "new"}});
      const Status compacted = store->Compact(AllLive);
      static_cast<void>(store->Prune());
      has_failed = disk.change_count() > before + number;
      EXPECT_EQ(Read(*store), written ? new_runs : old_runs);
      const Runs read = Read(*Open());
      EXPECT_TRUE(read == new_runs || (!written && read == old_runs));
    }
  }
}

TEST_F(IndexStoreTest, ADiskThatIsNearlyFullIsLeftAlone) {
  const auto store = Open();
  ASSERT_TRUE(Write(*store, {{"a", "1"}}));
  disk_.SetFreeBytes(IndexStore::kReservedFreeBytes);
  EXPECT_EQ(Write(*store, {{"a", "2"}}).error().code, Code::kResourceExhausted);
  disk_.SetFreeBytes(IndexStore::kReservedFreeBytes + 1000);
  EXPECT_EQ(Write(*store, {{"a", std::string(1000, 'x')}}).error().code, Code::kResourceExhausted);
  EXPECT_EQ(Read(*store), (Runs{{"a", "1"}}));
  EXPECT_TRUE(Write(*store, {{"a", "2"}}));
  // Deleting works, whatever there is.
  disk_.SetFreeBytes(0);
  EXPECT_TRUE(store->Compact([](std::string_view) { return false; }));
  EXPECT_EQ(SegmentsIn(store->folder()), std::vector<std::string>());
}

TEST_F(IndexStoreTest, AFolderThatCannotBeListedIsNoIndex) {
  ASSERT_TRUE(Write(*Open(), {{"a", "1"}}));
  disk_.SetListError(Code::kPermissionDenied);
  EXPECT_EQ(IndexStore::Open(disk_, clock_, options_).error().code, Code::kPermissionDenied);
}

TEST_F(IndexStoreTest, AReadOnlyCacheIsStillRead) {
  ASSERT_TRUE(Write(*Open(), {{"a", "1"}}));
  clock_.later_s = 7200;  // So that it would be marked as used.
  disk_.FailFrom(disk_.change_count(), Code::kPermissionDenied);
  const auto store = Open();
  EXPECT_EQ(Read(*store), (Runs{{"a", "1"}}));
  EXPECT_EQ(Write(*store, {{"a", "2"}}).error().code, Code::kPermissionDenied);
  EXPECT_EQ(Read(*store), (Runs{{"a", "1"}}));
}

// ---- Merging

TEST_F(IndexStoreTest, ManySmallSegmentsBecomeFew) {
  const auto store = Open();
  std::set<std::string> names;
  Runs written;
  for (int i = 0; i < 100; ++i) {
    const std::string run = "run" + std::to_string(i);
    names.insert(run);
    written[run] = std::string(static_cast<size_t>(i) * 10, 'x');
    ASSERT_TRUE(Write(*store, {{run, written[run]}}));
    ASSERT_TRUE(store->Compact(AllLive));
    ASSERT_LE(SegmentsIn(store->folder()).size(), IndexStore::kMaxSegments);
  }
  EXPECT_EQ(Read(*store, names), written);
  EXPECT_EQ(Read(*Open(), names), written);
}

TEST_F(IndexStoreTest, ALargeSegmentIsNotCopiedForSmallOnes) {
  const auto store = Open();
  ASSERT_TRUE(Write(*store, {{"large", std::string(1 << 20, 'x')}}));
  const std::string large = SegmentsIn(store->folder()).front();
  std::set<std::string> names = {"large"};
  for (int i = 0; i < 30; ++i) {
    names.insert(std::to_string(i));
    ASSERT_TRUE(Write(*store, {{std::to_string(i), "small"}}));
    ASSERT_TRUE(store->Compact(AllLive));
  }
  EXPECT_EQ(SegmentsIn(store->folder()).front(), large);
  EXPECT_EQ(Read(*store, names).size(), 31U);
}

TEST_F(IndexStoreTest, SupersededAndGoneRunsAreDropped) {
  const auto store = Open();
  const std::string large(100'000, 'x');
  ASSERT_TRUE(Write(*store, {{"a", large}, {"b", large}, {"c", "small"}}));
  ASSERT_TRUE(store->Compact(AllLive));
  const std::vector<std::string> before = SegmentsIn(store->folder());
  ASSERT_TRUE(store->Compact(AllLive));
  EXPECT_EQ(SegmentsIn(store->folder()), before);  // There was nothing to do.

  ASSERT_TRUE(store->Compact([](std::string_view run) { return run == "c"; }));
  EXPECT_EQ(Read(*store), (Runs{{"c", "small"}}));
  ASSERT_TRUE(Write(*store, {{"c", "newer"}}));
  ASSERT_TRUE(store->Compact(AllLive));
  EXPECT_EQ(Read(*store), (Runs{{"c", "newer"}}));
  EXPECT_EQ(SegmentsIn(store->folder()).size(), 1U);
  ASSERT_TRUE(store->Compact([](std::string_view) { return false; }));
  EXPECT_EQ(FilesIn(store->folder()), std::vector<std::string>{"lock"});
  EXPECT_EQ(Read(*Open()), Runs());
}

TEST_F(IndexStoreTest, ADamagedSectionIsDroppedAndTheOthersStay) {
  const auto store = Open();
  ASSERT_TRUE(Write(*store, {{"a", "a body"}, {"b", "b body"}, {"c", "gone soon"}}));
  const std::string path = JoinPath(store->folder(), SegmentsIn(store->folder()).front());
  {
    std::ifstream in(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    std::fstream out(path, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(bytes.find("a body")));
    out << "A";
  }
  const auto next = Open();
  EXPECT_EQ(Read(*next), (Runs{{"a", "damaged"}, {"b", "b body"}, {"c", "gone soon"}}));
  const auto is_live = [](std::string_view run) { return run != "c"; };
  ASSERT_TRUE(Write(*next, {{"d", "x"}}));
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(Write(*next, {{"e" + std::to_string(i), "x"}}));
  ASSERT_TRUE(next->Compact(is_live));
  EXPECT_FALSE(next->Find("a") && next->Find("a")->Body());
  EXPECT_TRUE(next->Find("b") && next->Find("b")->Body());
  EXPECT_TRUE(next->Find("d") && next->Find("d")->Body());
}

TEST_F(IndexStoreTest, WhatIsMappedStaysWhenItsFileIsGone) {
  const auto store = Open();
  const std::string large(3 << 20, 'x');
  ASSERT_TRUE(Write(*store, {{"a", large}}));
  const auto section = *Open()->Find("a");
  ASSERT_TRUE(Write(*store, {{"a", "new"}}));
  ASSERT_TRUE(store->Compact(AllLive));
  options_.max_bytes = 1;
  ASSERT_TRUE(Open(OptionsFor("others"))->Prune());
  EXPECT_TRUE(SegmentsIn(store->folder()).empty());
  EXPECT_TRUE(AsText(*section.Body()) == large);
}

// ---- Pruning

TEST_F(IndexStoreTest, WhatWasNotUsedForLongestIsPruned) {
  const auto one = Open(OptionsFor("one"));
  const auto two = Open(OptionsFor("two"));
  const auto three = Open(OptionsFor("three"));
  const std::string body(10'000, 'x');
  for (const auto* store : {&one, &two, &three}) ASSERT_TRUE(Write(**store, {{"a", body}}));
  const auto age = [](const IndexStore& store, int hours) {
    for (const std::string& name : SegmentsIn(store.folder())) {
      std::filesystem::last_write_time(
          JoinPath(store.folder(), name),
          std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours));
    }
  };
  age(*one, 30);
  age(*two, 20);
  age(*three, 40);
  std::filesystem::create_directories(Path("cache/stepscope/mine"));
  std::ofstream(Path("cache/stepscope/mine/file")) << body << body << body;

  options_.max_bytes = 25'000;
  ASSERT_TRUE(Open(OptionsFor("one"))->Prune());  // Which marks it as used.
  EXPECT_FALSE(std::filesystem::exists(three->folder()));
  EXPECT_EQ(SegmentsIn(one->folder()).size(), 1U);
  EXPECT_EQ(SegmentsIn(two->folder()).size(), 1U);

  options_.max_bytes = 15'000;
  ASSERT_TRUE(Open(OptionsFor("two"))->Prune());  // Its own is the last that goes.
  EXPECT_FALSE(std::filesystem::exists(one->folder()));
  EXPECT_EQ(SegmentsIn(two->folder()).size(), 1U);
  EXPECT_TRUE(std::filesystem::exists(Path("cache/stepscope/mine/file")));
  // The one that was pruned goes on.
  EXPECT_EQ(Read(*one), (Runs{{"a", body}}));
  EXPECT_TRUE(Write(*one, {{"b", "2"}}));
  EXPECT_EQ(Read(*one), (Runs{{"b", "2"}}));
}

TEST_F(IndexStoreTest, WhereSomebodyWritesNothingIsPruned) {
  const auto one = Open(OptionsFor("one"));
  ASSERT_TRUE(Write(*one, {{"a", "1"}}));
  options_.max_bytes = 1;
  const auto two = Open(OptionsFor("two"));
  ASSERT_TRUE(one->Write([&](SegmentWriter& writer) -> Status {
    EXPECT_TRUE(two->Prune());
    return writer.Add("b", AsBytes("head of b"), AsBytes("2"));
  }));
  EXPECT_EQ(Read(*one), (Runs{{"a", "1"}, {"b", "2"}}));
  ASSERT_TRUE(two->Prune());
  EXPECT_FALSE(std::filesystem::exists(one->folder()));
}

TEST_F(IndexStoreTest, OfOurOwnTheOldestGoFirst) {
  const std::string body(10'000, 'x');
  const auto store = Open();
  for (const std::string run : {"a", "b", "c"}) ASSERT_TRUE(Write(*store, {{run, body}}));
  options_.max_bytes = 25'000;
  const auto smaller = Open();
  ASSERT_TRUE(smaller->Prune());
  EXPECT_EQ(Read(*smaller), (Runs{{"b", body}, {"c", body}}));
  EXPECT_EQ(Write(*smaller, {{"a", body + body + body}}).error().code, Code::kResourceExhausted);
}

TEST_F(IndexStoreTest, PruningWithoutACacheIsFine) { EXPECT_TRUE(Open()->Prune()); }

// ---- Threads, and where it lies

TEST_F(IndexStoreTest, ReadersAndAWriterShareAStore) {
  const auto store = Open();
  const auto other = Open();
  std::atomic<bool> is_done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!is_done) {
        const auto section = store->Find("a");
        if (!section) continue;
        const auto body = section->Body();
        ASSERT_TRUE(body);
        ASSERT_EQ(AsText(*body), std::string(body->size(), 'x'));
      }
    });
  }
  for (size_t i = 0; i < 50; ++i) {
    ASSERT_TRUE(Write(i % 2 == 0 ? *store : *other, {{"a", std::string(i * 100, 'x')}}));
    ASSERT_TRUE(store->Compact(AllLive));
  }
  is_done = true;
  for (std::thread& reader : readers) reader.join();
}

TEST(DefaultIndexDirectoryTest, FollowsTheXdgSpecification) {
  EXPECT_EQ(*DefaultIndexDirectory("/caches", "/home/me"), "/caches/stepscope");
  EXPECT_EQ(*DefaultIndexDirectory(nullptr, "/home/me"), "/home/me/.cache/stepscope");
  EXPECT_EQ(*DefaultIndexDirectory("", "/home/me"), "/home/me/.cache/stepscope");
  EXPECT_EQ(*DefaultIndexDirectory("relative", "/home/me"), "/home/me/.cache/stepscope");
  for (const char* home : {static_cast<const char*>(nullptr), "", "relative"}) {
    EXPECT_EQ(DefaultIndexDirectory(nullptr, home).error().code, Code::kFailedPrecondition);
  }
}

}  // namespace
}  // namespace stepscope
