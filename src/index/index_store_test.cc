#include "index/index_store.h"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "testing/index_store_fixture.h"

namespace stepscope {
namespace {

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
  const Status written = store->Write([](SegmentWriter& writer) -> Status {
    RETURN_IF_ERROR(writer.Add("a", AsBytes("head of a"), AsBytes("1")));
    return writer.Add("a", AsBytes("head of a"), AsBytes("2"));
  });
  ASSERT_TRUE(written);
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
  const Status written = store->Write([](SegmentWriter& writer) -> Status {
    RETURN_IF_ERROR(writer.Add("a", AsBytes("head of a"), AsBytes("1")));
    return Error{Code::kCancelled, "stopped"};
  });
  EXPECT_EQ(written.error().code, Code::kCancelled);
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
