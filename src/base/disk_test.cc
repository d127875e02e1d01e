#include "base/disk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

class DiskTest : public testing::Test {
 protected:
  std::string Path(std::string_view name) const { return JoinPath(root_.path(), name); }
  void Write(std::string_view name, std::string_view text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
  }
  std::string Read(std::string_view name) const {
    std::ifstream file(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  unsigned ModeOf(std::string_view name) const {
    struct stat stat{};
    EXPECT_EQ(::lstat(Path(name).c_str(), &stat), 0);
    return stat.st_mode & 0777;
  }

  const TemporaryDirectory root_;
  const Disk& disk_ = RealDisk();
};

std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string AsText(const SharedBytes& shared) {
  return {reinterpret_cast<const char*>(shared.bytes.data()), shared.bytes.size()};
}

TEST_F(DiskTest, WhatItMakesIsForItsOwnerAlone) {
  ASSERT_TRUE(disk_.MakeDirectories(Path("a/b/c/")));
  ASSERT_TRUE(disk_.MakeDirectories(Path("a/b/c")));
  const auto file = disk_.CreateNew(Path("a/b/c/file"));
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->Append(AsBytes("some ")));
  ASSERT_TRUE((*file)->Append(AsBytes("bytes")));
  ASSERT_TRUE((*file)->Append({}));
  ASSERT_TRUE((*file)->Sync());
  EXPECT_EQ(Read("a/b/c/file"), "some bytes");
  EXPECT_EQ(ModeOf("a"), 0700U);
  EXPECT_EQ(ModeOf("a/b/c"), 0700U);
  EXPECT_EQ(ModeOf("a/b/c/file"), 0600U);
}

TEST_F(DiskTest, NewFilesTakeNoName) {
  Write("file", "mine");
  std::filesystem::create_symlink("nowhere", Path("link"));
  EXPECT_EQ(disk_.CreateNew(Path("file")).error().code, Code::kAlreadyExists);
  EXPECT_EQ(disk_.CreateNew(Path("link")).error().code, Code::kAlreadyExists);
  EXPECT_EQ(disk_.CreateNew(Path("nowhere/file")).error().code, Code::kNotFound);
  EXPECT_EQ(Read("file"), "mine");
}

TEST_F(DiskTest, NoDirectoryWhereAFileIs) {
  Write("file", "mine");
  EXPECT_EQ(disk_.MakeDirectories(Path("file")).error().code, Code::kAlreadyExists);
  EXPECT_EQ(disk_.MakeDirectories(Path("file/below")).error().code, Code::kNotFound);
  std::filesystem::create_directory(Path("real"));
  std::filesystem::create_symlink("real", Path("link"));
  EXPECT_TRUE(disk_.MakeDirectories(Path("link/below")));
  EXPECT_TRUE(disk_.MakeDirectories(Path("link")));
}

TEST_F(DiskTest, BytesOutliveTheName) {
  for (const Disk* disk : {&RealDisk(), &RealDiskWithoutMaps()}) {
    Write("file", "some bytes");
    auto map = disk->Map(Path("file"), 10);
    ASSERT_TRUE(map);
    ASSERT_TRUE(disk->Remove(Path("file")));
    EXPECT_EQ(AsText(*map), "some bytes");
    EXPECT_EQ(reinterpret_cast<uintptr_t>(map->bytes.data()) % 64, 0U);
  }
}

TEST_F(DiskTest, OnlyRegularFilesAreMapped) {
  Write("file", "some bytes");
  Write("empty", "");
  std::filesystem::create_symlink("file", Path("link"));
  ASSERT_EQ(::mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(disk_.Map(Path("file"), 9).error().code, Code::kResourceExhausted);
  EXPECT_EQ(disk_.Map(Path("link"), 99).error().code, Code::kPermissionDenied);
  EXPECT_EQ(disk_.Map(Path("fifo"), 99).error().code, Code::kFailedPrecondition);
  EXPECT_EQ(disk_.Map(root_.path(), 1 << 30).error().code, Code::kFailedPrecondition);
  EXPECT_EQ(disk_.Map(Path("nope"), 99).error().code, Code::kNotFound);
  EXPECT_TRUE(disk_.Map(Path("empty"), 99)->bytes.empty());
}

TEST_F(DiskTest, ALockIsHeldOnceAndNobodyWaits) {
  auto lock = disk_.TryLock(Path("lock"));
  ASSERT_TRUE(lock);
  EXPECT_EQ(disk_.TryLock(Path("lock")).error().code, Code::kUnavailable);
  EXPECT_EQ(ModeOf("lock"), 0600U);
  lock->reset();
  EXPECT_TRUE(disk_.TryLock(Path("lock")));
}

TEST_F(DiskTest, ListsLinksAsLinks) {
  Write("file", "1234");
  std::filesystem::create_directory(Path("directory"));
  std::filesystem::create_symlink("directory", Path("link"));
  const auto entries = disk_.List(root_.path());
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3U);
  for (const DiskEntry& entry : *entries) {
    SCOPED_TRACE(entry.name);
    EXPECT_TRUE(entry.is_ours);
    EXPECT_EQ(entry.stat.type, entry.name == "file"        ? FileType::kRegular
                               : entry.name == "directory" ? FileType::kDirectory
                                                           : FileType::kOther);
    if (entry.name == "file") {
      EXPECT_EQ(entry.stat.size_bytes, 4U);
    }
    EXPECT_EQ(disk_.GetEntry(Path(entry.name))->stat.inode, entry.stat.inode);
  }
  EXPECT_EQ(disk_.List(Path("nope")).error().code, Code::kNotFound);
  EXPECT_EQ(disk_.GetEntry(Path("nope")).error().code, Code::kNotFound);
}

TEST_F(DiskTest, RenamesTouchesAndDeletes) {
  Write("old", "text");
  std::filesystem::last_write_time(Path("old"), std::filesystem::file_time_type::min());
  const int64_t before_ns = disk_.GetEntry(Path("old"))->stat.modified_ns;
  ASSERT_TRUE(disk_.Touch(Path("old")));
  EXPECT_GT(disk_.GetEntry(Path("old"))->stat.modified_ns, before_ns);
  ASSERT_TRUE(disk_.Rename(Path("old"), Path("new")));
  EXPECT_EQ(Read("new"), "text");
  EXPECT_EQ(disk_.RemoveDirectory(root_.path()).error().code, Code::kAlreadyExists);
  ASSERT_TRUE(disk_.Remove(Path("new")));
  for (const Status& status :
       {disk_.Remove(Path("new")), disk_.Touch(Path("new")), disk_.Rename(Path("new"), Path("x")),
        disk_.RemoveDirectory(Path("new"))}) {
    EXPECT_EQ(status.error().code, Code::kNotFound);
  }
  ASSERT_TRUE(disk_.MakeDirectories(Path("empty")));
  EXPECT_TRUE(disk_.RemoveDirectory(Path("empty")));
}

TEST_F(DiskTest, KnowsRoomAndTruePaths) {
  EXPECT_GT(*disk_.FreeBytes(root_.path()), 0U);
  std::filesystem::create_directory(Path("real"));
  std::filesystem::create_symlink("real", Path("link"));
  EXPECT_EQ(*disk_.CanonicalPath(Path("real/../link/.")), Path("real"));
  EXPECT_EQ(disk_.CanonicalPath(Path("nope")).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace stepscope
