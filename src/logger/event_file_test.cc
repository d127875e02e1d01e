#include "logger/event_file.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/logged_events.h"
#include "testing/memory_append_file.h"
#include "testing/temporary_directory.h"

namespace stepscope {
namespace {

using ::testing::MatchesRegex;

class FixedClock final : public Clock {
 public:
  double WallSeconds() const override { return 1700000000.75; }
  std::chrono::nanoseconds Monotonic() const override { return {}; }
};

std::string BaseName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

TEST(EventFileTest, IsNamedAndBegunAsTorchDoes) {
  const TemporaryDirectory directory;
  const FixedClock clock;
  auto file =
      EventFile::Create(RealAppendFileSystem(), clock, directory.path() + "/a/b", {.suffix = ".x"});
  ASSERT_TRUE(file) << file.error().message;

  char host[256];
  ASSERT_EQ(gethostname(host, sizeof(host)), 0);
  EXPECT_THAT(BaseName(file->path()),
              MatchesRegex("events\\.out\\.tfevents\\.1700000000\\." + std::string(host) + "\\." +
                           std::to_string(getpid()) + "\\.[0-9]+\\.x"));
  // It is there before anything else is logged.
  const auto events = ReadLoggedEvents(ReadWholeFile(file->path()));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].file_version, "brain.Event:2");
  EXPECT_THAT(ReadWholeFile(file->path()), ::testing::HasSubstr("stepscope.summary_writer"));
  EXPECT_EQ(events[0].wall_time, 1700000000.75);
  EXPECT_EQ(events[0].step, 0);
}

TEST(EventFileTest, ShortTimesKeepTenDigits) {
  class EarlyClock final : public Clock {
    double WallSeconds() const override { return 12.5; }
    std::chrono::nanoseconds Monotonic() const override { return {}; }
  };
  MemoryAppendFileSystem files;
  const auto file = EventFile::Create(files, EarlyClock(), "d", {});
  ASSERT_TRUE(file);
  EXPECT_THAT(BaseName(file->path()), ::testing::StartsWith("events.out.tfevents.0000000012."));
}

TEST(EventFileTest, TwoInOneDirectoryHaveTwoNames) {
  const TemporaryDirectory directory;
  const FixedClock clock;
  const auto first = EventFile::Create(RealAppendFileSystem(), clock, directory.path(), {});
  const auto second = EventFile::Create(RealAppendFileSystem(), clock, directory.path(), {});
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->path(), second->path());
}

// Two containers with one host name and one process number may share a directory.
TEST(EventFileTest, ATakenNameIsLeftAlone) {
  MemoryAppendFileSystem files;
  const FixedClock clock;
  files.SetTakenNames(3);
  const auto file = EventFile::Create(files, clock, "d", {});
  ASSERT_TRUE(file);
  EXPECT_EQ(files.names_tried(), 4);

  files.SetTakenNames(1 << 30);
  const auto none = EventFile::Create(files, clock, "d", {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kAlreadyExists);
}

TEST(EventFileTest, AnExactNameIsNotOverwritten) {
  const TemporaryDirectory directory;
  const FixedClock clock;
  const EventFile::Name name = {.exact = "my.tfevents.1", .suffix = ".ignored"};
  const auto first = EventFile::Create(RealAppendFileSystem(), clock, directory.path(), name);
  ASSERT_TRUE(first);
  EXPECT_EQ(BaseName(first->path()), "my.tfevents.1");
  const auto second = EventFile::Create(RealAppendFileSystem(), clock, directory.path(), name);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
}

TEST(EventFileTest, SaysWhyItCannotBeMade) {
  const TemporaryDirectory directory;
  const std::string blocked = directory.path() + "/file";
  std::ofstream(blocked) << "not a directory";
  const FixedClock clock;
  const auto file = EventFile::Create(RealAppendFileSystem(), clock, blocked + "/run", {});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Code::kNotFound);
  EXPECT_THAT(file.error().message, ::testing::HasSubstr(blocked));
}

TEST(EventFileTest, ShortWritesAreContinued) {
  MemoryAppendFileSystem files;
  files.SetMaxBytesPerAppend(7);
  const FixedClock clock;
  auto file = EventFile::Create(files, clock, "d", {});
  ASSERT_TRUE(file);
  std::string scratch;
  std::string record;
  AppendSummaryEvent(1.5, -3, "", scratch, record);
  ASSERT_TRUE(file->Append(record));
  const auto events = ReadLoggedEvents(files.content());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].step, -3);
  EXPECT_EQ(events[1].wall_time, 1.5);
  EXPECT_EQ(file->size_bytes(), files.content().size());
}

TEST(EventFileTest, AFullDiskSaysHowFarItCame) {
  MemoryAppendFileSystem files;
  const FixedClock clock;
  auto file = EventFile::Create(files, clock, "d", {});
  ASSERT_TRUE(file);
  const uint64_t begun = file->size_bytes();
  files.SetRoomBytes(begun + 10);
  const Status status = file->Append(std::string(25, 'x'));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kResourceExhausted);
  EXPECT_EQ(file->size_bytes(), begun + 10);
}

TEST(EventFileTest, NoticesThatItWasDeleted) {
  const TemporaryDirectory directory;
  const FixedClock clock;
  auto file = EventFile::Create(RealAppendFileSystem(), clock, directory.path(), {});
  ASSERT_TRUE(file);
  std::filesystem::remove_all(directory.path());
  EXPECT_EQ(file->Append("x").error().code, Code::kNotFound);
  EXPECT_EQ(file->Close().error().code, Code::kNotFound);
}

}  // namespace
}  // namespace stepscope
