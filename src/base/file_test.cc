#include "base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace stepscope {
namespace {

class FileTest : public testing::Test {
 protected:
  FileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "file_test_XXXXXX").string();
    root_ = std::filesystem::canonical(::mkdtemp(pattern.data()));
    std::filesystem::create_directories(root_ / "run/inner");
    Write(root_ / "secret", "secret");
    Write(root_ / "run/data", "0123456789");
    Write(root_ / "run/inner/data", "inner");
  }
  ~FileTest() override { std::filesystem::remove_all(root_); }

  static void Write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::string Path(std::string_view relative) const { return (root_ / relative).string(); }

  std::filesystem::path root_;
};

std::string ReadAll(const RandomAccessFile& file, uint64_t offset = 0) {
  std::array<std::byte, 64> buffer;
  const auto count = file.ReadAt(offset, buffer);
  if (!count) return "error: " + count.error().message;
  return {reinterpret_cast<const char*>(buffer.data()), *count};
}

TEST_F(FileTest, ReadsAtAnyPlace) {
  const auto file = RealFileSystem().Open(Path("run/data"));
  ASSERT_TRUE(file);
  EXPECT_EQ(ReadAll(**file, 7), "789");
  EXPECT_EQ(ReadAll(**file, 10), "");
  EXPECT_EQ((*file)->GetStat()->size_bytes, 10U);
}

TEST_F(FileTest, ACursorReadsOnWhenTheFileGrows) {
  const auto file = RealFileSystem().Open(Path("run/data"));
  FileCursor cursor(**file, 8);
  std::array<std::byte, 8> buffer;
  EXPECT_EQ(*cursor.Read(buffer), 2U);
  EXPECT_EQ(*cursor.Read(buffer), 0U);
  std::ofstream(root_ / "run/data", std::ios::app) << "abc";
  EXPECT_EQ(*cursor.Read(buffer), 3U);
}

TEST_F(FileTest, MissingFilesAreNotFound) {
  EXPECT_EQ(RealFileSystem().Open(Path("nope")).error().code, Code::kNotFound);
  EXPECT_EQ(RealFileSystem().List(Path("nope")).error().code, Code::kNotFound);
  EXPECT_EQ(RealFileSystem().GetStat(Path("nope")).error().code, Code::kNotFound);
}

TEST_F(FileTest, AFifoIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(RealFileSystem().Open(Path("fifo")).error().code, Code::kFailedPrecondition);
}

TEST_F(FileTest, ListsWhatLinksLeadTo) {
  std::filesystem::create_symlink("inner", root_ / "run/link");
  std::filesystem::create_symlink("nowhere", root_ / "run/broken");
  const auto entries = RealFileSystem().List(Path("run"));
  ASSERT_TRUE(entries);
  std::map<std::string, DirectoryEntry> by_name;
  for (const auto& entry : *entries) by_name[entry.name] = entry;
  EXPECT_EQ(by_name.size(), 4U);
  EXPECT_EQ(by_name["data"].type, FileType::kRegular);
  EXPECT_FALSE(by_name["inner"].is_symlink);
  EXPECT_EQ(by_name["link"].type, FileType::kDirectory);
  EXPECT_TRUE(by_name["link"].is_symlink);
  EXPECT_EQ(by_name["broken"].type, FileType::kOther);
}

TEST_F(FileTest, KnowsWhetherAPathHasLinks) {
  const FileSystem& files = RealFileSystem();
  std::filesystem::create_directory_symlink("run", root_ / "link");
  EXPECT_FALSE(files.HasLinks(Path("run")));
  EXPECT_FALSE(files.HasLinks(Path("run/")));
  EXPECT_FALSE(files.HasLinks(Path("run/../run/./inner")));
  EXPECT_FALSE(files.HasLinks("/"));
  EXPECT_TRUE(files.HasLinks(Path("link")));
  EXPECT_TRUE(files.HasLinks(Path("link/inner")));
  EXPECT_TRUE(files.HasLinks(Path("nowhere")));
}

TEST_F(FileTest, OpensADirectoryOnce) {
  const auto directory = RealFileSystem().OpenDirectory(Path("run"));
  ASSERT_TRUE(directory);
  EXPECT_EQ(*(*directory)->GetStat(), *RealFileSystem().GetStat(Path("run")));
  std::filesystem::rename(root_ / "run", root_ / "moved");
  EXPECT_EQ((*directory)->List()->size(), 2U);
  EXPECT_EQ((*directory)->GetStat("data")->type, FileType::kRegular);
  EXPECT_EQ((*directory)->GetStat("nope").error().code, Code::kNotFound);
  EXPECT_EQ(RealFileSystem().OpenDirectory(Path("moved/data")).error().code, Code::kNotFound);
}

TEST_F(FileTest, ListsADirectoryOfManyEntries) {
  std::set<std::string> names;
  for (int i = 0; i < 3000; ++i) {  // More than one buffer of the kernel's.
    names.insert("file_with_a_longer_name_" + std::to_string(i));
  }
  std::filesystem::create_directory(root_ / "many");
  for (const std::string& name : names) std::ofstream(root_ / "many" / name) << "x";
  const auto entries = RealFileSystem().List(Path("many"));
  ASSERT_TRUE(entries);
  std::set<std::string> listed;
  for (const auto& entry : *entries) listed.insert(entry.name);
  EXPECT_EQ(listed, names);
}

TEST_F(FileTest, NothingLeavesTheDirectory) {
  std::filesystem::create_symlink("../secret", root_ / "run/out");
  std::filesystem::create_symlink("inner/data", root_ / "run/in");
  const auto open = [&](const std::string& relative) {
    return RealFileSystem().OpenBeneath(Path("run"), relative);
  };
  EXPECT_EQ(ReadAll(**open("inner/data")), "inner");
  EXPECT_EQ(ReadAll(**open("in")), "inner");
  for (const std::string bad : {"../secret", "inner/../../secret", "out", "/etc/hostname"}) {
    SCOPED_TRACE(bad);
    EXPECT_EQ(open(bad).error().code, Code::kPermissionDenied);
  }
  EXPECT_EQ(open(std::string("data\0x", 6)).error().code, Code::kInvalidArgument);
}

TEST_F(FileTest, JoinsPathsWithOneSlash) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("/", "b"), "/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
}

}  // namespace
}  // namespace stepscope
